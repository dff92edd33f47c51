"""Letting go of the older rows of a chunk that holds newer ones, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from modeldesk.store.balances import book, rows_by_day
from modeldesk.store.engine import Store
from modeldesk.store.own_keys import delete_keys, numbers_of
from modeldesk.store.parts import Part, numbered, own_keys_in, parts_of
from modeldesk.store.payload import TIME, decode_rows, encode_chunk
from modeldesk.store.tables import chunks, moved_chunks, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A chunk without its older rows."""

    frame: pl.DataFrame
    parts: tuple[Part, ...]


def trim(store: Store, chunk_id: int, before: datetime) -> int:
    """Replace a profiled chunk by one without the rows before a time; return how many went.

    The rows that stay are found under the same identifiers and own keys. The chunk gets a new
    number, so that whoever merges or deletes it at the same time notices. Returns 0 when
    somebody else was faster.

    Raises
    ------
    Corrupt
        When the chunk cannot be read.
    """
    of_chunk = (
        sa.select(chunks, versions.c.model_id)
        .join_from(chunks, versions)
        .where(chunks.c.id == chunk_id)
    )
    with store.snapshot() as connection:
        row = connection.execute(of_chunk).first()
        if row is None:
            return 0
        frame = decode_rows(row.payload)
        parts = parts_of(connection, row.id, row.key, frame.height)
        cut = _cut(frame, parts, before)
        lost = own_keys_in(frame, parts) - own_keys_in(cut.frame, cut.parts)
        keys = numbers_of(connection, row.model_id, lost)
    gone = frame.filter(pl.col(TIME) < before)
    # What takes long is done before the transaction: nobody waits for it to write.
    values = _values(row, cut)
    with store.writing() as connection:
        delete = sa.delete(chunks).where(chunks.c.id == chunk_id, chunks.c.damaged.is_(None))
        if connection.execute(delete).rowcount != 1:
            return 0
        written = connection.execute(sa.insert(chunks).values(**values))
        key = written.inserted_primary_key
        new_id = int(key[0]) if key is not None else 0
        if parts != (Part(key=row.key, start=0, rows=frame.height),):
            places = [
                {"key": part.key, "start": part.start, "rows": part.rows, "chunk_id": new_id}
                for part in cut.parts
            ]
            connection.execute(sa.insert(moved_chunks), places)
        book(connection, row.version_id, gone=rows_by_day(gone))
        delete_keys(connection, keys)
    return gone.height


def _cut(frame: pl.DataFrame, parts: tuple[Part, ...], before: datetime) -> _Cut:
    stays = frame[TIME] >= before
    kept = [0, *stays.cum_sum().to_list()]
    left = [
        Part(key=part.key, start=kept[part.start], rows=kept[part.end] - kept[part.start])
        for part in parts
    ]
    return _Cut(
        frame=numbered(frame, parts).filter(stays), parts=tuple(part for part in left if part.rows)
    )


def _values(row: sa.Row[Any], cut: _Cut) -> dict[str, object]:
    keys = [part.key for part in cut.parts]
    return {
        "key": row.key,
        "first_key": min(keys),
        "last_key": max(keys),
        "version_id": row.version_id,
        "committed_at": row.committed_at,
        "first_time": cut.frame[TIME].min(),
        "last_time": cut.frame[TIME].max(),
        "rows": cut.frame.height,
        "payload": encode_chunk(cut.frame),
        "profiled": True,
        "settled": row.settled,
        "shadow": row.shadow,
    }
