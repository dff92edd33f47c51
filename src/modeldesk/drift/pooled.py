"""Two samples of numbers in one order, by rank: what every test of their distributions needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.sketches import Quantiles

Floats = NDArray[np.float64]

POINTS = 512
"""A sample of more numbers is represented by so many of its quantiles."""

_MEASURED = 0.5
"""Standard deviation of a rank, as a share of what the library tells: measured 0.35 to 0.45 for
sketches merged from 24, less for those in one piece."""
_TAIL = 0.00135
"""Ranks nearer to the ends than this count as this: three standard deviations of a normal
distribution, so that no single value rules."""
_UNRESOLVED = 2.0
"""What a sketch of accuracy k does not resolve at its ends, in parts of 1 / k."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The values of a current and a reference sample, each different value once, in order."""

    values: Floats
    current: Floats
    """How many numbers of the current sample equal each value, shape ``(values,)``."""
    reference: Floats
    n: float
    """Size of the current sample."""
    m: float
    noise: float
    """Variance that the sketches' own errors add to a difference of ranks."""
    tail: float
    """Ranks nearer to the ends than this are not told apart."""

    @staticmethod
    def of(current: Quantiles, reference: Quantiles) -> Pooled:
        """Put two sketches, neither of them empty, in one order.

        Samples that their sketch keeps whole are taken as they are, others by the middle of
        each of 512 equal parts.
        """
        here, there = _points(current), _points(reference)
        values, places = np.unique(np.concatenate([here, there]), return_inverse=True)
        n, m = float(current.count), float(reference.count)
        noise = sum((_MEASURED * side.rank_error) ** 2 for side in (current, reference))
        return Pooled(
            values=values,
            current=_spread(places[: here.size], values.size, n),
            reference=_spread(places[here.size :], values.size, m),
            n=n,
            m=m,
            noise=noise,
            tail=max(
                [_TAIL, *(_UNRESOLVED / side.k for side in (current, reference) if not side.exact)]
            ),
        )

    @property
    def middles(self) -> Floats:
        """Share of both samples up to the middle of each value's numbers, shape ``(values,)``."""
        both = self.current + self.reference
        middles: Floats = (np.cumsum(both) - both / 2) / (self.n + self.m)
        return middles

    @property
    def gaps(self) -> Floats:
        """Share of the current less that of the reference up to each value."""
        gaps: Floats = np.cumsum(self.current) / self.n - np.cumsum(self.reference) / self.m
        return gaps


def _spread(places: NDArray[np.intp], values: int, size: float) -> Floats:
    """Return how many numbers equal each value, when every point stands for as many."""
    return np.asarray(np.bincount(places, minlength=values) * (size / places.size), np.float64)


def _points(sketch: Quantiles) -> Floats:
    size = min(sketch.count, POINTS)
    return np.array(sketch.quantiles(((np.arange(size) + 0.5) / size).tolist()))
