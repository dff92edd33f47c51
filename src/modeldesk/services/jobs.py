"""Background jobs: roll up, judge, evaluate, estimate, tidy, over and over, beside predictions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError

_SHARE, _OTHERS_SHARE = 0.04, 0.01
"""Of the time at most: the roll-up, and each of the other steps.

Requests wait for Python's lock while one works. With a roll-up and a judgement of the present day
in every second, half of what the log cost was work on the same few windows over and over.
"""

_LONGEST_REST = 10.0
"""Seconds after which it is looked again, however long the last time took."""

_TURN = 10.0
"""Seconds after which other background work gets its turn, however many days are due."""

_log = structlog.get_logger("modeldesk.jobs")


class Step(Protocol):
    """Something to do in the background, as far as there is something to do."""

    def __call__(self, *, stop: Callable[[], bool]) -> object:
        """Do it until it is done, or ``stop`` says so."""


class LongStep(Protocol):
    """Something that may take long, day by day."""

    def __call__(self, *, stop: Callable[[], bool], longest: float | None = None) -> object:
        """Do it until it is done, ``stop`` says so, or so many seconds are over."""


class InTurns:
    """A step that may take long: in the background others get their turn meanwhile.

    Parameters
    ----------
    step
        What is done.
    """

    def __init__(self, step: LongStep) -> None:
        self._step = step

    def __call__(self, *, stop: Callable[[], bool]) -> object:
        """Do all of it, now."""
        return self._step(stop=stop)

    def some(self, *, stop: Callable[[], bool]) -> object:
        """Do some of it."""
        return self._step(stop=stop, longest=_TURN)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailure:
    """How a step failed last."""

    step: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsState:
    """How the background is doing."""

    started: bool
    """Whether it runs in this process."""
    step: str | None
    """What it does just now; ``None`` while it rests."""
    ended_at: datetime | None
    """When it came to the end of all steps last."""
    seconds: float | None
    """How long that took."""
    failures: int
    """Steps that failed since the start."""
    last_failure: StepFailure | None


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
        Rest between two looks at what is to be done. A step that takes long rests longer.
    clock
        Tells when something went wrong.
    names
        What people call the roll-up and each of the steps, in this order.
    """

    def __init__(
        self,
        rollup: Callable[..., int],
        steps: Sequence[Step],
        *,
        seconds: float,
        clock: Clock,
        names: Sequence[str],
    ) -> None:
        self._rollup = rollup
        self._steps = tuple(steps)
        self._seconds = seconds
        self._clock = clock
        self._names = tuple(names)
        self._doing: str | None = None
        self._ended_at: datetime | None = None
        self._took: float | None = None
        self._failure: StepFailure | None = None
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
                step(stop=self._stop.is_set)
            return rows

    def state(self) -> JobsState:
        """Return how the background is doing, as far as this process knows."""
        return JobsState(
            started=self._thread is not None,
            step=self._doing,
            ended_at=self._ended_at,
            seconds=self._took,
            failures=self.failures,
            last_failure=self._failure,
        )

    def close(self) -> None:
        """Stop between two groups of rows, and wait for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        steps = [_Paced(self._rollup, share=_SHARE)]
        for step in self._steps:
            some = step.some if isinstance(step, InTurns) else step
            steps.append(_Paced(some, share=_OTHERS_SHARE))
        while not self._stop.wait(self._seconds):
            began = time.monotonic()
            for name, step in zip(self._names, steps, strict=True):
                if step.rests:
                    continue
                self._doing = name
                try:
                    with self._one_at_a_time:
                        step(stop=self._stop.is_set)
                except Exception as error:  # noqa: BLE001  # one failed step must not end the loop
                    self.failures += 1
                    self._failure = StepFailure(step=name, error=_told(error), at=self._clock.now())
                    _log.exception("background job failed", failures=self.failures)
            self._doing, self._ended_at = None, self._clock.now()
            self._took = time.monotonic() - began


class _Paced:
    """A step that takes a share of the time at most.

    Parameters
    ----------
    step
        What is done.
    share
        How much of the time it may take.
    """

    def __init__(self, step: Step, *, share: float) -> None:
        self._step = step
        self._share = share
        self._until = 0.0

    @property
    def rests(self) -> bool:
        """Whether it is not its turn yet."""
        return time.monotonic() < self._until

    def __call__(self, *, stop: Callable[[], bool]) -> None:
        """Do it, and note until when it rests."""
        began = time.monotonic()
        try:
            self._step(stop=stop)
        finally:
            ended = time.monotonic()
            self._until = ended + min((ended - began) / self._share, _LONGEST_REST)


def _told(error: Exception) -> str:
    """Say what went wrong, without what only the log may hold: an unexpected error's own words."""
    return (
        str(error) if isinstance(error, ModeldeskError) else f"{type(error).__name__}; see the log"
    )
