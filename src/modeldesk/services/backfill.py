"""Taking in predictions that were made elsewhere, table by table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import orjson
import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError
from modeldesk.schema import Frame, to_frame
from modeldesk.services.fitting import Fitted, fitted
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.keeping import written
from modeldesk.services.registry import Registry
from modeldesk.services.stamping import in_time, stamped, stamps_of
from modeldesk.store import ROW_ID, TIME, Chunk, Quarantine, QuarantinedRow, Rejected, VersionRecord

_CHUNK_ROWS = 50_000
_LONGEST_ROW = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What became of a table."""

    model: str
    version: int
    logged: int
    """Rows in the log now."""
    quarantined: int
    """Rows that did not fit; each is kept with its reason."""
    reasons: Mapping[str, int]
    """How many rows were quarantined for which reason; the most frequent ones."""
    ignored: tuple[str, ...]
    """Columns of the table that the model does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Rows that did not fit."""

    count: int
    """How many there are."""
    rows: tuple[QuarantinedRow, ...]
    """The latest of them."""


class Backfill:
    """Logs predictions that another program made.

    Parameters
    ----------
    registry
        Models and versions.
    commits
        The log's writer.
    quarantine
        Where rows go that do not fit.
    clock
        Stamps rows without a time.
    """

    def __init__(
        self, registry: Registry, commits: GroupCommit, quarantine: Quarantine, clock: Clock
    ) -> None:
        self._registry = registry
        self._commits = commits
        self._quarantine = quarantine
        self._clock = clock

    def log(
        self,
        name: str,
        data: Frame,
        *,
        version: int | None = None,
        time: str | None = None,
        row_id: str | None = None,
        source: str = "",
    ) -> Backfilled:
        """Log a table of inputs and outputs; when this returns the rows are committed.

        Rows are committed in parts of 50,000. When one part fails, those before it stay; their
        number is in the error's message.

        Parameters
        ----------
        name
            The model.
        data
            A table with the signature's inputs and prediction; scores may be left out.
        version
            Version that made the predictions; without one, the champion.
        time
            Column with the time of each row; by default ``timestamp`` or ``time`` where there
            is one that the model does not use itself, else now. Times without a zone are UTC.
        row_id
            Column with the caller's own keys; by default ``row_id`` where there is one.
        source
            Where the table comes from, for the quarantine.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidData
            When a needed column is absent, or the times cannot be read.
        StoreUnavailable
            When the log cannot be written.
        """
        record = self._registry.record(name, version)
        frame = to_frame(data)
        known = {column.name for column in record.signature.columns}
        now = self._clock.now()
        stamps = stamps_of(frame, known, time=time, row_id=row_id)
        found = fitted(stamped(frame, stamps, now), record.signature)
        found = in_time(found, record.policy, now)
        rows = found.good.select(
            *(name for name in found.good.columns if name in known or name in (TIME, ROW_ID))
        )
        logged = 0
        try:
            for part in rows.iter_slices(_CHUNK_ROWS):
                self._append(record, part)
                logged += part.height
            # Only now: a table that failed is logged again, and its rows kept aside once.
            self._reject(record, found, source)
        except ModeldeskError as error:
            if not logged:
                raise
            message = f"{error.message} {logged:,} rows were logged before that; they stay."
            raise type(error)(message, hint=error.hint) from error
        ignored = set(frame.columns) - known - {stamps.time, stamps.row_id}
        counts = found.reasons.value_counts(sort=True).head(20)
        return Backfilled(
            model=record.model,
            version=record.number,
            logged=rows.height,
            quarantined=found.bad.height,
            reasons=dict(counts.iter_rows()),
            ignored=tuple(sorted(ignored)),
        )

    def quarantined(self, name: str, *, limit: int = 100) -> Quarantined:
        """Return the rows of a model that did not fit, the latest first."""
        self._registry.record(name)
        return Quarantined(
            count=self._quarantine.count(name), rows=self._quarantine.list(name, limit=limit)
        )

    def _reject(self, record: VersionRecord, found: Fitted, source: str) -> None:
        if not found.bad.height:
            return
        rows = _as_json(found.bad.drop(TIME, ROW_ID, strict=False))
        rejected = [
            Rejected(reason=reason, row=row)
            for reason, row in zip(found.reasons, rows, strict=True)
        ]
        now = self._clock.now()
        self._quarantine.add(record.version_id, rejected, source=source, now=now)

    def _append(self, record: VersionRecord, rows: pl.DataFrame) -> None:
        now = self._clock.now()
        chunk = Chunk(
            key=self._commits.keys.new(now),
            model_id=record.model_id,
            version_id=record.version_id,
            committed_at=now,
            rows=written(rows, record.policy),
        )
        self._commits.append(chunk, durable=True).result()


def _as_json(frame: pl.DataFrame) -> Iterator[str]:
    """Yield each row as JSON, as much of it as is kept; what JSON cannot say becomes text."""
    columns = [_plain(series) for series in frame]
    for values in zip(*columns, strict=True):
        row = dict(zip(frame.columns, values, strict=True))
        try:
            text = orjson.dumps(row, default=str).decode()
        except TypeError:  # a whole number of more than 64 bits
            text = json.dumps(row, default=str)
        yield text[:_LONGEST_ROW]


def _plain(series: pl.Series) -> list[object]:
    """Return Python's values; of dates and times that it cannot say, the numbers behind them."""
    if series.dtype == pl.Date and not series.is_between(date.min, date.max).all():
        return series.to_physical().to_list()
    try:
        return series.to_list()
    except (OverflowError, ValueError):
        return series.to_physical().to_list()
