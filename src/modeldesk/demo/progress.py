"""Progress of the demo for whoever runs it without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
