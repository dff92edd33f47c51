"""Measures that average over classes.

A class takes part where its own figure is defined: classes without a label have no recall,
classes never predicted no precision. The note names those left out.

References
----------
Zou, Donner: Construction of confidence limits about effect measures, 2008.
Takahashi, Yamamoto, Kuchiba, Koyama: Confidence interval for micro-averaged F1 and
macro-averaged F1 scores, 2022.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.classification import Classification
from modeldesk.performance.confusion import MOST_CLASSES, Confusion
from modeldesk.performance.figures import Result, Undefined, figure
from modeldesk.performance.intervals import effective, square_and_add, wilson

ADDED = "Wilson per class, squared and added"
DELTA = "delta method, Wilson with effective size"

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]
_TWO = 2


def balanced_accuracy(state: Classification, confidence: float) -> Result:
    """Return the mean recall of the classes that occur, of which there must be two.

    Recalls of different classes rest on different rows: Wilson's limits, squared and added.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> balanced_accuracy(state, 0.95).value
    0.75
    >>> str(balanced_accuracy(Classification.of(["a", "a"], ["a", "b"]), 0.95))
    "not defined, because all rows are labelled 'a'"
    """
    labelled = state.confusion.table.sum(axis=1)
    if np.count_nonzero(labelled) < _TWO and not state.confusion.pooled:
        name = state.confusion.classes[int(labelled.argmax())]
        return Undefined(because=f"all rows are labelled {name!r}")
    return recall_macro(state, confidence)


def recall_macro(state: Classification, confidence: float) -> Result:
    """Return the mean recall of the classes that occur.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> recall_macro(state, 0.95).value
    0.75
    """
    return _mean_share(state.confusion, 1, confidence, "are never a label")


def precision_macro(state: Classification, confidence: float) -> Result:
    """Return the mean precision of the classes that were predicted.

    Precisions of different classes rest on different rows: Wilson's limits, squared and added.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(precision_macro(state, 0.95).value, 3)
    0.833
    """
    return _mean_share(state.confusion, 0, confidence, "are never predicted")


def precision_weighted(state: Classification, confidence: float) -> Result:
    r"""Return the precisions of the classes, averaged by how often each is a label.

    By the delta method: with shares :math:`p_{ij}` of label i and prediction j,

    .. math:: \partial P_j / \partial p_{ij} = (1_{i = j} - P_j) / p_{\cdot j}

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(precision_weighted(state, 0.95).value, 3)
    0.833
    """
    if state.confusion.pooled:
        return pooled_classes()
    shares, labelled, predicted = _shares(state.confusion)
    use = (labelled > 0) & (predicted > 0)
    each = _divided(np.diag(shares), predicted)
    total = float(labelled[use].sum())
    if not total:
        return Undefined(because="no class that is a label was predicted")
    weights = np.where(use, labelled / total, 0.0)
    value = float((weights * each).sum())
    slope = np.diag(_divided(weights, predicted)) - _divided(weights * each, predicted)[None, :]
    slope = slope + np.where(use, (each - value) / total, 0.0)[:, None]
    left = _left_out(state.confusion, use, labelled > 0, "are never predicted")
    return _by_delta(state.confusion, value, slope, use, confidence, left)


def recall_weighted(state: Classification, confidence: float) -> Result:
    """Return the recalls of the classes, averaged by how often each is a label: the accuracy.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> recall_weighted(state, 0.95).value
    0.75
    """
    rows, hits = state.confusion.rows, state.confusion.hits
    limits = wilson(hits / rows, rows, confidence)
    return figure(hits / rows, limits, rows, confidence=confidence, method="Wilson")


def f1_macro(state: Classification, confidence: float) -> Result:
    r"""Return the mean F1 of the classes that are a label or a prediction of some row.

    By the delta method: with shares :math:`p_{ij}` of label i and prediction j, and
    :math:`D_c = p_{c \cdot} + p_{\cdot c}`,

    .. math:: \partial F_c / \partial p_{ij}
        = (2 \cdot 1_{i = j = c} - F_c (1_{i = c} + 1_{j = c})) / D_c

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(f1_macro(state, 0.95).value, 3)
    0.733
    """
    return _mean_f1(state, confidence, weighted=False)


def f1_weighted(state: Classification, confidence: float) -> Result:
    """Return the F1 of the classes, averaged by how often each is a label.

    By the delta method, the weights being estimates as well.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(f1_weighted(state, 0.95).value, 3)
    0.733
    """
    return _mean_f1(state, confidence, weighted=True)


def delta_variance(shares: Floats, slope: Floats, rows: int) -> float:
    """Return the variance of a function of shares with that slope in each, shapes ``(c, c)``.

    >>> delta_variance(np.array([[0.25, 0.25], [0.25, 0.25]]), np.eye(2), 100)
    0.0025
    """
    mean = float((shares * slope).sum())
    return max(float((shares * np.square(slope - mean)).sum()) / rows, 0.0)


def _mean_f1(state: Classification, confidence: float, *, weighted: bool) -> Result:
    if state.confusion.pooled:
        return pooled_classes()
    shares, labelled, predicted = _shares(state.confusion)
    both = labelled + predicted
    use = both > 0
    each = _divided(2 * np.diag(shares), both)
    weights = labelled if weighted else use / np.count_nonzero(use)
    value = float((weights * each).sum())
    pull = _divided(weights * each, both)
    slope = np.diag(_divided(2 * weights, both)) - pull[:, None] - pull[None, :]
    if weighted:
        slope = slope + each[:, None]
    return _by_delta(state.confusion, value, slope, use, confidence, "")


def _mean_share(confusion: Confusion, axis: int, confidence: float, why: str) -> Result:
    """Return the mean over classes of hits by the sums along an axis of the table."""
    if confusion.pooled:
        return pooled_classes()
    table = confusion.table
    sums, hits = table.sum(axis=axis), np.diag(table)
    use = sums > 0
    each = (hits[use] / sums[use]).tolist()
    weights = [1 / len(each)] * len(each)
    limits = [
        wilson(one, rows, confidence) for one, rows in zip(each, sums[use].tolist(), strict=True)
    ]
    value = float(np.mean(each))
    left = _left_out(confusion, use, np.ones_like(use), why)
    found = square_and_add(each, weights, limits)
    return figure(
        value, _clipped(found), confusion.rows, confidence=confidence, method=ADDED, note=left
    )


def _by_delta(
    confusion: Confusion, value: float, slope: Floats, use: Chosen, confidence: float, note: str
) -> Result:
    rows = confusion.rows
    variance = delta_variance(confusion.table / rows, slope, rows)
    # A perfect average is as uncertain as its smallest classes let it be.
    sizes = np.maximum(confusion.table.sum(axis=1)[use], 1)
    fallback = float(min(np.count_nonzero(use) ** 2 / (1 / sizes).sum(), rows))
    limits = effective(value, variance, fallback, confidence)
    return figure(value, limits, rows, confidence=confidence, method=DELTA, note=note)


def _shares(confusion: Confusion) -> tuple[Floats, Floats, Floats]:
    shares = confusion.table / confusion.rows
    return shares, shares.sum(axis=1), shares.sum(axis=0)


def _divided(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _left_out(confusion: Confusion, use: Chosen, among: Chosen, why: str) -> str:
    names = [
        repr(name)
        for name, used, counts in zip(confusion.classes, use, among, strict=True)
        if counts and not used
    ]
    if not names:
        return ""
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004
    return f"Left out, because they {why}: {shown}."


def pooled_classes() -> Undefined:
    """Return why nothing is averaged over more classes than are told apart."""
    return Undefined(
        because=f"there are more than {MOST_CLASSES} classes, and the others are counted together"
    )


def _clipped(limits: tuple[float, float]) -> tuple[float, float]:
    return max(limits[0], 0.0), min(limits[1], 1.0)
