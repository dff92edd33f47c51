"""The rows of a day, read from the log some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import polars as pl

from modeldesk.services.reading import numbered
from modeldesk.services.slice_rows import tellable
from modeldesk.store import TIME, ChunkLog, VersionRecord

_ROWS = 200_000
"""Rows that are in memory at once, unless one chunk has more."""


def rows_of_day(
    log: ChunkLog, record: VersionRecord, day: datetime, *, without: Collection[str] = ()
) -> Iterator[pl.DataFrame]:
    """Yield a version's rows of a day with what identifies them, in no order, many at once.

    Hashes where other values are meant are missing: see `tellable`.

    Parameters
    ----------
    log, record, day
        Where rows are, whose, and when its day begins.
    without
        Columns that are not needed.
    """
    end = day + timedelta(days=1)
    within = pl.col(TIME).is_between(day, end, closed="left")
    some: list[pl.DataFrame] = []
    height = 0
    for chunk in log.latest([record.version_id], start=day, end=end):
        rows = numbered(chunk, record.number).drop(without, strict=False).filter(within)
        if rows.height:
            some.append(tellable(rows, record))
            height += rows.height
        if height >= _ROWS:
            yield pl.concat(some, how="diagonal_relaxed")
            some, height = [], 0
    if some:
        yield pl.concat(some, how="diagonal_relaxed")
