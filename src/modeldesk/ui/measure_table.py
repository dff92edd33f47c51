"""All measures of what holds for all rows together."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.services.performance_views import FigureView, PerformanceReport
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, count, plural

_BETTER = {"higher": "higher", "lower": "lower", "nearer zero": "nearer 0", "neither": NOTHING}

_COLUMNS: list[dict[str, object]] = [
    {"name": "title", "label": "Measure", "field": "title", "align": "left"},
    {"name": "value", "label": "Value", "field": "value", "align": "right"},
    {"name": "interval", "label": "Interval", "field": "interval", "align": "left"},
    {"name": "rows", "label": "Rows", "field": "rows", "align": "right"},
    {"name": "better", "label": "Better", "field": "better", "align": "left"},
]

# Templates are constants; what users wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'measure-' + props.row.measure">
  <q-td key="title" :props="props">{{ props.row.title }}
    <div v-if="props.row.note" class="md-measure-note">{{ props.row.note }}</div></q-td>
  <q-td v-if="props.row.because" colspan="4" class="md-measure-none">
    not defined, because {{ props.row.because }}</q-td>
  <template v-else>
    <q-td key="value" :props="props" class="md-measure-value">{{ props.row.value }}</q-td>
    <q-td key="interval" :props="props">{{ props.row.interval }}</q-td>
    <q-td key="rows" :props="props">{{ props.row.rows }}</q-td>
    <q-td key="better" :props="props">{{ props.row.better }}</q-td>
  </template>
</q-tr>
"""


class MeasureTable:
    """The card with the figures of all rows together."""

    def build(self, report: PerformanceReport) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Measures")
                self._note = text("span", "", "md-card-note")
            self._table = SlotTable(rows=[], columns=_COLUMNS, row_key="measure")
            self._table.classes("md-table md-table--measures").props("flat")
            self._table.template("body", _ROW)
            testable(self._table, "measures")
        self.show(report)

    def show(self, report: PerformanceReport) -> None:
        """Show other figures; the same ones move nothing."""
        rows = f"{plural(report.labelled, 'labelled row')}, {report.confidence:.0%} intervals"
        self._note.set_text(rows)
        shown = measure_rows([figure for figure in report.figures if figure.of is None])
        if shown != self._table.rows:
            self._table.rows = shown


def measure_rows(figures: Sequence[FigureView]) -> list[dict[str, object]]:
    """Return the table's rows: those with a value first, in the order of the measures."""
    rows: list[dict[str, object]] = [
        {
            "measure": figure.measure,
            "title": figure.title,
            "value": value_words(figure),
            "interval": interval_words(figure) or NOTHING,
            "rows": count(figure.rows),
            "better": _BETTER.get(figure.better, NOTHING),
            "note": figure.note,
            "because": figure.because or "",
        }
        for figure in figures
    ]
    return sorted(rows, key=lambda row: bool(row["because"]))
