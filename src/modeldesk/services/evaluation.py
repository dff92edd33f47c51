"""Evaluation in the background: days whose labels have changed are summed up anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import polars as pl
import structlog

from modeldesk.errors import StoreUnavailable
from modeldesk.performance import State, merge
from modeldesk.services.labelled_rows import labelled
from modeldesk.services.reading import numbered
from modeldesk.services.registry import Registry
from modeldesk.services.row_states import state_of
from modeldesk.services.segments import segmented
from modeldesk.store import (
    TIME,
    ChunkLog,
    DueDay,
    EvaluationRecords,
    LabelRecords,
    PartState,
    VersionRecord,
)

_DAYS_AT_ONCE = 100
_ROWS = 200_000
"""Rows that are summed up at once."""

_log = structlog.get_logger("modeldesk.evaluation")


class Evaluation:
    """Keeps, for each day with labels, a small state of all rows, and one of each segment.

    Segments follow the present log policy. What a challenger predicted in the shadow is
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
    """

    def __init__(
        self, registry: Registry, log: ChunkLog, labels: LabelRecords, records: EvaluationRecords
    ) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels
        self._records = records

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Evaluate every day whose labels have changed; return how many.

        A version that cannot be evaluated is logged and left to the next run; the others go on.

        Parameters
        ----------
        stop
            Asked between days; when it says so, the rest is left to the next run.
        """
        done = 0
        failed: set[int] = set()
        while due := self._labels.due(limit=_DAYS_AT_ONCE, without=failed):
            for day in due:
                if stop():
                    return done
                if day.version_id in failed:
                    continue
                try:
                    self._records.keep(day, self._parts(day))
                    done += 1
                except StoreUnavailable:
                    raise
                except Exception:  # noqa: BLE001  # one version must not stop the others
                    failed.add(day.version_id)
                    _log.exception("version not evaluated", version_id=day.version_id)
        return done

    def _parts(self, due: DueDay) -> dict[str, PartState]:
        record = self._registry.record_of(due.version_id)
        signature, policy = record.signature, record.policy
        states: dict[str, State] = {}
        for rows in self._rows(record, due.day):
            for segment, some in segmented(rows, policy, states.keys() - {""}):
                state = state_of(some, signature)
                if state is not None:
                    states[segment] = merge(states[segment], state) if segment in states else state
        return _kept(states)

    def _rows(self, record: VersionRecord, day: datetime) -> Iterator[pl.DataFrame]:
        """Yield the day's rows with their labels, many at once."""
        end = day + timedelta(days=1)
        some: list[pl.DataFrame] = []
        for chunk in self._log.latest([record.version_id], start=day, end=end):
            within = pl.col(TIME).is_between(day, end, closed="left")
            some.append(numbered(chunk, record.number).filter(within))
            if sum(frame.height for frame in some) >= _ROWS:
                yield self._labelled(some)
                some = []
        if some:
            yield self._labelled(some)

    def _labelled(self, some: list[pl.DataFrame]) -> pl.DataFrame:
        return labelled(pl.concat(some, how="diagonal_relaxed"), self._labels)


def _kept(states: Mapping[str, State]) -> dict[str, PartState]:
    return {
        name: PartState(labelled=state.labelled, state=state.encode())
        for name, state in states.items()
    }
