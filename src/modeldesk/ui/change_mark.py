"""The mark that says whether a measure of the latest week changed."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from modeldesk.services.performance_views import DifferenceView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import decimals, written


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWords:
    """How a change is shown: a word, an icon and a tone; never colour alone."""

    word: str
    icon: str
    tone: str
    """Suffix of the CSS class; empty for the plain one."""


_OUTCOMES = {
    "better": ChangeWords(word="better", icon="arrow_upward", tone="better"),
    "worse": ChangeWords(word="worse", icon="arrow_downward", tone="worse"),
    "different": ChangeWords(word="different", icon="swap_vert", tone=""),
    "no difference shown": ChangeWords(word="no change shown", icon="drag_handle", tone=""),
}
_UNKNOWN = ChangeWords(word="cannot be told yet", icon="hourglass_empty", tone="")


def change_words(change: DifferenceView) -> ChangeWords:
    """Return how a change of a measure is shown; with its size where it is one.

    Parameters
    ----------
    change
        The latest week less the weeks before it.
    """
    known = _OUTCOMES.get(change.outcome or "", _UNKNOWN)
    if change.gap.value is None or change.outcome in {None, "no difference shown"}:
        return known
    places = decimals(change.gap.low, change.gap.high)
    word = f"{known.word} by {written(abs(change.gap.value), places)}"
    return ChangeWords(word=word, icon=known.icon, tone=known.tone)


def change_mark(change: DifferenceView) -> None:
    """Add the mark, with the whole sentence on hover."""
    words = change_words(change)
    mark = block(f"md-mark md-mark--{words.tone}" if words.tone else "md-mark", tag="span")
    mark.props["title"] = change.sentence
    testable(mark, f"change-{change.measure}")
    with mark:
        ui.icon(words.icon)
        text("span", words.word)
