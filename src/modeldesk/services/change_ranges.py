"""Which two ranges of time are compared, to tell what a change comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modeldesk.errors import InvalidArgument
from modeldesk.schema import Granularity, Window

USUAL = timedelta(days=7)
"""How long the current range is, unless told."""

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangesAsked:
    """What a caller says of the two ranges; ``None`` where nothing."""

    start: datetime | None = None
    end: datetime | None = None
    base_start: datetime | None = None
    base_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """From ``start`` on, before ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRanges:
    """The range that is asked about, and the one that it is compared with."""

    base: TimeSpan
    current: TimeSpan


def compared_ranges(
    asked: RangesAsked, known: TimeSpan, learned: TimeSpan | None = None
) -> ComparedRanges:
    """Return both ranges: as they were asked for, and as usual where they were not.

    Usual are the last seven days and, before them, as many again; where less than two weeks are
    known, the later and the earlier half of them. What was learned from is the usual base, where
    there is something.

    Parameters
    ----------
    asked
        What the caller says.
    known
        From the first to the last row that there is something to say of.
    learned
        The rows that an estimator was learned from.

    Examples
    --------
    >>> def march(day): return datetime(2026, 3, day, tzinfo=UTC)
    >>> found = compared_ranges(RangesAsked(), TimeSpan(start=march(1), end=march(31)))
    >>> found.base.start.day, found.base.end.day, found.current.start.day, found.current.end.day
    (17, 24, 24, 31)
    >>> found = compared_ranges(RangesAsked(), TimeSpan(start=march(1), end=march(5)))
    >>> found.base.start.day, found.base.end.day, found.current.end.day
    (1, 3, 5)

    Raises
    ------
    InvalidArgument
        When a range ends before it starts, or both have times in common.
    """
    given = asked.base_start, asked.base_end
    base = learned if given == (None, None) else None
    usual = _usual(known)
    end = asked.end or _after(asked.start, usual.end)
    start = asked.start or _start(end, usual, base)
    _check(start, end, "The range")
    if base is None:
        base_end = asked.base_end or start
        base_start = asked.base_start or _before(base_end, end - start)
        _check(base_start, base_end, "The base")
        base = TimeSpan(start=base_start, end=base_end)
    if start < base.end and base.start < end:
        message = f"The range from {start:%Y-%m-%d %H:%M} and its base have times in common."
        raise InvalidArgument(message, hint="Choose a base that ends before the range starts.")
    return ComparedRanges(base=base, current=TimeSpan(start=start, end=end))


def _usual(known: TimeSpan) -> TimeSpan:
    """Return the range that is asked about unless told: whole days where there are several."""
    first = Window.containing(known.start, Granularity.DAY).start
    last = Window.containing(known.end - _INSTANT, Granularity.DAY).end
    days = (last - first) // _DAY
    if days > 1:
        return TimeSpan(start=last - min(USUAL, days // 2 * _DAY), end=last)
    return TimeSpan(start=known.start + (known.end - known.start) / 2, end=known.end)


def _start(end: datetime, usual: TimeSpan, base: TimeSpan | None) -> datetime:
    """Return where a range starts of which only the end is told, or nothing."""
    start = usual.start if end == usual.end else _before(end, USUAL)
    if base is None or not start < base.end < end:
        return start
    return base.end


def _after(start: datetime | None, end: datetime) -> datetime:
    """Return where a range ends of which only the start is told, or nothing."""
    if start is None or start < end:
        return end
    return start + min(USUAL, _LAST - start)


def _before(time: datetime, span: timedelta) -> datetime:
    return time - min(span, time - _FIRST)


def _check(start: datetime, end: datetime, what: str) -> None:
    if start >= end:
        message = f"{what} from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} has no time in it."
        raise InvalidArgument(message, hint="Choose an end that is later than the start.")
