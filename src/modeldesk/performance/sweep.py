"""What every threshold of a binary classifier would give, and which one is best."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument
from modeldesk.performance.confusion import Outcomes
from modeldesk.performance.curves import Labelled, chosen_histogram, falling
from modeldesk.performance.figures import CONFIDENCE, Result, Undefined, figure
from modeldesk.performance.intervals import of_mean
from modeldesk.performance.measures import measure

STEPS = 200
"""Thresholds that a sweep shows at most, unless told otherwise."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What each outcome of a row costs, in any unit; gains are negative.

    Examples
    --------
    >>> Costs(false_positive=1, false_negative=20).of(
    ...     Outcomes(true_positives=5, false_positives=3, false_negatives=1, true_negatives=9)
    ... )
    23.0
    """

    true_positive: float = 0.0
    false_positive: float = 1.0
    false_negative: float = 1.0
    true_negative: float = 0.0

    def of(self, outcomes: Outcomes) -> float:
        """Return what these outcomes cost together."""
        return float(
            self.true_positive * outcomes.true_positives
            + self.false_positive * outcomes.false_positives
            + self.false_negative * outcomes.false_negatives
            + self.true_negative * outcomes.true_negatives
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a threshold gives: scores from it on count as the class."""

    threshold: float
    """Infinite where no row counts as the class."""
    outcomes: Outcomes
    precision: float | None
    """``None`` where no row counts as the class."""
    recall: float
    f1: float
    cost: float
    """The mean cost per row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All thresholds of one class."""

    of: str
    costs: Costs
    thresholds: tuple[Threshold, ...]
    """From the highest to the lowest."""
    cheapest: Threshold
    """With the least cost of all, also of those that are not shown; the highest of equals."""
    cost: Result
    """Its mean cost per row. It was chosen on the same rows: on others expect a little more."""
    highest_f1: Threshold
    """With the highest F1 of all."""


def sweep(
    state: Labelled,
    *,
    of: str | None = None,
    costs: Costs | None = None,
    steps: int = STEPS,
    confidence: float = CONFIDENCE,
) -> Sweep | Undefined:
    """Return what every threshold of a class would give.

    Parameters
    ----------
    state
        A summary of rows with probabilities.
    of
        The class; the positive one, or the only one with probabilities, unless told.
    costs
        What each outcome costs; one per mistake unless told.
    steps
        How many thresholds are shown at most, at even distances in flagged rows.
    confidence
        How often the interval of the least cost should hold the true cost.

    Raises
    ------
    InvalidArgument
        When a cost is not a finite number.

    Examples
    --------
    >>> from modeldesk.performance import Classification
    >>> state = Classification.of(
    ...     ["n", "n", "y", "y"], ["n", "n", "n", "y"], {"y": [0.1, 0.4, 0.35, 0.8]}
    ... )
    >>> found = sweep(state, costs=Costs(false_positive=1, false_negative=5))
    >>> found.cheapest.threshold, found.cheapest.cost
    (0.35, 0.25)
    """
    chosen = costs or Costs()
    _check(chosen)
    area = measure(state, "roc_auc", of=of, confidence=confidence)
    found = chosen_histogram(state, of)
    if isinstance(area, Undefined) or found is None:
        return area if isinstance(area, Undefined) else Undefined(because="there are no scores")
    name, histogram = found
    p, n, thresholds = falling(histogram)
    cost = (
        chosen.true_positive * p
        + chosen.false_positive * n
        + chosen.false_negative * (p[-1] - p)
        + chosen.true_negative * (n[-1] - n)
    ) / (p[-1] + n[-1])
    f1 = 2 * p / (p + n + p[-1])
    shown = _shown(p + n, steps)
    each = {
        place: _threshold(float(thresholds[place]), p, n, place, float(cost[place]))
        for place in {*shown, int(cost.argmin()), int(f1.argmax())}
    }
    cheapest = each[int(cost.argmin())]
    return Sweep(
        of=name,
        costs=chosen,
        thresholds=tuple(each[place] for place in shown),
        cheapest=cheapest,
        cost=_cost(cheapest, chosen, confidence),
        highest_f1=each[int(f1.argmax())],
    )


def at_threshold(
    state: Labelled, threshold: float, *, of: str | None = None
) -> Outcomes | Undefined:
    """Return the outcomes if scores from a threshold on counted as the class.

    A threshold within a bin counts as the next one above it that the bins tell apart.

    >>> from modeldesk.performance import Classification
    >>> state = Classification.of(["n", "y"], ["n", "n"], {"y": [0.1, 0.4]})
    >>> at_threshold(state, 0.3).true_positives
    1
    """
    found = chosen_histogram(state, of)
    if found is None or not found[1].rows:
        return Undefined(because="there are no probabilities")
    p, n, thresholds = falling(found[1])
    place = int(np.searchsorted(-thresholds, -threshold, side="right")) - 1
    return _outcomes(p, n, max(place, 0))


def _threshold(threshold: float, p: Floats, n: Floats, place: int, cost: float) -> Threshold:
    outcomes = _outcomes(p, n, place)
    flagged = outcomes.predicted
    return Threshold(
        threshold=threshold,
        outcomes=outcomes,
        precision=outcomes.true_positives / flagged if flagged else None,
        recall=outcomes.true_positives / outcomes.labelled,
        f1=2 * outcomes.true_positives / (flagged + outcomes.labelled),
        cost=cost,
    )


def _outcomes(p: Floats, n: Floats, place: int) -> Outcomes:
    return Outcomes(
        true_positives=round(p[place]),
        false_positives=round(n[place]),
        false_negatives=round(p[-1]) - round(p[place]),
        true_negatives=round(n[-1]) - round(n[place]),
    )


def _shown(flagged: Floats, steps: int) -> list[int]:
    if flagged.size <= steps:
        return list(range(flagged.size))
    marks = np.linspace(0, flagged[-1], steps)
    return [int(place) for place in np.unique(np.searchsorted(flagged, marks))]


def _cost(best: Threshold, costs: Costs, confidence: float) -> Result:
    found, rows = best.outcomes, best.outcomes.rows
    pairs = (
        (found.true_positives, costs.true_positive),
        (found.false_positives, costs.false_positive),
        (found.false_negatives, costs.false_negative),
        (found.true_negatives, costs.true_negative),
    )
    variance = sum(count * (cost - best.cost) ** 2 for count, cost in pairs) / max(rows - 1, 1)
    limits = of_mean(best.cost, variance, rows, confidence)
    return figure(best.cost, limits, rows, confidence=confidence, method="Student")


def _check(costs: Costs) -> None:
    every = (costs.true_positive, costs.false_positive, costs.false_negative, costs.true_negative)
    if not all(map(math.isfinite, every)):
        message = f"The costs {every} are not all finite."
        raise InvalidArgument(message, hint="Costs are plain numbers; gains are negative.")
