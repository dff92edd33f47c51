"""The prediction log as people look through it: filtered, page by page, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from modeldesk.performance.slices import check, parse
from modeldesk.schema import Signature
from modeldesk.services.feedback import Feedback
from modeldesk.services.log_choice import LogChoice
from modeldesk.services.maturity import LabelBook
from modeldesk.services.monitoring import Monitoring
from modeldesk.services.reading import (
    IDENTIFIER,
    MOST_ROWS,
    PredictionPage,
    Reader,
    RowFilter,
)
from modeldesk.services.registry import Registry
from modeldesk.services.slice_book import SliceBook
from modeldesk.services.slice_rows import schema_of
from modeldesk.services.views import FlagView
from modeldesk.store import ROW_ID, VersionRecord

LOOKED_AT = 200_000
"""So many rows are looked at for a page; where it is not full then, the next page goes on."""

MOST_NEWS = 1_000
"""New rows that are counted."""

_MOST_FLAGS = 10_000
_INSTANT = timedelta(microseconds=1)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""A range that begins and ends here has no rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPage:
    """Some rows of the log, the latest committed first."""

    page: PredictionPage
    signature: Signature
    """Of the version that was asked for, or the champion's."""
    labels: pl.Series
    """The present label of each row, as text; null without one."""
    flags: Mapping[str, tuple[FlagView, ...]]
    """By prediction, newest first; of those that have any."""
    newest: str
    """Up to here the log was read: see `PredictionLog.news`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came since somebody looked."""

    rows: int
    """New rows that are wanted; at most `MOST_NEWS` are counted."""
    newest: str
    """Up to here the log was looked at."""


class PredictionLog:
    """Finds logged predictions for people.

    Parameters
    ----------
    registry
        Versions of the models.
    reader
        Reads the log.
    slices
        Knows conditions.
    feedback
        The flags.
    labels
        The labels.
    monitoring
        Knows the segments.
    """

    def __init__(  # one for each thing that is shown
        self,
        *,
        registry: Registry,
        reader: Reader,
        slices: SliceBook,
        feedback: Feedback,
        labels: LabelBook,
        monitoring: Monitoring,
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._slices = slices
        self._feedback = feedback
        self._labels = labels
        self._monitoring = monitoring

    def page(
        self, name: str, choice: LogChoice, *, cursor: str | None = None, limit: int = 50
    ) -> LoggedPage:
        """Return the rows that are wanted, with their labels and flags.

        Parameters
        ----------
        name
            The model.
        choice
            Which rows.
        cursor
            Goes on where the page that gave it ended.
        limit
            Rows of the page at most; it has fewer where they lie far apart.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidExpression, InvalidArgument
            When the condition cannot be read, or none says what is wanted.
        """
        newest = self._reader.newest_key(name, version=choice.version)
        page = self._read(name, choice, cursor=cursor, limit=limit)
        ids = page.frame["prediction_id"].to_list()
        flags: dict[str, tuple[FlagView, ...]] = {}
        for flag in self._feedback.on(ids):
            flags[flag.prediction_id] = (*flags.get(flag.prediction_id, ()), flag)
        top = max((each.partition("-")[0] for each in ids[:1]), default="")
        return LoggedPage(
            page=page,
            signature=self._registry.record(name, choice.version).signature,
            labels=self._labels.beside(page.frame),
            flags=flags,
            newest=max(newest, top),
        )

    def news(self, name: str, choice: LogChoice, since: str) -> News:
        """Return how many rows that are wanted came since the log was read.

        Parameters
        ----------
        name, choice
            As for `page`.
        since
            Up to where it was read: ``newest`` of a page, or of former news.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        newest = self._reader.newest_key(name, version=choice.version)
        if newest <= since:
            return News(rows=0, newest=since)
        found = self._read(name, choice, after=since, limit=MOST_NEWS)
        return News(rows=found.frame.height, newest=newest)

    def table(self, name: str, choice: LogChoice, *, limit: int = MOST_ROWS) -> pl.DataFrame:
        """Return the rows that are wanted as one table, with a column ``label``.

        Raises
        ------
        NotFound, InvalidExpression, InvalidArgument
            As for `page`.
        """
        found = self._read(name, choice, limit=limit).frame
        label = self._labels.beside(found).rename("label")
        named = "true_label" if "label" in found.columns else "label"
        return found.insert_column(5, label.rename(named))

    def _read(
        self,
        name: str,
        choice: LogChoice,
        *,
        cursor: str | None = None,
        after: str | None = None,
        limit: int,
    ) -> PredictionPage:
        only = self._only(name, choice)
        choice = self._in_time(name, choice)
        return self._reader.page(
            name,
            version=choice.version,
            start=choice.start,
            end=choice.end,
            which=choice.which,
            only=only,
            cursor=cursor,
            after=after,
            limit=limit,
            most_read=LOOKED_AT,
        )

    def _only(self, name: str, choice: LogChoice) -> RowFilter:
        record = self._registry.record(name, choice.version)
        if choice.condition.strip():  # by itself, so that what is wrong is told at its place
            check(parse(choice.condition), schema_of(record), text=choice.condition)
        segments = self._monitoring.segments(name, version=record.number) if choice.segment else ()
        expression = choice.expression(record.signature, segments)
        flagged = None
        if choice.flagged:
            flags = self._feedback.flags(name, limit=_MOST_FLAGS)
            flagged = pl.Series([flag.prediction_id for flag in flags], dtype=pl.String)
        return _Only(
            row_id=choice.row_id,
            flagged=flagged,
            condition=self._slices.rows(name, condition=expression or None, version=choice.version),
        )

    def _in_time(self, name: str, choice: LogChoice) -> LogChoice:
        """Look only at the times of an own key's rows, which an index knows."""
        if not choice.row_id:
            return choice
        times = self._reader.times_of(name, choice.row_id)
        if not times:
            return replace(choice, start=_NEVER, end=_NEVER)
        first, last = min(times), max(times) + _INSTANT
        return replace(
            choice,
            start=first if choice.start is None else max(first, choice.start),
            end=last if choice.end is None else min(last, choice.end),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Only:
    """Takes rows by own key, by flags and by a condition."""

    row_id: str
    flagged: pl.Series | None
    condition: RowFilter | None

    def of(self, rows: pl.DataFrame, record: VersionRecord) -> pl.DataFrame:
        if self.row_id:
            if ROW_ID not in rows.columns:
                return rows.clear()
            rows = rows.filter(pl.col(ROW_ID) == self.row_id)
        if self.flagged is not None:
            rows = rows.filter(IDENTIFIER.is_in(self.flagged.implode()))
        return rows if self.condition is None else self.condition.of(rows, record)
