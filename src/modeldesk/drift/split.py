"""The values of a current and a reference column, sorted into common bins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Counts of both sides per bin; where the bins end depends on the reference alone."""

    phrase: Callable[[int], str]
    """Says what is true of the values in a bin, to follow "20 % of values"."""
    current: Counts
    reference: Counts
    ordered: int
    """So many of the first bins follow one another; 0 for categories."""
    outside: tuple[int, ...]
    """Which bins hold values outside what the reference has."""
    unread: int | None
    """Which bin holds values that cannot be read as the column's kind."""
    blocks: int = 1
    """So many times each value is counted, each time in other bins with a part of its weight:
    vectors are sorted by their position on several directions."""

    @property
    def shares(self) -> tuple[Counts, Counts]:
        """Share of the current and of the reference values per bin."""
        return self.current / self.current.sum(), self.reference / self.reference.sum()

    @property
    def outside_part(self) -> float:
        """How much of what changed its bin is now outside, infinite or unreadable, 0 to 1."""
        now, before = self.shares
        places = [*self.outside, *range(self.ordered, self.current.size)]
        if not self.ordered:
            places = [*self.outside, *([] if self.unread is None else [self.unread])]
        moved = float(np.abs(now - before).sum()) / 2
        gained = float((now - before)[places].sum())
        return max(gained / moved, 0.0) if moved else 0.0
