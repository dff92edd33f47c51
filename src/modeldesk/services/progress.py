"""The port through which long work tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator
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


UNSEEN: Final = Unseen()
