"""The prediction log: chunks of rows, appended, found by key, and read in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt, StoreUnavailable
from modeldesk.schema import FewRows
from modeldesk.store.appending import Chunk, append, append_at_once
from modeldesk.store.damage import set_aside
from modeldesk.store.engine import Store
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.journal import Journal
from modeldesk.store.own_keys import hash_of
from modeldesk.store.payload import ROW, ROW_ID, decode_chunk, decode_rows
from modeldesk.store.tables import chunks, moved_chunks, row_keys

_IDS = 500
"""Keys of chunks that are read at once when reading in order; payloads come one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRow:
    """One row, found again."""

    key: str
    """Key of the chunk in which it was committed."""
    row: int
    """Its position there."""
    version_id: int
    frame: pl.DataFrame
    """The one row, with the columns of its chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChunk:
    """A chunk as it is read in order, with where its rows were committed."""

    last_key: str
    version_id: int
    frame: pl.DataFrame
    keys: tuple[tuple[str, int, int], ...]
    """Key, start and length of each part that was committed together, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRows:
    """Rows that are in the log and not yet in a profile."""

    rows: int
    last_time: datetime | None
    shadow: int = 0
    """How many of them are shadow rows."""


class ChunkLog:
    """Appends chunks and finds them again.

    Parameters
    ----------
    store
        The database.
    synced
        Whether a commit waits for the disk: see `Store.writing`.
    """

    def __init__(self, store: Store, *, synced: bool = True) -> None:
        self._store = store
        self.synced = synced or not store.is_sqlite
        """Whether what is appended needs no `sync`."""
        self._journal = Journal(store)

    def append(self, new: Sequence[Chunk]) -> None:
        """Commit chunks in one transaction; when this returns they are in the database."""
        append(self._store, new, synced=self.synced)

    @property
    def at_once(self) -> bool:
        """Whether a few rows are committed at once by now; nothing waits for anybody then."""
        return self._journal.ready

    @property
    def free(self) -> bool:
        """Whether a few rows would be committed without waiting for whoever else writes."""
        return self.at_once or self._store.free

    def prepare(self) -> None:
        """Have rows committed at once from now on, where that was asked for and is possible.

        To be called again and again: the file that they are committed to grows.
        """
        if not self.synced:
            self._journal.prepare()

    def append_at_once(self, new: Chunk) -> bool:
        """Commit a few rows without waiting for the disk, or for whoever else writes.

        Returns
        -------
        bool
            Whether it is committed; if not, nothing has happened.
        """
        if self.synced or not isinstance(new.rows, FewRows):
            return False
        return self._journal.wanted() and append_at_once(self._journal, new)

    def sync(self) -> None:
        """Have the disk keep what was appended, where that was not waited for."""
        if not self.synced:
            self._journal.sync()
            self._store.sync()

    def close(self) -> None:
        """Commit nothing at once any more, and leave all rows in the database itself."""
        if not self.synced:
            self._journal.close()
            filed_if_possible(self._store)

    def copy(self) -> None:
        """Have the database's file keep what lies beside it, where nobody else does so."""
        if not self.synced:
            self._store.copy_log()

    def row(self, key: str, row: int) -> LoggedRow | None:
        """Return one row by its chunk's key and its position there, if it is in the log."""
        filed_if_possible(self._store)
        part = self._part(key)
        if part is None:
            return None
        version_id, rows = part
        frame = rows.filter(pl.col(ROW) == row) if ROW in rows.columns else rows.slice(row, 1)
        if frame.height != 1:
            return None
        return LoggedRow(key=key, row=row, version_id=version_id, frame=frame)

    def rows_of(self, model_id: int, row_id: str) -> tuple[LoggedRow, ...]:
        """Return all rows with the caller's own key, oldest first."""
        query = (
            sa.select(row_keys.c.chunk_key)
            .where(row_keys.c.model_id == model_id, row_keys.c.hash == hash_of(row_id))
            .order_by(row_keys.c.id)
        )
        with self._store.reading() as connection:
            keys = list(dict.fromkeys(connection.scalars(query)))
        rows: list[LoggedRow] = []
        last: dict[int, pl.DataFrame] = {}
        for key in keys:
            part = self._part(key, last)
            if part is not None:
                rows += _with_own_key(key, *part, row_id)
        return tuple(rows)

    def latest(
        self,
        version_ids: Sequence[int],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        before: str | None = None,
        after: str | None = None,
        shadow: bool | None = None,
    ) -> Iterator[LoggedChunk]:
        """Yield chunks by their last key, the latest first; damaged ones are set aside.

        What is yielded is the log as it was at the first chunk, also while chunks are merged.

        Parameters
        ----------
        version_ids
            Versions whose rows are wanted.
        start, end
            Only chunks that reach into this range of time; they may hold other rows, too.
        before
            Only chunks that hold a part with a key up to this one.
        after
            Only chunks that hold a part with a larger key than this one.
        shadow
            Only chunks of shadow rows, or only of others; ``None``: of both.
        """
        where = _reaching(version_ids, start, end)
        if before is not None:
            where.append(chunks.c.first_key <= before)
        if after is not None:
            where.append(chunks.c.last_key > after)
        if shadow is not None:
            where.append(chunks.c.shadow.is_(shadow))
        filed_if_possible(self._store)
        order = (chunks.c.last_key.desc(), chunks.c.id.desc())
        query = sa.select(chunks.c.id).where(*where).order_by(*order)
        with self._store.snapshot() as connection:
            for skipped in count(step=_IDS):
                ids = list(connection.scalars(query.limit(_IDS).offset(skipped)))
                for chunk_id in ids:
                    try:
                        chunk = _chunk(connection, chunk_id)
                    except Corrupt as error:
                        self._set_aside(chunk_id, error)
                    else:
                        yield chunk
                if len(ids) < _IDS:
                    return

    def newest_key(self, version_ids: Sequence[int]) -> str | None:
        """Return the largest key under which rows of some versions were committed, if any were.

        It is read from an index alone, so it may be asked again and again.
        """
        filed_if_possible(self._store)
        with self._store.reading() as connection:
            found = [
                connection.scalar(
                    sa.select(sa.func.max(chunks.c.last_key)).where(chunks.c.version_id == each)
                )
                for each in version_ids
            ]
        return max((str(key) for key in found if key is not None), default=None)

    def _set_aside(self, chunk_id: int, error: Corrupt) -> None:
        """Mark a chunk that cannot be read, where that is possible: reading goes on anyway."""
        with suppress(StoreUnavailable):
            set_aside(self._store, chunk_id, error.message)

    def rows(
        self,
        version_ids: Sequence[int],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> int:
        """Return how many rows the chunks have that `latest` yields."""
        filed_if_possible(self._store)
        query = sa.select(sa.func.sum(chunks.c.rows)).where(*_reaching(version_ids, start, end))
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    def waiting(self, version_ids: Sequence[int]) -> WaitingRows:
        """Return how many rows of these versions wait to be profiled."""
        filed_if_possible(self._store)
        with self._store.reading() as connection:
            found = connection.execute(_waiting(version_ids)).one()
        return WaitingRows(
            rows=int(found.rows or 0), last_time=found.last_time, shadow=int(found.shadow or 0)
        )

    def waiting_by_version(self, version_ids: Sequence[int]) -> dict[int, WaitingRows]:
        """Return how many rows of each of these versions wait, as far as any do."""
        filed_if_possible(self._store)
        query = _waiting(version_ids).add_columns(chunks.c.version_id).group_by(chunks.c.version_id)
        with self._store.reading() as connection:
            return {
                row.version_id: WaitingRows(
                    rows=int(row.rows), last_time=row.last_time, shadow=int(row.shadow)
                )
                for row in connection.execute(query)
            }

    def damaged(self, version_ids: Sequence[int]) -> int:
        """Return how many rows of these versions are in chunks that cannot be read."""
        query = sa.select(sa.func.sum(chunks.c.rows)).where(
            chunks.c.damaged.is_not(None), chunks.c.version_id.in_(version_ids)
        )
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    def holds(self, key: str) -> bool:
        """Whether rows that were committed under a key are in the log."""
        filed_if_possible(self._store)
        with self._store.reading() as connection:
            return _place(connection, key) is not None

    def _part(
        self, key: str, last: dict[int, pl.DataFrame] | None = None
    ) -> tuple[int, pl.DataFrame] | None:
        """Return the version and rows that were committed under a key.

        Many parts of one chunk are read one after the other: `last` keeps it from being
        decoded for each.
        """
        last = {} if last is None else last
        with self._store.reading() as connection:
            place = _place(connection, key)
            if place is None:
                return None
            if place.id not in last:
                query = sa.select(chunks.c.payload).where(chunks.c.id == place.id)
                payload = connection.scalar(query)
                if payload is None:
                    return None
                last.clear()
                last[place.id] = decode_chunk(payload)
        frame = last[place.id]
        if place.start is None:
            return place.version_id, frame
        return place.version_id, frame.slice(place.start, place.length)


def _waiting(version_ids: Sequence[int]) -> sa.Select[Any]:
    columns = chunks.c
    shadow = sa.func.sum(sa.case((columns.shadow, columns.rows), else_=0))
    return sa.select(
        sa.func.sum(columns.rows).label("rows"),
        sa.func.max(columns.last_time).label("last_time"),
        shadow.label("shadow"),
    ).where(
        columns.version_id.in_(version_ids),
        columns.profiled.is_(False),
        columns.damaged.is_(None),
    )


def _place(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """Return the chunk and version of a key, with start and length where it is a part."""
    whole = sa.select(
        chunks.c.id, chunks.c.version_id, sa.null().label("start"), sa.null().label("length")
    ).where(chunks.c.key == key)
    moved = (
        sa.select(
            chunks.c.id,
            chunks.c.version_id,
            moved_chunks.c.start,
            moved_chunks.c.rows.label("length"),
        )
        .join_from(moved_chunks, chunks)
        .where(moved_chunks.c.key == key)
    )
    return connection.execute(whole).first() or connection.execute(moved).first()


def _reaching(
    version_ids: Sequence[int], start: datetime | None, end: datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of sound chunks that reach into a range of time."""
    where: list[sa.ColumnElement[bool]] = [
        chunks.c.version_id.in_(version_ids),
        chunks.c.damaged.is_(None),
    ]
    if start is not None:
        where.append(chunks.c.last_time >= start)
    if end is not None:
        where.append(chunks.c.first_time < end)
    return where


def _chunk(connection: sa.Connection, chunk_id: int) -> LoggedChunk:
    parts = (
        sa.select(moved_chunks)
        .where(moved_chunks.c.chunk_id == chunk_id)
        .order_by(moved_chunks.c.start)
    )
    row = connection.execute(sa.select(chunks).where(chunks.c.id == chunk_id)).one()
    moved = connection.execute(parts).all()
    frame = decode_rows(row.payload)
    return LoggedChunk(
        last_key=row.last_key,
        version_id=row.version_id,
        frame=frame,
        keys=tuple((part.key, part.start, part.rows) for part in moved)
        or ((row.key, 0, frame.height),),
    )


def _with_own_key(key: str, version_id: int, frame: pl.DataFrame, row_id: str) -> list[LoggedRow]:
    if ROW_ID not in frame.columns:
        return []
    numbered = frame if ROW in frame.columns else frame.with_row_index(ROW)
    found = numbered.filter(pl.col(ROW_ID) == row_id)
    return [
        LoggedRow(key=key, row=int(row), version_id=version_id, frame=found[index].drop(ROW))
        for index, row in enumerate(found[ROW])
    ]
