"""Whether a version has become better or worse, as far as labels of its latest week tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.performance import Outcome, State, differences
from modeldesk.services.change_ranges import TimeSpan
from modeldesk.services.merged_days import headlines, together
from modeldesk.services.performance_views import (
    DifferenceView,
    FigureView,
    difference_view,
    figures,
)

RECENT = timedelta(days=7)
"""How long the latest stretch is, up to the last day with labels."""
SURE = 0.99
"""The chance that nothing at all is called a change where there is none: of a hundred models,
one is said to have changed by chance."""

_CONFIDENCE = 0.95
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceChange:
    """The latest week of labelled rows, against the weeks before it."""

    recent: TimeSpan
    labelled: int
    """Labelled rows of the latest stretch."""
    figure: FigureView
    """What the measure that tells most says of it, with the usual interval."""
    before: TimeSpan | None
    """The days that it is compared with; ``None`` where there are none."""
    labelled_before: int
    differences: tuple[DifferenceView, ...]
    """The latest stretch less the days before it, of each measure that tells most."""

    @property
    def compared(self) -> bool:
        """Whether it can be told if it has become worse."""
        return any(each.outcome is not None for each in self.differences)

    @property
    def worse(self) -> tuple[DifferenceView, ...]:
        """The measures that fell by more than chance."""
        return tuple(one for one in self.differences if one.outcome == Outcome.WORSE.value)

    @property
    def main(self) -> DifferenceView | None:
        """The difference of the measure that tells most; ``None`` without days before."""
        return next(iter(self.differences), None)

    @property
    def words(self) -> str:
        """Say which days are compared, as part of a sentence."""
        if self.before is None:
            return f"of {_span(self.recent)}"
        return f"{_span(self.recent)} against {_span(self.before)}"


def performance_change(days: Sequence[tuple[datetime, State]]) -> PerformanceChange | None:
    """Compare the latest week of labelled rows with the days before it.

    Of less than two weeks, the later half is compared with the earlier one.

    Parameters
    ----------
    days
        The starts of days with what labels say of them, oldest first, all of one task.

    Returns
    -------
    PerformanceChange | None
        ``None`` where no day has a labelled row.
    """
    days = [(day, state) for day, state in days if state.labelled]
    if not days:
        return None
    end = days[-1][0] + _DAY
    known = end - days[0][0]
    start = end - min(RECENT, max(_DAY, known // _DAY // 2 * _DAY))
    recent = together([state for day, state in days if day >= start])
    earlier = [day for day, _ in days if day < start]
    before = together([state for day, state in days if day < start])
    assert recent is not None  # noqa: S101 - the last day is in it
    names = headlines(recent)
    found = () if before is None else differences(recent, before, names, confidence=SURE)
    return PerformanceChange(
        recent=TimeSpan(start=start, end=end),
        labelled=recent.labelled,
        figure=figures(recent, names[:1], _CONFIDENCE)[0],
        before=TimeSpan(start=earlier[0], end=earlier[-1] + _DAY) if earlier else None,
        labelled_before=0 if before is None else before.labelled,
        differences=tuple(map(difference_view, found)),
    )


def _span(span: TimeSpan) -> str:
    """Name the days of a span.

    >>> from datetime import UTC
    >>> first = datetime(2026, 3, 1, tzinfo=UTC)
    >>> _span(TimeSpan(start=first, end=first + 7 * _DAY))
    '2026-03-01 to 2026-03-07'
    """
    last = span.end - _DAY
    if last <= span.start:
        return f"{span.start:%Y-%m-%d}"
    return f"{span.start:%Y-%m-%d} to {last:%Y-%m-%d}"
