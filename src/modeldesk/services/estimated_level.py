"""Whether a version has probably become worse, where labels do not tell it yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modeldesk.performance import MEASURES, Better
from modeldesk.services.estimate_report import EstimatedDay, EstimateView
from modeldesk.services.performance_views import FigureView


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLevel:
    """What a measure probably is on the latest day that can be relied on."""

    measure: str
    """As labelled rows are measured."""
    of: str | None
    """Of which class."""
    title: str
    day: date
    rows: int
    value: float
    low: float
    high: float
    usual: FigureView | None
    """What labels said of the days that were learned from; ``None`` where that is not known."""

    @property
    def fell(self) -> bool:
        """Whether it lies on the worse side of all that is usual, both intervals considered."""
        usual = self.usual
        if usual is None or usual.low is None or usual.high is None:
            return False
        better = MEASURES[self.measure].better
        if better is Better.HIGHER:
            return self.high < usual.low
        return better is Better.LOWER and self.low > usual.high


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOfDay:
    """An estimate, and the day it is of."""

    day: EstimatedDay
    estimate: EstimateView


def latest_estimate(days: Sequence[EstimatedDay]) -> EstimateOfDay | None:
    """Return the estimate that tells most of the latest day that can be relied on.

    Days whose estimates should not be relied on say nothing, nor do those that were learned from.

    Parameters
    ----------
    days
        Oldest first.
    """
    for day in reversed(days):
        if day.warnings or day.learned_from:
            continue
        for each in day.estimates:
            known = each.same_as is not None and each.low is not None and each.high is not None
            if known and each.value is not None:
                return EstimateOfDay(day=day, estimate=each)
    return None


def estimated_level(found: EstimateOfDay, usual: FigureView | None) -> EstimatedLevel | None:
    """Return what is probable of a day beside what is usual.

    Parameters
    ----------
    found
        As `latest_estimate` returns it.
    usual
        What labels said of the same measure.
    """
    each, day = found.estimate, found.day
    if each.same_as is None or each.value is None or each.low is None or each.high is None:
        return None
    return EstimatedLevel(
        measure=each.same_as,
        of=each.of,
        title=MEASURES[each.same_as].title,
        day=day.window.start.date(),
        rows=day.rows,
        value=each.value,
        low=each.low,
        high=each.high,
        usual=usual,
    )
