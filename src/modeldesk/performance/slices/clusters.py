"""Groups of near vectors: k-means, small and seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 15
_INSIDE = 0.8
"""A ball holds this share of its cluster: the last fifth lies far out, among the neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """The vectors no farther from a centre than a radius."""

    centre: Floats
    radius: float


def balls(vectors: Floats, *, number: int, random: np.random.Generator) -> tuple[Ball, ...]:
    """Return balls about the centres of clusters.

    k-means after Lloyd, started after Arthur and Vassilvitskii (k-means++).

    Parameters
    ----------
    vectors
        Finite numbers, shape ``(rows, dimensions)``.
    number
        How many clusters at most; fewer where there are fewer different vectors.
    random
        Decides where to start.

    Returns
    -------
    tuple of Ball
        Each about one centre, with the radius that holds four fifths of the cluster.

    Examples
    --------
    >>> corners = np.repeat(np.array([[0.0, 0.0], [9.0, 9.0]]), 5, axis=0)
    >>> found = balls(corners, number=4, random=np.random.default_rng(1))
    >>> sorted(ball.centre.tolist() for ball in found)
    [[0.0, 0.0], [9.0, 9.0]]
    """
    if not len(vectors):
        return ()
    centres = _started(vectors, number, random)
    nearest = np.zeros(len(vectors), dtype=np.intp)
    for _ in range(_ROUNDS):
        nearest = _squares(vectors, centres).argmin(axis=1)
        moved = np.stack(
            [
                vectors[nearest == place].mean(axis=0) if (nearest == place).any() else centre
                for place, centre in enumerate(centres)
            ]
        )
        if np.array_equal(moved, centres):
            break
        centres = moved
    found = []
    for place, centre in enumerate(centres):
        members = vectors[nearest == place]
        if len(members):
            radius = float(np.quantile(np.linalg.norm(members - centre, axis=1), _INSIDE))
            found.append(Ball(centre=centre, radius=radius))
    return tuple(found)


def _started(vectors: Floats, number: int, random: np.random.Generator) -> Floats:
    """Choose vectors far from one another to start with."""
    chosen = [vectors[random.integers(len(vectors))]]
    while len(chosen) < number:
        squares = _squares(vectors, np.stack(chosen)).min(axis=1)
        total = squares.sum()
        if not total > 0:
            break
        chosen.append(vectors[random.choice(len(vectors), p=squares / total)])
    return np.stack(chosen)


def _squares(vectors: Floats, centres: Floats) -> Floats:
    """Return the squared distance of each vector from each centre, shape ``(rows, centres)``."""
    lengths = np.square(vectors).sum(axis=1)[:, np.newaxis] + np.square(centres).sum(axis=1)
    found: Floats = np.maximum(lengths - 2 * vectors @ centres.T, 0.0)
    return found
