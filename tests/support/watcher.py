"""Progress that remembers how far each step came."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watched:
    """One step under way."""

    def __init__(self) -> None:
        self.done = 0

    def advance(self, by: int = 1) -> None:
        """Count work that is done."""
        self.done += by


class Watcher:
    """Keeps, for each step, how much was done of how much."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[int, int | None]] = {}

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Watched]:
        """Note a step and its end."""
        step = Watched()
        yield step
        self.steps[title] = (step.done, total)
