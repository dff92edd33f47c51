"""Making window profiles anew from the rows in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from modeldesk.schema import Granularity, Window
from modeldesk.services.condensing import Condenser, put_together
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.registry import Registry
from modeldesk.store import DayRecords, DayState, VersionRecord, WindowKey, WindowPart

_DAYS = 16
"""Days whose profiles are in memory at once; a chunk is read once for each such group."""

_ROWS = 200_000
"""Rows that are summed up at once."""

_TRIES = 3

_Parts = dict[WindowKey, WindowPart]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftDay:
    """A day whose profiles stay as they were, and why."""

    model: str
    version: int
    day: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What became of the days of a range."""

    days: int
    """Days whose profiles were made anew."""
    rows: int
    """Rows in them."""
    left: tuple[LeftDay, ...]
    waiting: int = 0
    """Rows that are in no profile yet, and so in none of these days."""


class Rebuild:
    """Recomputes the profiles of hours, days and segments from the rows in the log.

    A day is replaced as one, and only where the log still has every row that was counted:
    what expired or was thinned out would otherwise be lost from the profiles, too. Segments
    and hidden columns follow the present log policy.

    Parameters
    ----------
    registry
        Versions, their signatures and policies.
    records
        Reads the rows of days, and replaces profiles.
    """

    def __init__(self, registry: Registry, records: DayRecords) -> None:
        self._registry = registry
        self._records = records
        self._condenser = Condenser(registry)

    def run(
        self,
        name: str | None = None,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        stop: Callable[[], bool] = lambda: False,
        progress: Progress = UNSEEN,
    ) -> Rebuilt:
        """Rebuild the days of a range.

        Parameters
        ----------
        name
            The model; ``None``: all models.
        version
            Only this version of it; ``None``: all versions.
        start, end
            Only days that reach into this range.
        stop
            Asked between groups of days; when it says so, the rest stays as it is.
        progress
            Told of the days that were looked at.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        done = Rebuilt(days=0, rows=0, left=())
        records = self._registry.records(name, version)
        groups = [
            (record, first, last)
            for record in records
            for first, last in self._groups(record, start, end)
        ]
        with progress.step(
            "Rebuilding", sum((last - first).days for _, first, last in groups)
        ) as step:
            for record, first, last in groups:
                if stop():
                    break
                done = _added(done, self._group(record, first, last))
                step.advance((last - first).days)
        waiting = self._records.waiting([record.version_id for record in records])
        return replace(done, waiting=waiting)

    def day(self, version_id: int, day: datetime) -> Rebuilt:
        """Rebuild one day of a version."""
        record = self._registry.record_of(version_id)
        return self._group(record, day, day + timedelta(days=1))

    def _groups(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> Iterator[tuple[datetime, datetime]]:
        span = self._records.span(record.version_id)
        if span is None:
            return
        first, last = span
        if start is not None:
            first = max(first, Window.containing(start, Granularity.DAY).start)
        if end is not None:
            before = end - timedelta(microseconds=1)
            last = min(last, Window.containing(before, Granularity.DAY).end)
        while first < last:
            after = min(first + timedelta(days=_DAYS), last)
            yield first, after
            first = after

    def _group(self, record: VersionRecord, first: datetime, last: datetime) -> Rebuilt:
        done = Rebuilt(days=0, rows=0, left=())
        states, parts = self._read(record, first, last)
        for day in sorted(
            {*states, *(Window.containing(k.start, Granularity.DAY).start for k in parts)}
        ):
            done = _added(done, self._day(record, day, states.get(day, DayState()), parts))
        return done

    def _day(self, record: VersionRecord, day: datetime, state: DayState, parts: _Parts) -> Rebuilt:
        reason = ""
        for _ in range(_TRIES):
            mine = {k: p for k, p in parts.items() if day <= k.start < day + timedelta(days=1)}
            rows = _rows_of(mine, record.version_id, day)
            reason = _reason_to_leave(state, rows)
            if reason:
                break
            if not rows and state.profile_id is None:
                return Rebuilt(days=0, rows=0, left=())
            if self._records.replace(record.version_id, day, mine, seen=state):
                return Rebuilt(days=1, rows=rows, left=())
            reason = "rows were profiled meanwhile, again and again"
            states, parts = self._read(record, day, day + timedelta(days=1))
            state = states.get(day, DayState())
        left = LeftDay(model=record.model, version=record.number, day=day, reason=reason)
        return Rebuilt(days=0, rows=0, left=(left,))

    def _read(
        self, record: VersionRecord, first: datetime, last: datetime
    ) -> tuple[dict[datetime, DayState], _Parts]:
        """Sum up all rows of some days, as they are in the log at one moment."""
        parts: _Parts = {}
        some: list[pl.DataFrame] = []
        version_id = record.version_id
        with self._records.logged(version_id, first, last) as logged:
            for frame in logged.frames:
                if frame.height:
                    some.append(frame)
                if sum(frame.height for frame in some) >= _ROWS:
                    known = _segments(logged.segments, parts)
                    parts = put_together(parts, self._condenser.parts(version_id, some, known))
                    some = []
            if some:
                known = _segments(logged.segments, parts)
                parts = put_together(parts, self._condenser.parts(version_id, some, known))
            return dict(logged.states), parts


def _segments(stored: Iterable[str], parts: _Parts) -> set[str]:
    return {*stored, *(key.segment for key in parts)}


def _rows_of(parts: _Parts, version_id: int, day: datetime) -> int:
    key = WindowKey(version_id=version_id, segment="", granularity=Granularity.DAY, start=day)
    return parts[key].profile.rows if key in parts else 0


def _reason_to_leave(state: DayState, rows: int) -> str:
    """Return why a day cannot be rebuilt from the rows that were found; empty where it can."""
    if state.balance.gone:
        return f"{state.balance.gone} of its rows were thinned out or have expired"
    if state.unreadable:
        return "some of its rows may be in a chunk that cannot be read"
    counted = state.rows + state.balance.uncounted
    if rows < counted:
        return f"the log has {rows} of the {counted} rows that were counted"
    return ""


def _added(one: Rebuilt, other: Rebuilt) -> Rebuilt:
    return Rebuilt(
        days=one.days + other.days, rows=one.rows + other.rows, left=one.left + other.left
    )
