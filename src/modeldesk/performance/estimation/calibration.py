r"""From a score to a probability: a smooth, rising curve on the logit axis.

The logit of the probability is piecewise linear in the logit of the score, fitted by penalised
likelihood (bends cost), and then made to rise by pooling adjacent violators. Beyond the scores of
the reference it stays where it was.

References
----------
Eilers, Marx: Flexible smoothing with B-splines and penalties, 1996.
Barlow et al.: Statistical inference under order restrictions, 1972 (pooling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.estimation.axis import CELLS, LOGITS, REACH
from modeldesk.performance.estimation.cells import Floats

_STEP = 0.25
_BEND = 1.0
"""What a bend costs; 0.1 and 10 give the same estimates to a hundredth of their errors."""
_STEPS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrator:
    """A curve from logits of scores to logits of probabilities.

    Parameters
    ----------
    knots
        Logits of scores, ascending, shape ``(k,)``.
    heights
        Logits of probabilities at the knots, never falling, shape ``(k,)``.
    errors
        How the heights change when one block of the reference is left out, shape
        ``(k, blocks)``: the sum of squares of anything linear in them is its variance.

    Examples
    --------
    >>> rows, positives = np.zeros((1, CELLS)), np.zeros((1, CELLS))
    >>> rows[0, 120], rows[0, 136] = 1000, 1000  # scores of 0.28 and 0.74
    >>> positives[0, 120], positives[0, 136] = 100, 900
    >>> curve = Calibrator.of(rows, positives)
    >>> (1 / (1 + np.exp(-curve.logits(LOGITS[[120, 136]])))).round(2).tolist()
    [0.1, 0.9]
    """

    knots: Floats
    heights: Floats
    errors: NDArray[np.float32]

    @staticmethod
    def identity(blocks: int) -> Calibrator:
        """Return the curve that leaves scores as they are."""
        ends = np.array([-REACH, REACH])
        return Calibrator(knots=ends, heights=ends, errors=np.zeros((2, blocks), np.float32))

    @staticmethod
    def of(rows: Floats, positives: Floats) -> Calibrator:
        """Fit the curve.

        Parameters
        ----------
        rows
            Rows by block of the reference and cell of the axis, shape ``(blocks, CELLS)``.
        positives
            How many of them are of the class, same shape.
        """
        count, hits = rows.sum(axis=0), positives.sum(axis=0)
        knots = _knots(count)
        basis = _basis(knots)
        penalty = _penalty(knots.size)
        heights, inverse = _fitted(basis, count, hits, penalty)
        means = _means(basis @ heights)
        scores = basis.T @ (positives - rows * means).T
        blocks = max(rows.shape[0], 2)
        errors = inverse @ scores * np.sqrt(blocks / (blocks - 1))
        weights = basis.T @ count + 1e-3
        return Calibrator(
            knots=knots, heights=_rising(heights, weights), errors=errors.astype(np.float32)
        )

    def logits(self, of: Floats) -> Floats:
        """Return the logit of the probability for each logit of a score, shape ``(n,)``."""
        found: Floats = np.interp(of, self.knots, self.heights)
        return found

    def wobble(self) -> Floats:
        """Return the errors of the logit in each cell of the axis, shape ``(CELLS, blocks)``."""
        found: Floats = _basis(self.knots) @ self.errors.astype(np.float64)
        return found


def _knots(count: Floats) -> Floats:
    filled = np.flatnonzero(count)
    low, high = LOGITS[filled[0]], LOGITS[filled[-1]]
    steps = max(int(np.ceil((high - low) / _STEP)), 1)
    found: Floats = low + _STEP * np.arange(steps + 1)
    return found


def _basis(knots: Floats) -> Floats:
    """Return how much each knot counts in each cell of the axis, shape ``(CELLS, k)``."""
    place = np.clip((LOGITS - knots[0]) / (knots[1] - knots[0]), 0, knots.size - 1)
    left = np.minimum(place.astype(np.intp), knots.size - 2)
    basis = np.zeros((CELLS, knots.size))
    rows = np.arange(CELLS)
    basis[rows, left] = 1 - (place - left)
    basis[rows, left + 1] = place - left
    return basis


def _penalty(size: int) -> Floats:
    bends = np.diff(np.eye(size), n=2, axis=0)
    found: Floats = _BEND * (bends.T @ bends) + 1e-6 * np.eye(size)
    return found


def _fitted(basis: Floats, count: Floats, hits: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    share = min(max(float(hits.sum() / count.sum()), 1e-6), 1 - 1e-6)
    heights = np.full(basis.shape[1], np.log(share / (1 - share)))
    inverse: Floats = np.empty(0)
    for _ in range(_STEPS):
        means = _means(basis @ heights)
        gram = (basis * (count * means * (1 - means))[:, None]).T @ basis
        inverse = np.linalg.inv(gram + penalty).astype(np.float64, copy=False)
        change = inverse @ (basis.T @ (hits - count * means) - penalty @ heights)
        largest = float(np.abs(change).max())
        heights = heights + change * min(1.0, 2.0 / max(largest, 1e-12))
        if largest < 1e-4:  # noqa: PLR2004 - of a logit
            break
    return np.clip(heights, -REACH, REACH), inverse


def _means(sums: Floats) -> Floats:
    return 0.5 + 0.5 * np.tanh(0.5 * sums)


def _rising(heights: Floats, weights: Floats) -> Floats:
    """Pool adjacent knots until the heights never fall."""
    values: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for height, weight in zip(heights.tolist(), weights.tolist(), strict=True):
        value, mass, size = height, weight, 1
        while values and values[-1] > value:
            before = masses.pop()
            value = (values.pop() * before + value * mass) / (before + mass)
            mass += before
            size += sizes.pop()
        values.append(value)
        masses.append(mass)
        sizes.append(size)
    return np.repeat(values, sizes)
