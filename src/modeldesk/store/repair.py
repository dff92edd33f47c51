"""Putting right what an inspection found, where the rows themselves are sound."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from modeldesk.clock import Clock
from modeldesk.errors import Corrupt
from modeldesk.store.aliases import point_first
from modeldesk.store.damage import set_aside, take_back
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_many
from modeldesk.store.inspection import lost_keys, stray
from modeldesk.store.label_counts import recount
from modeldesk.store.label_writing import lock_labels
from modeldesk.store.own_keys import key_rows
from modeldesk.store.parts import parts_of
from modeldesk.store.payload import TIME, decode_rows
from modeldesk.store.tables import chunks, row_keys, versions


class Repair:
    """Repairs one finding at a time, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set_aside(self, chunk_id: int, reason: str) -> None:
        """Leave a chunk alone that cannot be read, so that the others go on."""
        set_aside(self._store, chunk_id, reason)

    def take_back(self, chunk_id: int) -> None:
        """Use a chunk again that can be read after all."""
        take_back(self._store, chunk_id)

    def correct(self, chunk_id: int) -> bool:
        """Write down the count and the times that a chunk's rows have."""
        with self._store.writing() as connection:
            frame = _frame(connection, chunk_id)
            if frame is None:
                return False
            connection.execute(
                sa.update(chunks)
                .where(chunks.c.id == chunk_id)
                .values(
                    rows=frame.height, first_time=frame[TIME].min(), last_time=frame[TIME].max()
                )
            )
        return True

    def index(self, chunk_id: int) -> bool:
        """Make a chunk's rows findable by their own keys."""
        of_chunk = (
            sa.select(chunks.c.key, versions.c.model_id)
            .join_from(chunks, versions)
            .where(chunks.c.id == chunk_id)
        )
        with self._store.writing() as connection:
            frame = _frame(connection, chunk_id)
            row = connection.execute(of_chunk).first()
            if frame is None or row is None:
                return False
            parts = parts_of(connection, chunk_id, row.key, frame.height)
            lost = lost_keys(connection, row.model_id, frame, parts)
            insert_many(connection, row_keys, key_rows(row.model_id, lost))
        return True

    def delete_stray_keys(self) -> None:
        """Delete own keys that lead nowhere."""
        with self._store.writing() as connection:
            connection.execute(sa.delete(row_keys).where(stray()))

    def recount_labels(self, version_id: int) -> None:
        """Write down how many predictions of each hour have a label."""
        with self._store.writing() as connection:
            model_id = connection.scalars(
                sa.select(versions.c.model_id).where(versions.c.id == version_id)
            ).one()
            lock_labels(connection, [model_id])
            recount(connection, version_id)

    def crown(self, model_id: int, clock: Clock) -> None:
        """Make the newest version of a model its champion."""
        newest = (
            sa.select(versions.c.id)
            .where(versions.c.model_id == model_id)
            .order_by(versions.c.number.desc())
            .limit(1)
        )
        with self._store.writing() as connection:
            version_id = connection.scalars(newest).one()
            reason = "Repaired: the model had no champion."
            point_first(connection, model_id, version_id, clock.now(), reason=reason)


def _frame(connection: sa.Connection, chunk_id: int) -> pl.DataFrame | None:
    """Return a chunk's rows; ``None`` where it is gone or cannot be read any more."""
    query = sa.select(chunks.c.payload).where(chunks.c.id == chunk_id).with_for_update()
    payload = connection.scalars(query).first()
    if payload is None:
        return None
    try:
        return decode_rows(payload)
    except Corrupt:
        return None
