"""The card that says whether the model became better or worse, measure by measure."""

from __future__ import annotations

from nicegui import ui

from modeldesk.services.performance_change import PerformanceChange
from modeldesk.services.performance_views import DifferenceView, FigureView
from modeldesk.ui.change_mark import change_words
from modeldesk.ui.health_words import address
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import decimals, interval_words, value_words, written
from modeldesk.ui.overview_data import OverviewData
from modeldesk.ui.places import PERFORMANCE
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import empty
from modeldesk.ui.wording import NOTHING, plural

_COLUMNS: list[dict[str, object]] = [
    {"name": "title", "label": "Measure", "field": "title", "align": "left"},
    {"name": "before", "label": "Before", "field": "before", "align": "right"},
    {"name": "now", "label": "Latest", "field": "now", "align": "right"},
    {"name": "change", "label": "Change", "field": "word", "align": "left"},
]

# A template is a constant; everything arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'measured-' + props.row.measure">
  <q-td key="title" :props="props">{{ props.row.title }}</q-td>
  <q-td key="before" :props="props"><span :title="props.row.before_note">
    {{ props.row.before }}</span></q-td>
  <q-td key="now" :props="props" class="md-measure-value"><span :title="props.row.now_note">
    {{ props.row.now }}</span></q-td>
  <q-td key="change" :props="props"><span :class="props.row.mark" :title="props.row.sentence">
    <q-icon :name="props.row.icon"></q-icon><span>{{ props.row.word }}</span></span></q-td>
</q-tr>
"""


class PerformanceCard:
    """Shows the latest week of labelled rows beside the weeks before it.

    Parameters
    ----------
    model
        Whose performance it is.
    version
        The version that the page is about; ``None``: the champion.
    """

    def __init__(self, *, model: str, version: int | None) -> None:
        self._model = model
        self._version = version

    def build(self, data: OverviewData) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "performance-card")
        with card:
            with block("md-card-head"):
                text("h2", "Performance")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    link = ui.link("Performance", address(PERFORMANCE, self._model, self._version))
                    testable(link.classes("md-card-link"), "to-performance")
            self._content = block("")
        self.show(data)

    def show(self, data: OverviewData) -> None:
        """Show another state of it."""
        change, estimate = data.summary.performance, data.summary.estimate
        self._content.clear()
        with self._content:
            if change is not None:
                self._note.set_text(_labelled(change))
                self._changes(change)
            else:
                self._note.set_text("")
                if estimate is None:
                    self._nothing(data)
                    return
            if estimate is not None:
                places = decimals(estimate.low, estimate.high)
                ends = f"{written(estimate.low, places)} to {written(estimate.high, places)}"
                words = (
                    f"Without labels, {estimate.title.lower()} of {estimate.day} is estimated at "
                    f"{written(estimate.value, places)} ({ends})."
                )
                with block("md-card-body md-card-foot"):
                    testable(text("p", words, "md-soft md-small"), "performance-estimate")

    def _changes(self, change: PerformanceChange) -> None:
        rows = [_row(each) for each in change.differences]
        if not rows:
            rows = [_alone(change.figure)]
        table = SlotTable(rows=rows, columns=_COLUMNS, row_key="measure")
        table.classes("md-table md-table--short").props("flat")
        table.template("body", _ROW)
        with block("md-card-body md-card-foot"):
            text("p", f"Days {change.words}.", "md-soft md-small")

    def _nothing(self, data: OverviewData) -> None:
        words = "Say what was true of predictions, and this card tells how good the model is."
        if data.predictions:
            words = (
                f"{plural(data.predictions, 'prediction')} in this range, none labelled. {words}"
            )
        if data.labelled:
            words = "Labels are here; they are evaluated in the background within seconds."
        with empty("label", "No labels yet", words, small=True) as box:
            ui.link("See how labels are sent", address(PERFORMANCE, self._model, self._version))
        testable(box, "no-performance")


def _labelled(change: PerformanceChange) -> str:
    before = "" if change.before is None else f", {plural(change.labelled_before, 'row')} before"
    return f"{plural(change.labelled, 'labelled row')}{before}"


def _row(change: DifferenceView) -> dict[str, object]:
    words = change_words(change)
    title = change.title if change.of is None else f"{change.title} of {change.of}"
    return {
        "measure": change.measure if change.of is None else f"{change.measure} {change.of}",
        "title": title,
        "before": value_words(change.other),
        "before_note": interval_words(change.other),
        "now": value_words(change.one),
        "now_note": interval_words(change.one),
        "word": words.word,
        "icon": words.icon,
        "mark": f"md-mark md-mark--{words.tone}" if words.tone else "md-mark",
        "sentence": change.sentence,
    }


def _alone(figure: FigureView) -> dict[str, object]:
    return {
        "measure": figure.measure,
        "title": figure.title,
        "before": NOTHING,
        "before_note": "no earlier day has labels",
        "now": value_words(figure),
        "now_note": interval_words(figure),
        "word": "cannot be told yet",
        "icon": "hourglass_empty",
        "mark": "md-mark",
        "sentence": "There is no earlier day with labels to compare with.",
    }
