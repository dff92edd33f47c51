"""The port through which the program learns the time, and its two implementations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(time: datetime) -> int:
    """Return an aware time as whole microseconds since 1970, exactly.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(number: int) -> datetime:
    """Return the aware time of so many microseconds since 1970, exactly.

    >>> instant(86_400_000_001).isoformat()
    '1970-01-02T00:00:00.000001+00:00'
    """
    return _EPOCH + timedelta(microseconds=number)


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime:
        """Return the current time in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's current time in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until told otherwise, for tests and replays.

    >>> clock = FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=1))
    >>> clock.now().isoformat()
    '2026-01-01T01:00:00+00:00'
    """

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time that was set last."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (or, with a negative duration, back)."""
        self._now += by
