"""The card with the columns that are furthest from the reference on the latest judged day."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

from nicegui import ui

from modeldesk.charts.sparkline import distance_sparkline
from modeldesk.drift import ColumnComparison, Status
from modeldesk.services.views import WindowComparison
from modeldesk.ui.health_words import address
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.monitor_state import day_of
from modeldesk.ui.overview_data import OverviewData
from modeldesk.ui.places import MONITOR
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import empty
from modeldesk.ui.verdict_chip import CHIP_CELL, chip_fields
from modeldesk.ui.wording import NOTHING

_MOST = 6

_COLUMNS: list[dict[str, object]] = [
    {"name": "name", "label": "Column", "field": "name", "align": "left"},
    {"name": "trend", "label": "30 days", "field": "svg", "align": "left"},
    {"name": "distance", "label": "Distance", "field": "distance", "align": "right"},
    {"name": "verdict", "label": "Verdict", "field": "verdict", "align": "left"},
]

# A template is a constant; names arrive as data and are shown as text. Only the sparkline is
# markup, and it holds nothing but numbers.
_ROW = f"""
<q-tr :props="props" :data-testid="'drift-' + props.row.name">
  <q-td key="name" :props="props"><a class="md-name" :href="props.row.href">{{{{ props.row.name }}}}
    </a></q-td>
  <q-td key="trend" :props="props"><span v-html="props.row.svg"></span></q-td>
  <q-td key="distance" :props="props">{{{{ props.row.distance }}}}</q-td>
  <q-td key="verdict" :props="props"><span :title="props.row.sentence">{CHIP_CELL}</span></q-td>
</q-tr>
"""


class DriftCard:
    """Shows a few columns; the monitor shows all.

    Parameters
    ----------
    model
        Whose columns they are.
    version
        The version that the page is about; ``None``: the champion.
    """

    def __init__(self, *, model: str, version: int | None) -> None:
        self._model = model
        self._version = version

    def build(self, data: OverviewData) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "drift-card")
        with card:
            with block("md-card-head"):
                text("h2", "Inputs and outputs")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    link = ui.link("Monitor", address(MONITOR, self._model, self._version))
                    testable(link.classes("md-card-link"), "to-monitor")
            self._content = block("")
        self._table: SlotTable | None = None
        self.show(data)

    def show(self, data: OverviewData) -> None:
        """Show another state of the columns."""
        sign = data.summary.signs.drift
        entry = None if sign is None else _on(data, sign.day)
        if entry is None:
            self._note.set_text("")
            self._nothing(data)
            return
        self._note.set_text(f"{day_of(entry.window)}, {_counted(entry)}")
        rows = self._rows(data, entry)
        if self._table is not None:
            self._table.rows = rows
            return
        self._content.clear()
        with self._content:
            self._table = SlotTable(rows=rows, columns=_COLUMNS, row_key="key")
            self._table.classes("md-table md-table--short md-table--drift").props("flat")
            self._table.template("body", _ROW)

    def _nothing(self, data: OverviewData) -> None:
        self._content.clear()
        self._table = None
        words = "Once a day of this version has traffic, its columns are compared."
        if data.summary.last_prediction_at is not None:
            words = "No day of the last five weeks was compared."
        with self._content:
            empty("compare_arrows", "Nothing to compare", words, small=True)

    def _rows(self, data: OverviewData, entry: WindowComparison) -> list[dict[str, object]]:
        shown = sorted(entry.comparison.columns, key=_need)[:_MOST]
        return [self._row(data, column, day_of(entry.window)) for column in shown]

    def _row(self, data: OverviewData, column: ColumnComparison, day: str) -> dict[str, object]:
        history = [compared for _, compared in data.drift.history(column.name)]
        asked: dict[str, str | int] = {"column": column.name, "day": day}
        if self._version is not None:
            asked["version"] = self._version
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        place = f"{quote(self._model, safe='')}/{MONITOR.place}"
        return {
            "key": f"column {column.name}",
            "name": column.name,
            "href": f"{place}?{urlencode(asked)}",
            "svg": distance_sparkline(history),
            "distance": NOTHING if column.distance is None else f"{column.distance:.3f}",
            "sentence": column.verdict.sentence,
            **chip_fields(column.verdict.status),
        }


def _on(data: OverviewData, day: date) -> WindowComparison | None:
    return next((one for one in data.drift.windows if one.window.start.date() == day), None)


def _counted(entry: WindowComparison) -> str:
    changed = len(entry.comparison.changed)
    return f"{changed or 'none'} of {len(entry.comparison.columns)} changed"


def _need(column: ColumnComparison) -> tuple[bool, float, str]:
    changed = column.verdict.status is Status.CHANGED
    return not changed, -(column.distance or 0.0), column.name
