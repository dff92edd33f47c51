"""What the background does: what runs, what waits, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from modeldesk.clock import Clock
from modeldesk.services.jobs import Jobs, JobsState
from modeldesk.services.lag import Backlog
from modeldesk.services.measures import Waiting
from modeldesk.store import SpaceRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    """How the background is doing."""

    jobs: JobsState
    queued: tuple[Waiting, ...]
    """Rows that wait for a model, of versions that have any."""
    unprofiled: tuple[Waiting, ...]
    """Rows that are logged and in no profile yet, of versions that have any."""
    lag: timedelta | None
    """How long the oldest of them have been waiting; ``None`` where none wait."""


class Workload:
    """Tells how the background is doing.

    Parameters
    ----------
    jobs
        The jobs of this process.
    backlog
        Knows what waits.
    records
        Knows since when.
    clock
        Tells the time.
    """

    def __init__(self, jobs: Jobs, backlog: Backlog, records: SpaceRecords, clock: Clock) -> None:
        self._jobs = jobs
        self._backlog = backlog
        self._records = records
        self._clock = clock

    def report(self) -> WorkReport:
        """Return how things are now."""
        oldest = self._records.oldest_waiting()
        return WorkReport(
            jobs=self._jobs.state(),
            queued=_some(self._backlog.queued()),
            unprofiled=_some(self._backlog.unprofiled()),
            lag=None if oldest is None else max(self._clock.now() - oldest, timedelta()),
        )


def _some(waiting: Iterable[Waiting]) -> tuple[Waiting, ...]:
    return tuple(each for each in waiting if each.rows)
