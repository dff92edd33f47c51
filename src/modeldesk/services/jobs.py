"""Background jobs: roll up and judge, over and over, beside the predictions."""

from __future__ import annotations

import threading

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from modeldesk.services.monitoring import Monitoring
from modeldesk.services.rollup import RollUp

_log = structlog.get_logger("modeldesk.jobs")


class Jobs:
    """Runs the roll-up and the monitors on a schedule.

    Parameters
    ----------
    rollup, monitoring
        What is run, in this order.
    seconds
        Time between two runs; a run that takes longer is not doubled.
    """

    def __init__(self, rollup: RollUp, monitoring: Monitoring, *, seconds: float) -> None:
        self._rollup = rollup
        self._monitoring = monitoring
        self._seconds = seconds
        self._scheduler: BackgroundScheduler | None = None
        self._one_at_a_time = threading.Lock()
        self.failures = 0

    def start(self) -> None:
        """Start running in the background."""
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._run_safely, "interval", seconds=self._seconds, coalesce=True, max_instances=1
        )
        self._scheduler.start()

    def run(self) -> int:
        """Roll up and judge once, now; return the number of rows profiled."""
        with self._one_at_a_time:
            rows = self._rollup.run()
            self._monitoring.judge()
            return rows

    def close(self) -> None:
        """Wait for a run that is under way, and stop."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _run_safely(self) -> None:
        try:
            self.run()
        except Exception:  # noqa: BLE001  # one failed run must not end the schedule
            self.failures += 1
            _log.exception("background job failed", failures=self.failures)
