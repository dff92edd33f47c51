"""How much a number that is measured in every window varies between windows by nature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift.special import chdtrc, ndtr, stdtr

Floats = NDArray[np.float64]

_SHARE, _NORMAL = 0.85, 1.4395
"""The spread between windows is read off this quantile of their deviations (for a normal
distribution so many standard deviations), so that a few of them may be incidents, while a
rhythm of the week still counts as normal ..."""
_TAIL, _NORMAL_TAIL = 0.93, 1.8119
"""... or off this one, where it says more: windows that now and then go far in one direction."""
_SQUARE = _NORMAL**2
_FREEDOM = 1 / 3
"""Degrees of freedom per window of the t-distribution. For effects that are normal from day to
day simulation gives a half; a third leaves room for days that are skewed."""
_OWN = 2.5
"""So many standard deviations the reference may be off by itself."""
_DOUBT = 0.05
"""Windows vary by nature when chance alone would make them vary as much no more often."""
_STANDARD = 2.0
"""Standard errors by which the mean excess must stand out to count as variation by nature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wobble:
    """How much some numbers vary between windows, beyond sampling; shape ``(numbers,)`` each."""

    centre: Floats
    """Median over the windows."""
    variance: Floats
    """Variance between windows, beyond that of sampling; 0 where sampling explains it all."""
    windows: int

    def chances(self, now: Floats, before: Floats, sampling: Floats) -> Floats:
        r"""Return the p-value of each difference from the reference.

        .. math:: t = \frac{|x - r| - \min(|c - r|, 2.5 \tau)}{\sqrt{v + \tau^2}}

        with the centre :math:`c` of past windows, their standard deviation :math:`\tau`, and the
        variance :math:`v` of sampling on both sides. The reference may stem from a single day:
        then it is off the centre by as much as days are, and that is no change. If it is off by
        much more, every window is a change, and stays one. The number of windows tells how
        well :math:`\tau` is known: a third as many degrees of freedom.

        Parameters
        ----------
        now, before
            The numbers in the current window and in the reference.
        sampling
            Variance of their difference by sampling alone.
        """
        deviation = np.sqrt(self.variance)
        own = np.minimum(np.abs(self.centre - before), _OWN * deviation)
        apart = np.maximum(np.abs(now - before) - own, 0.0)
        wide = _two_sided(apart / np.sqrt(sampling + self.variance), self.windows)
        narrow = 2 * ndtr(-np.abs(now - before) / np.sqrt(sampling))
        return np.asarray(np.where(self.variance > 0, wide, narrow))

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which of the numbers vary more than sampling explains, shape ``(numbers,)``."""
        return np.asarray(self.variance > 0)


def wobble(values: Floats, sampling: Floats) -> Wobble:
    """Learn from past windows how much numbers vary.

    Parameters
    ----------
    values
        The numbers in each window, shape ``(windows, numbers)``.
    sampling
        Their variance by sampling alone, of the same shape; above 0.
    """
    centre = np.median(values, axis=0)
    most, tail = np.quantile(np.abs(values - centre), [_SHARE, _TAIL], axis=0)
    spread = np.maximum(most / _NORMAL, tail / _NORMAL_TAIL) ** 2
    beyond = np.maximum(spread - np.median(sampling, axis=0), 0.0)
    heterogeneity = np.sum((values - values.mean(axis=0)) ** 2 / sampling, axis=0)
    calm = chdtrc(values.shape[0] - 1, heterogeneity) > _DOUBT
    return Wobble(centre=centre, variance=np.where(calm, 0.0, beyond), windows=values.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Turbulence:
    """How far whole distributions vary between windows, beyond sampling."""

    mean: float
    """Mean excess of a window's statistic over what sampling makes of it, per row."""
    high: float
    """The excess that about one window in seven goes beyond."""
    freedom: int
    windows: int

    @property
    def varies(self) -> bool:
        """Whether distributions vary more than sampling explains."""
        return self.mean > 0

    def chance(self, statistic: float, sampling: float) -> float:
        """Return the p-value of a statistic.

        Windows may vary in all bins alike or along one line; of the two answers the more
        cautious one counts.

        Parameters
        ----------
        statistic
            Sum over bins of squared differences of shares by the share, times 1 / `sampling`.
        sampling
            The sum of the reciprocals of both sizes.
        """
        if not self.varies:
            return float(chdtrc(self.freedom, statistic))
        inflated = 1 + 2 * self.mean / self.freedom / sampling
        alike = float(chdtrc(self.freedom, statistic / inflated))
        beyond = max(statistic - self.freedom, 0.0) * sampling
        line = _two_sided(np.sqrt(beyond / (2 * self.high / _SQUARE)), self.windows)
        return max(alike, float(line))


def turbulence(statistics: Floats, rows: Floats, freedom: int) -> Turbulence:
    """Learn from past windows how far distributions vary.

    Parameters
    ----------
    statistics
        Of each window against all of them, chi-square if nothing but sampling is at work,
        shape ``(windows,)``.
    rows
        Size of each window, shape ``(windows,)``.
    freedom
        Degrees of freedom of the statistics.
    """
    excess = (statistics - freedom) / rows
    kept = np.sort(excess)[: max(1, round(_SHARE * excess.size))]
    doubt = np.sqrt(2 * freedom / excess.size) / float(np.median(rows))
    mean, high = float(kept.mean()), float(np.quantile(excess, _SHARE))
    known = float(excess.mean()) > _STANDARD * doubt and high > 0
    return Turbulence(
        mean=max(mean, high / 4) if known else 0.0,
        high=high,
        freedom=freedom,
        windows=statistics.size,
    )


def _two_sided(value: Floats, windows: int) -> Floats:
    return np.asarray(np.minimum(1.0, 2 * stdtr(windows * _FREEDOM, -np.abs(value))))
