"""Background jobs: roll up, judge, evaluate, estimate, tidy, over and over, beside predictions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

_LONGEST_REST = 3.0
"""Seconds after which it is looked again, however long the last run took."""

_log = structlog.get_logger("modeldesk.jobs")


class Step(Protocol):
    """Something to do in the background, as far as there is something to do."""

    def __call__(self, *, stop: Callable[[], bool]) -> int | None:
        """Do it until it is done, its turn is over, or ``stop`` says so.

        Returns
        -------
        int or None
            How much was done; nothing is said, or 0, when there is nothing left to do at once.
        """


class Jobs:
    """Runs steps in a thread of their own: first the roll-up, then what needs its profiles.

    The thread is a daemon: a run that hangs, on a locked database for example, does not keep
    the process from ending. What it leaves undone is done at the next start.

    Parameters
    ----------
    rollup
        Run first; returns how many rows it profiled.
    steps
        Run then, in this order. In the background, one that fails does not keep the others from
        running.
    seconds
        Rest between two runs; up to three where a run takes long.
    """

    def __init__(
        self, rollup: Callable[..., int], steps: Sequence[Step], *, seconds: float
    ) -> None:
        self._rollup = rollup
        self._steps = tuple(steps)
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._one_at_a_time = threading.Lock()
        self.failures = 0

    def start(self) -> None:
        """Start running in the background."""
        self._thread = threading.Thread(target=self._loop, name="modeldesk-jobs", daemon=True)
        self._thread.start()

    def run(self) -> int:
        """Run all of it once, now; return the number of rows profiled."""
        with self._one_at_a_time:
            rows = self._rollup(stop=self._stop.is_set)
            for step in self._steps:
                while step(stop=self._stop.is_set) and not self._stop.is_set():
                    pass
            return rows

    def close(self) -> None:
        """Stop between two groups of rows, and wait for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        steps: tuple[Step, ...] = (self._rollup, *self._steps)
        rest = self._seconds
        while not self._stop.wait(rest):
            began = time.monotonic()
            for step in steps:
                try:
                    with self._one_at_a_time:
                        step(stop=self._stop.is_set)
                except Exception:  # noqa: BLE001  # one failed step must not end the loop
                    self.failures += 1
                    _log.exception("background job failed", failures=self.failures)
            # Requests wait for Python's lock while this works: much to do makes it rest longer.
            rest = max(self._seconds, min(4 * (time.monotonic() - began), _LONGEST_REST))
