"""Deleting what is older than it is kept, in steps that are each a short transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.schema import Granularity
from modeldesk.store.balances import book, rows_by_day
from modeldesk.store.damage import set_aside
from modeldesk.store.engine import Store
from modeldesk.store.own_keys import forget_keys, hashes_in, in_parts
from modeldesk.store.payload import decode_rows
from modeldesk.store.tables import alerts, chunks, judgements, moved_chunks, profiles, versions

_CHUNKS = 500
_ROWS = 50_000
_PROFILES = 200

WINDOW_ORDER = (
    profiles.c.version_id,
    profiles.c.segment,
    profiles.c.granularity,
    profiles.c.start,
)
"""In this order whoever changes several profiles locks them, so that nobody waits in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    chunk_id: int
    model_id: int
    version_id: int
    keys: tuple[str, ...]
    """Under which its parts were committed."""
    hashes: frozenset[int]
    """Of its rows' own keys."""
    days: Mapping[datetime, int]
    """Rows per day."""


class Expiry:
    """Deletes old chunks and old profiles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rows(self, before: datetime) -> int:
        """Delete some chunks all of whose rows are older; return how many.

        Chunks that are in no profile yet stay, and so do damaged ones. About 50,000 rows go at
        once; 0 means that none is left, or that somebody else deletes them.
        """
        old = self._old(before)
        if not old:
            return 0
        ids = [chunk.chunk_id for chunk in old]
        with self._store.writing() as connection:
            gone = sa.delete(chunks).where(chunks.c.id.in_(ids), chunks.c.damaged.is_(None))
            if connection.execute(gone).rowcount != len(ids):
                connection.rollback()
                return 0
            totals: dict[int, Counter[datetime]] = {}
            for chunk in old:
                totals.setdefault(chunk.version_id, Counter()).update(chunk.days)
            for version_id in sorted(totals):
                book(connection, version_id, gone=totals[version_id])
        # Keys that lead nowhere do no harm: they go in short transactions of their own.
        for chunk in old:
            for some in in_parts(chunk.hashes):
                with self._store.writing() as connection:
                    forget_keys(connection, chunk.model_id, some, chunk.keys)
        return len(old)

    def profiles(self, granularity: Granularity, before: datetime) -> int:
        """Delete some profiles of older windows, with their alerts; return how many."""
        query = (
            sa.select(profiles.c.id)
            .where(profiles.c.granularity == granularity.value, profiles.c.start < before)
            .order_by(profiles.c.id)
            .limit(_PROFILES)
        )
        with self._store.reading() as connection:
            ids = list(connection.scalars(query))
        if not ids:
            return 0
        with self._store.writing() as connection:
            return delete_profiles(connection, ids)

    def _old(self, before: datetime) -> list[_Old]:
        candidates = (
            sa.select(chunks.c.id, chunks.c.rows)
            .where(
                chunks.c.last_time < before,
                chunks.c.profiled.is_(True),
                chunks.c.damaged.is_(None),
            )
            .order_by(chunks.c.last_time)
            .limit(_CHUNKS)
        )
        found: list[_Old] = []
        damaged: dict[int, str] = {}
        rows = 0
        with self._store.snapshot() as connection:
            for candidate in connection.execute(candidates).all():
                rows += candidate.rows
                if found and rows > _ROWS:
                    break
                try:
                    found.append(_read(connection, candidate.id))
                except Corrupt as error:
                    damaged[candidate.id] = error.message
        for chunk_id, reason in damaged.items():
            set_aside(self._store, chunk_id, reason)
        return found


def delete_profiles(connection: sa.Connection, ids: Sequence[int]) -> int:
    """Delete profiles with what was said of them, within the caller's transaction."""
    columns = [column for column in profiles.c if column.name != "payload"]
    query = sa.select(*columns).where(profiles.c.id.in_(ids)).order_by(*WINDOW_ORDER)
    found = connection.execute(query.with_for_update()).all()
    locked = [row.id for row in found]
    connection.execute(sa.delete(alerts).where(alerts.c.profile_id.in_(locked)))
    connection.execute(sa.delete(judgements).where(judgements.c.profile_id.in_(locked)))
    connection.execute(sa.delete(profiles).where(profiles.c.id.in_(locked)))
    for row in found:
        if row.granularity == Granularity.DAY.value and not row.segment:
            book(connection, row.version_id, uncounted={row.start: row.rows})
    return len(found)


def _read(connection: sa.Connection, chunk_id: int) -> _Old:
    """Return a chunk with the keys of its parts."""
    query = (
        sa.select(chunks.c.key, chunks.c.version_id, chunks.c.payload, versions.c.model_id)
        .join_from(chunks, versions)
        .where(chunks.c.id == chunk_id)
    )
    parts = sa.select(moved_chunks.c.key).where(moved_chunks.c.chunk_id == chunk_id)
    row = connection.execute(query).one()
    frame = decode_rows(row.payload)
    return _Old(
        chunk_id=chunk_id,
        model_id=row.model_id,
        version_id=row.version_id,
        keys=(row.key, *connection.scalars(parts)),
        hashes=frozenset(hashes_in(frame)),
        days=rows_by_day(frame),
    )
