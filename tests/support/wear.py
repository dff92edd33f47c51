"""What time does to a store: rows over many days, and bytes that go bad."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from modeldesk.store import WindowRecords
from modeldesk.store.tables import chunks, profiles
from tests.support.iris import iris_frame

if TYPE_CHECKING:
    from modeldesk.desk import Desk
    from modeldesk.profiles import Profile
    from modeldesk.schema import Granularity
    from modeldesk.store import Store

MODEL = "flowers"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def register(desk: Desk) -> int:
    """Register a model that is served elsewhere, and return the key of its version."""
    desk.registry.register(MODEL, reference=iris_frame(), prediction="class")
    return desk.registry.record(MODEL).version_id


def flowers(day: datetime, rows: int = 150) -> pl.DataFrame:
    """Return rows over the 24 hours up to a time, with keys of their own."""
    step = timedelta(days=1) / rows
    times = [day - step * row for row in range(rows)]
    keys = [f"{day:%m%d}-{row}" for row in range(rows)]
    return (
        iris_frame()
        .sample(rows, shuffle=True, seed=1)
        .with_columns(pl.Series("timestamp", times), pl.Series("row_id", keys))
    )


def log_days(desk: Desk, *days: int, rows: int = 150) -> None:
    """Log one chunk per day, so many days before `NOON`, and profile it."""
    for before in days:
        desk.backfill.log(MODEL, flowers(NOON - timedelta(days=before), rows))
    desk.rollup.run()


def counts(desk: Desk, granularity: Granularity, segment: str = "") -> list[int]:
    """Return the rows of each stored profile, oldest window first."""
    return [profile.rows for profile in window_profiles(desk, granularity, segment)]


def window_profiles(desk: Desk, granularity: Granularity, segment: str = "") -> list[Profile]:
    """Return the stored profiles of the model, oldest window first."""
    version_id = desk.registry.record(MODEL).version_id
    found = WindowRecords(desk.store).profiles(version_id, granularity, segment=segment)
    return [entry.profile for entry in found]


def count(store: Store, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Return how many rows a table has."""
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    with store.reading() as connection:
        return int(connection.scalar(query) or 0)


def change(store: Store, table: sa.Table, *where: sa.ColumnElement[bool], **values: object) -> None:
    """Change rows behind the program's back."""
    with store.writing() as connection:
        assert connection.execute(sa.update(table).where(*where).values(**values)).rowcount


def flip(store: Store, table: sa.Table, *where: sa.ColumnElement[bool]) -> None:
    """Flip one bit in each payload of a table, or back."""
    key = table.c.id
    with store.writing() as connection:
        for row in connection.execute(sa.select(key, table.c.payload).where(*where)).all():
            payload = bytearray(row.payload)
            payload[-3] ^= 1
            connection.execute(sa.update(table).where(key == row.id).values(payload=bytes(payload)))


def oldest_chunk(store: Store) -> sa.ColumnElement[bool]:
    """Return the condition of the chunk that was committed first."""
    with store.reading() as connection:
        first = connection.scalar(sa.select(sa.func.min(chunks.c.id)))
    return sa.and_(chunks.c.id == first)


def overall_day(granularity: str = "day") -> sa.ColumnElement[bool]:
    """Return the condition of overall profiles of days."""
    return sa.and_(profiles.c.granularity == granularity, profiles.c.segment == "")
