"""Background jobs: roll up and judge, over and over, beside the predictions."""

from __future__ import annotations

import threading

import structlog

from modeldesk.services.monitoring import Monitoring
from modeldesk.services.rollup import RollUp

_log = structlog.get_logger("modeldesk.jobs")


class Jobs:
    """Runs the roll-up and the monitors in a thread of their own.

    The thread is a daemon: a run that hangs, on a locked database for example, does not keep
    the process from ending. What it leaves undone is done at the next start.

    Parameters
    ----------
    rollup, monitoring
        What is run, in this order.
    seconds
        Rest between two runs.
    """

    def __init__(self, rollup: RollUp, monitoring: Monitoring, *, seconds: float) -> None:
        self._rollup = rollup
        self._monitoring = monitoring
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
        """Roll up and judge once, now; return the number of rows profiled."""
        with self._one_at_a_time:
            rows = self._rollup.run(stop=self._stop.is_set)
            self._monitoring.judge(stop=self._stop.is_set)
            return rows

    def close(self) -> None:
        """Stop between two groups of rows, and wait for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.run()
            except Exception:  # noqa: BLE001  # one failed run must not end the loop
                self.failures += 1
                _log.exception("background job failed", failures=self.failures)
