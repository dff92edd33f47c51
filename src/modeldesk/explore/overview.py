"""How large a table is, and how much of it is missing or there twice."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from modeldesk.explore.missing import missing_count
from modeldesk.explore.table import ExploredTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The facts about a table as a whole."""

    rows: int
    columns: int
    missing: int
    """Cells without a value, NaN among them."""
    duplicates: int
    """Rows that are the same as one before them, in every column."""
    bytes: int
    """What its values take in memory."""

    @property
    def cells(self) -> int:
        """How many values there would be if none were missing."""
        return self.rows * self.columns

    @property
    def missing_share(self) -> float:
        """Share of the cells without a value; 0 of a table without cells."""
        return self.missing / self.cells if self.cells else 0.0


def overview(table: ExploredTable) -> Overview:
    """Return the facts about a table as a whole.

    Duplicates are told by a hash of 64 bits of each row.

    Examples
    --------
    >>> found = overview(ExploredTable.of({"a": [1, 1, None], "b": ["x", "x", "y"]}))
    >>> found.rows, found.missing, found.duplicates
    (3, 1, 1)
    """
    frame = table.frame
    return Overview(
        rows=frame.height,
        columns=frame.width,
        missing=sum(missing_count(series) for series in frame.get_columns()),
        duplicates=frame.height - _different(frame),
        bytes=int(frame.estimated_size()),
    )


def _different(frame: pl.DataFrame) -> int:
    if not frame.width or not frame.height:
        return frame.height
    vectors = [
        name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List | pl.Array)
    ]
    told = frame.with_columns(
        frame[name].cast(pl.List(pl.String)).list.join(",", ignore_nulls=False) for name in vectors
    )
    return int(told.hash_rows().n_unique())
