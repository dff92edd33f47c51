"""Groups of a version's rows side by side, as callers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.performance import Outcome
from modeldesk.performance.figures import listed
from modeldesk.services.performance_views import DifferenceView, FigureView, titled

_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group of a version's labelled rows."""

    name: str
    """A segment such as ``country=DE``, or the name of a slice."""
    slice: bool
    """Whether it is a slice."""
    labelled: int
    share: float
    """Of all labelled rows of the range, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCell:
    """One measure on one group, beside those that it is compared with."""

    group: str
    figure: FigureView
    """With an interval of its own."""
    difference: DifferenceView | None
    """From the chosen group or from the rest; ``None`` of the chosen group itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessReport:
    """Groups of a version's labelled rows, side by side on some measures."""

    model: str
    version: int
    task: str | None
    """What the version does; ``None`` while no label is evaluated."""
    by: str | None
    """The column whose segments the groups are; ``None`` where they were chosen by name."""
    against: str
    """The group that the others are compared with, or "the rest": all others together."""
    confidence: float
    """The chance that none of the differences is called one where there is none."""
    labelled: int
    """All labelled rows of the range, whichever group they are in."""
    groups: tuple[GroupView, ...]
    cells: tuple[GroupCell, ...]
    """Measure by measure, within each class by class, within each group by group."""
    sentence: str
    """All of it in one sentence."""
    because: str | None
    """Why nothing can be compared; ``None`` where something can."""


def fairness_sentence(cells: Sequence[GroupCell]) -> str:
    """Say in one sentence where groups differ."""
    told = [
        (each, each.difference)
        for each in cells
        if each.difference is not None and each.difference.outcome is not None
    ]
    if not told:
        return "No difference can be told: too few rows are labelled."
    unequal = [
        f"{titled(gap)} of {each.group} is {gap.outcome}"
        for each, gap in told
        if gap.outcome != Outcome.SAME.value
    ]
    many = f"{len(told)} differences" if len(told) > 1 else "1 difference"
    if not unequal:
        return f"Of {many} none is shown; all of it may be chance."
    more = len(unequal) - _MOST_TOLD
    shown = unequal[:_MOST_TOLD] + ([f"{more} more"] if more > 0 else [])
    verb = "is" if len(unequal) == 1 else "are"
    return f"Of {many} {len(unequal)} {verb} more than chance: {listed(shown)}."
