"""What a change of a version's performance comes from: which columns, segments and slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta

import numpy as np
import polars as pl

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance.estimation import Estimator, decode_estimator
from modeldesk.performance.slices import Node
from modeldesk.services.change_ranges import (
    ComparedRanges,
    RangesAsked,
    TimeSpan,
    compared_ranges,
)
from modeldesk.services.change_rows import LossesOf, WeighedRows, weighed
from modeldesk.services.change_sources import ChangeJudge
from modeldesk.services.change_views import AttributionReport, ChangeSide
from modeldesk.services.estimable import expected_losses
from modeldesk.services.evaluated_states import EvaluatedStates
from modeldesk.services.progress import UNSEEN, Progress, Step
from modeldesk.services.row_spread import RowSpread
from modeldesk.services.row_states import is_measured, losses_of, predicts_numbers
from modeldesk.services.slice_parts import slice_of
from modeldesk.services.slice_rows import fitting, needs_labels
from modeldesk.store import (
    ChunkLog,
    EstimateRecords,
    EstimatorRecord,
    LabelRecords,
    VersionRecord,
)

USUAL_ROWS = 50_000
MOST_ROWS = 1_000_000
"""Rows of either range that are read at most."""
LEAST_ROWS = 50
"""Rows of either range whose losses must be known."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsked:
    """Which change is looked into, and how."""

    ranges: RangesAsked
    estimated: bool
    """Whether losses are expected ones, instead of what labels tell."""
    squared: bool
    """Of numbers, whether squares of errors count instead of their sizes."""
    most_rows: int
    """Rows of either range that are read at most."""
    confidence: float


class ChangeAttribution:
    """Tells what a change of performance comes from, by reading rows of two ranges.

    Parameters
    ----------
    log, labels
        Rows and their labels.
    estimates
        What was learned for estimates.
    states
        Tells segments and slices.
    """

    def __init__(
        self,
        log: ChunkLog,
        labels: LabelRecords,
        estimates: EstimateRecords,
        states: EvaluatedStates,
    ) -> None:
        self._log = log
        self._labels = labels
        self._estimates = estimates
        self._states = states

    def of(
        self, record: VersionRecord, asked: ChangeAsked, *, progress: Progress = UNSEEN
    ) -> AttributionReport:
        """Return what the change between two ranges comes from.

        Parameters
        ----------
        record
            The version.
        asked
            Which change, and how it is looked into.
        progress
            Is told of the rows that are read, and can end that.

        Raises
        ------
        InvalidArgument
            When a range, the number of rows or the confidence is not acceptable.
        Incompatible
            When there is no saying how wrong a prediction is.
        """
        _check(record, asked)
        found = self._estimated(record, asked) if asked.estimated else self._realised(record, asked)
        if isinstance(found, str):
            return _report(record, asked, because=found)
        ranges, losses = found
        kept = self._states.expressions(record)
        conditions = fitting(kept, record)
        if asked.estimated:
            conditions = {p: n for p, n in conditions.items() if not needs_labels(n, record)}
        spans = {"Reading rows before": ranges.base, "Reading rows after": ranges.current}
        sides = []
        for title, span in spans.items():
            with progress.step(title, self._rows(record, asked, span)) as step:
                sides.append(self._weighed(record, asked, span, losses, conditions, step))
        base, current = sides
        views = [
            _side(span, rows)
            for span, rows in zip((ranges.base, ranges.current), sides, strict=True)
        ]
        because = _too_few(base, "base") or _too_few(current, "range") or _too_large(*sides)
        if because is not None:
            return _report(record, asked, sides=views, because=because)
        known = self._states.segments(record)
        judge = ChangeJudge(record.signature, record.policy, base, current, known=known)
        told = judge.told(confidence=asked.confidence, loss=_counted(record, asked))
        untold = [slice_of(part) or part for part in kept if part not in judge.slices]
        return AttributionReport(
            model=record.model,
            version=record.number,
            losses=_kind(asked),
            loss=_counted(record, asked),
            confidence=asked.confidence,
            base=views[0],
            current=views[1],
            change=told.change,
            sources=told.sources,
            left_out=(*told.left_out, *untold),
            sentence=told.sentence,
            because=None,
        )

    def _realised(
        self, record: VersionRecord, asked: ChangeAsked
    ) -> tuple[ComparedRanges, LossesOf] | str:
        hours = self._labels.hours(record.version_id)
        if not hours:
            return "no row is labelled"
        known = TimeSpan(start=hours[0].start, end=hours[-1].start + timedelta(hours=1))

        def losses(rows: pl.DataFrame) -> pl.Series | None:
            return losses_of(rows, record.signature, squared=asked.squared)

        return compared_ranges(asked.ranges, known), losses

    def _estimated(
        self, record: VersionRecord, asked: ChangeAsked
    ) -> tuple[ComparedRanges, LossesOf] | str:
        kept = self._estimates.estimator(record.version_id)
        if kept is None:
            return "nothing was learned yet that estimates could be made by"
        learned = _learned(kept)
        days = self._estimates.days(record.version_id, start=learned.end - timedelta(days=1))
        end = max([learned.end, *(each.day + timedelta(days=1) for each in days)])
        estimator: Estimator = decode_estimator(kept.payload)

        def losses(rows: pl.DataFrame) -> pl.Series | None:
            return expected_losses(rows, record.signature, estimator, squared=asked.squared)

        known = TimeSpan(start=learned.start, end=end)
        return compared_ranges(asked.ranges, known, learned), losses

    def _weighed(
        self,
        record: VersionRecord,
        asked: ChangeAsked,
        span: TimeSpan,
        losses: LossesOf,
        conditions: Mapping[str, Node],
        step: Step,
    ) -> WeighedRows:
        spread = RowSpread(
            self._log,
            record,
            span.start,
            span.end,
            most=asked.most_rows,
            labels=None if asked.estimated else self._labels,
        )
        return weighed(spread, record, losses, conditions, step=step)

    def _rows(self, record: VersionRecord, asked: ChangeAsked, span: TimeSpan) -> int:
        """Return how many rows will be read."""
        there = self._log.rows([record.version_id], start=span.start, end=span.end)
        return min(asked.most_rows, there)


def _learned(kept: EstimatorRecord) -> TimeSpan:
    """Return from when to when the rows are that were learned from."""
    return TimeSpan(
        start=kept.first_time.astimezone(UTC), end=kept.last_time.astimezone(UTC) + _INSTANT
    )


def _check(record: VersionRecord, asked: ChangeAsked) -> None:
    if not 1 <= asked.most_rows <= MOST_ROWS:
        message = f"1 to {MOST_ROWS:,} rows of a range can be read, not {asked.most_rows:,}."
        raise InvalidArgument(message, hint=f"{USUAL_ROWS:,} usually tell enough.")
    if not 0 < asked.confidence < 1:
        message = f"A confidence lies between 0 and 1; {asked.confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")
    if not is_measured(record.signature):
        message = (
            f"How wrong version {record.number} of {record.model!r} is cannot be said by rows."
        )
        hint = "Changes are told of models that predict classes or numbers."
        raise Incompatible(message, hint=hint)


def _too_few(rows: WeighedRows, what: str) -> str | None:
    count = rows.losses.size
    if count >= LEAST_ROWS:
        return None
    found = {0: "no row", 1: "one row"}.get(count, f"{count} rows")
    return f"the {what} has {found} of which it is known how wrong they are, not {LEAST_ROWS}"


def _too_large(*sides: WeighedRows) -> str | None:
    with np.errstate(over="ignore"):
        sizes = [float((rows.losses * rows.losses).sum()) for rows in sides]
    return None if np.isfinite(sizes).all() else "the losses are too large for floating point"


def _counted(record: VersionRecord, asked: ChangeAsked) -> str:
    if not predicts_numbers(record.signature):
        return "error"
    return "squared error" if asked.squared else "absolute error"


def _kind(asked: ChangeAsked) -> str:
    return "estimated" if asked.estimated else "realised"


def _side(span: TimeSpan, rows: WeighedRows) -> ChangeSide:
    with np.errstate(over="ignore"):
        mean = float(rows.losses.mean()) if rows.losses.size else None
    return ChangeSide(
        start=span.start,
        end=span.end,
        rows=rows.losses.size,
        looked_at=rows.looked_at,
        cut=rows.cut,
        mean_loss=mean if mean is not None and np.isfinite(mean) else None,
    )


def _report(
    record: VersionRecord,
    asked: ChangeAsked,
    *,
    because: str,
    sides: list[ChangeSide] | None = None,
) -> AttributionReport:
    """Say why nothing can be told."""
    base, current = sides or (None, None)
    return AttributionReport(
        model=record.model,
        version=record.number,
        losses=_kind(asked),
        loss=_counted(record, asked),
        confidence=asked.confidence,
        base=base,
        current=current,
        change=None,
        sources=(),
        left_out=(),
        sentence=f"What the change comes from cannot be told, because {because}.",
        because=because,
    )
