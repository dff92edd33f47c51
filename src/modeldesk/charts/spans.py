"""An axis of time for any range: hours or days while they fit, else weeks, else months."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.schema import Granularity, Window

MOST_SPANS = 92
"""So many places fit on an axis: all days of three months."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """One place of an axis of time; a half-open range in UTC."""

    start: datetime
    end: datetime
    label: str
    """Short, for below the axis."""
    title: str
    """In full, for a tooltip."""


def spans_of(
    windows: Sequence[Window], granularity: Granularity, *, most: int = MOST_SPANS
) -> tuple[Span, ...]:
    """Return all places between the first and the last window, oldest first.

    Places without traffic are included, so that a gap looks like one. Where there are too many
    days they are put together to weeks, which begin on Mondays, and weeks to months; of more
    months the latest are kept.

    Parameters
    ----------
    windows
        Buckets of one granularity, in any order.
    granularity
        Their length.
    most
        How many places there may be.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = Window.containing(datetime(2026, 3, 4, tzinfo=UTC), Granularity.DAY)
    >>> later = Window.containing(datetime(2026, 3, 14, tzinfo=UTC), Granularity.DAY)
    >>> [span.label for span in spans_of([day, later], Granularity.DAY, most=3)]
    ['2 Mar', '9 Mar']
    """
    if not windows:
        return ()
    first, last = min(windows).start, max(windows).start
    units = (_hours, _days, _weeks, _months)
    for unit in units[0 if granularity is Granularity.HOUR else 1 :]:
        # Two years of hours are not made only to be thrown away.
        if unit is not _months and (last - first) / _LENGTHS[unit] > most:
            continue
        found = _filled(first, last, unit)
        if len(found) <= most:
            return tuple(found)
    return tuple(_filled(first, last, _months)[-most:])


def place_of(spans: Sequence[Span], moment: datetime) -> int | None:
    """Return the place of a moment, from 0; ``None`` where the axis does not reach."""
    place = bisect_right(spans, moment, key=lambda span: span.start) - 1
    return place if place >= 0 and moment < spans[place].end else None


def _hours(moment: datetime) -> Span:
    start = moment.replace(minute=0, second=0, microsecond=0)
    return Span(
        start=start,
        end=start + timedelta(hours=1),
        label=f"{start.day} {start:%b %H}h",
        title=f"{start:%a %Y-%m-%d %H}:00 UTC",
    )


def _days(moment: datetime) -> Span:
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(
        start=start,
        end=start + timedelta(days=1),
        label=f"{start.day} {start:%b}",
        title=f"{start:%a %Y-%m-%d}",
    )


def _weeks(moment: datetime) -> Span:
    start = _days(moment).start
    start -= timedelta(days=start.weekday())
    return Span(
        start=start,
        end=start + timedelta(days=7),
        label=f"{start.day} {start:%b}",
        title=f"Week of {start:%Y-%m-%d}",
    )


def _months(moment: datetime) -> Span:
    start = _days(moment).start.replace(day=1)
    following = (start + timedelta(days=32)).replace(day=1)
    return Span(start=start, end=following, label=f"{start:%b %Y}", title=f"{start:%B %Y}")


_LENGTHS: dict[Callable[[datetime], Span], timedelta] = {
    _hours: timedelta(hours=1),
    _days: timedelta(days=1),
    _weeks: timedelta(days=7),
    _months: timedelta(days=28),
}


def _filled(first: datetime, last: datetime, unit: Callable[[datetime], Span]) -> list[Span]:
    found = [unit(first)]
    while found[-1].end <= last:
        found.append(unit(found[-1].end))
    return found
