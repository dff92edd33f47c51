"""Whether losses inside a slice are higher than outside by more than chance, and by how much."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.comparison import METHOD
from modeldesk.performance.figures import CONFIDENCE, Figure, Interval
from modeldesk.performance.intervals import Limits, of_mean, square_and_add, wilson

Floats = NDArray[np.float64]

_FEWEST = 2
"""With fewer losses on either side nothing can be told."""
_ALMOST_NORMAL = 1e-3
"""Below this skewness the gamma approximation is the normal one, and computed as that."""


def _special() -> Any:  # noqa: ANN401 - a module
    """Return SciPy's special functions, loaded when they are first needed: 0.3 s and 16 MB."""
    return import_module("scipy.special")


def is_binary(losses: Floats) -> bool:
    """Whether losses are right and wrong only: 0 and 1.

    >>> is_binary(np.array([0.0, 1.0])), is_binary(np.array([0.5]))
    (True, False)
    """
    return bool(((losses == 0) | (losses == 1)).all())


def chance_of_higher(inside: Floats, outside: Floats) -> float:
    r"""Return how likely chance alone makes the mean inside as much higher as it is, or more.

    The null hypothesis is that the rows of the slice were drawn at random from all. Then the sum
    inside is a sum of draws without replacement, whose law is known: for losses of 0 and 1 the
    hypergeometric one, which is taken as it is (Fisher's exact test, one-sided). For other losses
    its first three moments are exact, with :math:`n` of :math:`N` rows inside and the moments
    :math:`\mu_2, \mu_3` of all losses

    .. math::

        \sigma^2 = \frac{n (N - n)}{N - 1} \mu_2, \qquad
        \kappa_3 = \frac{n (N - n) (N - 2 n)}{(N - 1) (N - 2)} \mu_3,

    and the gamma law with these moments (Pearson's type III) stands for it. Single enormous
    losses escape three moments, so the larger p-value of that and of Welch's t-test counts.

    Parameters
    ----------
    inside, outside
        Losses of the rows of the slice and of the others, each of shape ``(rows,)``.

    Returns
    -------
    float
        The one-sided p-value; 1 where either side has fewer than two losses.

    References
    ----------
    Fisher: The design of experiments, 1935. Mielke and Berry: Permutation methods, 2007.

    Examples
    --------
    >>> round(chance_of_higher(np.array([1.0, 1, 1, 0]), np.array([0.0, 0, 0, 1])), 4)
    0.2429
    """
    if min(inside.size, outside.size) < _FEWEST:
        return 1.0
    everything = np.concatenate([inside, outside])
    if is_binary(everything):
        hits, total = round(float(inside.sum())), round(float(everything.sum()))
        return _hypergeometric(hits, inside.size, total, everything.size)
    apart = everything - everything.mean()
    largest = float(np.abs(apart).max())
    if not largest:
        return 1.0
    apart = apart / largest  # so that neither squares nor third powers leave the floats
    one, other = apart[: inside.size], apart[inside.size :]
    return max(_gamma(one, apart), _welch(one, other))


def _hypergeometric(hits: int, drawn: int, marked: int, rows: int) -> float:
    """Return how likely so many marked ones, or more, are drawn without replacement."""
    most = min(drawn, marked)
    if hits <= max(0, drawn + marked - rows):
        return 1.0
    k = np.arange(hits, most + 1, dtype=np.float64)
    special = _special()

    def ways(n: Floats | float, k: Floats | float) -> Any:  # noqa: ANN401 - SciPy's
        return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)

    logs = ways(marked, k) + ways(rows - marked, drawn - k) - ways(rows, drawn)
    return min(1.0, float(np.exp(logs).sum()))


def _gamma(inside: Floats, everything: Floats) -> float:
    """Return Pearson's type III tail of the sum inside; all losses together have mean 0."""
    n, total = inside.size, everything.size
    second, third = float(np.square(everything).mean()), float((everything**3).mean())
    variance = n * (total - n) / (total - 1) * second
    cubed = n * (total - n) * (total - 2 * n) / ((total - 1) * (total - 2)) * third
    skew = cubed / variance**1.5
    z = float(inside.sum()) / math.sqrt(variance)
    special = _special()
    if abs(skew) < _ALMOST_NORMAL:
        return float(special.ndtr(-z))
    shape = 4 / skew**2
    place = shape + abs(skew) / skew * z * math.sqrt(shape)
    if place <= 0:
        return 1.0 if skew > 0 else 0.0
    tail = special.gammaincc if skew > 0 else special.gammainc
    return float(tail(shape, place))


def _welch(inside: Floats, outside: Floats) -> float:
    """Return the one-sided p-value of Welch's t-test."""
    one, other = inside.var(ddof=1) / inside.size, outside.var(ddof=1) / outside.size
    error, apart = float(one + other), float(inside.mean() - outside.mean())
    if not error:
        return 0.0 if apart > 0 else 1.0
    freedom = error**2 / float(one**2 / (inside.size - 1) + other**2 / (outside.size - 1))
    return float(_special().stdtr(freedom, -apart / math.sqrt(error)))


def higher_by(inside: Floats, outside: Floats, *, confidence: float = CONFIDENCE) -> Figure:
    """Return how much higher the mean loss is inside, with an interval.

    Both means' intervals, squared and added, as all differences of measures have it: Wilson's of
    losses of 0 and 1, otherwise Student's.

    Parameters
    ----------
    inside, outside
        Losses, each of shape ``(rows,)`` with at least two rows.
    confidence
        How often such intervals hold the true difference.

    References
    ----------
    Newcombe: Interval estimation for the difference between independent proportions, 1998,
    method 10. Zou, Donner: Construction of confidence limits about effect measures, 2008.

    Examples
    --------
    >>> higher = higher_by(np.array([1.0] * 56 + [0.0] * 14), np.array([1.0] * 48 + [0.0] * 32))
    >>> str(higher)
    '0.2 (0.05243 to 0.3339)'
    """
    shares = is_binary(inside) and is_binary(outside)
    sides = [_mean(side, shares=shares, confidence=confidence) for side in (inside, outside)]
    means, limits = [mean for mean, _ in sides], [limits for _, limits in sides]
    low, high = square_and_add(means, [1, -1], limits)
    interval = Interval(low=low, high=high, confidence=confidence, method=METHOD)
    rows = inside.size + outside.size
    return Figure(value=means[0] - means[1], interval=interval, rows=rows)


def _mean(losses: Floats, *, shares: bool, confidence: float) -> tuple[float, Limits]:
    mean = float(losses.mean())
    if shares:
        return mean, wilson(mean, losses.size, confidence)
    return mean, of_mean(mean, float(losses.var(ddof=1)), losses.size, confidence)


def holm(p_values: list[float]) -> list[float]:
    """Return p-values corrected after Holm: the chance that any at most as large is by chance.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    corrected, largest = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected
