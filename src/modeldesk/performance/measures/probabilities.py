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

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result, Undefined, counted, figure, joined
from modeldesk.performance.intervals import of_mean, student_quantile

Floats = NDArray[np.float64]

STUDENT = "Student"
FOLDED = "delta method, widened by its bias"
ECE_BINS = 10
_TWO = 2


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
    use = table.rows > 0
    counts = table.rows[use].astype(np.float64)
    gaps = (table.hits[use] - table.confidence[use]) / counts
    value = float((counts * np.abs(gaps)).sum() / rows)
    spread = np.maximum(table.squares[use] / counts - np.square(gaps), 0.0)
    # A quarter of a row more: a stretch where all is right is not certain.
    errors = np.sqrt((spread + 0.25 / counts) / counts)
    shares = counts / rows
    reach = student_quantile(confidence, max(rows - 1, 1))
    nearest = np.maximum(np.abs(gaps) - reach * errors, 0.0)
    excess = float((shares * _excess(nearest, errors)).sum())
    wide = reach * math.sqrt(float(np.square(shares * errors).sum()))
    limits = max(value - excess - wide, 0.0), min(value + wide, 1.0)
    return figure(value, limits, rows, confidence=confidence, method=FOLDED)


def _excess(sizes: Floats, errors: Floats) -> Floats:
    """Return by how much sizes of normal variables exceed the size of their means on average."""
    ratios = sizes / errors
    below = np.array([NormalDist().cdf(-ratio) for ratio in ratios.tolist()])
    density = np.exp(-np.square(ratios) / 2) * math.sqrt(2 / math.pi)
    excess: Floats = errors * density - 2 * sizes * below
    return excess


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
