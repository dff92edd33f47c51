"""Letting go of what is older than it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.clock import Clock
from modeldesk.schema import Granularity, Window
from modeldesk.store import Expiry

STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how many days what is kept; ``None`` for ever. Counted by the rows' times."""

    rows: int | None = None
    """Logged rows, once they are profiled."""
    hourly: int | None = None
    """Profiles of hours."""
    daily: int | None = None
    """Profiles of days, with their alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What one run deleted."""

    chunks: int = 0
    hourly: int = 0
    daily: int = 0


class Retention:
    """Deletes old rows and profiles, as the settings say.

    Rows that are in no profile yet are never deleted, however old. Each step is a short
    transaction, and a run makes a limited number of them.

    Parameters
    ----------
    expiry
        Deletes in the database.
    clock
        Tells what is old.
    keeping
        For how long what is kept.
    steps
        Most transactions per run, of each kind.
    """

    def __init__(
        self, expiry: Expiry, clock: Clock, keeping: Keeping, *, steps: int = STEPS
    ) -> None:
        self._expiry = expiry
        self._clock = clock
        self._keeping = keeping
        self._steps = steps

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> Expired:
        """Delete what is too old, up to a limit; the rest is left to the next run.

        Parameters
        ----------
        stop
            Asked between transactions; when it says so, the rest is left, too.
        """

        def all_of(before: datetime | None, step: Callable[[datetime], int]) -> int:
            deleted = 0
            for _ in range(self._steps):
                if before is None or stop():
                    break
                gone = step(before)
                if not gone:
                    break
                deleted += gone
            return deleted

        hourly, daily = self._before(self._keeping.hourly), self._before(self._keeping.daily)
        # The hours of a day go no later than the day.
        hourly = max((before for before in (hourly, daily) if before), default=None)
        return Expired(
            chunks=all_of(self._before(self._keeping.rows), self._expiry.rows),
            hourly=all_of(hourly, lambda day: self._expiry.profiles(Granularity.HOUR, day)),
            daily=all_of(daily, lambda day: self._expiry.profiles(Granularity.DAY, day)),
        )

    def _before(self, days: int | None) -> datetime | None:
        """Return the first moment of the oldest day that is kept."""
        if days is None:
            return None
        oldest = self._clock.now() - timedelta(days=days)
        return Window.containing(oldest, Granularity.DAY).start
