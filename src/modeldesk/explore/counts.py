"""How many rows have each pair of two columns' categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.explore.coding import CodedColumn, coded
from modeldesk.explore.table import ExploredTable

MOST_LEVELS = 12

OTHERS = "others"
"""All categories together that are not told by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCounts:
    """Rows by the categories of two columns."""

    across: tuple[str, ...]
    """Categories of the first column."""
    down: tuple[str, ...]
    """Categories of the second column."""
    rows: tuple[tuple[int, ...], ...]
    """For each of ``down``, how many rows have each of ``across``."""
    why_not: str = ""
    """Why there are none, as a clause; empty where there are some."""

    @property
    def total(self) -> int:
        """How many rows have a value in both."""
        return sum(map(sum, self.rows))


def cross_counts(
    table: ExploredTable, across: str, down: str, *, most: int = MOST_LEVELS
) -> CrossCounts:
    """Return how many rows have each pair of two columns' categories.

    Parameters
    ----------
    table
        The rows; those without both values are left out.
    across, down
        The columns.
    most
        Of so many categories each, the most frequent, the others are counted together.

    Examples
    --------
    >>> table = ExploredTable.of({"a": ["x", "y", "x"], "b": [True, True, False]})
    >>> cross_counts(table, "a", "b").rows
    ((1, 0), (1, 1))
    """
    one, other = coded(table, across), coded(table, down)
    for column in (one, other):
        if column.codes is None:
            told = column.why_not or "holds no categories"
            return CrossCounts(across=(), down=(), rows=(), why_not=f"{column.name} {told}")
    wide, high = _most(one, most), _most(other, most)
    there = (wide.places >= 0) & (high.places >= 0)
    if not there.any():
        return CrossCounts(across=(), down=(), rows=(), why_not="no row has both values")
    flat = high.places[there] * len(wide.names) + wide.places[there]
    counts = np.bincount(flat, minlength=len(wide.names) * len(high.names))
    grid = counts.reshape(len(high.names), len(wide.names))
    return CrossCounts(
        across=wide.names,
        down=high.names,
        rows=tuple(tuple(int(each) for each in row) for row in grid),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Levels:
    """A column by its most frequent categories."""

    names: tuple[str, ...]
    places: NDArray[np.int64]
    """Of each row among the names; -1 where the value is missing."""


def _most(column: CodedColumn, most: int) -> _Levels:
    codes = column.codes if column.codes is not None else np.empty(0, dtype=np.int64)
    if len(column.levels) <= most:
        return _Levels(names=column.levels, places=codes)
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    kept = np.sort(np.lexsort((np.arange(len(counts)), -counts))[: most - 1])
    place = np.full(len(counts), most - 1, dtype=np.int64)
    place[kept] = np.arange(most - 1)
    names = (*(column.levels[code] for code in kept), OTHERS)
    return _Levels(names=names, places=np.where(codes < 0, -1, place[np.maximum(codes, 0)]))
