"""Looking for groups of rows with high losses: single conditions and pairs, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]

MOST_ATOMS = 400
"""Pairs are made of so many conditions, those whose losses differ most."""
MOST_CANDIDATES = 12
"""So many groups are handed on to be tested."""
_STRONG = 2.5
"""How many standard errors a group's mean must lie above that of all to be handed on."""
_SAME = 0.95
"""A pair that keeps more than this share of one of its conditions' rows adds nothing to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One condition, or two together, by their places."""

    atoms: tuple[int, ...]
    z: float
    """How many standard errors its mean loss lies above that of all rows that were left."""


def search(
    masks: Masks, groups: NDArray[np.intp], losses: Floats, *, least: int
) -> list[Candidate]:
    r"""Return groups of rows with high losses, the clearest first, each without the ones before.

    For every condition and every pair of conditions of different groups, the number of rows and
    the sum of losses come from two matrix products. With :math:`n` of :math:`N` rows and the
    sum :math:`s` of losses that have mean 0 and variance 1,
    :math:`z = s / \sqrt{n (1 - n / N)}`. A pair must be clearer than either of its conditions by
    what the choice among :math:`m` conditions gains by chance:
    :math:`z^2 \ge \max(z_a^2, z_b^2) + 2 \ln m`. The clearest group is taken, its rows are taken
    away, and the others are judged by the rows that are left: what was high only because of
    the first is not found again.

    Parameters
    ----------
    masks
        Which rows each condition is true of, shape ``(rows, conditions)``.
    groups
        Conditions with the same number are not combined, shape ``(conditions,)``.
    losses
        Shape ``(rows,)``.
    least
        How many rows a group must have.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> masks = rng.random((4000, 3)) < 0.3
    >>> losses = rng.normal(size=4000) + 2 * (masks[:, 0] & masks[:, 2])
    >>> search(masks, np.arange(3), losses, least=50)[0].atoms
    (0, 2)
    """
    chosen = _most_telling(masks, losses, least)
    if not chosen.size:
        return []
    totals = _Totals.of(masks[:, chosen], losses)
    apart = groups[chosen][:, np.newaxis] != groups[chosen][np.newaxis, :]
    penalty = 2 * np.log(max(len(chosen), 2))
    found: list[Candidate] = []
    while len(found) < MOST_CANDIDATES:
        best = totals.best(apart, least=least, penalty=penalty)
        if best is None:
            break
        found.append(Candidate(atoms=tuple(int(chosen[place]) for place in best[0]), z=best[1]))
        totals.take_away(best[0])
    return found


def _most_telling(masks: Masks, losses: Floats, least: int) -> NDArray[np.intp]:
    """Return the places of the conditions that are worth combining."""
    rows = masks.sum(axis=0)
    kept = np.flatnonzero((rows >= least) & (rows < len(losses)))
    if len(kept) <= MOST_ATOMS:
        return kept
    sums = (losses - losses.mean()) @ masks[:, kept]
    clear = np.abs(sums) / np.sqrt(rows[kept] * (1 - rows[kept] / len(losses)))
    return np.sort(kept[np.argsort(-clear, kind="stable")[:MOST_ATOMS]])


class _Totals:
    """Rows and losses of every pair of conditions, over the rows that are left."""

    def __init__(self, masks: NDArray[np.float32], losses: NDArray[np.float32]) -> None:
        self._masks = masks
        self._losses = losses
        self._left = np.ones(len(losses), dtype=np.bool_)
        self._rows, self._sums = self._products(masks, losses)

    @staticmethod
    def of(masks: Masks, losses: Floats) -> _Totals:
        """Count, with losses made standard so that single precision is enough."""
        spread = losses.std()
        standard = (losses - losses.mean()) / (spread if spread > 0 else 1.0)
        return _Totals(masks.astype(np.float32), standard.astype(np.float32))

    @staticmethod
    def _products(masks: NDArray[np.float32], losses: NDArray[np.float32]) -> tuple[Floats, Floats]:
        rows = (masks.T @ masks).astype(np.float64)
        return rows, (masks.T @ (masks * losses[:, np.newaxis])).astype(np.float64)

    def best(
        self, apart: Masks, *, least: int, penalty: float
    ) -> tuple[tuple[int, ...], float] | None:
        """Return the clearest condition or pair that is left, with its standard errors."""
        left = self._losses[self._left].astype(np.float64)
        spread = left.std() if left.size else 0.0
        if not spread > 0:
            return None
        centred = self._sums - self._rows * left.mean()
        weight = self._rows * (1 - self._rows / left.size)
        enough = (self._rows >= least) & (weight > 0)
        z = np.where(enough, centred / np.sqrt(np.where(enough, weight, 1.0)) / spread, 0.0)
        z = np.maximum(z, 0.0)
        singles, counts = np.diag(z), np.diag(self._rows)
        parents = np.maximum(singles[:, np.newaxis], singles[np.newaxis, :])
        fewer = self._rows <= _SAME * np.minimum(counts[:, np.newaxis], counts[np.newaxis, :])
        gain = np.square(z) - penalty
        clear = np.where(apart & fewer & (gain >= np.square(parents)), gain, 0.0)
        np.fill_diagonal(clear, np.square(singles))
        place = int(clear.argmax())
        if clear.flat[place] < _STRONG**2:
            return None
        first, second = divmod(place, len(clear))
        atoms = (first,) if first == second else (min(first, second), max(first, second))
        return atoms, float(z[first, second])

    def take_away(self, atoms: tuple[int, ...]) -> None:
        """Take the rows of a group away."""
        inside = self._left & (self._masks[:, atoms] > 0).all(axis=1)
        rows, sums = self._products(self._masks[inside], self._losses[inside])
        self._rows -= rows
        self._sums -= sums
        self._left &= ~inside
