"""How good versions are, as callers see it: figures with their intervals, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.performance import (
    MEASURES,
    CalibrationPoint,
    Curve,
    Difference,
    Outcome,
    Result,
    State,
    Undefined,
    measure_all,
)
from modeldesk.schema import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """What one measure says, or why it says nothing."""

    measure: str
    title: str
    of: str | None
    """Of which class, quantile or cutoff; ``None`` where there is one figure."""
    better: str
    """Which way it improves: "higher", "lower", "nearer zero" or "neither"."""
    value: float | None
    low: float | None
    """Lower end of the interval; ``None`` where the rows are too few for one."""
    high: float | None
    rows: int
    """On how many rows it rests."""
    note: str
    because: str | None
    """Why there is no value; ``None`` where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPerformance:
    """How good a version was on one day, as far as its labels tell."""

    window: Window
    labelled: int
    predictions: int | None
    """Answered predictions of the day; ``None`` for a part of the rows."""
    maturity: float | None
    """Share of the day's predictions that is labelled; ``None`` for a part of the rows."""
    figures: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceReport:
    """How good a version is, over a range and on each day of it."""

    model: str
    version: int
    segment: str
    task: str | None
    """``None`` while no label is evaluated."""
    confidence: float
    labelled: int
    figures: tuple[FigureView, ...]
    """Of all days together: every measure that applies."""
    windows: tuple[WindowPerformance, ...]
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionView:
    """How often each class was predicted for each."""

    model: str
    version: int
    segment: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """A row per true class, in it a number per predicted class, in the order of ``classes``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A point of a curve, with limits of its height."""

    threshold: float | None
    """Scores from here on count as the class; ``None`` where none does."""
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveView:
    """A curve over all thresholds."""

    name: str
    points: tuple[PointView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """What was said with about one confidence, and how often it was true."""

    confidence: float
    rows: int
    truth: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesView:
    """The curves of one class."""

    model: str
    version: int
    segment: str
    of: str | None
    """The class; ``None`` where there are no curves."""
    curves: tuple[CurveView, ...]
    """"roc" and "pr"."""
    calibration: tuple[CalibrationView, ...]
    because: str | None
    """Why there are none; ``None`` where there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """One measure of two sets of rows, and whether the difference is one."""

    measure: str
    title: str
    of: str | None
    one: FigureView
    other: FigureView
    gap: FigureView
    outcome: str | None
    """"better", "worse", "different", "no difference shown"; ``None`` where it cannot be told."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedVersions:
    """Two versions on their own labelled rows."""

    model: str
    one: int
    other: int
    segment: str
    differences: tuple[DifferenceView, ...]
    verdict: str
    """All of it in one sentence."""


def figures(
    state: State, measures: Sequence[str] | None, confidence: float
) -> tuple[FigureView, ...]:
    """Return what measures say of a state; ``None`` for all that apply."""
    found = measure_all(state, measures, confidence=confidence)
    return tuple(figure_view(each.measure, each.of, each.result) for each in found)


def figure_view(measure: str, of: str | None, result: Result) -> FigureView:
    """Return a result as callers see it."""
    about = MEASURES[measure]
    if isinstance(result, Undefined):
        return FigureView(
            measure=measure,
            title=about.title,
            of=of,
            better=about.better.value,
            value=None,
            low=None,
            high=None,
            rows=0,
            note="",
            because=result.because,
        )
    interval = result.interval
    return FigureView(
        measure=measure,
        title=about.title,
        of=of,
        better=about.better.value,
        value=result.value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        rows=result.rows,
        note=result.note,
        because=None,
    )


def difference_view(found: Difference) -> DifferenceView:
    """Return a difference as callers see it."""
    name, of = found.measure, found.of
    return DifferenceView(
        measure=name,
        title=MEASURES[name].title,
        of=of,
        one=figure_view(name, of, found.one),
        other=figure_view(name, of, found.other),
        gap=figure_view(name, of, found.gap),
        outcome=None if found.outcome is None else found.outcome.value,
        sentence=found.sentence,
    )


def curve_view(name: str, curve: Curve) -> CurveView:
    """Return a curve as callers see it."""
    points = tuple(
        PointView(
            threshold=point.threshold if math.isfinite(point.threshold) else None,
            x=point.x,
            y=point.y,
            low=point.low,
            high=point.high,
        )
        for point in curve.points
    )
    return CurveView(name=name, points=points)


def calibration_view(point: CalibrationPoint) -> CalibrationView:
    """Return a stretch of confidence as callers see it."""
    interval = point.truth.interval
    return CalibrationView(
        confidence=point.confidence,
        rows=point.rows,
        truth=point.truth.value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
    )


def no_curves(model: str, version: int, segment: str, because: str) -> CurvesView:
    """Say why there are no curves."""
    return CurvesView(
        model=model,
        version=version,
        segment=segment,
        of=None,
        curves=(),
        calibration=(),
        because=because,
    )


def verdict(one: int, other: int, found: Sequence[DifferenceView]) -> str:
    """Say in one sentence which of two versions is better."""
    told = [each for each in found if each.outcome is not None]
    if not told:
        return f"Versions {one} and {other} cannot be compared yet: too few rows are labelled."
    better = [each.title for each in told if each.outcome == Outcome.BETTER.value]
    worse = [each.title for each in told if each.outcome == Outcome.WORSE.value]
    if better and worse:
        return (
            f"Version {one} is better than version {other} by {_listed(better)}, "
            f"and worse by {_listed(worse)}."
        )
    if better or worse:
        word = "better" if better else "worse"
        return f"Version {one} is {word} than version {other} by {_listed(better or worse)}."
    return f"No difference between versions {one} and {other} is shown; it may all be chance."


def _listed(titles: Sequence[str]) -> str:
    each = list(dict.fromkeys(titles))
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
