"""The account of each day: rows in its profile, in the log, gone from one or the other.

For the overall profile of a day, always::

    rows of the profile = rows of profiled chunks in the log + gone - uncounted

``gone`` grows when rows leave the log on purpose: thinned out by a policy, or expired.
``uncounted`` grows when the profile goes: expired, or damaged. What breaks the equation was
not on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from modeldesk.store.inserting import insert_or
from modeldesk.store.payload import TIME
from modeldesk.store.tables import balances


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """By how much the counts of a day may differ."""

    gone: int = 0
    """Rows that were counted and then left the log."""
    uncounted: int = 0
    """Rows that were counted in a profile that is no longer there."""


def rows_by_day(frame: pl.DataFrame) -> dict[datetime, int]:
    """Return how many rows of a chunk fall on which day."""
    days = frame[TIME].dt.truncate("1d").alias("day")
    counts = days.value_counts()
    return dict(counts.sort("day").iter_rows())


def book(
    connection: sa.Connection,
    version_id: int,
    *,
    gone: Mapping[datetime, int] | None = None,
    uncounted: Mapping[datetime, int] | None = None,
) -> None:
    """Add to the account of days, within the caller's transaction."""
    more_gone, more_uncounted = gone or {}, uncounted or {}
    for day in sorted({*more_gone, *more_uncounted}):
        new = insert_or(connection, balances).values(
            version_id=version_id,
            day=day,
            gone=more_gone.get(day, 0),
            uncounted=more_uncounted.get(day, 0),
        )
        connection.execute(
            new.on_conflict_do_update(
                index_elements=[balances.c.version_id, balances.c.day],
                set_={
                    "gone": balances.c.gone + new.excluded.gone,
                    "uncounted": balances.c.uncounted + new.excluded.uncounted,
                },
            )
        )


def balances_of(
    connection: sa.Connection,
    version_id: int,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> dict[datetime, Balance]:
    """Return the accounts of a version's days; a day without an entry has none."""
    query = sa.select(balances).where(
        balances.c.version_id == version_id,
        balances.c.day >= start if start is not None else sa.true(),
        balances.c.day < end if end is not None else sa.true(),
    )
    return {
        row.day: Balance(gone=row.gone, uncounted=row.uncounted)
        for row in connection.execute(query)
    }
