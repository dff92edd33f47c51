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
from modeldesk.store.estimate_tables import condensed_days
from modeldesk.store.evaluation_tables import evaluations
from modeldesk.store.label_expiry import expire_labels, old_labels
from modeldesk.store.locking import lock_chunks, window_order
from modeldesk.store.own_keys import delete_keys, numbers_of
from modeldesk.store.parts import own_keys_in, parts_of
from modeldesk.store.payload import TIME, decode_rows
from modeldesk.store.tables import alerts, chunks, judgements, profiles, versions
from modeldesk.store.trimming import trim

_CHUNKS = 500
_ROWS = 20_000
_PROFILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRows:
    """Rows that are older than they are kept, in how many chunks."""

    chunks: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    chunk_id: int
    version_id: int
    keys: tuple[int, ...]
    """Numbers of its rows' own keys."""
    days: Mapping[datetime, int]
    """Rows per day."""


class Expiry:
    """Deletes old chunks and old profiles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def old_rows(self, before: datetime) -> OldRows:
        """Return what `rows` and `trim` would delete in the end; reads what `trim` would."""
        whole = sa.select(sa.func.count(), sa.func.sum(chunks.c.rows)).where(_older(before))
        across = sa.select(chunks.c.id).where(_across(before))
        with self._store.snapshot() as connection:
            found, total = connection.execute(whole).one()
            rows = int(total or 0)
            for chunk_id in list(connection.scalars(across)):
                payload = connection.scalars(
                    sa.select(chunks.c.payload).where(chunks.c.id == chunk_id)
                )
                try:
                    gone = int((decode_rows(payload.one())[TIME] < before).sum())
                except Corrupt:
                    continue
                found, rows = found + 1, rows + gone
        return OldRows(chunks=found, rows=rows)

    def old_profiles(self, granularity: Granularity, before: datetime) -> int:
        """Return how many profiles `profiles` would delete in the end."""
        query = sa.select(sa.func.count()).where(
            profiles.c.granularity == granularity.value, profiles.c.start < before
        )
        with self._store.reading() as connection:
            return connection.scalar(query) or 0

    def trim(self, before: datetime) -> OldRows:
        """Take the older rows out of some chunks that hold newer ones, too.

        A chunk is replaced in a transaction of its own; no chunks mean that none is left, or
        that somebody else is faster.
        """
        query = sa.select(chunks.c.id).where(_across(before)).order_by(chunks.c.id).limit(_CHUNKS)
        with self._store.reading() as connection:
            found = list(connection.scalars(query))
        trimmed = rows = 0
        for chunk_id in found:
            try:
                gone = trim(self._store, chunk_id, before)
            except Corrupt as error:
                set_aside(self._store, chunk_id, error.message)
                continue
            rows += gone
            trimmed += bool(gone)
            if rows >= _ROWS:
                break
        return OldRows(chunks=trimmed, rows=rows)

    def rows(self, before: datetime) -> OldRows:
        """Delete some chunks all of whose rows are older; return how many.

        Chunks that are in no profile yet stay, and so do damaged ones. About 20,000 rows go at
        once; no chunks mean that none is left, or that somebody else deletes them.
        """
        old = self._old(before)
        if not old:
            return OldRows()
        ids = [chunk.chunk_id for chunk in old]
        with self._store.writing() as connection:
            lock_chunks(connection, ids)
            gone = sa.delete(chunks).where(chunks.c.id.in_(ids), chunks.c.damaged.is_(None))
            if connection.execute(gone).rowcount != len(ids):
                connection.rollback()
                return OldRows()
            totals: dict[int, Counter[datetime]] = {}
            for chunk in old:
                totals.setdefault(chunk.version_id, Counter()).update(chunk.days)
            for version_id in sorted(totals):
                book(connection, version_id, gone=totals[version_id])
            delete_keys(connection, [number for chunk in old for number in chunk.keys])
        return OldRows(chunks=len(old), rows=sum(sum(chunk.days.values()) for chunk in old))

    def profiles(self, granularity: Granularity, before: datetime) -> int:
        """Delete some profiles of older windows; return how many.

        With those of days go their alerts, and what was said of all older days' labels.
        """
        query = (
            sa.select(profiles.c.id)
            .where(profiles.c.granularity == granularity.value, profiles.c.start < before)
            .order_by(profiles.c.id)
            .limit(_PROFILES)
        )
        older = evaluations.c.day < before
        days = granularity is Granularity.DAY
        with self._store.reading() as connection:
            ids = list(connection.scalars(query))
            said = sa.select(evaluations.c.day).where(older).limit(1)
            evaluated = days and connection.scalar(said) is not None
        if not ids and not evaluated:
            return 0
        with self._store.writing() as connection:
            for kept in (evaluations, condensed_days) if days else ():
                connection.execute(sa.delete(kept).where(kept.c.day < before))
            return delete_profiles(connection, ids)

    def old_labels(self, before: datetime) -> int:
        """Return how many labels `labels` would delete in the end."""
        with self._store.snapshot() as connection:
            return old_labels(connection, before)

    def labels(self, before: datetime) -> int:
        """Delete some labels of older predictions, and of those that wait, older ones."""
        with self._store.writing() as connection:
            return expire_labels(connection, before)

    def _old(self, before: datetime) -> list[_Old]:
        candidates = (
            sa.select(chunks.c.id, chunks.c.rows)
            .where(_older(before))
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
    query = sa.select(*columns).where(profiles.c.id.in_(ids)).order_by(*window_order(connection))
    found = connection.execute(query.with_for_update()).all()
    locked = [row.id for row in found]
    connection.execute(sa.delete(alerts).where(alerts.c.profile_id.in_(locked)))
    connection.execute(sa.delete(judgements).where(judgements.c.profile_id.in_(locked)))
    connection.execute(sa.delete(profiles).where(profiles.c.id.in_(locked)))
    for row in found:
        if row.granularity == Granularity.DAY.value and not row.segment:
            book(connection, row.version_id, uncounted={row.start: row.rows})
    return len(found)


def _older(before: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        chunks.c.last_time < before, chunks.c.profiled.is_(True), chunks.c.damaged.is_(None)
    )


def _across(before: datetime) -> sa.ColumnElement[bool]:
    # In this order: SQLite need not read on to the columns behind the payload for most chunks.
    return sa.and_(
        chunks.c.first_time < before,
        chunks.c.last_time >= before,
        chunks.c.profiled.is_(True),
        chunks.c.damaged.is_(None),
    )


def _read(connection: sa.Connection, chunk_id: int) -> _Old:
    """Return a chunk with the numbers of its own keys: what is deleted is looked up before."""
    query = (
        sa.select(chunks.c.key, chunks.c.version_id, chunks.c.payload, versions.c.model_id)
        .join_from(chunks, versions)
        .where(chunks.c.id == chunk_id)
    )
    row = connection.execute(query).one()
    frame = decode_rows(row.payload)
    own = own_keys_in(frame, parts_of(connection, chunk_id, row.key, frame.height))
    return _Old(
        chunk_id=chunk_id,
        version_id=row.version_id,
        keys=tuple(numbers_of(connection, row.model_id, own)),
        days=rows_by_day(frame),
    )
