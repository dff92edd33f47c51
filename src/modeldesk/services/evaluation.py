"""Evaluation in the background: days whose labels have changed are summed up anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeAlias

import polars as pl
import structlog

from modeldesk.errors import StoreUnavailable
from modeldesk.performance import State, merge
from modeldesk.services.labelled_rows import labelled
from modeldesk.services.logged_days import rows_of_day
from modeldesk.services.registry import Registry
from modeldesk.services.row_states import is_measured, state_of
from modeldesk.services.segments import OVERALL, segmented
from modeldesk.services.sliced_rows import SlicedRows
from modeldesk.store import (
    ChunkLog,
    DueDay,
    EvaluationRecords,
    LabelRecords,
    PartState,
    SliceRecords,
    VersionRecord,
)

_DAYS_AT_ONCE = 100

_LONG = 1.0
"""Seconds from which on a day is not summed up again right away."""
_SHARE = 10
"""So many times as long as such a day took it rests: labels that trickle in cost a tenth."""
_FIRST_REST = 60.0
_LONGEST_REST = 3600.0
"""Seconds that a day rests which cannot be evaluated: at first, and at most."""

_log = structlog.get_logger("modeldesk.evaluation")

_Day: TypeAlias = tuple[int, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """When a day may be looked at again, and how often in a row it has failed."""

    until: float
    failures: int = 0


class Evaluation:
    """Keeps, for each day with labels, a small state of all rows, of each segment and each slice.

    Segments follow the present log policy. A slice whose condition does not fit a version is left
    out of the version's days. What a challenger predicted in the shadow is
    evaluated by the labels of the predictions that were answered.

    Parameters
    ----------
    registry
        Tells signatures and policies.
    log
        Where the rows are.
    labels
        Where their labels are, and which days are due.
    records
        Where states are kept.
    slices
        Which slices models have.
    seconds
        A clock that only goes forward: tells how long days take and rest.
    """

    def __init__(
        self,
        registry: Registry,
        log: ChunkLog,
        labels: LabelRecords,
        records: EvaluationRecords,
        slices: SliceRecords,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels
        self._records = records
        self._slices = slices
        self._seconds = seconds
        self._rests: dict[_Day, _Rest] = {}
        self.failures = 0
        """How often a day could not be evaluated."""

    def run(self, *, stop: Callable[[], bool] = lambda: False, longest: float | None = None) -> int:
        """Evaluate every day whose labels have changed; return how many.

        A day that cannot be evaluated is logged and rests, a minute at first and an hour at
        most; the others go on. A day that took long rests ten times as long before it is summed
        up again. Without a limit of time no day rests.

        Parameters
        ----------
        stop
            Asked between some thousand rows; when it says so, the rest is left to the next run.
        longest
            Seconds after which no further day is begun; the rest is left to the next run.
        """
        done = 0
        began = self._seconds()
        last: DueDay | None = None
        while due := self._labels.due(limit=_DAYS_AT_ONCE, after=last):
            for day in due:
                if stop() or (longest is not None and self._seconds() - began >= longest):
                    return done
                if longest is None or not self._rests_still(day):
                    done += self._evaluate(day, stop)
            last = due[-1]
        return done

    def _evaluate(self, due: DueDay, stop: Callable[[], bool]) -> bool:
        """Evaluate a day and keep what comes of it; say whether that was done."""
        name = (due.version_id, due.day)
        began = self._seconds()
        try:
            parts = self._parts(due, stop)
            if parts is None:
                return False
            self._records.keep(due, parts)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  # one day must not stop the others
            self.failures += 1
            before = self._rests.get(name, _Rest(until=0.0)).failures
            rest = min(_FIRST_REST * 2**before, _LONGEST_REST)
            self._rests[name] = _Rest(until=self._seconds() + rest, failures=before + 1)
            _log.exception(
                "day not evaluated", version_id=due.version_id, day=due.day, again_in_seconds=rest
            )
            return False
        now = self._seconds()
        self._rests.pop(name, None)
        if now - began >= _LONG:
            self._rests[name] = _Rest(until=now + _SHARE * (now - began))
        return True

    def _rests_still(self, due: DueDay) -> bool:
        name = (due.version_id, due.day)
        rest = self._rests.get(name)
        if rest is None or self._seconds() >= rest.until:
            if rest is not None and not rest.failures:
                del self._rests[name]
            return False
        return True

    def _parts(self, due: DueDay, stop: Callable[[], bool]) -> dict[str, PartState] | None:
        """Return the states of a day's parts; ``None`` when it was stopped."""
        record = self._registry.record_of(due.version_id)
        sliced = SlicedRows(record, self._slices.of(record.model_id))
        states: dict[str, State] = {}
        if is_measured(record.signature):
            for rows in self._rows(record, due.day, inputs=sliced.any):
                if stop():
                    return None
                segments = segmented(rows, record.policy, states.keys() - {OVERALL})
                for part, some in chain(segments, sliced.parts(rows)):
                    state = state_of(some, record.signature)
                    if state is not None:
                        states[part] = merge(states[part], state) if part in states else state
        return _kept({part: states[part] for part in states if part not in sliced.failed})

    def _rows(
        self, record: VersionRecord, day: datetime, *, inputs: bool
    ) -> Iterator[pl.DataFrame]:
        """Yield what is needed of the day's rows, with their labels, many at once.

        Inputs that split nothing are left out unless conditions may speak of them.
        """
        names = set() if inputs else {column.name for column in record.signature.inputs}
        unused = names - set(record.policy.segment_by)
        for rows in rows_of_day(self._log, record, day, without=unused):
            yield labelled(rows, self._labels)


def _kept(states: Mapping[str, State]) -> dict[str, PartState]:
    return {
        name: PartState(labelled=state.labelled, state=state.encode())
        for name, state in states.items()
    }
