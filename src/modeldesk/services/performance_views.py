"""How good versions are, as callers see it: figures with their intervals, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.performance import (
    MEASURES,
    CalibrationPoint,
    Costs,
    Curve,
    Difference,
    Outcome,
    Result,
    State,
    Sweep,
    Threshold,
    Undefined,
    measure_all,
)
from modeldesk.performance.figures import listed
from modeldesk.schema import Window
from modeldesk.services.maturity import WindowMaturity


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOf:
    """Which of a version's labelled rows are meant."""

    model: str
    version: int
    segment: str
    """Such as ``country=DE``; empty for all rows, or those of a slice."""
    slice: str
    """Name of the slice; empty for all rows, or those of a segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """What one measure says, or why it says nothing."""

    measure: str
    """Name of the measure, such as ``f1_macro``."""
    title: str
    """The same for people, such as "F1, macro"."""
    of: str | None
    """Of which class, quantile or cutoff; ``None`` where there is one figure."""
    better: str
    """Which way it improves: "higher", "lower", "nearer zero" or "neither"."""
    value: float | None
    low: float | None
    """Lower end of the interval; ``None`` where the rows are too few for one."""
    high: float | None
    """Upper end, likewise."""
    rows: int
    """On how many rows it rests; 0 where there is no value."""
    note: str
    """What was left out, or is only approximate; empty where there is nothing to say."""
    because: str | None
    """Why there is no value; ``None`` where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPerformance:
    """How good a version was on one day, as far as its labels tell."""

    window: Window
    labelled: int
    """Rows with a label and a prediction: those that are measured."""
    predictions: int | None
    """Answered predictions of the day; ``None`` for a segment."""
    maturity: float | None
    """Share of the day's predictions that is labelled; ``None`` for a segment."""
    figures: tuple[FigureView, ...]
    """The measures that were asked for, or a few that fit the task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceReport:
    """How good a version is, over a range and on each day of it."""

    model: str
    version: int
    segment: str
    """Such as ``country=DE``; empty for all rows."""
    task: str | None
    """What the version does: "classification", "multi-label" or "regression"; ``None`` while no
    label is evaluated."""
    confidence: float
    """How often an interval should hold the true value."""
    labelled: int
    """Rows of all days with a label and a prediction: those that are measured."""
    figures: tuple[FigureView, ...]
    """Of all days together: the measures that were asked for, or every one that applies."""
    windows: tuple[WindowPerformance, ...]
    """Each day with evaluated labels, oldest first."""
    because: str | None
    """Why there are no figures at all; ``None`` where there are some."""
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionView:
    """How often each class was predicted for each."""

    model: str
    version: int
    segment: str
    """Empty for all rows."""
    classes: tuple[str, ...]
    """Those that occur as a label or as a prediction; up to 500 by name."""
    counts: tuple[tuple[int, ...], ...]
    """A row per true class, in it a number per predicted class, in the order of ``classes``."""
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


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
    """"roc" (recall over false positive rate) or "pr" (precision over recall)."""
    points: tuple[PointView, ...]
    """From the highest threshold to the lowest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """What was said with about one confidence, and how often it was true."""

    confidence: float
    """Mean probability in a stretch of a tenth."""
    rows: int
    truth: float
    """How often it was true, from 0 to 1, and the limits of that."""
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdView:
    """What it would give if scores from a threshold on counted as the class."""

    threshold: float
    flagged: float
    """Share of the rows that would count as the class."""
    precision: float | None
    """``None`` where no row would."""
    recall: float
    f1: float
    cost: float
    """The mean cost per row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestView:
    """The threshold that costs least. It was chosen on the same rows: on others expect more."""

    threshold: float | None
    """``None`` where it is cheapest that no row counts as the class."""
    flagged: float
    """Share of the rows that would count as the class."""
    cost: float
    """The mean cost per row, and its limits."""
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBinView:
    """How many rows have an error, prediction less label, within a stretch."""

    low: float | None
    """Where it begins; ``None`` of the first, which reaches down to all that are lower."""
    high: float | None
    """Where it ends, which does not belong to it; ``None`` of the last."""
    share: float
    """Of the labelled rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsView:
    """How the errors of a regression are distributed."""

    model: str
    version: int
    segment: str
    labelled: int
    bins: tuple[ErrorBinView, ...]
    """From the lowest errors to the highest; empty where nothing is labelled."""
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesView:
    """The curves of one class."""

    model: str
    version: int
    segment: str
    of: str | None
    """The class; ``None`` where there are no curves."""
    classes: tuple[str, ...]
    """The classes that have curves: of two only the positive one."""
    curves: tuple[CurveView, ...]
    """"roc" and "pr"."""
    calibration: tuple[CalibrationView, ...]
    """Of two classes: how often rows are of the positive one. Of more: how often the prediction is
    right, whichever class the curves are of."""
    because: str | None
    """Why there are none; ``None`` where there are."""
    thresholds: tuple[ThresholdView, ...] = ()
    """What thresholds would give, from the lowest to the highest."""
    best: ThresholdView | None = None
    """The one with the highest F1. It was chosen on the same rows: on others expect less."""
    costs: Costs | None = None
    """What each outcome of a row was taken to cost."""
    cheapest: CheapestView | None = None
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """One measure of two versions, and whether the difference is one."""

    measure: str
    title: str
    of: str | None
    one: FigureView
    other: FigureView
    gap: FigureView
    """The first less the second."""
    outcome: str | None
    """"better", "worse", "different", "no difference shown"; ``None`` where it cannot be told."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedVersions:
    """Two versions, each on its own labelled rows, as if these were independent."""

    model: str
    one: int
    """The version that is judged."""
    other: int
    """The version that it is compared with."""
    segment: str
    """Empty for all rows."""
    one_labelled: int
    """Labelled rows of the first."""
    other_labelled: int
    differences: tuple[DifferenceView, ...]
    """Empty where one of them has no labelled row."""
    verdict: str
    """All of it in one sentence."""
    slice: str = ""
    """The slice whose rows these are; empty: of all rows, or of the segment's."""


def figures(
    state: State, measures: Sequence[str] | None, confidence: float
) -> tuple[FigureView, ...]:
    """Return what measures say of a state; ``None`` for all that apply."""
    found = measure_all(state, measures, confidence=confidence)
    return tuple(figure_view(each.measure, each.of, each.result) for each in found)


def window_view(
    day: datetime,
    state: State,
    maturity: WindowMaturity | None,
    told: tuple[FigureView, ...],
) -> WindowPerformance:
    """Return a day as callers see it, with what was told of it."""
    return WindowPerformance(
        window=Window(start=day, end=day + timedelta(days=1)),
        labelled=state.labelled,
        predictions=None if maturity is None else maturity.predictions,
        maturity=None if maturity is None else maturity.share,
        figures=told,
    )


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


def threshold_view(found: Threshold) -> ThresholdView:
    """Return a threshold as callers see it."""
    return ThresholdView(
        threshold=found.threshold,
        flagged=found.outcomes.predicted / found.outcomes.rows,
        precision=found.precision,
        recall=found.recall,
        f1=found.f1,
        cost=found.cost,
    )


def cheapest_view(found: Sweep) -> CheapestView:
    """Return the cheapest threshold as callers see it."""
    cheapest, result = found.cheapest, found.cost
    interval = None if isinstance(result, Undefined) else result.interval
    return CheapestView(
        threshold=cheapest.threshold if math.isfinite(cheapest.threshold) else None,
        flagged=cheapest.outcomes.predicted / cheapest.outcomes.rows,
        cost=cheapest.cost,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
    )


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


def no_curves(rows: RowsOf, because: str, classes: tuple[str, ...] = ()) -> CurvesView:
    """Say why there are no curves."""
    return CurvesView(
        model=rows.model,
        version=rows.version,
        segment=rows.segment,
        slice=rows.slice,
        of=None,
        classes=classes,
        curves=(),
        calibration=(),
        because=because,
    )


def verdict(one: int, other: int, found: Sequence[DifferenceView]) -> str:
    """Say in one sentence which of two versions is better."""
    told = [each for each in found if each.outcome is not None]
    if not told:
        few = "too few rows are labelled" if not found else "their figures tell nothing yet"
        return f"Versions {one} and {other} cannot be compared yet: {few}."
    better = [titled(each) for each in told if each.outcome == Outcome.BETTER.value]
    worse = [titled(each) for each in told if each.outcome == Outcome.WORSE.value]
    if better and worse:
        return (
            f"Version {one} is better than version {other} by {listed(better)}, "
            f"and worse by {listed(worse)}."
        )
    if better or worse:
        word = "better" if better else "worse"
        return f"Version {one} is {word} than version {other} by {listed(better or worse)}."
    return f"No difference between versions {one} and {other} is shown; it may all be chance."


def titled(found: DifferenceView) -> str:
    """Return what a difference is of, as it stands within a sentence."""
    title = MEASURES[found.measure].in_words
    return title if found.of is None else f"{title} of {found.of!r}"
