"""Predicting: requests go to the lane of their version and come back committed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, InvalidData, InvalidRows, Overloaded, Problem
from modeldesk.schema import Frame, LogPolicy, Value, to_frame
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.lane import Job, Lane
from modeldesk.services.measures import Measures, Waiting
from modeldesk.services.registry import EXTERNAL, Registry
from modeldesk.services.tables import checked_table
from modeldesk.store import VersionRecord

_REFRESH_SECONDS = 1.0
_MANY = 32
"""From this many rows on a request is a table of its own, until it is predicted with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one request and one queue may hold."""

    rows: int
    """Most rows in one request."""
    text_characters: int
    """Longest string value."""
    waiting_rows: int
    """Most rows that wait for one version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A version as it was read last."""

    record: VersionRecord
    at: float
    revision: int


class Predictor:
    """Answers requests for any published version.

    A change of the champion or of the log policy is seen at once, one made by another process
    within a second.

    Parameters
    ----------
    registry
        Finds and loads versions.
    commits
        The log's writer.
    clock
        Stamps rows that come without a time.
    limits
        How much is accepted.
    measures
        Where predictions are counted.
    """

    def __init__(
        self,
        registry: Registry,
        commits: GroupCommit,
        clock: Clock,
        limits: Limits,
        measures: Measures,
    ) -> None:
        self._registry = registry
        self._commits = commits
        self._clock = clock
        self._limits = limits
        self._measures = measures
        self._lock = threading.Lock()
        self._lanes: dict[int, Lane] = {}
        self._known: dict[tuple[str, int | None], _Known] = {}
        self._closed = False

    def submit(
        self,
        name: str,
        rows: Sequence[object],
        *,
        version: int | None = None,
        timestamps: Sequence[datetime | None] | None = None,
        row_ids: Sequence[str | None] | None = None,
    ) -> Future[PredictionBatch]:
        """Check rows and queue them; the future is done after they are committed.

        Parameters
        ----------
        name
            Name of the model.
        rows
            One mapping from feature to value per row.
        version
            Number of the version; without one, the champion.
        timestamps
            When each row happened, aware; without one, now.
        row_ids
            The caller's own key of each row.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidRows
            When rows do not fit the signature; they are counted and nothing is logged.
        InvalidArgument
            When the lists differ in length or there are too many rows.
        Overloaded
            When too many rows wait already, or the server is stopping.
        """
        lane = self._lane(name, version)
        self._check_lengths(rows, timestamps, row_ids)
        try:
            many = len(rows) >= _MANY
            decoded = lane.decoder.table(rows) if many else lane.decoder.decode(rows)
            self._check_texts(lane.decoder.texts, rows)
            times = self._times(lane.record.policy, timestamps, len(rows))
        except InvalidRows as error:
            lane.refuse(error.rows)
            raise
        return self._queued(lane, decoded, times, row_ids or [None] * len(rows))

    def submit_table(
        self,
        name: str,
        data: Frame,
        *,
        version: int | None = None,
        time: str | None = None,
        row_id: str | None = None,
    ) -> Future[PredictionBatch]:
        """Check a table's rows and queue them; the future is done after they are committed.

        Parameters
        ----------
        name
            Name of the model.
        data
            A table with a column for each feature.
        version
            Number of the version; without one, the champion.
        time
            Column with the time of each row; by default ``timestamp`` or ``time`` where there
            is one that the model does not use itself, else now.
        row_id
            Column with the caller's own keys; by default ``row_id`` where there is one.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidData
            When a column is missing or not known; all rows are counted as refused.
        InvalidRows
            When rows do not fit the signature; they are counted and nothing is logged.
        InvalidArgument
            When there are too many rows, or none.
        Overloaded
            When too many rows wait already, or the server is stopping.
        """
        lane = self._lane(name, version)
        frame = to_frame(data)
        self._check_count(frame.height)
        try:
            checked = checked_table(
                frame,
                lane.record.signature,
                lane.record.policy,
                self._clock.now(),
                time=time,
                row_id=row_id,
                longest=self._limits.text_characters,
            )
        except InvalidRows as error:
            lane.refuse(error.rows)
            raise
        except InvalidData:
            lane.refuse(frame.height)
            raise
        return self._queued(lane, checked.inputs, checked.times, checked.row_ids)

    def predict(
        self,
        name: str,
        rows: Sequence[object],
        *,
        version: int | None = None,
        timestamps: Sequence[datetime | None] | None = None,
        row_ids: Sequence[str | None] | None = None,
    ) -> PredictionBatch:
        """Do what `submit` does and wait for the answer."""
        return self.submit(
            name, rows, version=version, timestamps=timestamps, row_ids=row_ids
        ).result()

    def warm(self) -> None:
        """Start loading every champion, so that its first request need not wait for that."""
        for name in self._registry.names():
            if self._registry.record(name).flavor != EXTERNAL:
                self._lane(name, None).warm()

    def queued(self) -> tuple[Waiting, ...]:
        """Return how many rows wait for each version that was asked so far."""
        with self._lock:
            lanes = list(self._lanes.values())
        return tuple(
            Waiting(model=lane.record.model, version=str(lane.record.number), rows=lane.waiting)
            for lane in lanes
        )

    def close(self) -> None:
        """Refuse new rows, answer what is queued and stop."""
        with self._lock:
            self._closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()

    @staticmethod
    def _queued(
        lane: Lane,
        rows: Sequence[tuple[Value, ...]] | pl.DataFrame,
        times: Sequence[datetime],
        row_ids: Sequence[str | None],
    ) -> Future[PredictionBatch]:
        job = Job(rows=rows, times=times, row_ids=row_ids, done=Future())
        # Accepted rows are predicted and logged: the caller can stop waiting, not take them back.
        job.done.set_running_or_notify_cancel()
        lane.submit(job)
        return job.done

    def _lane(self, name: str, version: int | None) -> Lane:
        record = self._record(name, version)
        with self._lock:
            if self._closed:
                message = "The server is stopping."
                raise Overloaded(message, hint="Try again in a few seconds.")
            lane = self._lanes.get(record.version_id)
            if lane is not None:
                lane.record = record
            else:
                lane = Lane(
                    record,
                    self._registry.load,
                    self._commits,
                    self._clock,
                    self._limits.waiting_rows,
                    self._measures.of(record.model, record.number),
                )
                self._lanes[record.version_id] = lane
            return lane

    def _record(self, name: str, version: int | None) -> VersionRecord:
        now = time.monotonic()
        known = self._known.get((name, version))
        revision = self._registry.revision
        if known is not None and known.revision == revision and now - known.at < _REFRESH_SECONDS:
            return known.record
        record = self._registry.record(name, version)
        self._known[name, version] = _Known(record=record, at=now, revision=revision)
        return record

    def _times(
        self, policy: LogPolicy, given: Sequence[datetime | None] | None, rows: int
    ) -> list[datetime]:
        now = self._clock.now()
        if given is None:
            return [now] * rows
        times = [
            now if moment is None else policy.time(moment.astimezone(UTC), now) for moment in given
        ]
        problems = tuple(
            Problem(
                row=position,
                field="timestamp",
                problem=f"out of range ({given[position]})",
                expected="a time that the model's log policy accepts",
            )
            for position, time in enumerate(times)
            if time is None
        )
        if problems:
            raise InvalidRows(problems, rows=len(problems))
        return [time for time in times if time is not None]

    def _check_lengths(self, rows: Sequence[object], *others: Sequence[object] | None) -> None:
        self._check_count(len(rows))
        for other, word in zip(others, ("timestamps", "row_ids"), strict=True):
            if other is not None and len(other) != len(rows):
                message = f"There are {len(rows)} rows and {len(other)} {word}."
                raise InvalidArgument(message, hint=f"Give one of the {word} per row, or none.")

    def _check_count(self, rows: int) -> None:
        if not rows:
            message = "There are no rows."
            raise InvalidArgument(message, hint="Give at least one.")
        if rows > self._limits.rows:
            message = f"{rows} rows are more than the {self._limits.rows} of one request."
            raise InvalidArgument(message, hint="Send them in parts, or raise max_rows.")

    def _check_texts(self, texts: Sequence[str], rows: Sequence[object]) -> None:
        """Refuse rows with too long a text in one of the features that are texts."""
        limit = self._limits.text_characters
        given = (
            (position, field, value)
            for field in texts
            for position, row in enumerate(rows)
            if isinstance(row, Mapping) and isinstance(value := row.get(field), str)
        )
        problems = tuple(
            Problem(
                row=position,
                field=field,
                problem=f"too long, {len(value)} characters",
                expected=f"at most {limit} characters",
            )
            for position, field, value in given
            if len(value) > limit
        )
        if problems:
            raise InvalidRows(problems, rows=len({problem.row for problem in problems}))
