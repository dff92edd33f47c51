"""The port through which the demo tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """One step under way."""

    def advance(self, by: int = 1) -> None:
        """Count work that is done."""


class Progress(Protocol):
    """Shows steps to whoever waits for them."""

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Step]:
        """Show a step for as long as the block runs; ``total`` of ``None``: length unknown."""


class Silent:
    """Progress that nobody looks at; keeps the titles and the count for whoever asks."""

    def __init__(self) -> None:
        self.steps = list[str]()
        self.done = 0

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Silent]:
        """Note the title."""
        del total
        self.steps.append(title)
        yield self

    def advance(self, by: int = 1) -> None:
        """Count work that is done."""
        self.done += by
