"""Background jobs: roll up, judge, evaluate and tidy, over and over, beside the predictions."""

from __future__ import annotations

import threading
import time
from functools import partial

import structlog

from modeldesk.services.evaluation import Evaluation
from modeldesk.services.monitoring import Monitoring
from modeldesk.services.rollup import RollUp
from modeldesk.services.upkeep import Upkeep

_LONGEST_REST = 3.0
"""Seconds after which it is looked again, however long the last run took."""

_LONGEST_EVALUATION = 10.0
"""Seconds after which the other steps get their turn, however many days are due."""

_log = structlog.get_logger("modeldesk.jobs")


class Jobs:
    """Runs the roll-up, the monitors, the evaluation and the upkeep in a thread of their own.

    The thread is a daemon: a run that hangs, on a locked database for example, does not keep
    the process from ending. What it leaves undone is done at the next start.

    Parameters
    ----------
    rollup, monitoring, evaluation, upkeep
        What is run, in this order. In the background, one that fails does not keep the others
        from running.
    seconds
        Rest between two runs; up to three where a run takes long.
    """

    def __init__(
        self,
        rollup: RollUp,
        monitoring: Monitoring,
        evaluation: Evaluation,
        upkeep: Upkeep,
        *,
        seconds: float,
    ) -> None:
        self._rollup = rollup
        self._monitoring = monitoring
        self._evaluation = evaluation
        self._upkeep = upkeep
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
        """Roll up, judge, evaluate and tidy once, now; return the number of rows profiled."""
        with self._one_at_a_time:
            rows = self._rollup.run(stop=self._stop.is_set)
            self._monitoring.judge(stop=self._stop.is_set)
            self._evaluation.run(stop=self._stop.is_set)
            self._upkeep.run(stop=self._stop.is_set)
            return rows

    def close(self) -> None:
        """Stop between two groups of rows, and wait for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        steps = (
            self._rollup.run,
            self._monitoring.judge,
            partial(self._evaluation.run, longest=_LONGEST_EVALUATION),
            self._upkeep.run,
        )
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
