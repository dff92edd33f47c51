"""Keeping the log tidy in the background: merging small chunks, letting go of old rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from modeldesk.clock import Clock
from modeldesk.services.retention import Retention
from modeldesk.store import Compaction

COMPACT_EVERY = timedelta(seconds=10)
EXPIRE_EVERY = timedelta(minutes=1)

_ROUNDS = 20


class Upkeep:
    """Compacts and expires when it is due; in between, a run costs nothing.

    Parameters
    ----------
    compaction
        Merges small chunks.
    retention
        Deletes what is too old.
    clock
        Tells what is due.
    """

    def __init__(self, compaction: Compaction, retention: Retention, clock: Clock) -> None:
        self._compaction = compaction
        self._retention = retention
        self._clock = clock
        self._compacted: datetime | None = None
        self._expired: datetime | None = None

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Do what is due, up to a limit; the rest is left to the next run.

        Parameters
        ----------
        stop
            Asked between transactions; when it says so, the rest is left, too.
        """
        now = self._clock.now()
        if _due(self._compacted, now, COMPACT_EVERY):
            done = self._compact(stop)
            self._compacted = now if done else None
        if _due(self._expired, now, EXPIRE_EVERY):
            self._retention.run(stop=stop)
            self._expired = now

    def _compact(self, stop: Callable[[], bool]) -> bool:
        """Merge until nothing is left to merge; false when that was not reached."""
        for _ in range(_ROUNDS):
            if stop():
                return False
            if not self._compaction.run(stop=stop):
                return True
        return False


def _due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Tell whether it is time again; a clock that was set back does not stop anything."""
    return last is None or now < last or now - last >= every
