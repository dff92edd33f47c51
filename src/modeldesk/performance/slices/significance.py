"""Whether losses inside a slice are higher than outside by more than chance, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    return max(_gamma(inside, everything), _welch(inside, outside))


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
    n, total = inside.size, everything.size
    apart = everything - everything.mean()
    largest = float(np.abs(apart).max())
    if not largest:
        return 1.0
    apart = apart / largest  # so that third powers stay finite
    second, third = float(np.square(apart).mean()), float((apart**3).mean())
    variance = n * (total - n) / (total - 1) * second
    skew = 0.0
    if total > 2:  # noqa: PLR2004 - as the formula says
        cubed = n * (total - n) * (total - 2 * n) / ((total - 1) * (total - 2)) * third
        skew = cubed / variance**1.5
    z = float(((inside - everything.mean()) / largest).sum()) / math.sqrt(variance)
    special = _special()
    if abs(skew) < _ALMOST_NORMAL:
        return float(special.ndtr(-z))
    shape = 4 / skew**2
    place = shape + abs(skew) / skew * z * math.sqrt(shape)
    if place <= 0:
        return 1.0 if skew > 0 else 0.0
    tail = special.gammaincc if skew > 0 else special.gammainc
    return float(tail(shape, place))


def _spread(inside: Floats, outside: Floats) -> tuple[float, float]:
    """Return Welch's standard error of the difference of means and its degrees of freedom."""
    one, other = inside.var(ddof=1) / inside.size, outside.var(ddof=1) / outside.size
    error = float(one + other)
    if not error:
        return 0.0, 1.0
    freedom = error**2 / (one**2 / (inside.size - 1) + other**2 / (outside.size - 1))
    return math.sqrt(error), float(freedom)


def _welch(inside: Floats, outside: Floats) -> float:
    error, freedom = _spread(inside, outside)
    apart = float(inside.mean() - outside.mean())
    if not error:
        return 0.0 if apart > 0 else 1.0
    return float(_special().stdtr(freedom, -apart / error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The mean loss inside less the one outside, with its interval of confidence."""

    value: float
    low: float
    high: float


def difference(inside: Floats, outside: Floats, *, confidence: float = 0.95) -> Difference:
    """Return how much higher losses are inside, with an interval.

    For losses of 0 and 1 the interval is Newcombe's of two shares (from Wilson's intervals of
    each), otherwise Welch's.

    Parameters
    ----------
    inside, outside
        Losses, each of shape ``(rows,)`` with at least two rows.
    confidence
        How often such intervals hold the true difference.

    References
    ----------
    Newcombe: Interval estimation for the difference between independent proportions, 1998,
    method 10. Welch: The generalization of Student's problem, 1947.

    Examples
    --------
    >>> found = difference(np.array([1.0] * 56 + [0.0] * 14), np.array([1.0] * 48 + [0.0] * 32))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    one, other = float(inside.mean()), float(outside.mean())
    value = one - other
    if is_binary(inside) and is_binary(outside):
        first, last = _wilson(one, inside.size, confidence)
        start, end = _wilson(other, outside.size, confidence)
        low = value - math.hypot(one - first, end - other)
        high = value + math.hypot(last - one, other - start)
        return Difference(value=value, low=low, high=high)
    error, freedom = _spread(inside, outside)
    half = float(_special().stdtrit(freedom, (1 + confidence) / 2)) * error
    return Difference(value=value, low=value - half, high=value + half)


def _wilson(share: float, rows: int, confidence: float) -> tuple[float, float]:
    z = float(_special().ndtri((1 + confidence) / 2))
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows**2))
    return middle - half, middle + half


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
