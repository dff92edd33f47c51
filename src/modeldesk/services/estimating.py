"""Estimation in the background: learned once there are labels, then one small window per day."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import reduce

import polars as pl
import structlog

from modeldesk.clock import Clock
from modeldesk.errors import Incompatible, InvalidArgument, StoreUnavailable
from modeldesk.performance.estimation import (
    ClassificationWindow,
    RegressionWindow,
    Unlearned,
    decode_estimator,
    encode_estimator,
)
from modeldesk.schema import Granularity, Window, polars_type
from modeldesk.services.estimable import NEEDED, condense, is_estimable, learn
from modeldesk.services.labelled_rows import LABEL, labelled
from modeldesk.services.logged_days import rows_of_day
from modeldesk.services.registry import Registry
from modeldesk.store import (
    TIME,
    ChunkLog,
    DayToCondense,
    EstimateRecords,
    EstimatorRecord,
    LabelRecords,
    VersionRecord,
)

LEAST_LABELLED = 1_000
"""Labelled rows from which an estimator is learned by itself."""

MOST_LABELLED = 20_000
"""Labelled rows that one is learned from."""

_DAYS_AT_ONCE = 100
_AGAIN = 1.5
"""How many times as many labels there must be to try again what could not be learned."""

_log = structlog.get_logger("modeldesk.estimation")


class Estimating:
    """Learns from labelled rows, and condenses each day's rows for estimates.

    Parameters
    ----------
    registry
        Tells signatures.
    log, labels
        Rows and their labels.
    records
        Where what was learned and condensed is kept.
    clock
        Says when.
    """

    def __init__(
        self,
        registry: Registry,
        log: ChunkLog,
        labels: LabelRecords,
        records: EstimateRecords,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels
        self._records = records
        self._clock = clock
        self._tried: dict[int, int] = {}

    def run(self, *, stop: Callable[[], bool] = lambda: False, longest: float | None = None) -> int:
        """Learn what can be learned, and condense every day that is due; return how many days.

        A version that fails is logged and left to the next run; the others go on.

        Parameters
        ----------
        stop
            Asked between days; when it says so, the rest is left to the next run.
        longest
            Seconds after which no further day is begun; the rest is left to the next run.
        """
        self._learn_new(stop)
        done = 0
        began = time.monotonic()
        failed: set[int] = set()
        while due := self._records.due(self._clock.now(), _DAYS_AT_ONCE, without=failed):
            for day in due:
                if stop() or (longest is not None and time.monotonic() - began >= longest):
                    return done
                if day.version_id in failed:
                    continue
                try:
                    if self._condense(day):
                        done += 1
                    else:  # another estimator meanwhile: its days are due anew
                        failed.add(day.version_id)
                except StoreUnavailable:
                    raise
                except Exception:  # noqa: BLE001  # one version must not stop the others
                    failed.add(day.version_id)
                    _log.exception("day not condensed", version_id=day.version_id)
        return done

    def learn(
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> EstimatorRecord:
        """Learn from the labelled rows of a range, instead of what was learned before.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Days that begin at or after ``start`` and before ``end``; the first
            `MOST_LABELLED` labelled rows of them are used.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When nothing can be learned from them; the message says why.
        """
        record = self._registry.record(name, version)
        found = self._learned(record, start, end)
        if isinstance(found, Unlearned):
            message = f"Nothing can be learned for version {record.number} of {name!r}."
            raise InvalidArgument(message, hint=found.reason)
        self._records.learn(found)
        return found

    def _learn_new(self, stop: Callable[[], bool]) -> None:
        for entry in self._records.unlearned(LEAST_LABELLED):
            if stop():
                return
            if entry.labelled < self._tried.get(entry.version_id, 0) * _AGAIN:
                continue
            self._tried[entry.version_id] = entry.labelled
            try:
                record = self._registry.record_of(entry.version_id)
                found = self._learned(record, None, None)
                if isinstance(found, EstimatorRecord):
                    self._records.learn(found)
            except StoreUnavailable:
                raise
            except Exception:  # noqa: BLE001  # one version must not stop the others
                _log.exception("nothing learned", version_id=entry.version_id)

    def _learned(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> EstimatorRecord | Unlearned:
        if not is_estimable(record.signature):
            return Unlearned(reason=f"{NEEDED.capitalize()}.")
        rows = self._labelled_rows(record, start, end)
        if rows is None:
            return Unlearned(reason="No row of that time is labelled.")
        estimator = learn(rows, record.signature)
        if isinstance(estimator, Unlearned):
            return estimator
        first, last = rows[TIME].min(), rows[TIME].max()
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            message = "rows without times"
            raise TypeError(message)
        return EstimatorRecord(
            version_id=record.version_id,
            learned_at=self._clock.now(),
            rows=rows.height,
            first_time=first.astimezone(UTC),
            last_time=last.astimezone(UTC),
            payload=encode_estimator(estimator),
        )

    def _labelled_rows(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> pl.DataFrame | None:
        """Return the first labelled rows, in the order in which they were predicted."""
        some: list[pl.DataFrame] = []
        for day in self._labelled_days(record, start, end):
            for rows in rows_of_day(self._log, record, day):
                found = labelled(rows, self._labels).filter(pl.col(LABEL).is_not_null())
                if found.height:
                    some.append(found)
            if sum(frame.height for frame in some) >= MOST_LABELLED:
                break
        if not some:
            return None
        return pl.concat(some, how="diagonal_relaxed").sort(TIME).head(MOST_LABELLED)

    def _labelled_days(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> Iterator[datetime]:
        hours = self._labels.hours(record.version_id, start=start)
        days = {Window.containing(hour.start, Granularity.DAY).start for hour in hours}
        yield from sorted(day for day in days if end is None or day < end)

    def _condense(self, due: DayToCondense) -> bool:
        record = self._registry.record_of(due.version_id)
        kept = self._records.estimator(due.version_id)
        if kept is None:
            return False
        estimator = decode_estimator(kept.payload)
        windows = [
            condense(rows, record.signature, estimator)
            for rows in rows_of_day(self._log, record, due.day)
        ]
        if not windows:
            windows = [condense(_no_rows(record), record.signature, estimator)]
        payload = reduce(_merged, windows).encode()
        return self._records.keep(due, payload, learned_at=kept.learned_at, now=self._clock.now())


def _merged(
    one: ClassificationWindow | RegressionWindow, other: ClassificationWindow | RegressionWindow
) -> ClassificationWindow | RegressionWindow:
    if isinstance(one, ClassificationWindow) and isinstance(other, ClassificationWindow):
        return one.merge(other)
    if isinstance(one, RegressionWindow) and isinstance(other, RegressionWindow):
        return one.merge(other)
    message = "Windows of different tasks do not merge."
    raise Incompatible(message)


def _no_rows(record: VersionRecord) -> pl.DataFrame:
    """Return a table with the version's columns and no row: the day's rows have left the log."""
    return pl.DataFrame(
        schema={column.name: polars_type(column) for column in record.signature.columns}
    )
