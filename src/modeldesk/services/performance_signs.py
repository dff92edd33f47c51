"""What labels and estimates say of versions lately, made anew only where something changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from modeldesk.schema import Granularity, Window
from modeldesk.services.estimate_report import LearnedView, PerformanceEstimates
from modeldesk.services.estimated_level import (
    EstimatedLevel,
    EstimateOfDay,
    estimated_level,
    latest_estimate,
)
from modeldesk.services.evaluated_states import EvaluatedStates
from modeldesk.services.health import LOOKED_BACK
from modeldesk.services.performance_change import PerformanceChange, performance_change
from modeldesk.services.performance_views import FigureView, figures
from modeldesk.services.remembering import Remembered
from modeldesk.store import CondensedMark, EvaluatedMark, VersionRecord

T = TypeVar("T")

ESTIMATED_BACK = timedelta(days=7)
"""How old a day may be whose estimate still tells how a version is."""

_MOST_VERSIONS = 2_000
"""Versions of which the last answer is kept in memory, about 2 KB each."""
_CONFIDENCE = 0.95
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made(Generic[T]):
    """An answer, and all that it was made from."""

    basis: Hashable
    answer: T


class PerformanceSigns:
    """Tells how performance changes, and what it probably is.

    Parameters
    ----------
    states
        What labels say of days.
    estimates
        What versions probably are.
    """

    def __init__(self, states: EvaluatedStates, estimates: PerformanceEstimates) -> None:
        self._states = states
        self._estimates = estimates
        self._changes = Remembered[int, _Made[PerformanceChange | None]](_MOST_VERSIONS)
        self._levels = Remembered[int, _Made[EstimatedLevel | None]](_MOST_VERSIONS)

    def change(
        self, record: VersionRecord, marks: Sequence[EvaluatedMark]
    ) -> PerformanceChange | None:
        """Return how the latest week compares with the weeks before it.

        Parameters
        ----------
        record
            The version.
        marks
            The evaluated days of the last `LOOKED_BACK`, oldest first.
        """
        if not marks:
            return None
        basis = tuple(marks)
        known = self._changes.get(record.version_id)
        if known is not None and known.basis == basis:
            return known.answer
        last = marks[-1].day
        days = self._states.days(record, "", last + _DAY - LOOKED_BACK, last + _DAY)
        answer = performance_change(days)
        self._changes.put(record.version_id, _Made(basis=basis, answer=answer), weight=1)
        return answer

    def estimate(
        self, record: VersionRecord, marks: Sequence[CondensedMark]
    ) -> EstimatedLevel | None:
        """Return what the version probably is.

        Parameters
        ----------
        record
            The version.
        marks
            The estimated days of the last `ESTIMATED_BACK`, oldest first.
        """
        if not marks:
            return None
        basis = tuple(marks)
        known = self._levels.get(record.version_id)
        if known is not None and known.basis == basis:
            return known.answer
        answer = self._level(record, marks[0].day)
        self._levels.put(record.version_id, _Made(basis=basis, answer=answer), weight=1)
        return answer

    def _level(self, record: VersionRecord, start: datetime) -> EstimatedLevel | None:
        report = self._estimates.report(record.model, version=record.number, start=start)
        found = latest_estimate(report.days)
        if found is None or report.learned is None:
            return None
        return estimated_level(found, self._usual(record, found, report.learned))

    def _usual(
        self, record: VersionRecord, found: EstimateOfDay, learned: LearnedView
    ) -> FigureView | None:
        """Return what labels said of the days that were learned from."""
        measure, of = found.estimate.same_as, found.estimate.of
        start = Window.containing(learned.start, Granularity.DAY).start
        state = self._states.of(record, "", start, learned.end + timedelta(microseconds=1))
        if state is None or measure is None:
            return None
        told = figures(state, (measure,), _CONFIDENCE)
        return next((figure for figure in told if figure.of == of), None)
