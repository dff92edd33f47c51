"""How good probabilities are as probabilities.

References
----------
Brier: Verification of forecasts expressed in terms of probability, 1950.
Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks, 2017 (calibration error).
Kumar, Liang, Ma: Verified uncertainty calibration, 2019 (its bias).
"""

from __future__ import annotations

import math
from statistics import NormalDist

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result, Undefined, counted, figure, joined
from modeldesk.performance.intervals import of_mean, student_quantile

STUDENT = "Student"
FOLDED = "delta method, widened by its bias"
ECE_BINS = 10
_TWO = 2
_NORMAL = NormalDist()
_DENSEST = math.sqrt(2 / math.pi)


def log_loss(state: Classification, confidence: float) -> Result:
    r"""Return the mean of :math:`-\ln p`, where p is the probability given to the true class.

    Probabilities are kept 2.2e-16 away from 0 and 1, as scikit-learn does; the note says how
    often that was needed, because without it the loss would be infinite. Student's interval.

    >>> state = Classification.of(["y", "n"], ["y", "n"], {"y": [0.8, 0.4]})
    >>> round(log_loss(state, 0.95).value, 4)
    0.367
    """
    note = counted(
        state.impossible,
        "{} row was given the probability 0 for its true class; infinite without a limit.",
        "{} rows were given the probability 0 for their true class; infinite without a limit.",
    )
    return _mean_loss(state, 0, confidence, note)


def brier(state: Classification, confidence: float) -> Result:
    r"""Return the mean squared distance of probabilities from the truth.

    With one scored class :math:`(p - y)^2`, from 0 to 1; with more the sum over classes, from 0
    to 2. Student's interval.

    >>> state = Classification.of(["y", "n"], ["y", "n"], {"y": [0.8, 0.4]})
    >>> round(brier(state, 0.95).value, 2)
    0.1
    """
    return _mean_loss(state, 1, confidence, "")


def calibration_error(state: Classification, confidence: float) -> Result:
    r"""Return the expected calibration error over ten stretches of equal width.

    .. math:: \sum_b \frac{n_b}{n} \left| \frac{\text{true}_b}{n_b} - \bar p_b \right|

    Of one scored class it compares its probability with how often rows are of it; of more, the
    probability of the predicted class with how often the prediction is right. Chance alone
    makes the sum positive: the interval reaches down by what chance may have added at most, and
    so holds the true value more often than it promises where a model is well calibrated.

    >>> state = Classification.of(["y"] * 8 + ["n"] * 2, ["y"] * 10, {"y": [0.95] * 10})
    >>> round(calibration_error(state, 0.95).value, 2)
    0.15
    """
    table = state.calibration.joined(ECE_BINS)
    rows = int(table.rows.sum())
    if not rows:
        return Undefined(because="no row has the probability of its prediction")
    reach = student_quantile(confidence, max(rows - 1, 1))
    value = excess = wide = 0.0
    # Ten stretches are too few for arrays: these take twice as long.
    for count, hits, said, squares in table.filled:
        share, gap = count / rows, abs(hits - said) / count
        spread = max(squares / count - gap * gap, 0.0)
        # A quarter of a row more: a stretch where all is right is not certain.
        error = math.sqrt((spread + 0.25 / count) / count)
        value += share * gap
        excess += share * _excess(max(gap - reach * error, 0.0), error)
        wide = math.hypot(wide, reach * share * error)
    limits = max(value - excess - wide, 0.0), min(value + wide, 1.0)
    return figure(value, limits, rows, confidence=confidence, method=FOLDED)


def _excess(size: float, error: float) -> float:
    """Return by how much the size of a normal variable exceeds that of its mean on average."""
    ratio = size / error
    density = math.exp(-ratio * ratio / 2) * _DENSEST
    return error * density - 2 * size * _NORMAL.cdf(-ratio)


def _mean_loss(state: Classification, which: int, confidence: float, note: str) -> Result:
    rows = state.losses.count
    value = float(state.losses.means[which])
    few = counted(
        state.unscored,
        "{} row without probabilities is left out.",
        "{} rows without probabilities are left out.",
    )
    limits = None
    if rows >= _TWO:
        low, high = of_mean(value, float(state.losses.variances[which]), rows, confidence)
        limits = max(low, 0.0), high
    told = joined(note, few)
    return figure(value, limits, rows, confidence=confidence, method=STUDENT, note=told)
