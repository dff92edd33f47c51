"""The table of a model's columns on one day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.charts import distance_sparkline
from modeldesk.drift import ColumnComparison
from modeldesk.schema import Column, Role
from modeldesk.services.views import DriftReport, WindowComparison
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.monitor_state import MonitorData, day_of
from modeldesk.ui.verdict_chip import CHIP_CELL, chip_fields
from modeldesk.ui.wording import NOTHING, plural, share

_ROWS_A_PAGE = 60
_SEARCH_FROM = 12
_TREND_WINDOWS = 30

_GROUPS = {Role.FEATURE: "Features", Role.PREDICTION: "Prediction", Role.SCORE: "Scores"}

_COLUMNS: list[dict[str, object]] = [
    {"name": "name", "label": "Column", "field": "name", "align": "left"},
    {"name": "kind", "label": "Type", "field": "kind", "align": "left"},
    {"name": "missing", "label": "Missing (reference)", "field": "missing", "align": "right"},
    {"name": "distance", "label": "Distance", "field": "distance", "align": "right"},
    {"name": "trend", "label": "Trend", "field": "svg", "align": "left"},
    {"name": "verdict", "label": "Verdict", "field": "verdict", "align": "left"},
]

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# sparkline is markup, and it holds nothing but numbers.
_ROW = f"""
<q-tr v-if="props.row.group" class="md-group">
  <q-td colspan="6">{{{{ props.row.group }}}}</q-td></q-tr>
<q-tr v-else :props="props" :class="'md-row' + (props.row.open ? ' md-row--open' : '')"
      :data-testid="'column-' + props.row.name" @click="$parent.$emit('open', props.row.name)">
  <q-td key="name" :props="props">
    <button class="md-link md-name" type="button">{{{{ props.row.name }}}}</button></q-td>
  <q-td key="kind" :props="props"><span class="md-tag">{{{{ props.row.kind }}}}</span></q-td>
  <q-td key="missing" :props="props">{{{{ props.row.missing }}}}
    <span class="md-faint">{{{{ props.row.missing_before }}}}</span></q-td>
  <q-td key="distance" :props="props">{{{{ props.row.distance }}}}</q-td>
  <q-td key="trend" :props="props"><span v-html="props.row.svg"></span></q-td>
  <q-td key="verdict" :props="props"><div class="md-verdict md-wrap">
    {CHIP_CELL}<span class="md-sentence">{{{{ props.row.sentence }}}}</span></div></q-td>
</q-tr>
"""


class ColumnTable:
    """A card with a row per column, grouped by role, changed ones first.

    Parameters
    ----------
    show
        Called with the name of a column that a person wants to see.
    """

    def __init__(self, *, show: Callable[[str], Awaitable[None]]) -> None:
        self._show = show

    def build(
        self, data: MonitorData, entry: WindowComparison | None, open_column: str | None
    ) -> None:
        """Add the card."""
        rows = _rows(data.report, entry, open_column)
        many = len(data.report.signature.columns)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Columns")
                self._note = text("span", _note(data, entry), "md-card-note")
                with block("md-card-end"):
                    search = self._search() if many > _SEARCH_FROM else None
            self._table = ui.table(
                rows=rows,
                columns=_COLUMNS,
                row_key="key",
                pagination={"rowsPerPage": _ROWS_A_PAGE} if many > _ROWS_A_PAGE else None,
            )
            self._table.classes("md-table").props("flat")
            self._table.add_slot("body", _ROW)
            self._table.on("open", self._open)
            if search is not None:
                search.bind_value_to(self._table, "filter")
            testable(self._table, "columns")

    def show(
        self, data: MonitorData, entry: WindowComparison | None, open_column: str | None
    ) -> None:
        """Show another day, or mark another column as open."""
        self._note.set_text(_note(data, entry))
        self._table.rows = _rows(data.report, entry, open_column)

    def _search(self) -> ui.input:
        search = ui.input(placeholder="Find a column").props("outlined dense clearable")
        search.classes("md-field")
        search.props["aria-label"] = "Find a column"
        return search

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show(str(event.args))


def _note(data: MonitorData, entry: WindowComparison | None) -> str:
    reference = f"reference of {plural(data.version.reference_rows, 'row')}"
    if entry is None:
        return reference
    return (
        f"{day_of(entry.window)}, {plural(entry.comparison.rows, 'row')}, against the {reference}"
    )


def _rows(
    report: DriftReport, entry: WindowComparison | None, open_column: str | None
) -> list[dict[str, object]]:
    compared = {c.name: c for c in entry.comparison.columns} if entry else {}
    rows: list[dict[str, object]] = []
    for role, title in _GROUPS.items():
        members = [
            _row(column, compared.get(column.name), report) | {"open": column.name == open_column}
            for column in report.signature.columns
            if column.role is role
        ]
        if members:
            rows.append({"key": f"group {role}", "group": title})
            rows += sorted(members, key=_need)
    return rows


def _need(row: dict[str, object]) -> tuple[bool, float]:
    distance = row["by"]
    return row["tone"] != "changed", -distance if isinstance(distance, float) else 0.0


def _row(
    column: Column, compared: ColumnComparison | None, report: DriftReport
) -> dict[str, object]:
    history = [c for _, c in report.history(column.name)][-_TREND_WINDOWS:]
    distance = compared.distance if compared else None
    return {
        "key": f"column {column.name}",
        "name": column.name,
        "kind": column.kind.value,
        "missing": share(compared.missing_share) if compared else NOTHING,
        "missing_before": f"({share(compared.reference_missing_share)})" if compared else "",
        "distance": NOTHING if distance is None else f"{distance:.3f}",
        "by": distance,
        "svg": distance_sparkline(history),
        "sentence": compared.verdict.sentence if compared else "",
        **chip_fields(compared.verdict.status if compared else None),
    }
