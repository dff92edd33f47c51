"""The port through which long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol


class Step(Protocol):
    """One step under way."""

    def advance(self, by: int = 1) -> None:
        """Count work that is done."""


class Progress(Protocol):
    """Shows steps to whoever waits for them."""

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Step]:
        """Show a step for as long as the block runs; ``total`` of ``None``: length unknown."""


class Unseen:
    """Progress that nobody looks at."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Unseen]:
        """Show nothing."""
        del title, total
        yield self

    def advance(self, by: int = 1) -> None:
        """Count nothing."""


class Stopped(Exception):
    """Says that work ended before it was done, as it was told to."""


class Watched:
    """Progress that somebody looks at now and then, and that can end the work.

    The work runs in one thread, and is looked at from others.

    Parameters
    ----------
    gone
        Says whether nobody waits for the work any more: then it ends as well.

    Examples
    --------
    >>> watched = Watched()
    >>> with watched.step("Counting", 10) as step:
    ...     step.advance(3)
    >>> watched.title, watched.done, watched.total
    ('Counting', 3, 10)
    """

    def __init__(self, *, gone: Callable[[], bool] = lambda: False) -> None:
        self._gone = gone
        self.title = ""
        """What is under way."""
        self.total: int | None = None
        """How much there is to do; ``None``: nobody knows."""
        self.done = 0
        """How much of it is done."""
        self.stopped = False
        """Whether the work was told to end."""

    def stop(self) -> None:
        """Let the work end at its next step."""
        self.stopped = True

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Watched]:
        """Show a step; ends the work where it was told to."""
        self._check()
        self.title, self.total, self.done = title, total, 0
        yield self
        self._check()

    def advance(self, by: int = 1) -> None:
        """Count what is done; ends the work where it was told to."""
        self.done += by
        self._check()

    def _check(self) -> None:
        if self.stopped or self._gone():
            raise Stopped


UNSEEN: Final = Unseen()
