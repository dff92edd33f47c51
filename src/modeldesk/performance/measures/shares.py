"""Measures of one class that are shares of rows, and accuracy.

Precision, recall and their kin are proportions: their intervals are Wilson's.
"""

from __future__ import annotations

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result, Undefined, figure
from modeldesk.performance.intervals import wilson
from modeldesk.performance.multilabel import MultiLabel

WILSON = "Wilson"

Labelled = Classification | MultiLabel


def accuracy(state: Classification, confidence: float) -> Result:
    """Return the share of rows whose prediction is right.

    Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> str(accuracy(state, 0.95))
    '0.75 (0.3006 to 0.9544)'
    """
    return share(state.confusion.hits, state.confusion.rows, confidence, "there are no rows")


def precision(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the share of rows of a class among those predicted to be of it.

    :math:`TP / (TP + FP)`, with Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(precision(state, "a", 0.95).value, 3)
    0.667
    """
    found = state.outcomes(name)
    reason = f"{name!r} was never predicted"
    return share(found.true_positives, found.predicted, confidence, reason)


def recall(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the share of rows of a class that were predicted to be of it.

    :math:`TP / (TP + FN)`, with Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> recall(state, "a", 0.95).value, str(recall(state, "c", 0.95))
    (1.0, "not defined, because no row is labelled 'c'")
    """
    found = state.outcomes(name)
    reason = f"no row is labelled {name!r}"
    return share(found.true_positives, found.labelled, confidence, reason)


def specificity(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the share of rows not of a class that were not predicted to be of it.

    :math:`TN / (TN + FP)`, with Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> specificity(state, "a", 0.95).value
    0.5
    """
    found = state.outcomes(name)
    others = found.true_negatives + found.false_positives
    return share(found.true_negatives, others, confidence, f"every row is labelled {name!r}")


def false_positive_rate(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the share of rows not of a class that were predicted to be of it.

    :math:`FP / (TN + FP)`, with Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> false_positive_rate(state, "b", 0.95).value
    0.0
    """
    found = state.outcomes(name)
    others = found.true_negatives + found.false_positives
    return share(found.false_positives, others, confidence, f"every row is labelled {name!r}")


def f1(state: Labelled, name: str, confidence: float) -> Result:
    r"""Return the harmonic mean of a class's precision and recall.

    .. math:: F_1 = \frac{2 TP}{2 TP + FP + FN} = \frac{2 J}{1 + J},
        \quad J = \frac{TP}{TP + FP + FN}

    J is a proportion of the rows that are of the class or predicted to be; Wilson's limits for
    it, carried over, are those of F1.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(f1(state, "a", 0.95).value, 3)
    0.8
    """
    found = state.outcomes(name)
    rows = found.true_positives + found.false_positives + found.false_negatives
    if not rows:
        return Undefined(because=f"{name!r} is neither a label nor a prediction of any row")
    part = found.true_positives / rows
    low, high = wilson(part, rows, confidence)
    limits = 2 * low / (1 + low), 2 * high / (1 + high)
    value = 2 * part / (1 + part)
    return figure(value, limits, rows, confidence=confidence, method=WILSON)


def predicted_share(state: Labelled, name: str, confidence: float) -> Result:
    """Return the share of rows predicted to be of a class; in fairness the selection rate.

    Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> predicted_share(state, "a", 0.95).value
    0.75
    """
    found = state.outcomes(name)
    return share(found.predicted, found.rows, confidence, "there are no rows")


def label_share(state: Labelled, name: str, confidence: float) -> Result:
    """Return the share of rows that are of a class: its prevalence.

    Wilson's interval.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> label_share(state, "a", 0.95).value
    0.5
    """
    found = state.outcomes(name)
    return share(found.labelled, found.rows, confidence, "there are no rows")


def share(part: int, rows: int, confidence: float, without: str) -> Result:
    """Return a proportion with Wilson's interval; without rows it is undefined for a reason.

    >>> str(share(9, 10, 0.95, "there are no rows"))
    '0.9 (0.5958 to 0.9821)'
    """
    if not rows:
        return Undefined(because=without)
    limits = wilson(part / rows, rows, confidence)
    return figure(part / rows, limits, rows, confidence=confidence, method=WILSON)
