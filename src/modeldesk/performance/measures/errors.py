"""Measures of the errors of a regression; the error is the prediction less the label."""

from __future__ import annotations

import math

import numpy as np

from modeldesk.performance.figures import Result, Undefined, counted, figure, joined
from modeldesk.performance.intervals import Limits, of_mean, of_positive
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.regression import Regression

STUDENT = "Student"
LOGARITHM = "delta method on the logarithm"
_TWO = 2


def bias(state: Regression, confidence: float) -> Result:
    """Return the mean error: above 0 where predictions are too high. Student's interval.

    >>> bias(Regression.of([1.0, 2.0, 3.0], [2.0, 2.0, 4.0]), 0.95).value.__round__(3)
    0.667
    """
    return _mean(state.errors, 0, confidence, _left_out(state))


def mae(state: Regression, confidence: float) -> Result:
    """Return the mean size of the error. Limits by the delta method on its logarithm.

    >>> mae(Regression.of([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]), 0.95).value.__round__(3)
    0.667
    """
    return _positive(state.errors, 1, confidence, _left_out(state))


def rmse(state: Regression, confidence: float) -> Result:
    """Return the root of the mean squared error.

    Limits are the roots of those of the mean square, by the delta method on its logarithm.

    >>> rmse(Regression.of([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]), 0.95).value.__round__(3)
    0.816
    """
    value = float(state.errors.means[2])
    limits = _positive_limits(state.errors, 2, confidence)
    roots = None if limits is None else (math.sqrt(limits[0]), math.sqrt(limits[1]))
    rows, note = state.labelled, _left_out(state)
    return figure(math.sqrt(value), roots, rows, confidence=confidence, method=LOGARITHM, note=note)


def mape(state: Regression, confidence: float) -> Result:
    """Return the mean of the error's size by the label's, as a share (0.1 is 10 %).

    Rows whose label is 0 are left out, and the note counts them. Limits by the delta method on
    its logarithm.

    >>> figure = mape(Regression.of([1.0, 0.0, 4.0], [2.0, 2.0, 3.0]), 0.95)
    >>> figure.value, figure.note
    (0.625, '1 row whose label is 0 is left out.')
    """
    if not state.ratios.count:
        return Undefined(because="every label is 0")
    zeros = counted(
        state.zero_labels,
        "{} row whose label is 0 is left out.",
        "{} rows whose label is 0 are left out.",
    )
    return _positive(state.ratios, 0, confidence, joined(zeros, _left_out(state)))


def r2(state: Regression, confidence: float) -> Result:
    r"""Return the share of the labels' variance that the predictions explain.

    .. math:: R^2 = 1 - \theta, \quad \theta = \frac{\sum e^2}{\sum (y - \bar y)^2}

    Limits from those of :math:`\theta`, by the delta method on its logarithm: a row's influence
    on it is :math:`(e^2 - \theta (y - \bar y)^2) / \sigma_y^2`.

    >>> r2(Regression.of([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.0, 3.5]), 0.95).value
    0.9
    """
    fit, rows = state.fit, state.fit.count
    s2, _, s4 = fit.spread
    e0, _, e2 = fit.misfit
    # Rounding alone leaves a spread of the size of the mean's last digit.
    if not s2 > rows * (fit.mean * np.finfo(np.float64).eps) ** 2:
        return Undefined(because="all labels are the same" if rows > 1 else "there is one label")
    theta = e0 / s2
    fourth = float(state.errors.products[2, 2]) / rows + float(state.errors.means[2]) ** 2
    # Divided twice, because the square of a small variance is 0.
    variance = s2 / rows
    spread = (fourth - 2 * theta * e2 / rows + theta * theta * s4 / rows) / variance / variance
    low, high = of_positive(theta, max(spread, 0.0) / rows, rows, confidence)
    return figure(
        1 - theta,
        (1 - high, 1 - low),
        rows,
        confidence=confidence,
        method=LOGARITHM,
        note=_left_out(state),
    )


def _mean(moments: JointMoments, which: int, confidence: float, note: str) -> Result:
    value, rows = float(moments.means[which]), moments.count
    variance = float(moments.variances[which])
    limits = of_mean(value, variance, rows, confidence) if rows >= _TWO else None
    return figure(value, limits, rows, confidence=confidence, method=STUDENT, note=note)


def _positive(moments: JointMoments, which: int, confidence: float, note: str) -> Result:
    limits = _positive_limits(moments, which, confidence)
    value, rows = float(moments.means[which]), moments.count
    return figure(value, limits, rows, confidence=confidence, method=LOGARITHM, note=note)


def _positive_limits(moments: JointMoments, which: int, confidence: float) -> Limits | None:
    rows = moments.count
    if rows < _TWO:
        return None
    value, variance = float(moments.means[which]), float(moments.variances[which])
    if not (math.isfinite(value) and math.isfinite(variance)):
        return math.nan, math.nan
    return of_positive(value, variance / rows, rows, confidence)


def _left_out(state: Regression) -> str:
    return counted(
        state.infinite,
        "{} row with an infinite number is left out.",
        "{} rows with infinite numbers are left out.",
    )
