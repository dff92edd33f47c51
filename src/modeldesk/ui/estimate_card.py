"""The card that sets estimates against what labels said: how far they can be relied on."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.performance import MEASURES
from modeldesk.services.estimate_report import (
    EstimateReport,
    EstimateView,
    ScorecardView,
)
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import decimals, written
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, count, plural

_TREATMENTS = {
    "none": "scores are taken as they are",
    "calibrated": "scores are calibrated",
    "corrected": "scores are corrected by the inputs",
}

_COLUMNS: list[dict[str, object]] = [
    {"name": "title", "label": "Measure", "field": "title", "align": "left"},
    {"name": "estimate", "label": "Latest estimate", "field": "estimate", "align": "right"},
    {"name": "interval", "label": "Interval", "field": "interval", "align": "left"},
    {"name": "days", "label": "Days compared", "field": "days", "align": "right"},
    {"name": "bias", "label": "Estimate less truth", "field": "bias", "align": "right"},
    {"name": "error", "label": "Mean distance", "field": "error", "align": "right"},
    {"name": "coverage", "label": "Within interval", "field": "coverage", "align": "right"},
]

# A template is a constant; everything arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'estimate-' + props.row.key">
  <q-td key="title" :props="props">{{ props.row.title }}</q-td>
  <q-td v-if="props.row.because" colspan="2" class="md-measure-none">{{ props.row.because }}</q-td>
  <template v-else>
    <q-td key="estimate" :props="props" class="md-measure-value">{{ props.row.estimate }}</q-td>
    <q-td key="interval" :props="props">{{ props.row.interval }}</q-td>
  </template>
  <q-td key="days" :props="props">{{ props.row.days }}</q-td>
  <q-td key="bias" :props="props">{{ props.row.bias }}</q-td>
  <q-td key="error" :props="props">{{ props.row.error }}</q-td>
  <q-td key="coverage" :props="props"><span :class="props.row.low ? 'md-low' : ''"
      :title="props.row.low">{{ props.row.coverage }}</span></q-td>
</q-tr>
"""


class EstimateCard:
    """Shows estimates, where anything is estimated."""

    def build(self, report: EstimateReport | None) -> None:
        """Add the place of the card."""
        self._shown: EstimateReport | None = None
        self._table: SlotTable | None = None
        self._place = block("")
        self._place.set_visibility(False)
        self.show(report)

    def show(self, report: EstimateReport | None) -> None:
        """Show other estimates; the same ones move nothing."""
        if report == self._shown:
            return
        self._shown = report
        rows = [] if report is None or report.learned is None else estimate_rows(report)
        self._place.set_visibility(bool(rows))
        if report is None or not rows:
            self._place.clear()
            self._table = None
            return
        if self._table is None:
            with self._place:
                self._table = self._card()
        self._note.set_text(_note(report))
        self._learned.set_text(learned_words(report))
        if rows != self._table.rows:
            self._table.rows = rows

    def _card(self) -> SlotTable:
        card = block("md-card")
        testable(card, "scorecard")
        with card:
            with block("md-card-head"):
                text("h2", "Estimates without labels")
                self._note = text("span", "", "md-card-note")
            table = SlotTable(rows=[], columns=_COLUMNS, row_key="key")
            table.classes("md-table md-table--measures").props("flat")
            table.template("body", _ROW)
            testable(table, "estimates")
            with block("md-card-body md-card-foot"):
                self._learned = text("p", "", "md-soft md-small")
                testable(self._learned, "estimates-learned")
        return table


def estimate_rows(report: EstimateReport) -> list[dict[str, object]]:
    """Return a row per measure: the latest day's estimate, and how right earlier ones were."""
    if not report.days:
        return []
    cards = {card.measure: card for card in report.scorecards}
    return [_row(view, cards.get(view.measure)) for view in report.days[-1].estimates]


def _row(view: EstimateView, card: ScorecardView | None) -> dict[str, object]:
    places = decimals(view.low, view.high)
    known = view.value is not None and view.low is not None and view.high is not None
    return {
        "key": view.measure,
        "title": _title(view),
        "estimate": written(view.value or 0.0, places),
        "interval": f"{written(view.low or 0.0, places)} to {written(view.high or 0.0, places)}",
        "because": "" if known else f"not estimated, because {view.because}",
        **_compared(card, places),
    }


def _compared(card: ScorecardView | None, places: int | None) -> dict[str, object]:
    if card is None:
        return {"days": NOTHING, "bias": NOTHING, "error": NOTHING, "coverage": NOTHING, "low": ""}
    within = round(card.coverage * card.windows)
    low = within < _few(card)
    return {
        "days": count(card.windows),
        "bias": f"{'+' if card.bias > 0 else ''}{written(card.bias, places)}",
        "error": written(card.mean_error, places),
        "coverage": f"{count(within)} of {count(card.windows)}",
        "low": f"{card.level:.0%} should be" if low else "",
    }


def _few(card: ScorecardView) -> int:
    """Return how many days within the interval are still no surprise, once in a hundred times."""
    chances: Sequence[float] = [1.0]
    for _ in range(card.windows):
        up, down = card.level, 1 - card.level
        chances = [
            (chances[k] * down if k < len(chances) else 0.0) + (chances[k - 1] * up if k else 0.0)
            for k in range(len(chances) + 1)
        ]
    total = 0.0
    for within, chance in enumerate(chances):
        total += chance
        if total > 0.01:  # noqa: PLR2004 - as said above
            return within
    return 0


def _title(view: EstimateView) -> str:
    title = MEASURES[view.same_as or view.measure].title
    return title if view.of is None else f"{title} of {view.of}"


def _note(report: EstimateReport) -> str:
    latest = report.days[-1].window.start
    rows = plural(report.days[-1].rows, "row")
    return f"of {latest:%a %Y-%m-%d}, {rows}, with {report.level:.0%} intervals"


def learned_words(report: EstimateReport) -> str:
    """Say what estimates rest on; nothing where nothing was learned."""
    learned = report.learned
    if learned is None:
        return ""
    how = "" if learned.treatment is None else f"; {_TREATMENTS[learned.treatment]}"
    if learned.contextual:
        how += ", and moved by what their day says as a whole"
    compared = (
        "Days that were not learned from are compared with what their labels say."
        if report.scorecards
        else "No other day of this range has enough labels to compare them with."
    )
    return (
        f"Learned from {plural(learned.rows, 'labelled row')} of {learned.start:%Y-%m-%d} to "
        f"{learned.end:%Y-%m-%d}{how}. {compared}"
    )
