"""The values of a current and a reference column, sorted into common bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Counts of both sides per bin, and how likely their differences are by chance."""

    phrases: tuple[str, ...]
    """What is true of the values in each bin, to follow "20 % of values"."""
    current: Counts
    reference: Counts
    chance: float
    """p-value of the distribution over the bins."""
    outside_chance: float | None
    """p-value of the values outside what the reference has: beyond its range or in categories
    that it lacks. ``None`` where there is no such test."""
    outside: tuple[int, ...]
    """Which bins hold values outside what the reference has."""
