"""Curves over thresholds and over probabilities, from the counts alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.calibration_table import CELLS
from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import CONFIDENCE, Figure, Result, Undefined
from modeldesk.performance.intervals import normal_quantile
from modeldesk.performance.measures import measure
from modeldesk.performance.measures.shares import share
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.score_histogram import ScoreHistogram

POINTS = 200
"""Points that a curve has at most, unless told otherwise."""

Labelled = Classification | MultiLabel
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One point of a curve, with the limits of its height."""

    threshold: float
    """Scores from here on count as the class; infinite where none does."""
    x: float
    y: float
    low: float
    high: float
    """Wilson's limits for ``y``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A curve over thresholds, from the highest to the lowest."""

    of: str
    """The class."""
    points: tuple[CurvePoint, ...]
    area: Result
    """The area below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPoint:
    """What was said with about one confidence, and how often it was true."""

    low: float
    high: float
    """The stretch of confidence."""
    confidence: float
    """The mean confidence in it."""
    rows: int
    truth: Figure
    """How often it was true, with Wilson's interval."""


def roc_curve(
    state: Labelled,
    *,
    of: str | None = None,
    points: int = POINTS,
    confidence: float = CONFIDENCE,
) -> Curve | Undefined:
    """Return recall (y) over false positive rate (x) at falling thresholds.

    Parameters
    ----------
    state
        A summary of rows with probabilities.
    of
        The class; the positive one, or the only one with probabilities, unless told.
    points
        How many points at most: of more, those at even distances along the curve.
    confidence
        How often each point's limits should hold the true height.

    Examples
    --------
    >>> state = Classification.of(["n", "y", "y"], ["n", "n", "y"], {"y": [0.1, 0.35, 0.8]})
    >>> curve = roc_curve(state)
    >>> [(point.x, point.y) for point in curve.points]
    [(0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (1.0, 1.0)]
    """
    area = measure(state, "roc_auc", of=of, confidence=confidence)
    found = chosen_histogram(state, of)
    if isinstance(area, Undefined) or found is None:
        return area if isinstance(area, Undefined) else Undefined(because="there are no scores")
    name, histogram = found
    p, n, thresholds = falling(histogram)
    x, y = n / n[-1], p / p[-1]
    chosen = _thinned(x, y, points)
    trials = np.full(chosen.size, p[-1])
    made = _points(thresholds[chosen], x[chosen], y[chosen], trials, confidence)
    return Curve(of=name, points=made, area=area)


def pr_curve(
    state: Labelled,
    *,
    of: str | None = None,
    points: int = POINTS,
    confidence: float = CONFIDENCE,
) -> Curve | Undefined:
    """Return precision (y) over recall (x) at falling thresholds; parameters as `roc_curve`.

    Examples
    --------
    >>> state = Classification.of(["n", "y", "y"], ["n", "n", "y"], {"y": [0.1, 0.35, 0.8]})
    >>> [(point.x, round(point.y, 2)) for point in pr_curve(state).points]
    [(0.5, 1.0), (1.0, 1.0), (1.0, 0.67)]
    """
    area = measure(state, "pr_auc", of=of, confidence=confidence)
    found = chosen_histogram(state, of)
    if isinstance(area, Undefined) or found is None:
        return area if isinstance(area, Undefined) else Undefined(because="there are no scores")
    name, histogram = found
    p, n, thresholds = (column[1:] for column in falling(histogram))
    flagged = p + n
    x, y = p / p[-1], p / flagged
    chosen = _thinned(x, y, points)
    made = _points(thresholds[chosen], x[chosen], y[chosen], flagged[chosen], confidence)
    return Curve(of=name, points=made, area=area)


def calibration_curve(
    state: Classification, *, bins: int = 10, confidence: float = CONFIDENCE
) -> tuple[CalibrationPoint, ...] | Undefined:
    """Return how often what was said was true, by how sure it was said.

    Of one scored class: how often rows are of it, by its probability. Of more: how often the
    prediction is right, by its probability.

    Parameters
    ----------
    state
        A summary of rows with probabilities.
    bins
        Stretches of equal width: 20, 10, 5, 4, 2 or 1; empty ones are left out.
    confidence
        How often each interval should hold the true share.

    Examples
    --------
    >>> state = Classification.of(["n", "y", "y"], ["n", "n", "y"], {"y": [0.1, 0.35, 0.8]})
    >>> points = calibration_curve(state, bins=2)
    >>> [(round(point.confidence, 3), point.truth.value) for point in points]
    [(0.225, 0.5), (0.8, 1.0)]
    """
    error = measure(state, "calibration_error", confidence=confidence)
    if isinstance(error, Undefined):
        return error
    bins = next(width for width in (1, 2, 4, 5, 10, CELLS) if width >= min(bins, CELLS))
    table = state.calibration.joined(bins)
    found = []
    for place in np.flatnonzero(table.rows).tolist():
        rows = int(table.rows[place])
        truth = share(int(table.hits[place]), rows, confidence, "")
        if isinstance(truth, Figure):
            point = CalibrationPoint(
                low=place / bins,
                high=(place + 1) / bins,
                confidence=float(table.confidence[place]) / rows,
                rows=rows,
                truth=truth,
            )
            found.append(point)
    return tuple(found)


def chosen_histogram(state: Labelled, of: str | None) -> tuple[str, ScoreHistogram] | None:
    """Return the class that is meant and its distribution; ``None`` where nothing tells it."""
    name = of if of is not None else state.positive
    if name is None and len(state.scored) == 1:
        name = state.scored[0]
    histogram = None if name is None else state.histogram(name)
    return None if name is None or histogram is None else (name, histogram)


def falling(histogram: ScoreHistogram) -> tuple[Floats, Floats, Floats]:
    """Return rows of the class and others from each threshold on, and the thresholds, falling.

    First comes the threshold that no score reaches.
    """
    steps = histogram.steps
    p = np.concatenate([[0.0], np.cumsum(steps.positives[::-1])])
    n = np.concatenate([[0.0], np.cumsum(steps.negatives[::-1])])
    return p, n, np.concatenate([[np.inf], steps.thresholds[::-1]])


def _thinned(x: Floats, y: Floats, points: int) -> NDArray[np.int64]:
    """Return which points to keep: ends, and others at even distances along the curve."""
    if x.size <= points:
        return np.arange(x.size)
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    marks = np.linspace(0, along[-1], points)
    kept = np.unique(np.clip(np.searchsorted(along, marks), 0, x.size - 1))
    return np.union1d(kept, [0, x.size - 1])[:points] if kept.size < points else kept


def _points(
    thresholds: Floats, x: Floats, y: Floats, trials: Floats, confidence: float
) -> tuple[CurvePoint, ...]:
    z2 = normal_quantile(confidence) ** 2
    middle = (y + z2 / (2 * trials)) / (1 + z2 / trials)
    reach = np.sqrt(z2 * (y * (1 - y) / trials + z2 / (4 * trials**2))) / (1 + z2 / trials)
    low, high = np.clip(middle - reach, 0, y), np.clip(middle + reach, y, 1)
    return tuple(
        CurvePoint(threshold=t, x=a, y=b, low=c, high=d)
        for t, a, b, c, d in zip(*(v.tolist() for v in (thresholds, x, y, low, high)), strict=True)
    )
