"""Progress on a terminal: a bar per step, with the time it took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from modeldesk.cli.screen import talk


class RichStep:
    """One bar."""

    def __init__(self, bars: Progress, title: str, total: int | None) -> None:
        self._bars = bars
        self._task = bars.add_task(title, total=total)

    def advance(self, by: int = 1) -> None:
        """Move the bar on."""
        self._bars.advance(self._task, by)

    def finish(self) -> None:
        """Fill the bar of a step whose length was not known."""
        done = self._bars.tasks[self._task]
        if done.total is None:
            self._bars.update(self._task, total=1, completed=1)


class RichProgress:
    """Shows steps as bars, one below the other.

    Parameters
    ----------
    console
        Where to. On anything but a terminal each step is one line, when it is done.
    lasting
        Whether bars stay when they are done. Where not, nothing at all is shown on anything
        but a terminal.
    """

    def __init__(self, console: Console, *, lasting: bool = True) -> None:
        self._console = console
        self._lasting = lasting

    @property
    def seen(self) -> bool:
        """Whether somebody may be watching."""
        return self._lasting or self._console.is_terminal

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[RichStep]:
        """Show a bar for as long as the block runs; ``total`` of ``None``: length unknown."""
        with Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<42}"),
            BarColumn(),
            _Count(),
            TimeElapsedColumn(),
            console=self._console,
            transient=not self._lasting,
            disable=not self.seen,
        ) as bars:
            step = RichStep(bars, title, total)
            yield step
            step.finish()


class _Count(ProgressColumn):
    """How many of how many; nothing where the length is not known."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Return the numbers of a step that counts something."""
        counts = task.total is not None and task.total > 1
        return self._numbers.render(task) if counts else Text("")


def passing() -> RichProgress:
    """Return bars on standard error that go away when they are done."""
    return RichProgress(talk(), lasting=False)
