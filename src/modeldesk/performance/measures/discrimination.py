"""How well scores put rows of a class above the others: areas under curves.

References
----------
DeLong, DeLong, Clarke-Pearson: Comparing the areas under two or more correlated receiver
operating characteristic curves, 1988.
Hanley, McNeil: The meaning and use of the area under a receiver operating characteristic (ROC)
curve, 1982.
Davis, Goadrich: The relationship between precision-recall and ROC curves, 2006.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Figure, Result, Undefined, figure
from modeldesk.performance.intervals import effective
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.score_histogram import ScoreHistogram

DELONG = "DeLong, Wilson with effective size"
INFLUENCE = "influence function, Wilson with effective size"

Floats = NDArray[np.float64]
Labelled = Classification | MultiLabel


def roc_auc(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the chance that a row of the class scores higher than one that is not.

    .. math:: \frac{1}{P N} \sum_b p_b \left(\sum_{a < b} n_a + \frac{n_b}{2}\right)

    over bins b with :math:`p_b` rows of the class and :math:`n_b` others: equal scores count
    half, and so do different scores in one bin. A bin that holds more than a thousandth of all
    pairs is split by sketches of its scores. The interval is DeLong's, from the same bins.

    >>> state = Classification.of(
    ...     ["n", "n", "y", "y"], ["n", "n", "n", "y"], {"y": [0.1, 0.4, 0.35, 0.8]}
    ... )
    >>> roc_auc(state, "y", 0.95).value
    0.75
    """
    histogram = state.histogram(name) or ScoreHistogram()
    if not histogram.positives.any():
        return Undefined(because=f"no scored row is labelled {name!r}")
    if not histogram.negatives.any():
        return Undefined(because=f"every scored row is labelled {name!r}")
    steps = histogram.steps
    p, n = steps.positives, steps.negatives
    positives, negatives = int(histogram.positives.sum()), int(histogram.negatives.sum())
    above = (np.cumsum(n) - n / 2) / negatives
    below = 1 - (np.cumsum(p) - p / 2) / positives
    value = float((p * above).sum() / positives)
    spread = (
        float((p * np.square(above - value)).sum()) / max(positives - 1, 1) / positives
        + float((n * np.square(below - value)).sum()) / max(negatives - 1, 1) / negatives
    )
    least = min(positives, negatives)
    low, high = effective(value, spread if least > 1 else 0.0, least, confidence)
    hidden = steps.hidden
    note = "" if not hidden else f"Scores lie so close together that {hidden:.4f} is not known."
    limits = max(low - hidden, 0.0), min(high + hidden, 1.0)
    rows = positives + negatives
    return figure(value, limits, rows, confidence=confidence, method=DELONG, note=note)


def pr_auc(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the area under the precision-recall curve: the average precision.

    .. math:: \frac{1}{P} \sum_{i: y_i = 1} \mathrm{precision}(\text{scores} \ge s_i)

    A bin with one score is one step of the curve, as scikit-learn counts it. In a bin with more,
    rows are taken to be evenly mixed, and the sum over its rows of the class is an integral.
    The interval is that of the influence function, from the same bins.

    >>> state = Classification.of(
    ...     ["n", "n", "y", "y"], ["n", "n", "n", "y"], {"y": [0.1, 0.4, 0.35, 0.8]}
    ... )
    >>> round(pr_auc(state, "y", 0.95).value, 3)
    0.833
    """
    histogram = state.histogram(name) or ScoreHistogram()
    if not histogram.positives.any():
        return Undefined(because=f"no scored row is labelled {name!r}")
    steps = histogram.steps
    p, n, alone = steps.positives[::-1], steps.negatives[::-1], steps.alone[::-1]
    hits, all_rows = np.cumsum(p), np.cumsum(p + n)
    stepped = p * hits / all_rows
    positives, rows = float(hits[-1]), float(all_rows[-1])
    value = float(np.where(alone, stepped, _mixed(p, n, hits - p, all_rows - p - n)).sum())
    value = min(value / positives, 1.0)
    variance = _influence(p, n, hits / rows, all_rows / rows, value)
    # As of a sample variance: rows of the class are the few ones.
    variance *= positives / max(positives - 1, 1)
    limits = effective(value, variance, positives, confidence)
    return figure(value, limits, int(rows), confidence=confidence, method=INFLUENCE)


def roc_auc_macro(state: Labelled, confidence: float) -> Result:
    """Return the mean over classes of the area under the ROC curve of each against the rest.

    Its standard error is taken as the mean of theirs, which the areas would have if they all
    erred together: the interval is never too narrow, and usually too wide.

    >>> rows = ["a", "b", "c"]
    >>> state = Classification.of(rows, rows, {"a": [1, 0, 0], "b": [0, 1, 0], "c": [0, 0, 1]})
    >>> roc_auc_macro(state, 0.95).value
    1.0
    """
    return _mean_area(state, confidence, roc_auc)


def pr_auc_macro(state: Labelled, confidence: float) -> Result:
    """Return the mean over classes of the average precision of each against the rest.

    The interval is made like that of `roc_auc_macro`.

    >>> rows = ["a", "b", "c"]
    >>> state = Classification.of(rows, rows, {"a": [1, 0, 0], "b": [0, 1, 0], "c": [0, 0, 1]})
    >>> pr_auc_macro(state, 0.95).value
    1.0
    """
    return _mean_area(state, confidence, pr_auc)


def _mean_area(
    state: Labelled, confidence: float, compute: Callable[[Labelled, str, float], Result]
) -> Result:
    results = {name: compute(state, name, confidence) for name in state.scored}
    found = [each for each in results.values() if isinstance(each, Figure)]
    if not found:
        first = next(iter(results.values()))
        return first if isinstance(first, Undefined) else Undefined(because="there are no scores")
    value = float(np.mean([each.value for each in found]))
    ends = [each.interval for each in found if each.interval is not None]
    low, high = (float(np.mean([getattr(end, side) for end in ends])) for side in ("low", "high"))
    left = [repr(name) for name, each in results.items() if isinstance(each, Undefined)]
    note = f"Left out, because they are not defined: {', '.join(left)}." if left else ""
    return figure(
        value,
        (low, high),
        max(each.rows for each in found),
        confidence=confidence,
        method="mean of the classes' intervals (conservative)",
        note=note,
    )


def _mixed(p: Floats, n: Floats, hits: Floats, rows: Floats) -> Floats:
    r"""Return for each bin the sum of the precisions at its rows of the class.

    With A hits in R rows above it, the i-th of p such rows among n others is expected to find
    the precision :math:`(A + i) / (R + i (1 + n/(p + 1)))`; summed by the integral from 1/2 to
    p + 1/2.
    """
    grow = 1 + n / (p + 1)
    lean = (hits - rows / grow) / grow
    logs = np.log((rows + grow * (p + 0.5)) / (rows + grow * 0.5))
    return np.where(p > 0, p / grow + lean * logs, 0.0)


def _influence(p: Floats, n: Floats, hits: Floats, flagged: Floats, value: float) -> float:
    r"""Return the variance of the average precision.

    With :math:`a(s)` and :math:`m(s)` the shares of rows of the class, and of all rows, that
    score s or more, :math:`\pi` the share of the class, and
    :math:`G(s) = \int_{t \le s} da(t)/m(t)`, :math:`H(s) = \int_{t \le s} a(t) da(t)/m(t)^2`,
    a row with score s adds :math:`(y (a/m - AP) + y G - H) / \pi`.
    """
    rows = float((p + n).sum())
    share = hits[-1]
    gain = p / rows / flagged
    g = np.cumsum(gain[::-1])[::-1]
    h = np.cumsum((gain * hits / flagged)[::-1])[::-1]
    of_class = (hits / flagged - value + g - h) / share
    of_others = -h / share
    total = (p * np.square(of_class) + n * np.square(of_others)).sum()
    return float(total) / rows / rows
