"""Window profiles: merged and marked in one transaction, so that each row counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity, PackedRows, Window
from modeldesk.store.balances import book, rows_by_day
from modeldesk.store.damage import set_aside, set_profile_aside
from modeldesk.store.engine import Store
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.label_arrivals import Arrived, join_waiting
from modeldesk.store.locking import lock_chunks
from modeldesk.store.merging import WindowKey, WindowPart, merge_ahead, merge_part, merged_ahead
from modeldesk.store.own_keys import forget_keys, hashes_in
from modeldesk.store.payload import TIME, decode_as_kept, decode_rows, encode_chunk
from modeldesk.store.segments import segments_of
from modeldesk.store.tables import chunks, profiles, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingChunk:
    """A chunk that is not in any profile yet."""

    chunk_id: int
    key: str
    version_id: int
    rows: pl.DataFrame | PackedRows
    together: bool = False
    """Whether several were put together in it, of a model whose log kept all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowVolume:
    """How many rows a window's profile has."""

    window: Window
    rows: int
    last_time: datetime
    shadow: int = 0
    """How many of them are shadow rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledRows:
    """How many rows of a version are in profiles, all its days together."""

    rows: int
    last_time: datetime
    shadow: int
    """How many of them are shadow rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowProfile:
    """A stored profile with its window."""

    profile_id: int
    version_id: int
    window: Window
    revision: int
    """Grows by one with each merge."""
    profile: Profile
    shadow: int = 0
    """How many of its rows are shadow rows."""


class WindowRecords:
    """Reads and merges the profiles of hours and days."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(
        self, limit: int, *, most_rows: int = 1_000_000, without: Collection[int] = ()
    ) -> tuple[WaitingChunk, ...]:
        """Return the oldest chunks that are in no profile yet.

        Chunks that cannot be read are set aside, so that those after them are not kept waiting.

        Parameters
        ----------
        limit
            Most chunks.
        most_rows
            Most rows of all of them together; a single chunk may have more.
        without
            Keys of versions whose chunks are left out.
        """
        filed_if_possible(self._store)
        query = (
            sa.select(chunks.c.id, chunks.c.rows)
            .where(
                chunks.c.profiled.is_(False),
                chunks.c.damaged.is_(None),
                chunks.c.version_id.not_in(without),
            )
            .order_by(chunks.c.id)
            .limit(limit)
        )
        together = (chunks.c.first_key != chunks.c.last_key).label("together")
        wanted = sa.select(
            chunks.c.id, chunks.c.key, chunks.c.version_id, chunks.c.payload, together
        )
        with self._store.reading() as connection:
            found = connection.execute(query).all()
            totals = accumulate(row.rows for row in found)
            ids = [
                row.id
                for row, total in zip(found, totals, strict=True)
                if total <= most_rows or row is found[0]
            ]
            kept = connection.execute(
                wanted.where(chunks.c.id.in_(ids)).order_by(chunks.c.id)
            ).all()
        read = ((row, self._rows(row.id, row.payload)) for row in kept)
        return tuple(
            WaitingChunk(
                chunk_id=row.id,
                key=row.key,
                version_id=row.version_id,
                rows=rows,
                together=row.together,
            )
            for row, rows in read
            if rows is not None
        )

    def merge(
        self,
        chunk_ids: Sequence[int],
        parts: Mapping[WindowKey, WindowPart],
        *,
        thinned: Mapping[int, pl.DataFrame] | None = None,
        arrived: Sequence[WaitingChunk] = (),
    ) -> bool:
        """Mark chunks as profiled and merge their parts, both or neither.

        Labels that waited for their rows join them, and the days that labels change are marked.

        Parameters
        ----------
        chunk_ids
            The chunks.
        parts
            What they add to which window.
        thinned
            What stays of chunks of which not every row is kept; a chunk with none is deleted.
        arrived
            The chunks with their rows, for labels that wait for them.

        Returns
        -------
        bool
            False, with nothing written, when another process profiled one of the chunks
            meanwhile.
        """
        mark = (
            sa.update(chunks)
            .where(chunks.c.id.in_(chunk_ids), chunks.c.profiled.is_(False))
            .values(profiled=True)
        )
        with self._store.reading() as connection:
            ahead = merged_ahead(connection, parts)
        # It waits for no disk: what the end of a machine undoes is profiled once more.
        with self._store.writing(synced=False) as connection:
            lock_chunks(connection, chunk_ids)
            if connection.execute(mark).rowcount != len(chunk_ids):
                connection.rollback()
                return False
            for key in sorted(parts):
                if key not in ahead or not merge_ahead(connection, ahead[key]):
                    merge_part(connection, key, parts[key])
            for chunk_id, frame in (thinned or {}).items():
                _thin(connection, chunk_id, frame)
            kept = thinned or {}
            join_waiting(
                connection,
                [
                    Arrived(
                        chunk_id=chunk.chunk_id,
                        key=chunk.key,
                        version_id=chunk.version_id,
                        rows=kept.get(chunk.chunk_id, chunk.rows),
                        together=chunk.together,
                    )
                    for chunk in arrived
                ],
            )
        return True

    def profiles(
        self,
        version_id: int,
        granularity: Granularity,
        *,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        columns: Collection[str] | None = None,
    ) -> tuple[WindowProfile, ...]:
        """Return the profiles of a version's windows that begin in a range, oldest first.

        Those that cannot be read are left out and set aside. With `columns`, profiles have no
        others.
        """
        query = sa.select(profiles).where(*_of(version_id, granularity, segment, start, end))
        return self._read(query, columns)

    def profile(self, profile_id: int) -> WindowProfile | None:
        """Return one stored profile, if there is one of that key that can be read."""
        query = sa.select(profiles).where(profiles.c.id == profile_id)
        return next(iter(self._read(query)), None)

    def volumes(
        self,
        version_id: int,
        granularity: Granularity,
        *,
        segment: str = "",
        start: datetime | None = None,
    ) -> tuple[WindowVolume, ...]:
        """Return row counts per window, oldest first, without reading any profile."""
        query = (
            sa.select(profiles.c.start, profiles.c.rows, profiles.c.last_time, profiles.c.shadow)
            .where(*_of(version_id, granularity, segment, start, None))
            .order_by(profiles.c.start)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            WindowVolume(
                window=Window(start=row.start, end=row.start + granularity.duration),
                rows=row.rows,
                last_time=row.last_time,
                shadow=row.shadow,
            )
            for row in rows
        )

    def latest(
        self, version_id: int, granularity: Granularity, *, least_rows: int
    ) -> Window | None:
        """Return the latest window of so many rows, or else the latest there is."""
        query = (
            sa.select(profiles.c.start)
            .where(*_of(version_id, granularity, "", None, None))
            .order_by((profiles.c.rows >= least_rows).desc(), profiles.c.start.desc())
            .limit(1)
        )
        with self._store.reading() as connection:
            start = connection.execute(query).scalar()
        return None if start is None else Window(start=start, end=start + granularity.duration)

    def totals(self, version_ids: Sequence[int]) -> dict[int, ProfiledRows]:
        """Return how many rows of each version are in daily profiles, without reading any."""
        query = (
            sa.select(
                profiles.c.version_id,
                sa.func.sum(profiles.c.rows).label("rows"),
                sa.func.sum(profiles.c.shadow).label("shadow"),
                sa.func.max(profiles.c.last_time).label("last_time"),
            )
            .where(
                profiles.c.version_id.in_(version_ids),
                profiles.c.segment == "",
                profiles.c.granularity == Granularity.DAY.value,
            )
            .group_by(profiles.c.version_id)
        )
        with self._store.reading() as connection:
            return {
                row.version_id: ProfiledRows(
                    rows=int(row.rows), last_time=row.last_time, shadow=int(row.shadow)
                )
                for row in connection.execute(query)
            }

    def segments(self, version_id: int) -> tuple[str, ...]:
        """Return the segments that a version's profiles are split into, in order of name."""
        with self._store.reading() as connection:
            return segments_of(connection, version_id)

    def _rows(self, chunk_id: int, payload: bytes) -> pl.DataFrame | PackedRows | None:
        try:
            return decode_as_kept(payload)
        except Corrupt as error:
            set_aside(self._store, chunk_id, error.message)
            return None

    def _read(
        self, query: sa.Select[tuple[object, ...]], columns: Collection[str] | None = None
    ) -> tuple[WindowProfile, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(profiles.c.start)).all()
        read = ((row, self._profile(row.id, row.payload, columns)) for row in rows)
        return tuple(
            WindowProfile(
                profile_id=row.id,
                version_id=row.version_id,
                window=Window(
                    start=row.start, end=row.start + Granularity(row.granularity).duration
                ),
                revision=row.revision,
                profile=profile,
                shadow=row.shadow,
            )
            for row, profile in read
            if profile is not None
        )

    def _profile(
        self, profile_id: int, payload: bytes, columns: Collection[str] | None
    ) -> Profile | None:
        try:
            return Profile.decode(payload, only=columns)
        except Corrupt as error:
            set_profile_aside(self._store, profile_id, error.message)
            return None


def _thin(connection: sa.Connection, chunk_id: int, frame: pl.DataFrame) -> None:
    which = chunks.c.id == chunk_id
    query = (
        sa.select(chunks.c.key, chunks.c.version_id, chunks.c.payload, versions.c.model_id)
        .join_from(chunks, versions)
        .where(which)
    )
    row = connection.execute(query).one()
    before = decode_rows(row.payload)
    forget_keys(connection, row.model_id, hashes_in(before) - hashes_in(frame), [row.key])
    gone = Counter(rows_by_day(before))
    gone.subtract(rows_by_day(frame))
    book(connection, row.version_id, gone=+gone)
    if not frame.height:
        connection.execute(sa.delete(chunks).where(which))
        return
    connection.execute(
        sa.update(chunks)
        .where(which)
        .values(
            rows=frame.height,
            payload=encode_chunk(frame),
            first_time=frame[TIME].min(),
            last_time=frame[TIME].max(),
        )
    )


def _of(
    version_id: int,
    granularity: Granularity,
    segment: str,
    start: datetime | None,
    end: datetime | None,
) -> list[sa.ColumnElement[bool]]:
    where = [
        profiles.c.version_id == version_id,
        profiles.c.segment == segment,
        profiles.c.granularity == granularity.value,
    ]
    if start is not None:
        where.append(profiles.c.start >= start)
    if end is not None:
        where.append(profiles.c.start < end)
    return where
