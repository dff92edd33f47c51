r"""Tests of two samples of numbers by smooth scores of their ranks.

With :math:`u_j` the share of both samples up to the middle of the :math:`j`-th different value,
a score :math:`s` gives

.. math:: z_s = \sum_j s(u_j) (c_j/n - r_j/m)

whose mean is 0 and whose variance is known exactly if nothing changed: which of the values fell
into which sample is then a matter of chance, whatever the distribution. So the tests hold their
error rate for heavy tails, ties and any pair of sizes alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift.pooled import Pooled
from modeldesk.drift.special import chdtrc, ndtri

Floats = NDArray[np.float64]

ORDERS = 8
"""Legendre polynomials of the ranks that are looked at."""
_LOW = 4
_FEW = 200
"""In samples smaller than this the last two of them are left out: their squares go astray."""

_NARROW = 0.02
"""Directions in which scores vary less than this, of 1, say nothing: ties have no rank."""
_OWN = np.array([0.8, 4.0, *(0.275 * order**2 for order in range(1, ORDERS + 1))])
"""What sketches add to each score beyond the common error of its ends, in variances of a rank:
measured at 2,000 to 1,000,000 numbers, in one piece and merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How two samples differ: where they lie, how far they spread, and how they are shaped."""

    location: float
    """Difference of the means of normal scores, in standard deviations; above 0 the current
    sample is higher."""
    location_chance: float
    """p-value of the location: van der Waerden's test."""
    spread: float
    """Difference of the means of squared normal scores; above 0 the current is wider."""
    spread_chance: float
    """p-value of the spread: Klotz's test."""
    shape: float
    """Size of what differs in the third to eighth order, on the same scale."""
    shape_chance: float
    """p-value of that part alone."""
    low_chance: float
    """p-value of any difference in the first four orders: Neyman's smooth test."""
    high_chance: float
    """p-value of any difference in the first eight orders."""


def moves(pooled: Pooled) -> Moves:
    """Test two samples for any of the ways in which they may differ.

    References
    ----------
    van der Waerden: Order tests for the two-sample problem, 1952. Klotz: Nonparametric tests
    for scale, 1962. Neyman: Smooth test for goodness of fit, 1937; for two samples Janic-
    Wróblewska, Ledwina: Data driven rank test for two-sample problem, 2000.
    """
    scores = _scores(pooled.middles, pooled.tail)
    total = pooled.n + pooled.m
    weights = (pooled.current + pooled.reference) / total
    scores -= (scores @ weights)[:, np.newaxis]
    difference = scores @ (pooled.current / pooled.n - pooled.reference / pooled.m)
    chance = (1 / pooled.n + 1 / pooled.m) * total / max(total - 1, 1)
    spread = (scores * weights) @ scores.T
    covariance = chance * spread + pooled.noise * _noise(scores)
    last = 2 + ORDERS if min(pooled.n, pooled.m) >= _FEW else ORDERS
    location, location_chance = _single(0, difference, covariance, spread)
    width, width_chance = _single(1, difference, covariance, spread)
    third = slice(4, last)
    return Moves(
        location=location,
        location_chance=location_chance,
        spread=width,
        spread_chance=width_chance,
        shape=float(np.sqrt(np.square(difference[third]).sum())),
        shape_chance=_joint(third, difference, covariance, spread),
        low_chance=_joint(slice(2, 2 + _LOW), difference, covariance, spread),
        high_chance=_joint(slice(2, last), difference, covariance, spread),
    )


def _scores(middles: Floats, tail: float) -> Floats:
    """Return normal scores, their squares, and Legendre polynomials, a row each.

    All of them have variance 1 for ranks without ties.
    """
    scores = np.empty((2 + ORDERS, middles.size))
    scores[0] = ndtri(np.clip(middles, tail, 1 - tail))
    scores[1] = (np.square(scores[0]) - 1) / np.sqrt(2)
    place = 2 * middles - 1
    before, now = np.ones_like(place), place
    for order in range(1, ORDERS + 1):
        scores[1 + order] = np.sqrt(2 * order + 1) * now
        before, now = now, ((2 * order + 1) * place * now - order * before) / (order + 1)
    return scores


def _noise(scores: Floats) -> Floats:
    r"""Return what the sketches' errors add to the covariance of scores, per variance of a rank.

    A sketch drops every other value of a sorted lot: either all ranks in it are too high by one
    or none. So a score is off by half the difference of its ends, all scores by the same coin.
    """
    ends = scores[:, -1] - scores[:, 0]
    noise: Floats = np.outer(ends, ends) / 2 + np.diag(_OWN)
    return noise


def _single(
    place: int, difference: Floats, covariance: Floats, spread: Floats
) -> tuple[float, float]:
    """Return the size of one score's difference, and its p-value."""
    if spread[place, place] < _NARROW:
        return 0.0, 1.0
    size = float(difference[place] / np.sqrt(spread[place, place]))
    return size, float(chdtrc(1, difference[place] ** 2 / covariance[place, place]))


def _joint(orders: slice, difference: Floats, covariance: Floats, spread: Floats) -> float:
    """Return the p-value of several scores together, in the directions that ties leave."""
    sizes, directions = np.linalg.eigh(spread[orders, orders])
    kept = directions[:, sizes >= _NARROW]
    if not kept.size:
        return 1.0
    part = kept.T @ difference[orders]
    within = kept.T @ covariance[orders, orders] @ kept
    return float(chdtrc(part.size, part @ np.linalg.solve(within, part)))
