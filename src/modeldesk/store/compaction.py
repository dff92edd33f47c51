"""Merging small chunks into large ones; every row stays where its identifier finds it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import sqlalchemy as sa

from modeldesk.schema import ChunkKeys
from modeldesk.store.engine import Store
from modeldesk.store.log import SETTLED_ROWS
from modeldesk.store.payload import ROW, decode_chunk, encode_chunk
from modeldesk.store.tables import chunks, moved_chunks

FEWEST = 64
"""Chunks that must wait before they are merged: each row is rewritten log64(n) times."""

_LARGEST = 50_000
_MOST = 2_000


class Compaction:
    """Keeps the number of chunks small."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys = ChunkKeys()

    def run(self, *, fewest: int = FEWEST) -> int:
        """Merge what can be merged once per version; return how many chunks went.

        Parameters
        ----------
        fewest
            Versions with fewer small chunks are left alone.
        """
        count = sa.func.count()
        query = (
            sa.select(chunks.c.version_id)
            .where(chunks.c.settled.is_(False), chunks.c.profiled.is_(True))
            .group_by(chunks.c.version_id)
            .having(count >= fewest)
        )
        with self._store.reading() as connection:
            versions = list(connection.scalars(query))
        return sum(self._merge(version_id) for version_id in versions)

    def _merge(self, version_id: int) -> int:
        query = (
            sa.select(chunks)
            .where(
                chunks.c.settled.is_(False),
                chunks.c.profiled.is_(True),
                chunks.c.version_id == version_id,
            )
            .order_by(chunks.c.id)
            .limit(_MOST)
        )
        with self._store.reading() as connection:
            small = _up_to(_LARGEST, connection.execute(query).all())
        frames = [decode_chunk(row.payload) for row in small]
        merged = pl.concat(_alike(frames), how="diagonal")
        with self._store.writing() as connection:
            gone = sa.delete(chunks).where(chunks.c.id.in_([row.id for row in small]))
            places = _places(connection, small, frames)
            if connection.execute(gone).rowcount != len(small):
                connection.rollback()
                return 0
            written = connection.execute(
                sa.insert(chunks).values(
                    key=self._keys.new(small[-1].committed_at),
                    first_key=min(row.first_key for row in small),
                    last_key=max(row.last_key for row in small),
                    version_id=version_id,
                    committed_at=small[-1].committed_at,
                    first_time=min(row.first_time for row in small),
                    last_time=max(row.last_time for row in small),
                    rows=merged.height,
                    payload=encode_chunk(merged),
                    profiled=True,
                    settled=merged.height >= SETTLED_ROWS,
                )
            )
            key = written.inserted_primary_key
            chunk_id = int(key[0]) if key is not None else 0
            connection.execute(
                sa.insert(moved_chunks), [{**place, "chunk_id": chunk_id} for place in places]
            )
        return len(small) - 1


def _up_to(
    rows: int, found: Sequence[sa.Row[tuple[object, ...]]]
) -> list[sa.Row[tuple[object, ...]]]:
    taken: list[sa.Row[tuple[object, ...]]] = []
    total = 0
    for row in found:
        if taken and total + row.rows > rows:
            break
        taken.append(row)
        total += row.rows
    return taken


def _alike(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Give every part its own row numbers where any part has lost rows."""
    if not any(ROW in frame.columns for frame in frames):
        return frames
    return [
        frame
        if ROW in frame.columns
        else frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW))
        for frame in frames
    ]


def _places(
    connection: sa.Connection,
    small: Sequence[sa.Row[tuple[object, ...]]],
    frames: Sequence[pl.DataFrame],
) -> list[dict[str, object]]:
    """Return where each part that was committed together starts in the merged chunk."""
    ids = [row.id for row in small]
    query = sa.select(moved_chunks).where(moved_chunks.c.chunk_id.in_(ids))
    moved = connection.execute(query.order_by(moved_chunks.c.start)).all()
    places: list[dict[str, object]] = []
    start = 0
    for row, frame in zip(small, frames, strict=True):
        parts = [(m.key, m.start, m.rows) for m in moved if m.chunk_id == row.id]
        for key, offset, length in parts or [(row.key, 0, frame.height)]:
            places.append({"key": key, "start": start + offset, "rows": length})
        start += frame.height
    return places
