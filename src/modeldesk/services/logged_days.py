"""The rows of a day, read from the log some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from modeldesk.services.reading import numbered
from modeldesk.store import TIME, ChunkLog, VersionRecord

_ROWS = 200_000
"""Rows that are in memory at once, unless one chunk has more."""


def rows_of_day(log: ChunkLog, record: VersionRecord, day: datetime) -> Iterator[pl.DataFrame]:
    """Yield a version's rows of a day with what identifies them, in no order, many at once."""
    end = day + timedelta(days=1)
    some: list[pl.DataFrame] = []
    for chunk in log.latest([record.version_id], start=day, end=end):
        within = pl.col(TIME).is_between(day, end, closed="left")
        rows = numbered(chunk, record.number).filter(within)
        if rows.height:
            some.append(rows)
        if sum(frame.height for frame in some) >= _ROWS:
            yield pl.concat(some, how="diagonal_relaxed")
            some = []
    if some:
        yield pl.concat(some, how="diagonal_relaxed")
