"""Letting go of what is older than it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from modeldesk.clock import Clock
from modeldesk.schema import Granularity, Window
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.store import Expiry, OldRows

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
    labels: int | None = None
    """Labels, by the times of their predictions; those that wait, by when they arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What was deleted."""

    rows: int = 0
    chunks: int = 0
    """In which the rows were; those with newer rows, too, are replaced."""
    hourly: int = 0
    """Profiles of hours, of all segments."""
    daily: int = 0
    """Profiles of days, of all segments."""
    labels: int = 0

    def __bool__(self) -> bool:
        """Whether anything was deleted."""
        return bool(self.chunks or self.hourly or self.daily or self.labels)

    def __add__(self, other: Expired) -> Expired:
        """Return both together."""
        return Expired(
            rows=self.rows + other.rows,
            chunks=self.chunks + other.chunks,
            hourly=self.hourly + other.hourly,
            daily=self.daily + other.daily,
            labels=self.labels + other.labels,
        )


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
        done = Expired()
        for step in self._kinds():
            for _ in range(self._steps):
                gone = Expired() if stop() else step()
                if not gone:
                    break
                done += gone
        return done

    def finish(self, progress: Progress = UNSEEN) -> Expired:
        """Delete all that is too old.

        Parameters
        ----------
        progress
            Told of the chunks and profiles that are deleted.
        """
        done, due = Expired(), self.due()
        with progress.step("Deleting", due.chunks + due.hourly + due.daily + due.labels) as bar:
            while some := self.run():
                done += some
                bar.advance(some.chunks + some.hourly + some.daily + some.labels)
        return done

    @property
    def keeping(self) -> Keeping:
        """For how long what is kept."""
        return self._keeping

    def due(self) -> Expired:
        """Return what `finish` would delete, without deleting it."""
        rows, hourly, daily = self._bounds()
        labels = self._before(self._keeping.labels)
        old = OldRows() if rows is None else self._expiry.old_rows(rows)
        return Expired(
            rows=old.rows,
            chunks=old.chunks,
            hourly=0 if hourly is None else self._expiry.old_profiles(Granularity.HOUR, hourly),
            daily=0 if daily is None else self._expiry.old_profiles(Granularity.DAY, daily),
            labels=0 if labels is None else self._expiry.old_labels(labels),
        )

    def _kinds(self) -> Iterator[Callable[[], Expired]]:
        """Yield what deletes some rows, hours, days and labels that are not kept for ever."""
        rows, hourly, daily = self._bounds()
        if rows is not None:
            yield partial(_rows, self._expiry.rows, rows)
            yield partial(_rows, self._expiry.trim, rows)
        if hourly is not None:
            yield lambda: Expired(hourly=self._expiry.profiles(Granularity.HOUR, hourly))
        if daily is not None:
            yield lambda: Expired(daily=self._expiry.profiles(Granularity.DAY, daily))
        labels = self._before(self._keeping.labels)
        if labels is not None:
            yield lambda: Expired(labels=self._expiry.labels(labels))

    def _bounds(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Return before which day rows, hours and days go."""
        hourly, daily = self._before(self._keeping.hourly), self._before(self._keeping.daily)
        # The hours of a day go no later than the day.
        hourly = max((before for before in (hourly, daily) if before), default=None)
        return self._before(self._keeping.rows), hourly, daily

    def _before(self, days: int | None) -> datetime | None:
        """Return the first moment of the oldest day that is kept."""
        if days is None:
            return None
        oldest = self._clock.now() - timedelta(days=days)
        return Window.containing(oldest, Granularity.DAY).start


def _rows(step: Callable[[datetime], OldRows], before: datetime) -> Expired:
    gone = step(before)
    return Expired(rows=gone.rows, chunks=gone.chunks)
