"""Measures of predicted sets of labels.

References
----------
Tsoumakas, Katakis: Multi-label classification, an overview, 2007.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.confusion import MOST_CLASSES
from modeldesk.performance.figures import Figure, Result, Undefined, figure
from modeldesk.performance.intervals import effective, of_mean, square_and_add, wilson
from modeldesk.performance.measures.shares import Labelled, f1, precision, recall, share
from modeldesk.performance.multilabel import MultiLabel

CLUSTERED = "delta method over rows, Wilson with effective size"
_TWO = 2


def exact_match(state: MultiLabel, confidence: float) -> Result:
    """Return the share of rows whose set of labels was predicted exactly. Wilson's interval.

    >>> exact_match(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b"]]), 0.95).value
    0.5
    """
    return share(state.exact, state.labelled, confidence, "there are no rows")


def hamming_loss(state: MultiLabel, confidence: float) -> Result:
    """Return the share of all pairs of a row and a label that are wrong.

    Labels are those that occurred, and those that were said to exist. Student's interval over
    rows.

    >>> hamming_loss(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b"]]), 0.95).value
    0.25
    """
    size = len(state.labels)
    if state.others:
        return Undefined(because=f"there are more than {MOST_CLASSES} labels")
    if not size:
        return Undefined(because="there are no labels at all")
    rows = state.labelled
    value = float(state.per_row.means[1:].sum()) / size
    variance = float(state.per_row.covariances[1:, 1:].sum()) / size**2
    limits = None
    if rows >= _TWO:
        low, high = of_mean(value, variance, rows, confidence)
        limits = max(low, 0.0), min(high, 1.0)
    return figure(value, limits, rows, confidence=confidence, method="Student")


def precision_micro(state: MultiLabel, confidence: float) -> Result:
    """Return the share of given labels that are right, over all rows.

    By the delta method for a ratio of means over rows, because labels of one row go together.

    >>> precision_micro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value
    0.6666666666666666
    """
    return _ratio(state, (1, 0, 0), (1, 1, 0), confidence, "no label was given")


def recall_micro(state: MultiLabel, confidence: float) -> Result:
    """Return the share of true labels that were given, over all rows, like `precision_micro`.

    >>> recall_micro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value
    0.6666666666666666
    """
    return _ratio(state, (1, 0, 0), (1, 0, 1), confidence, "no row has a label of its own")


def f1_micro(state: MultiLabel, confidence: float) -> Result:
    """Return the harmonic mean of micro precision and recall, like `precision_micro`.

    >>> f1_micro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value
    0.6666666666666666
    """
    return _ratio(state, (2, 0, 0), (2, 1, 1), confidence, "no label occurs or was given")


def precision_macro(state: MultiLabel, confidence: float) -> Result:
    """Return the mean precision of the labels that were given.

    The interval adds the labels' own, squared, and widens the sum by as much as rows with several
    labels widen that of the micro average: an approximation.

    >>> precision_macro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value
    0.6666666666666666
    """
    return _mean(state, precision, precision_micro, confidence)


def recall_macro(state: MultiLabel, confidence: float) -> Result:
    """Return the mean recall of the labels that occur, with an interval as `precision_macro`.

    >>> recall_macro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value
    0.75
    """
    return _mean(state, recall, recall_micro, confidence)


def f1_macro(state: MultiLabel, confidence: float) -> Result:
    """Return the mean F1 of the labels that occur or were given, like `precision_macro`.

    >>> round(f1_macro(MultiLabel.of([["a"], ["a", "b"]], [["a"], ["b", "c"]]), 0.95).value, 3)
    0.556
    """
    return _mean(state, f1, f1_micro, confidence)


def _ratio(
    state: MultiLabel,
    top: tuple[int, int, int],
    bottom: tuple[int, int, int],
    confidence: float,
    without: str,
) -> Result:
    """Return a ratio of sums of what is right, wrong and missed per row."""
    over, under = np.array(top, dtype=np.float64), np.array(bottom, dtype=np.float64)
    total = float(under @ state.per_row.means)
    if total <= 0:
        return Undefined(because=without)
    value = float(over @ state.per_row.means) / total
    slope: NDArray[np.float64] = (over - value * under) / total
    rows = state.labelled
    if rows < _TWO:
        return figure(value, None, rows, confidence=confidence, method=CLUSTERED)
    variance = float(slope @ state.per_row.covariances @ slope) / rows
    limits = effective(value, variance, rows, confidence)
    return figure(value, limits, rows, confidence=confidence, method=CLUSTERED)


def _mean(
    state: MultiLabel,
    compute: Callable[[Labelled, str, float], Result],
    micro: Callable[[MultiLabel, float], Result],
    confidence: float,
) -> Result:
    if state.others:
        return Undefined(because=f"there are more than {MOST_CLASSES} labels")
    results = [compute(state, name, confidence) for name in state.labels]
    found = [each for each in results if isinstance(each, Figure) and each.interval]
    if not found:
        return Undefined(because="it is not defined for any label")
    values = [each.value for each in found]
    limits = [(each.interval.low, each.interval.high) for each in found if each.interval]
    low, high = square_and_add(values, [1 / len(values)] * len(values), limits)
    value, wider = float(np.mean(values)), _wider(state, micro, confidence)
    left = len(results) - len(found)
    note = f"Left out, because not defined: {left} of {len(results)} labels." if left else ""
    return figure(
        value,
        (max(value - (value - low) * wider, 0.0), min(value + (high - value) * wider, 1.0)),
        state.labelled,
        confidence=confidence,
        method="Wilson per label, squared and added, widened by clustering (approximate)",
        note=note,
    )


def _wider(
    state: MultiLabel, micro: Callable[[MultiLabel, float], Result], confidence: float
) -> float:
    """Return how many times wider a micro average's interval is than if labels were alone."""
    together = micro(state, confidence)
    sums = state.per_row.means * state.labelled
    right, wrong, missed = (float(each) for each in sums)
    if isinstance(together, Undefined) or together.interval is None:
        return 1.0
    trials = right
    trials += wrong if micro is not recall_micro else 0.0
    trials += missed if micro is not precision_micro else 0.0
    low, high = wilson(right / trials, trials, confidence)
    if micro is f1_micro:
        low, high = 2 * low / (1 + low), 2 * high / (1 + high)
    return max((together.interval.high - together.interval.low) / (high - low), 1.0)
