"""The paired bootstrap: how a difference would vary if other rows had come.

References
----------
Efron, Tibshirani: An introduction to the bootstrap, 1993.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

METHOD = "paired bootstrap"

MOST_REPETITIONS = 1_000
LEAST_REPETITIONS = 200
_BUDGET = 30_000_000
"""Numbers that are drawn; with more rows there are fewer repetitions."""
_AT_ONCE = 2_000_000
_SPARSE = 4
"""Rows per cell from which on it is quicker to draw the cells' counts than rows."""


def deviations(counts: Counts, gaps: Callable[[Floats], Floats], *, seed: int) -> Floats:
    """Return the standard error of each of several differences.

    Rows are drawn anew with replacement, both sides of a row together; rows that are the same
    to all statistics are one cell, and drawn as a count. A repetition in which a difference is
    not defined is left out of it; where that is more than half of them there is no error.

    Parameters
    ----------
    counts
        Rows in each cell, shape ``(cells,)``.
    gaps
        Differences for some repetitions: takes counts, shape ``(repetitions, cells)``, and
        returns shape ``(repetitions, differences)``; NaN where one is not defined.
    seed
        Of the random numbers: the same one, the same answer.

    Returns
    -------
    numpy.ndarray
        Shape ``(differences,)``; NaN where there is none.
    """
    rng = np.random.default_rng(seed)
    cells = counts.size
    wanted = min(MOST_REPETITIONS, max(LEAST_REPETITIONS, _BUDGET // max(cells, 1)))
    block = max(1, min(wanted, _AT_ONCE // max(cells, 1)))
    with np.errstate(all="ignore"):
        all_gaps = np.concatenate(
            [
                gaps(_drawn(counts, min(block, wanted - start), rng))
                for start in range(0, wanted, block)
            ]
        )
        defined = np.isfinite(all_gaps)
        rows = defined.sum(axis=0)
        kept = np.where(defined, all_gaps, 0.0)
        means = kept.sum(axis=0) / np.maximum(rows, 1)
        squares = np.where(defined, np.square(all_gaps - means), 0.0).sum(axis=0)
        return np.where(rows * 2 > wanted, np.sqrt(squares / np.maximum(rows - 1, 1)), np.nan)


def _drawn(counts: Counts, repetitions: int, rng: np.random.Generator) -> Floats:
    rows = int(counts.sum())
    if rows >= counts.size * _SPARSE:
        return rng.multinomial(rows, counts / rows, size=repetitions).astype(np.float64)
    cell = np.repeat(np.arange(counts.size), counts)
    drawn = np.empty((repetitions, counts.size))
    for row in drawn:
        row[:] = np.bincount(cell[rng.integers(0, rows, rows)], minlength=counts.size)
    return drawn
