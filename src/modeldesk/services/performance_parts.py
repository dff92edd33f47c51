"""How good a version is in parts of its rows, beside all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.performance import State
from modeldesk.services.performance_views import (
    FigureView,
    WindowPerformance,
    figures,
    window_view,
)
from modeldesk.services.slice_parts import slice_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFigure:
    """What one measure says of a part."""

    figure: FigureView
    outside: str | None
    """Where its interval lies wholly outside that of all rows: "better" or "worse", and "higher"
    or "lower" of measures that are neither better when higher nor when lower; "" where it does
    not; ``None`` where an interval is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A segment or a slice of a version's labelled rows."""

    segment: str
    """Such as ``country=DE``; empty for a slice."""
    slice: str
    """Name of the slice; empty for a segment."""
    labelled: int
    share: float
    """Of all labelled rows."""
    figures: tuple[PartFigure, ...]
    days: tuple[WindowPerformance, ...] = ()
    """Each day with a measure that was asked for; empty where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsTable:
    """How good a version is in each segment and slice."""

    model: str
    version: int
    confidence: float
    labelled: int
    overall: tuple[FigureView, ...]
    """Of all labelled rows, those of the parts among them."""
    parts: tuple[PartView, ...]
    """Those with a labelled row: segments, then slices, by their names."""


def part_view(
    part: str,
    state: State,
    labelled: int,
    found: Sequence[FigureView],
    overall: Sequence[FigureView],
    days: tuple[WindowPerformance, ...] = (),
) -> PartView:
    """Return a part as callers see it.

    Parameters
    ----------
    part
        As it was evaluated.
    state
        Of its rows.
    labelled
        How many rows of all are labelled.
    found, overall
        Figures of the part, and of all rows.
    days
        What is said of each day of the part.
    """
    whole = {(each.measure, each.of): each for each in overall}
    name = slice_of(part)
    return PartView(
        segment=part if name is None else "",
        slice=name or "",
        labelled=state.labelled,
        share=state.labelled / labelled,
        figures=tuple(
            PartFigure(figure=each, outside=_outside(each, whole.get((each.measure, each.of))))
            for each in found
        ),
        days=days,
    )


def daily_views(
    days: Sequence[tuple[datetime, State]], measures: Sequence[str], confidence: float
) -> tuple[WindowPerformance, ...]:
    """Return what some measures say of a part's days; nothing where none is asked for."""
    if not measures:
        return ()
    return tuple(
        window_view(day, state, None, figures(state, measures, confidence)) for day, state in days
    )


def _outside(part: FigureView, whole: FigureView | None) -> str | None:
    if (
        whole is None
        or part.low is None
        or part.high is None
        or whole.low is None
        or whole.high is None
    ):
        return None
    if part.low <= whole.high and part.high >= whole.low:
        return ""
    higher = part.low > whole.high
    if part.better == "nearer zero" and part.value is not None and whole.value is not None:
        return "better" if abs(part.value) < abs(whole.value) else "worse"
    if part.better in {"higher", "lower"}:
        return "better" if higher == (part.better == "higher") else "worse"
    return "higher" if higher else "lower"
