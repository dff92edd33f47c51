"""The measures of each class, with small bars, a trend, and the mistakes one click away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from nicegui import events

from modeldesk.charts.sparkline import measure_sparkline
from modeldesk.performance import MEASURES
from modeldesk.services.performance_views import (
    ConfusionView,
    FigureView,
    PerformanceReport,
    WindowPerformance,
)
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import count

TREND = "f1"
"""The measure whose days are drawn for each class."""

_ROWS_A_PAGE = 25

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# sparkline is markup, and it holds nothing but numbers.
_CELL = """
<q-td :props="props"><template v-if="props.value">
  <div :title="props.value.because || props.value.note">
    <span :class="props.value.because ? 'md-faint' : 'md-measure-value'">
      {{ props.value.value }}</span>
    <div class="md-measure-note">{{ props.value.interval }}</div>
    <div v-if="props.value.bar !== null" class="md-bar"><i :style="{width: props.value.bar + '%'}">
      </i></div></div></template></q-td>
"""
_TREND_CELL = """
<q-td :props="props"><span v-if="props.row.trend" v-html="props.row.trend"></span></q-td>
"""
_MISTAKES_CELL = """
<q-td :props="props"><template v-if="props.value">
  <button v-if="props.value.open" class="md-link md-measure-value" type="button"
    :title="props.value.title" @click="$parent.$emit('mistakes', props.value.open)"
    >{{ props.value.count }}</button>
  <span v-else class="md-measure-value" :title="props.value.title">{{ props.value.count }}</span>
</template></q-td>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """How often a class was missed, and how often it was said of another one."""

    missed: int
    """Rows of the class that were predicted as another one."""
    mistaken: int
    """Rows of other classes that were predicted as this one."""


def mistakes_of(view: ConfusionView) -> dict[str, Mistakes]:
    """Return the mistakes of each class."""
    found = {}
    for place, name in enumerate(view.classes):
        row, hits = view.counts[place], view.counts[place][place]
        said = sum(other[place] for other in view.counts)
        found[name] = Mistakes(missed=sum(row) - hits, mistaken=said - hits)
    return found


class ClassTable:
    """The card with the figures per class, quantile or cutoff.

    Parameters
    ----------
    show
        Called with a class and whether its missed rows ("missed") or those of others that were
        taken for it ("mistaken") are wanted; ``None`` where rows cannot be told.
    """

    def __init__(self, *, show: Callable[[str, str], Awaitable[None]] | None) -> None:
        self._show = show
        self._table: SlotTable | None = None

    def build(self, report: PerformanceReport, confusion: ConfusionView | None) -> None:
        """Add the card, where there are any such figures."""
        self._table = None
        columns, rows = self._told(report, confusion)
        if not rows:
            return
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Per class" if report.task != "regression" else "Per quantile")
                text("span", f"with {report.confidence:.0%} intervals", "md-card-note")
            table = SlotTable(
                rows=rows,
                columns=columns,
                row_key="of",
                pagination={"rowsPerPage": _ROWS_A_PAGE} if len(rows) > _ROWS_A_PAGE else None,
            )
            table.classes("md-table md-table--measures md-table--classes").props("flat")
            for column in columns[1:]:
                table.template(
                    f"body-cell-{column['name']}", _SLOTS.get(str(column["name"]), _CELL)
                )
            table.on("mistakes", self._open)
            testable(table, "classes")
        self._table = table

    def follow(self, report: PerformanceReport, confusion: ConfusionView | None) -> None:
        """Show other figures of the same classes; trends stay until there are new ones."""
        if self._table is None:
            return
        trends = {row["of"]: row["trend"] for row in self._table.rows}
        rows = [
            row | {"trend": trends.get(row["of"], "")} for row in self._told(report, confusion)[1]
        ]
        if rows != self._table.rows:
            self._table.rows = rows

    def draw(self, windows: Sequence[WindowPerformance]) -> None:
        """Draw the trend of each class, once its days are there."""
        if self._table is None:
            return
        trends = class_trends(windows)
        rows = [row | {"trend": trends.get(str(row["of"]), "")} for row in self._table.rows]
        if rows != self._table.rows:
            self._table.rows = rows

    def _told(
        self, report: PerformanceReport, confusion: ConfusionView | None
    ) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """Return columns and rows."""
        figures = [figure for figure in report.figures if figure.of is not None]
        mistakes = None if confusion is None else mistakes_of(confusion)
        return class_rows(figures, mistakes, linked=self._show is not None)

    async def _open(self, event: events.GenericEventArguments) -> None:
        name, kind = event.args
        if self._show is not None:
            await self._show(str(name), str(kind))


_SLOTS = {"trend": _TREND_CELL, "missed": _MISTAKES_CELL, "mistaken": _MISTAKES_CELL}


def class_trends(windows: Sequence[WindowPerformance]) -> dict[str, str]:
    """Return a line of `TREND` for each class, all on one scale from 0 to 1.

    Parameters
    ----------
    windows
        Days with figures of the measure, oldest first.
    """
    days = [
        {each.of: each for each in day.figures if each.measure == TREND and each.of is not None}
        for day in windows
    ]
    names = dict.fromkeys(name for day in days for name in day)
    return {
        str(name): measure_sparkline([day.get(name) for day in days], low=0.0, high=1.0)
        for name in names
    }


def class_rows(
    figures: Sequence[FigureView],
    mistakes: Mapping[str, Mistakes] | None = None,
    *,
    linked: bool = False,
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return a column per measure, and a row per class with a cell for each.

    Parameters
    ----------
    figures
        Of classes, quantiles or cutoffs.
    mistakes
        Of classes; ``None`` where there are none.
    linked
        Whether the rows of mistakes can be shown.
    """
    titles = {figure.measure: figure.title for figure in figures}
    columns: list[dict[str, object]] = [
        {"name": "of", "label": "Class", "field": "of", "align": "left", "classes": "md-name"}
    ]
    if mistakes is not None:
        columns += [
            {"name": "trend", "label": "F1, day by day", "field": "trend", "align": "left"},
            {"name": "missed", "label": "Missed", "field": "missed", "align": "right"},
            {"name": "mistaken", "label": "Wrongly said", "field": "mistaken", "align": "right"},
        ]
    columns += [
        {"name": measure, "label": title, "field": measure, "align": "right"}
        for measure, title in titles.items()
    ]
    rows: dict[str, dict[str, object]] = {}
    for figure in figures:
        row = rows.setdefault(str(figure.of), {"of": figure.of, "trend": ""})
        row[figure.measure] = {
            "value": value_words(figure),
            "interval": interval_words(figure),
            "note": figure.note,
            "because": figure.because and f"not defined, because {figure.because}",
            "bar": _bar(figure),
        }
    for name, found in (mistakes or {}).items():
        if name in rows:
            rows[name] |= _links(name, found, linked=linked)
    return columns, list(rows.values())


def _links(name: str, found: Mistakes, *, linked: bool) -> dict[str, object]:
    missed = f"Rows of {name} that were predicted as another class"
    mistaken = f"Rows of other classes that were predicted as {name}"
    return {
        "missed": {
            "count": count(found.missed),
            "title": missed,
            "open": [name, "missed"] if linked and found.missed else None,
        },
        "mistaken": {
            "count": count(found.mistaken),
            "title": mistaken,
            "open": [name, "mistaken"] if linked and found.mistaken else None,
        },
    }


def _bar(figure: FigureView) -> float | None:
    """Return how long the bar of a share is, in per cent; ``None`` of what is no share."""
    about = MEASURES[figure.measure]
    if figure.value is None or (about.low, about.high) != (0.0, 1.0):
        return None
    return round(figure.value * 100, 1)
