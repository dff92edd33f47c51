"""Reading all rows of some days again, and replacing a day's profiles as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.schema import Granularity
from modeldesk.store.balances import Balance, balances_of
from modeldesk.store.engine import Store
from modeldesk.store.expiry import delete_profiles
from modeldesk.store.locking import window_order
from modeldesk.store.merging import WindowKey, WindowPart
from modeldesk.store.payload import TIME, decode_rows
from modeldesk.store.segments import segments_of
from modeldesk.store.tables import balances, chunks, profiles

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayState:
    """What the database says about one day of a version."""

    profile_id: int | None = None
    """The overall profile; ``None`` where there is none."""
    revision: int = 0
    rows: int = 0
    """Rows that the overall profile counts."""
    balance: Balance = field(default_factory=Balance)
    unreadable: bool = False
    """Whether profiled rows of the day may be in a damaged chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDays:
    """Some days of a version as they are in the log at one moment."""

    segments: tuple[str, ...]
    """Names of the segments that the version's profiles are split into."""
    states: Mapping[datetime, DayState]
    """Days that have a profile, a balance or a damaged chunk."""
    frames: Iterator[pl.DataFrame]
    """Their profiled rows, chunk by chunk; to be read before the block ends."""


class DayRecords:
    """Reads the rows of days, and replaces their profiles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def span(self, version_id: int) -> tuple[datetime, datetime] | None:
        """Return from which day to before which day a version has rows or profiles."""
        of_chunks = sa.select(
            sa.func.min(chunks.c.first_time), sa.func.max(chunks.c.last_time)
        ).where(chunks.c.version_id == version_id, chunks.c.profiled.is_(True))
        of_profiles = sa.select(sa.func.min(profiles.c.start), sa.func.max(profiles.c.start)).where(
            profiles.c.version_id == version_id, profiles.c.granularity == Granularity.DAY.value
        )
        with self._store.snapshot() as connection:
            found = [*connection.execute(of_chunks).one(), *connection.execute(of_profiles).one()]
        moments = [moment for moment in found if moment is not None]
        if not moments:
            return None
        return _day_of(min(moments)), _day_of(max(moments)) + _DAY

    def waiting(self, version_ids: Sequence[int]) -> int:
        """Return how many rows are in no profile yet."""
        query = sa.select(sa.func.sum(chunks.c.rows)).where(
            chunks.c.profiled.is_(False),
            chunks.c.version_id.in_(version_ids),
            chunks.c.damaged.is_(None),
        )
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    @contextmanager
    def logged(self, version_id: int, start: datetime, end: datetime) -> Iterator[LoggedDays]:
        """Yield the profiled rows of some whole days, and what is known of these days."""
        within = sa.and_(
            chunks.c.version_id == version_id,
            chunks.c.profiled.is_(True),
            chunks.c.last_time >= start,
            chunks.c.first_time < end,
        )
        readable = sa.select(chunks.c.id).where(within, chunks.c.damaged.is_(None))
        with self._store.snapshot() as connection:
            states = _states(connection, version_id, start, end, within)
            ids = list(connection.scalars(readable.order_by(chunks.c.id)))
            yield LoggedDays(
                segments=segments_of(connection, version_id),
                states=states,
                frames=_frames(connection, ids, start, end),
            )

    def replace(
        self,
        version_id: int,
        day: datetime,
        parts: Mapping[WindowKey, WindowPart],
        *,
        seen: DayState,
    ) -> bool:
        """Put other profiles in the place of all that a day has, or change nothing.

        Returns
        -------
        bool
            False when the day is no longer as it was seen.
        """
        of_day = sa.and_(
            profiles.c.version_id == version_id,
            profiles.c.start >= day,
            profiles.c.start < day + _DAY,
        )
        columns = [column for column in profiles.c if column.name != "payload"]
        with self._store.writing() as connection:
            order = window_order(connection)
            query = sa.select(*columns).where(of_day).order_by(*order).with_for_update()
            known = {
                WindowKey(
                    version_id=version_id,
                    segment=row.segment,
                    granularity=Granularity(row.granularity),
                    start=row.start,
                ): row
                for row in connection.execute(query)
            }
            overall = WindowKey(
                version_id=version_id, segment="", granularity=Granularity.DAY, start=day
            )
            now = known.get(overall)
            if (None if now is None else (now.id, now.revision)) != (
                None if seen.profile_id is None else (seen.profile_id, seen.revision)
            ):
                connection.rollback()
                return False
            for key in sorted(parts):
                _write(connection, key, parts[key], known.get(key))
            delete_profiles(connection, [row.id for key, row in known.items() if key not in parts])
            connection.execute(
                sa.update(balances)
                .where(balances.c.version_id == version_id, balances.c.day == day)
                .values(uncounted=0)
            )
        return True


def _states(
    connection: sa.Connection,
    version_id: int,
    start: datetime,
    end: datetime,
    within: sa.ColumnElement[bool],
) -> dict[datetime, DayState]:
    overall = sa.select(
        profiles.c.id, profiles.c.start, profiles.c.revision, profiles.c.rows
    ).where(
        profiles.c.version_id == version_id,
        profiles.c.segment == "",
        profiles.c.granularity == Granularity.DAY.value,
        profiles.c.start >= start,
        profiles.c.start < end,
    )
    found = {row.start: row for row in connection.execute(overall)}
    booked = balances_of(connection, version_id, start=start, end=end)
    damaged = sa.select(chunks.c.first_time, chunks.c.last_time).where(
        within, chunks.c.damaged.is_not(None)
    )
    unreadable = {
        day
        for first, last in connection.execute(damaged)
        for day in _days(max(first, start), min(last, end - timedelta(microseconds=1)))
    }
    return {
        day: DayState(
            profile_id=found[day].id if day in found else None,
            revision=found[day].revision if day in found else 0,
            rows=found[day].rows if day in found else 0,
            balance=booked.get(day, Balance()),
            unreadable=day in unreadable,
        )
        for day in sorted({*found, *booked, *unreadable})
    }


def _frames(
    connection: sa.Connection, ids: list[int], start: datetime, end: datetime
) -> Iterator[pl.DataFrame]:
    for chunk_id in ids:
        payload = connection.scalars(sa.select(chunks.c.payload).where(chunks.c.id == chunk_id))
        try:
            frame = decode_rows(payload.one())
        except Corrupt as error:
            raise Corrupt(error.message, hint="Set it aside: modeldesk check --repair.") from error
        yield frame.filter(pl.col(TIME).is_between(start, end, closed="left"))


def _write(
    connection: sa.Connection,
    key: WindowKey,
    part: WindowPart,
    known: sa.Row[tuple[object, ...]] | None,
) -> None:
    values = {
        "rows": part.profile.rows,
        "last_time": part.last_time,
        "payload": part.profile.encode(),
        "damaged": None,
        "shadow": part.shadow,
    }
    if known is not None:
        change = sa.update(profiles).where(profiles.c.id == known.id)
        connection.execute(change.values(revision=known.revision + 1, **values))
        return
    connection.execute(
        sa.insert(profiles).values(
            version_id=key.version_id,
            segment=key.segment,
            granularity=key.granularity.value,
            start=key.start,
            revision=1,
            **values,
        )
    )


def _day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    day = _day_of(first)
    while day <= last:
        yield day
        day += _DAY
