"""What the tables of `profile` and `compare` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import ASCII, SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from modeldesk.charts.blocks import blocks

_WIDE = 120
_NARROW = 100
_MOST_ON_A_SCREEN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a table is written on: how wide it is, and which letters it knows.

    Parameters
    ----------
    width
        Letters per line.
    ascii_only
        Whether it knows no block letters.
    most
        How many quiet lines are shown; ``None`` shows all.
    """

    width: int
    ascii_only: bool = False
    most: int | None = None

    @staticmethod
    def of(console: Console) -> Paper:
        """Return the paper of a console; in a file or a pipe nothing is left out."""
        return Paper(
            width=console.width,
            ascii_only=not console.encoding.startswith("utf"),
            most=_MOST_ON_A_SCREEN if console.is_terminal else None,
        )

    @property
    def wide(self) -> bool:
        """Whether sentences fit beside the numbers."""
        return self.width >= _WIDE

    @property
    def bins(self) -> int:
        """About how many letters a histogram takes."""
        return 18 if self.wide else 10

    def table(self) -> Table:
        """Return an empty table."""
        return Table(
            box=ASCII if self.ascii_only else SIMPLE_HEAD,
            header_style="bold",
            padding=(0, 1 if self.width >= _NARROW else 0),
            pad_edge=False,
            show_edge=False,
        )

    def bars(self, shares: Sequence[float], *, top: float) -> str:
        """Return a histogram of one line."""
        return blocks(shares, top=top, ascii_only=self.ascii_only)
