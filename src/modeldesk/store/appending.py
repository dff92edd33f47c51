"""Appending chunks to the log, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl
import sqlalchemy as sa

from modeldesk.clock import instant, microseconds
from modeldesk.schema import FewRows
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_many
from modeldesk.store.journal import Entry, Journal, encode_record
from modeldesk.store.own_keys import hashes_in, key_rows
from modeldesk.store.payload import ROW_ID, TIME, encode_chunk
from modeldesk.store.tables import chunks, row_keys

SETTLED_ROWS = 10_000
"""From this many rows on a chunk stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of one version that are committed together.

    ``rows`` holds the inputs and outputs by name, and the time (and, where given, the
    caller's own key) of each row under the names `payload.TIME` and `payload.ROW_ID`. A few
    rows have no such keys.
    """

    key: str
    model_id: int
    version_id: int
    committed_at: datetime
    rows: pl.DataFrame | FewRows
    shadow: bool = False
    """Whether nobody was given these answers; then ``rows`` has `payload.SHADOW_OF`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedChunks:
    """What is written for some chunks; made before the transaction, as it takes a while."""

    chunks: Sequence[dict[str, object]]
    keys: pl.DataFrame | None
    """The callers' own keys, where there are any."""


def encoded(new: Sequence[Chunk]) -> EncodedChunks:
    """Return what is written for chunks."""
    keys = [
        key_rows(chunk.model_id, ((found, chunk.key) for found in hashes_in(chunk.rows)))
        for chunk in new
        if isinstance(chunk.rows, pl.DataFrame) and keyed(chunk)
    ]
    return EncodedChunks(
        chunks=[_values(chunk) for chunk in new], keys=pl.concat(keys) if keys else None
    )


def keyed(chunk: Chunk) -> bool:
    """Whether rows of a chunk have the caller's own keys."""
    return isinstance(chunk.rows, pl.DataFrame) and ROW_ID in chunk.rows.columns


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
        store.append(_INSERT, [_as_kept(values) for values in rows.chunks])
        return
    with store.writing(synced=synced) as connection:
        insert_chunks(connection, rows)


def append_at_once(journal: Journal, new: Chunk) -> bool:
    """Commit a few rows in the journal, from which they are filed later.

    Returns
    -------
    bool
        Whether that was done; if not, nothing has happened.
    """
    first, last = _span(new.rows)
    entry = Entry(
        key=new.key,
        version_id=new.version_id,
        committed_at=microseconds(new.committed_at),
        first_time=first,
        last_time=last,
        rows=new.rows.height,
        shadow=new.shadow,
    )
    return journal.append(encode_record(entry, encode_chunk(new.rows)))


def _values(chunk: Chunk) -> dict[str, object]:
    first, last = _span(chunk.rows)
    return {
        "key": chunk.key,
        "first_key": chunk.key,
        "last_key": chunk.key,
        "version_id": chunk.version_id,
        "committed_at": chunk.committed_at,
        "first_time": instant(first),
        "last_time": instant(last),
        "rows": chunk.rows.height,
        "profiled": False,
        "settled": chunk.rows.height >= SETTLED_ROWS,
        "shadow": chunk.shadow,
        "payload": encode_chunk(chunk.rows),
    }


def _span(rows: pl.DataFrame | FewRows) -> tuple[int, int]:
    """Return the first and the last time of some rows, in microseconds since 1970."""
    if isinstance(rows, FewRows):
        times = cast("Sequence[int]", rows[TIME])
        return min(times), max(times)
    column = rows[TIME].cast(pl.Int64)  # Python's times are slow to make
    return cast("int", column.min()), cast("int", column.max())


_NAMES = [column.name for column in chunks.columns if column.name not in {"id", "damaged"}]
_INSERT = (
    f"INSERT INTO chunks ({', '.join(_NAMES)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join('?' for _ in _NAMES)})"
)


def _as_kept(values: dict[str, object]) -> list[object]:
    return [
        microseconds(value) if isinstance(value, datetime) else value
        for value in map(values.__getitem__, _NAMES)
    ]
