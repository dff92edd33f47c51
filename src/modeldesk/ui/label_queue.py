"""The queue of rows that are worth a label, and how many there are for each reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.services.worth_labelling import Candidate, LabelQueue, Why
from modeldesk.ui.label_card import ICONS
from modeldesk.ui.label_round import LabelRound
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.states import empty
from modeldesk.ui.wording import brief, count, plural

MOST_LISTED = 60
"""Rows of the list; the others follow when these are done."""

NAMES = {
    None: "All",
    Why.FLAGGED: "Flagged",
    Why.DISAGREEMENT: "Shadow",
    Why.OUTSIDE: "Outside",
    Why.UNCERTAIN: "Uncertain",
}
"""What the reasons are called."""

_TITLES = {
    None: "For any reason",
    Why.FLAGGED: "Somebody flagged it",
    Why.DISAGREEMENT: "The shadow answered something else",
    Why.OUTSIDE: "Values that the reference does not have",
    Why.UNCERTAIN: "Its largest score is low, or among the lowest",
}


class QueueCard:
    """A card with the queue.

    Parameters
    ----------
    choose
        Called with the reason that a person wants rows of; ``None``: of any.
    show
        Called with the prediction that a person wants to label next.
    again
        Called when a person wants the queue anew.
    """

    def __init__(
        self,
        *,
        choose: Callable[[Why | None], Awaitable[None]],
        show: Callable[[str], Awaitable[None]],
        again: Callable[[], Awaitable[None]],
    ) -> None:
        self._choose = choose
        self._show = show
        self._again = again

    def build(self) -> None:
        """Add the card, empty."""
        with block("md-card md-queue") as card:
            testable(card, "queue")
            with block("md-card-head"):
                text("h2", "Worth a label")
                self._note = text("span", "", "md-card-note")
                testable(self._note, "queue-note")
                with block("md-card-end"):
                    self._news = ui.button("Look again", on_click=self._again, color=None)
                    self._news.props("flat no-caps")
                    self._news.classes("md-btn md-btn--quiet md-btn--small")
                    testable(self._news, "queue-again")
            self._whys = block("md-queue-whys")
            self._list = scrollable("md-queue-list")

    def tell_news(self) -> None:
        """Say that there are new rows, of which some may be worth a label."""
        self._news.set_text("New rows - look again")

    def fill(self, queue: LabelQueue, way: LabelRound, why: Why | None) -> None:
        """Show the queue, and where a person is in it."""
        self._news.set_text("Look again")
        words = f"of the newest {plural(queue.looked_at, 'row')}, {count(queue.labelled)} labelled"
        self._note.set_text(words)
        self._reasons(queue, way, why)
        self._list.clear()
        with self._list:
            if not queue.candidates:
                self._nothing(queue, why)
                return
            # Those round the shown one, so that it is always in the list.
            start = max(0, min(way.at - MOST_LISTED // 2, len(way.candidates) - MOST_LISTED))
            for candidate in way.candidates[start : start + MOST_LISTED]:
                self._one(candidate, way)
            more = len(way.candidates) - start - MOST_LISTED
            if more > 0:
                text("p", f"and {count(more)} more", "md-queue-more md-faint")

    def _reasons(self, queue: LabelQueue, way: LabelRound, why: Why | None) -> None:
        self._whys.clear()
        with self._whys, block("md-choices") as choices:
            choices.props["role"] = "group"
            choices.props["aria-label"] = "Reason"
            for each, name in NAMES.items():
                button = block("", tag="button")
                button.props["type"] = "button"
                button.props["aria-pressed"] = "true" if each is why else "false"
                button.on("click", lambda _, each=each: self._choose(each))
                button.props["title"] = _TITLES[each]
                testable(button, f"why-{each or 'all'}")
                with button:
                    if each is None:
                        text("span", name)
                    else:
                        left = max(0, queue.counts[each] - way.labelled(each))
                        text("span", f"{name} {count(left)}")

    def _nothing(self, queue: LabelQueue, why: Why | None) -> None:
        if not queue.looked_at:
            words = "Predictions of this version come here once there are any."
            box = empty("inbox", "Nothing to label yet", words, small=True)
        elif why is not None:
            words = f"None of the newest {plural(queue.looked_at, 'row')} is here for this reason."
            box = empty("done_all", "Nothing left", words, small=True)
        else:
            words = (
                f"Of the newest {plural(queue.looked_at, 'row')}, no unlabelled one is flagged, "
                "uncertain, outside the reference, or contested by a shadow."
            )
            box = empty("done_all", "Nothing left", words, small=True)
        testable(box, "queue-empty")

    def _one(self, candidate: Candidate, way: LabelRound) -> None:
        current = candidate is way.current
        label = way.labels.get(candidate.prediction_id)
        skipped = candidate.prediction_id in way.skipped
        look = "md-queue-row" + " md-queue-row--here" * current
        button = block(look + " md-queue-row--done" * (label is not None or skipped), tag="button")
        button.props["type"] = "button"
        if current:
            button.props["aria-current"] = "true"
        button.on("click", lambda: self._show(candidate.prediction_id))
        testable(button, f"queued-{candidate.prediction_id}")
        with button:
            if label is not None:
                ui.icon("check_circle")
                text("span", f"Labelled {brief(label, 60)}")
            elif skipped:
                ui.icon("redo")
                text("span", "Skipped")
            else:
                first = candidate.reasons[0]
                ui.icon(ICONS[first.why])
                more = len(candidate.reasons) - 1
                words = brief(first.sentence, 120) + (f", and {more} more" if more else "")
                with block("md-queue-words"):
                    text("b", brief(candidate.said, 60))
                    text("span", words)
