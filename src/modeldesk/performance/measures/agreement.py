"""Measures of agreement between labels and predictions beyond chance.

References
----------
Fleiss, Cohen, Everitt: Large sample standard errors of kappa and weighted kappa, 1969.
Gorodkin: Comparing two K-category assignments by a K-category correlation coefficient, 2004.
"""

from __future__ import annotations

import math

import numpy as np

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result, Undefined, figure
from modeldesk.performance.intervals import effective_signed
from modeldesk.performance.measures.averages import DELTA, delta_variance, pooled_classes


def kappa(state: Classification, confidence: float) -> Result:
    r"""Return Cohen's kappa: agreement beyond what the margins alone give.

    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}, \quad
        p_o = \sum_c p_{cc}, \quad p_e = \sum_c p_{c \cdot} p_{\cdot c}

    By the delta method, as Fleiss, Cohen and Everitt give it.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> kappa(state, 0.95).value
    0.5
    """
    if state.confusion.pooled:
        return pooled_classes()
    rows = state.confusion.rows
    shares = state.confusion.table / rows
    labelled, predicted = shares.sum(axis=1), shares.sum(axis=0)
    seen, by_chance = float(np.trace(shares)), float((labelled * predicted).sum())
    if 1 - by_chance < 1e-12:  # noqa: PLR2004 - rounding
        return Undefined(because="labels and predictions are all of one class")
    value = (seen - by_chance) / (1 - by_chance)
    chance_slope = predicted[:, None] + labelled[None, :]
    slope = np.eye(labelled.size) * (1 - by_chance) - (1 - seen) * chance_slope
    variance = delta_variance(shares, slope / (1 - by_chance) ** 2, rows)
    limits = effective_signed(value, variance, rows, confidence)
    return figure(value, limits, rows, confidence=confidence, method=DELTA)


def matthews(state: Classification, confidence: float) -> Result:
    r"""Return Matthews' correlation of labels and predictions, for any number of classes.

    .. math:: \frac{p_o - p_e}{\sqrt{(1 - \sum_c p_{c \cdot}^2)(1 - \sum_c p_{\cdot c}^2)}}

    By the delta method.

    >>> state = Classification.of(["a", "b", "b", "a"], ["a", "b", "a", "a"])
    >>> round(matthews(state, 0.95).value, 3)
    0.577
    """
    if state.confusion.pooled:
        return pooled_classes()
    rows = state.confusion.rows
    shares = state.confusion.table / rows
    labelled, predicted = shares.sum(axis=1), shares.sum(axis=0)
    mixed = 1 - float(np.square(labelled).sum()), 1 - float(np.square(predicted).sum())
    if min(mixed) < 1e-12:  # noqa: PLR2004 - rounding
        which = "labels" if mixed[0] <= mixed[1] else "predictions"
        return Undefined(because=f"all {which} are of one class")
    root = math.sqrt(mixed[0] * mixed[1])
    value = (float(np.trace(shares)) - float((labelled * predicted).sum())) / root
    slope = (np.eye(labelled.size) - predicted[:, None] - labelled[None, :]) / root
    slope = slope + value * (labelled[:, None] / mixed[0] + predicted[None, :] / mixed[1])
    limits = effective_signed(value, delta_variance(shares, slope, rows), rows, confidence)
    return figure(value, limits, rows, confidence=confidence, method=DELTA)
