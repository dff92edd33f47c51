"""A bounded number of a version's rows of a range of time, spread over its days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from modeldesk.services.labelled_rows import labelled
from modeldesk.services.reading import numbered
from modeldesk.services.slice_rows import tellable
from modeldesk.store import TIME, ChunkLog, LabelRecords, VersionRecord

_STRETCHES = 60
"""A range is read in so many stretches at most, each of one day or several."""
_AT_ONCE = 20_000
"""Rows that are yielded at once, unless one chunk has more."""


class RowSpread:
    """Reads rows of a range: all of them, or of each day its share of as many as may be read.

    Of a day that has more rows than its share, those that were committed last are read.

    Parameters
    ----------
    log
        Where the rows are.
    record
        Whose rows.
    start, end
        Their times.
    most
        How many rows are read at most.
    labels
        Where labels are; with it, the rows have theirs.
    """

    def __init__(
        self,
        log: ChunkLog,
        record: VersionRecord,
        start: datetime,
        end: datetime,
        *,
        most: int,
        labels: LabelRecords | None = None,
    ) -> None:
        self._log = log
        self._labels = labels
        self._record = record
        self._start = start
        self._end = end
        self._most = most
        self.looked_at = 0
        """Rows that were yielded so far."""
        self.cut = False
        """Whether rows of the range were left out."""

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, without hashes where other values are meant, many at once."""
        some: list[pl.DataFrame] = []
        for rows in self._chunks():
            some.append(rows)
            if sum(frame.height for frame in some) >= _AT_ONCE:
                yield self._together(some)
                some = []
        if some:
            yield self._together(some)

    def _together(self, some: list[pl.DataFrame]) -> pl.DataFrame:
        rows = pl.concat(some, how="diagonal_relaxed")
        return rows if self._labels is None else labelled(rows, self._labels)

    def _chunks(self) -> Iterator[pl.DataFrame]:
        for start, end, share in self._shares():
            left = min(share, self._most - self.looked_at)
            for rows in self._within(start, end):
                if rows.height > left:
                    self.cut = True
                if left:
                    some = rows.tail(left)
                    left -= some.height
                    self.looked_at += some.height
                    yield some
                if self.cut and not left:
                    break

    def _within(self, start: datetime, end: datetime) -> Iterator[pl.DataFrame]:
        within = pl.col(TIME).is_between(start, end, closed="left")
        for chunk in self._log.latest([self._record.version_id], start=start, end=end):
            rows = numbered(chunk, self._record.number).filter(within)
            if rows.height:
                yield tellable(rows, self._record)

    def _shares(self) -> list[tuple[datetime, datetime, int]]:
        """Return the stretches of the range, and how many rows may be read of each."""
        mine = [self._record.version_id]
        if self._log.rows(mine, start=self._start, end=self._end) <= self._most:
            return [(self._start, self._end, self._most)]
        stretches = _stretches(self._start, self._end)
        counts = [self._log.rows(mine, start=start, end=end) for start, end in stretches]
        total = max(sum(counts), 1)
        return [
            (start, end, max(self._most * count // total, 1))
            for (start, end), count in zip(stretches, counts, strict=True)
            if count
        ]


def _stretches(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a range at the beginnings of days, into not too many pieces."""
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    days = -((first - end) // timedelta(days=1))
    step = timedelta(days=-(-days // _STRETCHES))
    edges = [start]
    while end - first > step:
        first += step
        edges.append(first)
    return list(zip(edges, [*edges[1:], end], strict=True))
