"""Time ranges of profiles: hourly and daily buckets in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from modeldesk.errors import InvalidArgument


class Granularity(StrEnum):
    """Length of a bucket."""

    HOUR = "hour"
    DAY = "day"

    @property
    def duration(self) -> timedelta:
        """How long a bucket lasts."""
        return timedelta(hours=1) if self is Granularity.HOUR else timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """A half-open range of time, ``start <= t < end``, both aware and in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            message = "A window needs times with a time zone."
            raise InvalidArgument(message, hint="Use datetime(..., tzinfo=UTC).")
        if self.end <= self.start:
            message = f"The window ends ({self.end:%Y-%m-%d %H:%M}) before it starts."
            raise InvalidArgument(message, hint="Give an end later than the start.")

    @staticmethod
    def containing(moment: datetime, granularity: Granularity) -> Window:
        """Return the bucket that a moment falls into.

        >>> window = Window.containing(datetime(2026, 3, 1, 9, 30, tzinfo=UTC), Granularity.HOUR)
        >>> window.start.isoformat(), window.end.isoformat()
        ('2026-03-01T09:00:00+00:00', '2026-03-01T10:00:00+00:00')
        """
        if moment.tzinfo is None:
            message = f"The time {moment.isoformat()} has no time zone."
            raise InvalidArgument(message, hint="Add one, for example a trailing Z for UTC.")
        start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if granularity is Granularity.DAY:
            start = start.replace(hour=0)
        return Window(start=start, end=start + granularity.duration)
