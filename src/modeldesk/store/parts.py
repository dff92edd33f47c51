"""Parts of a chunk: rows that were committed together, and keep their place under one key.

A prediction's identifier names the key of its part and its position there. When chunks are
merged, or rows leave them, the parts are written down beside the chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from modeldesk.store.own_keys import hash_of
from modeldesk.store.payload import ROW, ROW_ID
from modeldesk.store.tables import moved_chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where in a chunk the rows of one commit are."""

    key: str
    start: int
    rows: int

    @property
    def end(self) -> int:
        """Position after the last row."""
        return self.start + self.rows


def parts_of(connection: sa.Connection, chunk_id: int, key: str, rows: int) -> tuple[Part, ...]:
    """Return the parts of a chunk in order; one that was never changed is one part.

    Parameters
    ----------
    connection
        In whose transaction to look.
    chunk_id, key, rows
        The chunk, its own key, and how many rows its table has.
    """
    moved = moved_parts(connection, [chunk_id])
    return tuple(moved.get(chunk_id, ())) or (Part(key=key, start=0, rows=rows),)


def moved_parts(connection: sa.Connection, chunk_ids: Sequence[int]) -> dict[int, list[Part]]:
    """Return the parts, in order, of those chunks that have several."""
    query = (
        sa.select(moved_chunks)
        .where(moved_chunks.c.chunk_id.in_(chunk_ids))
        .order_by(moved_chunks.c.start)
    )
    found: dict[int, list[Part]] = {}
    for row in connection.execute(query):
        part = Part(key=row.key, start=row.start, rows=row.rows)
        found.setdefault(row.chunk_id, []).append(part)
    return found


def numbered(frame: pl.DataFrame, parts: Sequence[Part]) -> pl.DataFrame:
    """Give each row its position in its part, where the table does not tell it yet."""
    if ROW in frame.columns:
        return frame
    starts = np.repeat([part.start for part in parts], [part.rows for part in parts])
    rows = np.arange(frame.height, dtype=np.int64) - starts
    return frame.with_columns(pl.Series(ROW, rows, dtype=pl.Int64))


def own_keys_in(frame: pl.DataFrame, parts: Iterable[Part]) -> set[tuple[int, str]]:
    """Return the hash of each own key in a chunk, with the key of the part that it leads to."""
    if ROW_ID not in frame.columns:
        return set()
    return set(_pairs(frame[ROW_ID].to_list(), parts))


def _pairs(row_ids: Sequence[str | None], parts: Iterable[Part]) -> Iterator[tuple[int, str]]:
    for part in parts:
        for row_id in row_ids[part.start : part.end]:
            if row_id is not None:
                yield hash_of(row_id), part.key
