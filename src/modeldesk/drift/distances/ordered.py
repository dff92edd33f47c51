"""Differences of numbers that have an order and a scale."""

from __future__ import annotations

import math

import numpy as np

from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.divergences import hellinger
from modeldesk.drift.pooled import Pooled
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Quantiles

_MOST_BINS = 30
_PER_BIN = 4
_ROOM = 1e-7


def wasserstein(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return the first Wasserstein distance in standard deviations of the reference.

    .. math:: \frac{1}{s} \int |F(x) - G(x)| \, dx

    with the distribution functions of both sides and the reference's standard deviation
    :math:`s`: how far values moved on average. From 0 on; infinite where the reference does not
    vary and the current side differs.

    References
    ----------
    Vallender: Calculation of the Wasserstein distance between probability distributions on
    the line, 1974.
    """
    pooled = _pooled(current, reference)
    if pooled is None or reference.moments is None:
        return None
    spread = reference.moments.std or 0.0
    largest = float(np.abs(pooled.values).max()) or 1.0
    steps = np.diff(pooled.values / largest)
    moved = float(np.dot(np.abs(pooled.gaps[:-1]), steps))
    if not moved:
        return 0.0
    return moved / (spread / largest) if spread else math.inf


def kolmogorov_smirnov(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return the largest difference of the distribution functions, from 0 to 1.

    .. math:: \max_x |F(x) - G(x)|

    References
    ----------
    Smirnov: Table for estimating the goodness of fit of empirical distributions, 1948.
    """
    pooled = _pooled(current, reference)
    return None if pooled is None else float(min(np.abs(pooled.gaps).max(), 1.0))


def hellinger_whylogs(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return the Hellinger distance as whylogs computes it, from 0 to 1.

    On equally wide bins from the smallest to the largest value of both sides, 30 of them, or
    one for every four values where there are fewer than 120 in all. The last bin also takes the
    largest value. One far value makes all other bins too wide to see anything; see ``hellinger``
    for bins that do not depend on it.

    References
    ----------
    whylogs 1.6.4, drift algorithm ``Hellinger`` with its default configuration.
    """
    here, there = _sketches(current, reference)
    if here is None or there is None:
        return None
    low = min(here.minimum or 0.0, there.minimum or 0.0)
    high = max(here.maximum or 0.0, there.maximum or 0.0)
    bins = max(min(math.ceil((here.count + there.count) / _PER_BIN), _MOST_BINS), 2)
    steps = np.arange(1, bins) / bins
    edges = low * (1 - steps) + high * steps * (1 + math.copysign(_ROOM, high))
    if low == high:
        return 0.0
    shares = [
        np.diff([0.0, *side.shares_up_to(edges.tolist(), inclusive=False), 1.0])
        for side in (here, there)
    ]
    return hellinger(*(np.maximum(share, 0.0) for share in shares))


def _pooled(current: ColumnProfile, reference: ColumnProfile) -> Pooled | None:
    here, there = _sketches(current, reference)
    return None if here is None or there is None else Pooled.of(here, there)


def _sketches(
    current: ColumnProfile, reference: ColumnProfile
) -> tuple[Quantiles | None, Quantiles | None]:
    """Return both sides' quantiles where they are about the same and not empty."""
    here, there = current.quantiles, reference.quantiles
    if here is None or there is None or not here.count or not there.count:
        return None, None
    if basis(current, reference) not in {Basis.NUMBERS, Basis.TEXTS}:
        return None, None
    return here, there
