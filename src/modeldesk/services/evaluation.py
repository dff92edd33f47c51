"""Evaluation in the background: days whose labels have changed are summed up anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

import polars as pl
import structlog

from modeldesk.errors import InvalidData, StoreUnavailable
from modeldesk.performance import State, merge
from modeldesk.services.labelled_rows import labelled
from modeldesk.services.reading import numbered
from modeldesk.services.registry import Registry
from modeldesk.services.row_states import state_of
from modeldesk.services.segments import OVERALL, segmented
from modeldesk.services.slice_parts import slice_part
from modeldesk.services.slice_rows import fitting, masks, tellable
from modeldesk.store import (
    TIME,
    ChunkLog,
    DueDay,
    EvaluationRecords,
    LabelRecords,
    PartState,
    SliceRecord,
    SliceRecords,
    VersionRecord,
)

_DAYS_AT_ONCE = 100
_ROWS = 200_000
"""Rows that are summed up at once."""

_log = structlog.get_logger("modeldesk.evaluation")


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
    """

    def __init__(
        self,
        registry: Registry,
        log: ChunkLog,
        labels: LabelRecords,
        records: EvaluationRecords,
        slices: SliceRecords,
    ) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels
        self._records = records
        self._slices = slices

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
        sliced = _Sliced(record, self._slices.of(record.model_id))
        states: dict[str, State] = {}
        for rows in self._rows(record, due.day):
            segments = segmented(rows, record.policy, states.keys() - {OVERALL})
            for part, some in chain(segments, sliced.parts(rows)):
                state = state_of(some, record.signature)
                if state is not None:
                    states[part] = merge(states[part], state) if part in states else state
        return _kept({part: states[part] for part in states if part not in sliced.failed})

    def _rows(self, record: VersionRecord, day: datetime) -> Iterator[pl.DataFrame]:
        """Yield the day's rows with their labels, many at once."""
        end = day + timedelta(days=1)
        some: list[pl.DataFrame] = []
        for chunk in self._log.latest([record.version_id], start=day, end=end):
            within = pl.col(TIME).is_between(day, end, closed="left")
            rows = numbered(chunk, record.number).filter(within)
            some.append(tellable(rows, record))
            if sum(frame.height for frame in some) >= _ROWS:
                yield self._labelled(some)
                some = []
        if some:
            yield self._labelled(some)

    def _labelled(self, some: list[pl.DataFrame]) -> pl.DataFrame:
        return labelled(pl.concat(some, how="diagonal_relaxed"), self._labels)


class _Sliced:
    """The slices of a version's rows; one that fails does not stop the others."""

    def __init__(self, record: VersionRecord, slices: Sequence[SliceRecord]) -> None:
        self._record = record
        kept = {slice_part(each.name): each.expression for each in slices}
        self._conditions = fitting(kept, record)
        self.failed: set[str] = set()

    def parts(self, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the rows of each slice that has any, by the name of the part."""
        for part, mask in self._masks(rows).items():
            if mask.any():
                yield part, rows.filter(mask)

    def _masks(self, rows: pl.DataFrame) -> dict[str, pl.Series]:
        try:
            return masks(self._conditions, rows, self._record)
        except InvalidData:
            found: dict[str, pl.Series] = {}
        for part, node in self._conditions.items():
            try:
                found |= masks({part: node}, rows, self._record)
            except InvalidData as error:
                self.failed.add(part)
                _log.warning("slice not evaluated", part=part, error=str(error))
        return found


def _kept(states: Mapping[str, State]) -> dict[str, PartState]:
    return {
        name: PartState(labelled=state.labelled, state=state.encode())
        for name, state in states.items()
    }
