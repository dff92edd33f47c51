"""The background tells how it is doing."""

import threading
from datetime import UTC, datetime

from modeldesk.clock import FrozenClock
from modeldesk.errors import InvalidData
from modeldesk.services.jobs import Jobs

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Steps:
    """Steps that wait to be let go on, or fail."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.rounds = threading.Semaphore(0)

    def rollup(self, **_: object) -> int:
        """Wait in the first round."""
        self.entered.set()
        self.go_on.wait(10)
        return 0

    def told(self, **_: object) -> object:
        """Fail with words for people."""
        message = "The row is odd."
        raise InvalidData(message, hint="Mend it.")

    def untold(self, **_: object) -> object:
        """Fail with words that may hold anything."""
        self.rounds.release()
        message = "secret"
        raise ValueError(message)


def test_it_says_what_it_does_and_what_failed_last() -> None:
    """Errors of the program are named by their kind alone."""
    steps = Steps()
    jobs = Jobs(
        steps.rollup,
        (steps.told, steps.untold),
        seconds=0.001,
        clock=FrozenClock(NOW),
        names=("rolling up", "telling", "failing"),
    )
    assert not jobs.state().started
    jobs.start()
    assert steps.entered.wait(10)
    assert jobs.state().started
    assert jobs.state().step == "rolling up"
    assert jobs.state().ended_at is None
    steps.go_on.set()
    assert steps.rounds.acquire(timeout=10)
    assert steps.rounds.acquire(timeout=10)
    jobs.close()
    state = jobs.state()
    assert (state.step, state.ended_at) == (None, NOW)
    assert state.failures >= 4
    assert state.last_failure is not None
    assert (state.last_failure.step, state.last_failure.at) == ("failing", NOW)
    assert "ValueError" in state.last_failure.error
    assert "secret" not in state.last_failure.error


def test_an_error_for_people_is_told_in_full() -> None:
    """With what to do about it."""
    steps = Steps()
    steps.go_on.set()

    def told(**_: object) -> object:
        steps.rounds.release()
        return steps.told()

    jobs = Jobs(steps.rollup, (told,), seconds=0.001, clock=FrozenClock(NOW), names=("a", "b"))
    jobs.start()
    assert steps.rounds.acquire(timeout=10)
    assert steps.rounds.acquire(timeout=10)
    jobs.close()
    failure = jobs.state().last_failure
    assert failure is not None
    assert "The row is odd." in failure.error
