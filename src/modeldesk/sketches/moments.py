"""Count, mean, variance and range of numbers, mergeable without loss of precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt

_LARGE = 1e150
"""Squares of numbers beyond this overflow; they are scaled down before they are summed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    r"""Count, mean, sum of squared deviations and range of finite numbers.

    Two sets merge by the pairwise update: with :math:`\delta = \bar b - \bar a`,

    .. math:: \bar x = \bar a + \delta n_b / n, \quad
        M_2 = M_{2a} + M_{2b} + \delta^2 n_a n_b / n

    which never subtracts large numbers of similar size.

    Parameters
    ----------
    count
        How many finite numbers there are.
    mean
        Their mean; 0 in the neutral element.
    m2
        Their sum of squared deviations from the mean; infinite when beyond floats.
    minimum, maximum
        The range; plus and minus infinity in the neutral element.
    zeros, negatives
        How many are zero, and how many below it.

    References
    ----------
    Chan, Golub, LeVeque: Algorithms for computing the sample variance, 1983.

    Examples
    --------
    >>> left, right = Moments.of(np.array([1.0, 2.0])), Moments.of(np.array([6.0]))
    >>> together = left.merge(right)
    >>> together.count, together.mean, together.variance
    (3, 3.0, 7.0)
    """

    count: int = 0
    mean: float = 0.0
    m2: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    zeros: int = 0
    negatives: int = 0

    @staticmethod
    def of(values: NDArray[np.float64]) -> Moments:
        """Summarise numbers, shape ``(n,)``; those that are not finite are left out."""
        return Moments.of_sorted(np.sort(values[np.isfinite(values)]))

    @staticmethod
    def of_sorted(values: NDArray[np.float64]) -> Moments:
        """Summarise finite numbers that are in ascending order already, shape ``(n,)``."""
        if values.size == 0:
            return Moments()
        minimum, maximum = float(values[0]), float(values[-1])
        scale = max(abs(minimum), abs(maximum))
        scale = scale if scale > _LARGE else 1.0
        scaled = values / scale if scale != 1.0 else values
        mean = float(scaled.mean())
        deviations = scaled - mean
        mean += float(deviations.mean())
        # Not np.dot: that of BLAS starts threads, and waits for them where cores are busy.
        m2 = float(np.square(deviations, out=deviations).sum())
        negatives, rest = np.searchsorted(values, 0.0), np.searchsorted(values, 0.0, "right")
        return Moments(
            count=values.size,
            mean=min(max(mean * scale, minimum), maximum),
            m2=m2 * scale * scale,
            minimum=minimum,
            maximum=maximum,
            zeros=int(rest - negatives),
            negatives=int(negatives),
        )

    @staticmethod
    def of_counted(values: NDArray[np.float64], times: NDArray[np.int64]) -> Moments:
        """Summarise finite numbers below 1e150 that occur so many times each, shapes ``(n,)``."""
        if values.size == 0:
            return Moments()
        count = float(times.sum())
        mean = float((values * times).sum()) / count
        mean += float(((values - mean) * times).sum()) / count
        minimum, maximum = float(values.min()), float(values.max())
        return Moments(
            count=int(count),
            mean=min(max(mean, minimum), maximum),
            m2=float((np.square(values - mean) * times).sum()),
            minimum=minimum,
            maximum=maximum,
            zeros=int(times[values == 0].sum()),
            negatives=int(times[values < 0].sum()),
        )

    @property
    def variance(self) -> float | None:
        """Sample variance; ``None`` below two values or beyond the range of floats."""
        if self.count < 2 or not math.isfinite(self.m2):  # noqa: PLR2004
            return None
        return self.m2 / (self.count - 1)

    @property
    def std(self) -> float | None:
        """Sample standard deviation; ``None`` where the variance is."""
        variance = self.variance
        return None if variance is None else math.sqrt(variance)

    def merge(self, other: Moments) -> Moments:
        """Return the moments of both sets of numbers together."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        mean, spread = _pairwise(self, other, count)
        return Moments(
            count=count,
            mean=mean,
            m2=self.m2 + other.m2 + spread,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            zeros=self.zeros + other.zeros,
            negatives=self.negatives + other.negatives,
        )

    def encode(self) -> bytes:
        """Return the moments as bytes."""
        return msgspec.msgpack.encode(
            (
                self.count,
                self.mean,
                self.m2,
                self.minimum,
                self.maximum,
                self.zeros,
                self.negatives,
            )
        )

    @staticmethod
    def decode(data: bytes) -> Moments:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        shape = tuple[int, float, float, float, float, int, int]
        try:
            count, mean, m2, low, high, zeros, negatives = msgspec.msgpack.decode(data, type=shape)
        except msgspec.MsgspecError as error:
            message = f"The moments cannot be read: {error}."
            raise Corrupt(message) from error
        moments = Moments(
            count=count,
            mean=mean,
            m2=m2,
            minimum=low,
            maximum=high,
            zeros=zeros,
            negatives=negatives,
        )
        if not _sound(moments):
            message = f"The moments contradict themselves: {moments}."
            raise Corrupt(message)
        return moments


def _pairwise(a: Moments, b: Moments, count: int) -> tuple[float, float]:
    """Return the common mean and what the distance of the means adds to ``m2``."""
    delta = b.mean - a.mean
    if not math.isfinite(delta):
        return a.mean * (a.count / count) + b.mean * (b.count / count), math.inf
    mean = a.mean + delta * (b.count / count)
    return mean, delta * delta * (a.count * (b.count / count))


def _sound(moments: Moments) -> bool:
    if moments.count == 0:
        return moments == Moments()
    ordered = -math.inf < moments.minimum <= moments.mean <= moments.maximum < math.inf
    parts = min(moments.zeros, moments.negatives) >= 0
    whole = moments.zeros + moments.negatives <= moments.count
    return moments.count > 0 and ordered and parts and whole and moments.m2 >= 0
