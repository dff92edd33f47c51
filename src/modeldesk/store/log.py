"""The prediction log: chunks of rows, appended and looked up by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.payload import TIME, decode_chunk, encode_chunk
from modeldesk.store.tables import chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of one version that are committed together.

    ``frame`` holds the inputs and outputs by name, and the time (and, where given, the
    caller's own key) of each row under the names `payload.TIME` and `payload.ROW_ID`.
    """

    key: str
    version_id: int
    committed_at: datetime
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRows:
    """Rows that are in the log and not yet in a profile."""

    rows: int
    last_time: datetime | None


class ChunkLog:
    """Appends chunks and finds them again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, new: Sequence[Chunk]) -> None:
        """Commit chunks in one transaction; when this returns they are durable."""
        values = [
            {
                "key": chunk.key,
                "version_id": chunk.version_id,
                "segment": "",
                "committed_at": chunk.committed_at,
                "first_time": chunk.frame[TIME].min(),
                "last_time": chunk.frame[TIME].max(),
                "rows": chunk.frame.height,
                "payload": encode_chunk(chunk.frame),
                "profiled": False,
            }
            for chunk in new
        ]
        with self._store.writing() as connection:
            connection.execute(sa.insert(chunks), values)

    def find(self, key: str) -> Chunk | None:
        """Return the chunk of that key, if it is in the log."""
        with self._store.reading() as connection:
            row = connection.execute(sa.select(chunks).where(chunks.c.key == key)).first()
        if row is None:
            return None
        return Chunk(
            key=row.key,
            version_id=row.version_id,
            committed_at=row.committed_at,
            frame=decode_chunk(row.payload),
        )

    def waiting(self, version_ids: Sequence[int]) -> WaitingRows:
        """Return how many rows of these versions wait to be profiled."""
        query = sa.select(sa.func.sum(chunks.c.rows), sa.func.max(chunks.c.last_time)).where(
            chunks.c.profiled.is_(False), chunks.c.version_id.in_(version_ids)
        )
        with self._store.reading() as connection:
            total, last = connection.execute(query).one()
        return WaitingRows(rows=int(total or 0), last_time=last)
