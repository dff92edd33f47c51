r"""Confidence intervals from a few sums.

Everything here takes an estimate and how uncertain it is, and returns its two limits. What the
uncertainty is, is the matter of each measure.

References
----------
Wilson: Probable inference, the law of succession, and statistical inference, 1927.
Brown, Cai, DasGupta: Interval estimation for a binomial proportion, 2001.
Korn, Graubard: Confidence intervals for proportions with small expected number of positive
counts estimated from survey data, 1998 (effective sample size).
Newcombe: Interval estimation for the difference between independent proportions, 1998.
Zou, Donner: Construction of confidence limits about effect measures, 2008 (square and add).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeAlias

from modeldesk.errors import InvalidArgument

Limits: TypeAlias = tuple[float, float]


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches to either side.

    Raises
    ------
    InvalidArgument
        When the confidence does not lie between 0 and 1.

    Examples
    --------
    >>> round(normal_quantile(0.95), 3)
    1.96
    """
    if not 0 < confidence < 1:
        message = f"A confidence lies between 0 and 1; {confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def student_quantile(confidence: float, freedom: float) -> float:
    """Return the same for a mean whose variance is estimated with few degrees of freedom.

    >>> round(student_quantile(0.95, 9), 3)
    2.262
    """
    normal = normal_quantile(confidence)
    if freedom > 1e6:  # noqa: PLR2004 - the same to six digits
        return normal
    import scipy.special  # noqa: PLC0415 - takes 0.3 s, and only evaluation needs it

    return float(scipy.special.stdtrit(freedom, (1 + confidence) / 2))


def wilson(share: float, trials: float, confidence: float) -> Limits:
    r"""Return Wilson's limits for a proportion.

    .. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Parameters
    ----------
    share
        The observed proportion, from 0 to 1.
    trials
        Of how many; not whole where it is an effective number.
    confidence
        Between 0 and 1.

    Examples
    --------
    >>> [round(limit, 3) for limit in wilson(0.9, 50, 0.95)]
    [0.786, 0.957]
    >>> [round(limit, 3) for limit in wilson(1.0, 50, 0.95)]
    [0.929, 1.0]
    """
    z2 = normal_quantile(confidence) ** 2
    share = min(max(share, 0.0), 1.0)  # rounding of means
    middle = share + z2 / (2 * trials)
    reach = math.sqrt(z2 * (share * (1 - share) / trials + z2 / (4 * trials * trials)))
    scale = 1 + z2 / trials
    low = 0.0 if share <= 0 else max(0.0, (middle - reach) / scale)
    return low, 1.0 if share >= 1 else min(1.0, (middle + reach) / scale)


def effective(value: float, variance: float, fallback: float, confidence: float) -> Limits:
    """Return Wilson's limits for any estimate between 0 and 1 whose variance is known.

    The effective number of trials is the one with which a proportion would have that variance.
    Unlike a normal interval it stays between 0 and 1, and leans towards the middle near the
    ends. An estimate of exactly 0 or 1 has no variance; then ``fallback`` trials are taken.

    Examples
    --------
    >>> [round(limit, 3) for limit in effective(0.95, 0.0004, 50, 0.95)]
    [0.895, 0.977]
    """
    spread = value * (1 - value)
    if spread <= 0 or variance <= 0:
        return wilson(value, fallback, confidence)
    return wilson(value, spread / variance, confidence)


def effective_signed(value: float, variance: float, fallback: float, confidence: float) -> Limits:
    """Return the same for an estimate between -1 and 1.

    >>> [round(limit, 3) for limit in effective_signed(0.9, 0.0016, 50, 0.95)]
    [0.79, 0.954]
    """
    low, high = effective((value + 1) / 2, variance / 4, fallback, confidence)
    return 2 * low - 1, 2 * high - 1


def of_mean(mean: float, variance: float, count: int, confidence: float) -> Limits:
    """Return Student's limits for the mean of ``count`` values with that sample variance.

    >>> [round(limit, 3) for limit in of_mean(10.0, 4.0, 25, 0.95)]
    [9.174, 10.826]
    """
    reach = student_quantile(confidence, count - 1) * math.sqrt(variance / count)
    return mean - reach, mean + reach


def of_positive(value: float, variance: float, count: int, confidence: float) -> Limits:
    """Return limits for an estimate that is never negative, even on the scale of logarithms.

    By the delta method the logarithm has the standard error ``sqrt(variance) / value``.

    >>> [round(limit, 2) for limit in of_positive(2.0, 0.04, 100, 0.95)]
    [1.64, 2.44]
    """
    if value <= 0:
        reach = student_quantile(confidence, max(count - 1, 1)) * math.sqrt(variance)
        return 0.0, max(reach, 0.0)
    ratio = math.sqrt(variance) / value
    factor = math.exp(min(student_quantile(confidence, max(count - 1, 1)) * ratio, 700.0))
    return value / factor, value * factor


def square_and_add(
    values: Sequence[float], weights: Sequence[float], limits: Sequence[Limits]
) -> Limits:
    """Return limits for a weighted sum of independent estimates with limits of their own.

    Each limit of the sum lies as far from it as the root of the squared distances of the parts'
    limits on the side that counts: the lower one for positive weights, the upper one for
    negative ones.

    Parameters
    ----------
    values, weights, limits
        The estimates, what they are multiplied with, and their limits; all of one length.

    Examples
    --------
    >>> low, high = square_and_add([0.9, 0.8], [1, -1], [(0.8, 0.95), (0.7, 0.88)])
    >>> round(low, 3), round(high, 3)
    (-0.028, 0.212)
    """
    total = sum(w * v for w, v in zip(weights, values, strict=True))
    down = up = 0.0
    for value, weight, (low, high) in zip(values, weights, limits, strict=True):
        below, above = abs(weight * (value - low)), abs(weight * (high - value))
        # Squares of large numbers would overflow.
        down = math.hypot(down, below if weight > 0 else above)
        up = math.hypot(up, above if weight > 0 else below)
    return total - down, total + up
