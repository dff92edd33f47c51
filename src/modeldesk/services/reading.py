"""Reading the log back: by id, by the caller's own key, and page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import polars as pl

from modeldesk.drift import Status
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.schema import (
    POLARS_TYPES,
    Granularity,
    Kind,
    Signature,
    Window,
    parse_prediction_id,
    polars_type,
    prediction_id,
)
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.maturity import LabelBook
from modeldesk.services.registry import Registry
from modeldesk.services.views import PredictionView
from modeldesk.store import (
    ROW,
    ROW_ID,
    SHADOW_OF,
    TIME,
    ChunkLog,
    LoggedChunk,
    LoggedRow,
    VersionRecord,
)

MOST_ROWS = 10_000
"""Rows of one page at most."""


class Which(StrEnum):
    """Which rows of the log are read."""

    ANSWERED = "answered"
    """Those that somebody was given."""
    SHADOW = "shadow"
    """Those that a challenger predicted beside the champion."""
    ALL = "all"

    @property
    def shadow(self) -> bool | None:
        """Whether rows of shadows are meant, or others; ``None``: both."""
        return None if self is Which.ALL else self is Which.SHADOW


_TIME_TYPE = POLARS_TYPES[Kind.DATETIME]
_KEY = "modeldesk:key"
_VERSION = "modeldesk:version"
_LAST = 9_999_999_999
"""The largest position that a cursor can have: after it come all rows of a chunk."""

IDENTIFIER = pl.format("{}-{}", pl.col(_KEY), pl.col(ROW)).alias("prediction_id")
"""Identifiers of the rows that `numbered` returns."""


class RowFilter(Protocol):
    """Says which rows of the log are meant, beyond what a page's own filters can."""

    def of(self, rows: pl.DataFrame, record: VersionRecord, /) -> pl.DataFrame:
        """Return those of a version's rows, as `numbered` returns them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionPage:
    """Some rows of the log, the latest committed first."""

    signature: Signature
    """Of the champion; its columns are those of ``frame``."""
    frame: pl.DataFrame
    """Columns ``prediction_id``, ``version``, ``time``, ``row_id``, ``shadow_of``, then inputs and
    outputs."""
    cursor: str | None
    """Where the next page starts; ``None`` when there is none."""
    cut: bool = False
    """Whether reading ended before the page was full, as many rows had been looked at."""


class Reader:
    """Finds logged predictions.

    Parameters
    ----------
    registry
        Versions of the models.
    log
        The predictions.
    comparisons
        What was said of each day.
    labels
        What the predictions' true outcomes were.
    """

    def __init__(
        self, registry: Registry, log: ChunkLog, comparisons: Comparisons, labels: LabelBook
    ) -> None:
        self._registry = registry
        self._log = log
        self._comparisons = comparisons
        self._labels = labels

    def prediction(self, prediction_id: str) -> PredictionView:
        """Return one logged prediction; `NotFound` when there is none of that id."""
        key, row = parse_prediction_id(prediction_id)
        found = self._log.row(key, row)
        if found is None:
            message = f"There is no prediction {prediction_id!r}."
            hint = "Use the prediction_id from a prediction's answer; old rows may have expired."
            raise NotFound(message, hint=hint)
        return self._view(found)

    def by_row_id(self, name: str, row_id: str) -> tuple[PredictionView, ...]:
        """Return the predictions that were logged with the caller's own key, oldest first."""
        record = self._registry.record(name)
        return tuple(self._view(found) for found in self._log.rows_of(record.model_id, row_id))

    def times_of(self, name: str, row_id: str) -> tuple[datetime, ...]:
        """Return the times of the predictions that were logged with the caller's own key."""
        record = self._registry.record(name)
        found = self._log.rows_of(record.model_id, row_id)
        return tuple(row.frame[TIME][0] for row in found)

    def page(  # noqa: PLR0913  # each is a filter of its own
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        where: Mapping[str, str] | None = None,
        verdict: Status | None = None,
        which: Which = Which.ANSWERED,
        only: RowFilter | None = None,
        cursor: str | None = None,
        after: str | None = None,
        limit: int = 100,
        most_read: int | None = None,
    ) -> PredictionPage:
        """Return logged rows, the latest committed first.

        Rows that are logged while somebody reads do not shift the pages that follow.

        Parameters
        ----------
        name
            The model.
        version
            Only rows of this version; ``None``: of all.
        start, end
            Only rows whose time is in the range.
        where
            Only rows with these values, compared as text, such as a segment's.
        verdict
            Only rows of days with this verdict over the columns that the monitor watches.
        which
            Rows that were answered, those of shadows, or all.
        only
            Only rows that it takes, such as those of a slice: see `SliceBook.rows`.
        cursor
            Goes on where the page that gave it ended.
        after
            Only rows of chunks that were committed after the one with this key.
        limit
            Rows of the page, up to `MOST_ROWS`.
        most_read
            How many rows are looked at before the page ends, full or not; ``None``: all.

        Raises
        ------
        NotFound
            When there is no such model, version or column.
        InvalidArgument
            When the limit or the cursor is none.
        """
        champion = self._registry.record(name)
        for column in where or {}:
            champion.signature.column(column)
        if not 1 <= limit <= MOST_ROWS:
            message = f"A page has 1 to {MOST_ROWS} rows, not {limit}."
            raise InvalidArgument(message)
        records = self._records(name, version)
        position = None if cursor is None else _position(cursor)
        days = self._days(records, verdict, start, end)
        taken, read, stopped = _Taken(), 0, None
        for chunk in self._log.latest(
            list(records),
            start=start,
            end=end,
            before=position[0] if position else None,
            after=after,
            shadow=which.shadow,
        ):
            if taken.newer(chunk.last_key) > limit:
                break
            if most_read is not None and read >= most_read:
                stopped = chunk.last_key
                break
            record = records[chunk.version_id]
            rows = numbered(chunk, record.number)
            read += rows.height
            wanted = _wanted(rows, start, end, where or {}, position)
            if after is not None:
                wanted &= pl.col(_KEY) > after
            found = rows.filter(wanted & _within(days, chunk.version_id))
            taken.add(found if only is None else only.of(found, record))
        return _page(champion.signature, taken.frames, limit, stopped)

    def newest_key(self, name: str, *, version: int | None = None) -> str:
        """Return the key of the chunk that was committed last; empty where there is none.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        wanted = self._registry.records(name, version)
        return self._log.newest_key([record.version_id for record in wanted]) or ""

    def _records(self, name: str, version: int | None) -> dict[int, VersionRecord]:
        if version is not None:
            record = self._registry.record(name, version)
            return {record.version_id: record}
        numbers = [view.number for view in self._registry.versions(name)]
        records = [self._registry.record(name, number) for number in numbers]
        return {record.version_id: record for record in records}

    def _days(
        self,
        records: Mapping[int, VersionRecord],
        verdict: Status | None,
        start: datetime | None,
        end: datetime | None,
    ) -> dict[int, list[Window]] | None:
        """Return each version's days of a verdict; ``None`` for all days."""
        if verdict is None:
            return None
        begin = None if start is None else Window.containing(start, Granularity.DAY).start
        days: dict[int, list[Window]] = {}
        for version_id, record in records.items():
            rule = self._comparisons.rule(record.model)
            compared = self._comparisons.between(
                version_id, Granularity.DAY, rule, start=begin, end=end
            )
            days[version_id] = [
                entry.window
                for entry in compared
                if rule.status(entry.comparison, record.signature) is verdict
            ]
        return days

    def _view(self, found: LoggedRow) -> PredictionView:
        record = self._registry.record_of(found.version_id)
        batch = PredictionBatch(
            model=record.model,
            version=record.number,
            signature=record.signature,
            chunk=found.key,
            start=found.row,
            rows=1,
            whole=found.frame,
            offset=0,
        )
        (view,) = batch.predictions
        key, row = found.key, found.row
        if view.shadow_of is not None:
            key, row = parse_prediction_id(view.shadow_of)
        return replace(view, labels=self._labels.history(key, row, record.signature.prediction))


def _position(cursor: str) -> tuple[str, int]:
    try:
        return parse_prediction_id(cursor)
    except NotFound as error:
        message = f"{cursor[:60]!r} is no cursor."
        raise InvalidArgument(message, hint="Use the cursor of the page before.") from error


def numbered(chunk: LoggedChunk, version: int) -> pl.DataFrame:
    """Return a chunk's rows with the key, position and version that identify them."""
    keys = [key for key, _, length in chunk.keys for _ in range(length)]
    if ROW in chunk.frame.columns:
        rows = chunk.frame[ROW]
    else:
        rows = pl.Series(ROW, [row for _, _, length in chunk.keys for row in range(length)])
    return chunk.frame.with_columns(
        pl.Series(_KEY, keys, dtype=pl.String),
        rows.cast(pl.Int64),
        pl.lit(version).alias(_VERSION),
    )


def is_numbered(rows: pl.DataFrame) -> bool:
    """Whether rows have what identifies them, as `numbered` adds it."""
    return _KEY in rows.columns


def _wanted(
    rows: pl.DataFrame,
    start: datetime | None,
    end: datetime | None,
    where: Mapping[str, str],
    position: tuple[str, int] | None,
) -> pl.Expr:
    wanted = pl.lit(value=True)
    if start is not None:
        wanted &= pl.col(TIME) >= start
    if end is not None:
        wanted &= pl.col(TIME) < end
    for column, value in where.items():
        known = column in rows.columns
        wanted &= pl.col(column).cast(pl.String) == value if known else pl.lit(value=False)
    if position is not None:
        key, row = position
        wanted &= (pl.col(_KEY) < key) | ((pl.col(_KEY) == key) & (pl.col(ROW) < row))
    return wanted


def _within(days: Mapping[int, Sequence[Window]] | None, version_id: int) -> pl.Expr:
    if days is None:
        return pl.lit(value=True)
    starts = [day.start for day in days[version_id]]
    return pl.col(TIME).dt.truncate("1d").is_in(pl.Series(starts, dtype=_TIME_TYPE).implode())


class _Taken:
    """The rows of a page so far, and how many of them no further chunk can come before."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []
        self._open: list[pl.DataFrame] = []
        self._passed = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Take some rows."""
        if rows.height:
            self.frames.append(rows)
            self._open.append(rows)

    def newer(self, key: str) -> int:
        """Count the rows that no chunk up to a key can come before; keys only go down."""
        passed = [rows for rows in self._open if _least(rows) > key]
        self._passed += sum(rows.height for rows in passed)
        self._open = [rows for rows in self._open if _least(rows) <= key]
        return self._passed + sum(int((rows[_KEY] > key).sum()) for rows in self._open)


def _least(rows: pl.DataFrame) -> str:
    return str(rows[_KEY].min())


def _page(
    signature: Signature, taken: Sequence[pl.DataFrame], limit: int, stopped: str | None
) -> PredictionPage:
    kinds = {column.name: polars_type(column) for column in signature.columns}
    empty = pl.DataFrame(
        schema={
            _KEY: pl.String,
            ROW: pl.Int64,
            _VERSION: pl.Int32,
            ROW_ID: pl.String,
            SHADOW_OF: pl.String,
            TIME: _TIME_TYPE,
        }
    )
    rows = pl.concat([empty, *taken], how="diagonal_relaxed")
    rows = rows.sort(_KEY, ROW, descending=True)
    if stopped is not None:  # rows up to there may have others between them that were not read
        rows = rows.filter(pl.col(_KEY) > stopped)
    found = rows.head(limit)
    there = frozenset(found.columns)
    frame = found.select(
        IDENTIFIER,
        pl.col(_VERSION).alias("version"),
        pl.col(TIME).alias("time"),
        pl.col(ROW_ID).alias("row_id"),
        pl.col(SHADOW_OF).alias("shadow_of"),
        *(
            pl.col(name) if name in there else pl.lit(None, dtype=kind).alias(name)
            for name, kind in kinds.items()
        ),
    )
    more = rows.height > limit
    further = None if stopped is None else prediction_id(stopped, _LAST)
    return PredictionPage(
        signature=signature,
        frame=frame,
        cursor=str(frame["prediction_id"][-1]) if more else further,
        cut=stopped is not None and not more,
    )
