"""What tells how much of the targets' variation a regression explains, mergeable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.sealing import need, pack_floats, unpack_floats

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitMoments:
    r"""Sums over rows of powers of :math:`d = y - \bar y` and of the squared error.

    Parts merge exactly by moving their sums to the common mean: with :math:`d' = d - \delta`,

    .. math:: \sum e^2 d'^2 = \sum e^2 d^2 - 2 \delta \sum e^2 d + \delta^2 \sum e^2

    and alike for the powers of :math:`d`.

    Parameters
    ----------
    count, mean
        How many rows, and the mean target.
    spread
        :math:`\sum d^2, \sum d^3, \sum d^4`.
    misfit
        :math:`\sum e^2, \sum e^2 d, \sum e^2 d^2`, where e is the error.

    References
    ----------
    Pebay: Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
    statistical moments, 2008.

    Examples
    --------
    >>> fit = FitMoments.of(np.array([1.0, 2.0, 6.0]), np.array([0.0, 1.0, -1.0]))
    >>> fit.mean, fit.spread[0], fit.misfit[0]
    (3.0, 14.0, 2.0)
    """

    count: int = 0
    mean: float = 0.0
    spread: tuple[float, float, float] = (0.0, 0.0, 0.0)
    misfit: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @staticmethod
    def of(targets: Floats, errors: Floats) -> FitMoments:
        """Summarise finite targets and errors, both of shape ``(n,)``."""
        if not targets.size:
            return FitMoments()
        # Sums may overflow; what is not finite is told by the measures.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(targets.mean())
            d = targets - mean
            d2, e2 = d * d, errors * errors
            e2d = e2 * d
            return FitMoments(
                count=targets.size,
                mean=mean,
                spread=(float(d2.sum()), float((d2 * d).sum()), float((d2 * d2).sum())),
                misfit=(float(e2.sum()), float(e2d.sum()), float((e2d * d).sum())),
            )

    def merge(self, other: FitMoments) -> FitMoments:
        """Return the sums over both sets of rows together."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        mean = self.mean + (other.mean - self.mean) * (other.count / count)
        mine, theirs = self._about(mean), other._about(mean)
        return FitMoments(
            count=count,
            mean=mean,
            spread=_added(mine.spread, theirs.spread),
            misfit=_added(mine.misfit, theirs.misfit),
        )

    def pack(self) -> tuple[int, bytes]:
        """Return the sums as a number and bytes, for a sealed body."""
        return self.count, pack_floats(np.array([self.mean, *self.spread, *self.misfit]))

    def _about(self, mean: float) -> FitMoments:
        """Return the same sums with deviations from another number."""
        with np.errstate(over="ignore", invalid="ignore"):
            n, delta = self.count, np.float64(mean - self.mean)
            s2, s3, s4 = self.spread
            e0, e1, e2 = self.misfit
            return FitMoments(
                count=n,
                mean=mean,
                spread=(
                    float(s2 + n * delta**2),
                    float(s3 - 3 * delta * s2 - n * delta**3),
                    float(s4 - 4 * delta * s3 + 6 * delta**2 * s2 + n * delta**4),
                ),
                misfit=(e0, float(e1 - delta * e0), float(e2 - 2 * delta * e1 + delta**2 * e0)),
            )


def unpack(packed: tuple[int, bytes]) -> FitMoments:
    """Read what `FitMoments.pack` wrote; `Corrupt` when it contradicts itself."""
    count, numbers = packed[0], unpack_floats(packed[1]).tolist()
    need(len(numbers) == 7, "the moments of the fit have another size")  # noqa: PLR2004
    mean, s2, s3, s4, e0, e1, e2 = numbers
    need(count >= 0 and not (s2 < 0 or e0 < 0), "a sum of squares is negative")
    return FitMoments(count=count, mean=mean, spread=(s2, s3, s4), misfit=(e0, e1, e2))


def _added(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> tuple[float, float, float]:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
