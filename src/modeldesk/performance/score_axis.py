r"""The axis on which scores are counted: the floating-point numbers from 0 to 1 themselves.

Every score has a *key*, a whole number that grows with the score: the 64 bits of the score up
to one half, and mirrored those of ``1 - score`` above, so that 1e-12 and 1 - 1e-12 are resolved
alike. Exactly 0 and exactly 1 have keys of their own. A bin of level :math:`l` holds the keys
that share all but their last :math:`l` bits. Bins of one level are therefore spaced by the
logarithm of the distance to the nearer end, evenly within each power of two, and every bin lies
within one bin of the next level. Level 0 tells all scores apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]

HALF = int(np.float64(0.5).view(np.int64))
TOP = 2 * HALF
"""The key that 1 would have."""
ZERO = -1
"""The key of scores that are exactly 0."""
ONE = int(np.iinfo(np.int64).max)
"""The key of scores that are exactly 1."""
COARSEST = 62
"""The level at which all scores but 0 and 1 share one bin."""


def keys_of(scores: NDArray[np.float64]) -> Keys:
    """Return the key of each score from 0 to 1, shape ``(n,)``.

    >>> keys = keys_of(np.array([0.0, 1e-300, 0.3, 0.5, 0.7, 1 - 1e-15, 1.0]))
    >>> bool((np.diff(keys.astype(float)) > 0).all())
    True
    """
    bits = np.minimum(scores, 1.0 - scores).view(np.int64)
    keys: Keys = np.where(scores <= 0.5, bits, TOP - bits)  # noqa: PLR2004 - the mirror
    keys[scores == 0.0] = ZERO
    keys[scores == 1.0] = ONE
    return keys


def coarsened(keys: Keys, levels: int) -> Keys:
    """Return the keys of the bins that many levels up."""
    if not levels:
        return keys
    shifted = keys >> levels
    shifted[keys == ONE] = ONE
    return shifted


def level_for(keys: Keys, most: int) -> int:
    """Return how many levels up ascending keys fall into at most so many bins.

    >>> level_for(np.array([8, 9, 10, 11]), 2)
    1
    """
    low, high = -1, COARSEST
    while high - low > 1:
        middle = (low + high) // 2
        found = coarsened(keys, middle)
        if 1 + np.count_nonzero(found[1:] != found[:-1]) <= most:
            high = middle
        else:
            low = middle
    return high


def lower_edges(keys: Keys, level: int) -> NDArray[np.float64]:
    """Return the smallest score of each bin.

    >>> lower_edges(keys_of(np.array([0.0, 0.25, 0.75, 1.0])), 0).tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    inner = np.clip(keys, 0, TOP >> level) << level
    bits: Keys = np.where(inner <= HALF, inner, np.maximum(TOP - inner, 0))
    near = bits.view(np.float64)
    edges = np.where(inner <= HALF, near, 1.0 - near)
    edges[keys == ONE] = 1.0
    edges[keys == ZERO] = 0.0
    return edges
