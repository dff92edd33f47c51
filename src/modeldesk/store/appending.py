"""Appending chunks to the log, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl
import sqlalchemy as sa

from modeldesk.clock import instant, microseconds
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_many
from modeldesk.store.own_keys import hashes_in, key_rows
from modeldesk.store.payload import ROW_ID, TIME, encode_chunk
from modeldesk.store.tables import chunks, row_keys

SETTLED_ROWS = 10_000
"""From this many rows on a chunk stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of one version that are committed together.

    ``frame`` holds the inputs and outputs by name, and the time (and, where given, the
    caller's own key) of each row under the names `payload.TIME` and `payload.ROW_ID`.
    """

    key: str
    model_id: int
    version_id: int
    committed_at: datetime
    frame: pl.DataFrame
    shadow: bool = False
    """Whether nobody was given these answers; then ``frame`` has `payload.SHADOW_OF`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedChunks:
    """What is written for some chunks; made before the transaction, as it takes a while."""

    chunks: Sequence[dict[str, object]]
    keys: pl.DataFrame | None
    """The callers' own keys, where there are any."""


def encoded(new: Sequence[Chunk]) -> EncodedChunks:
    """Return what is written for chunks."""
    keys = [
        key_rows(chunk.model_id, ((found, chunk.key) for found in hashes_in(chunk.frame)))
        for chunk in new
        if ROW_ID in chunk.frame.columns
    ]
    return EncodedChunks(
        chunks=[_values(chunk) for chunk in new], keys=pl.concat(keys) if keys else None
    )


def insert_chunks(connection: sa.Connection, rows: EncodedChunks) -> None:
    """Write chunks within the caller's transaction."""
    connection.execute(sa.insert(chunks), rows.chunks)
    if rows.keys is not None:
        insert_many(connection, row_keys, rows.keys)


def append(store: Store, new: Sequence[Chunk], *, synced: bool) -> None:
    """Commit chunks with their rows' own keys.

    On SQLite, where the disk is not waited for, the driver does it alone: a commit of one row
    takes 60 microseconds that way and 210 by SQLAlchemy's connection and statement.
    """
    rows = encoded(new)
    if store.is_sqlite and not synced and rows.keys is None:
        with store.appending() as driver:
            driver.executemany(_INSERT, map(_as_kept, rows.chunks))
        return
    with store.writing(synced=synced) as connection:
        insert_chunks(connection, rows)


def append_at_once(store: Store, new: Sequence[Chunk]) -> bool:
    """Do what `append` does on SQLite unless somebody has to be waited for; say whether it did."""
    with store.appending_at_once() as driver:
        if driver is None:
            return False
        # Not before: where others write, whoever appends later would do it again.
        driver.executemany(_INSERT, map(_as_kept, encoded(new).chunks))
    return True


def _values(chunk: Chunk) -> dict[str, object]:
    times = chunk.frame[TIME].cast(pl.Int64)  # Python's times are slow to make
    return {
        "key": chunk.key,
        "first_key": chunk.key,
        "last_key": chunk.key,
        "version_id": chunk.version_id,
        "committed_at": chunk.committed_at,
        "first_time": instant(cast("int", times.min())),
        "last_time": instant(cast("int", times.max())),
        "rows": chunk.frame.height,
        "profiled": False,
        "settled": chunk.frame.height >= SETTLED_ROWS,
        "shadow": chunk.shadow,
        "payload": encode_chunk(chunk.frame),
    }


_NAMES = [column.name for column in chunks.columns if column.name not in {"id", "damaged"}]
_INSERT = "INSERT INTO chunks ({}) VALUES ({})".format(  # noqa: S608 - our own columns
    ", ".join(f'"{name}"' for name in _NAMES), ", ".join(f":{name}" for name in _NAMES)
)


def _as_kept(values: dict[str, object]) -> dict[str, object]:
    return {
        name: microseconds(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
