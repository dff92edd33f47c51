"""How much a difference of two sides would vary with other rows, and limits that follow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.intervals import Limits, student_quantile

STUDENT = "Student, on differences"

FEWEST_DIFFERING = 10
"""Rows that must differ: of fewer, a standard error calls chance a difference too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The standard error of a difference."""

    deviation: float
    """NaN where there is none."""
    freedom: int
    """Degrees of freedom."""
    differing: int
    """Rows that tell the sides apart: on all others both are the same to the measure."""
    method: str

    def limits(self, gap: float, confidence: float) -> Limits | None:
        """Return limits of a difference; ``None`` where it has none.

        >>> spread = Spread(deviation=0.01, freedom=1000, differing=50, method=STUDENT)
        >>> [round(limit, 4) for limit in spread.limits(0.02, 0.95)]
        [0.0004, 0.0396]
        """
        if self.freedom < 1 or not math.isfinite(self.deviation) or self.few:
            return None
        reach = student_quantile(confidence, self.freedom) * self.deviation
        return gap - reach, gap + reach

    @property
    def few(self) -> bool:
        """Whether too few rows differ."""
        return self.differing < FEWEST_DIFFERING


def of_differences(gaps: NDArray[np.float64]) -> Spread:
    """Return the spread of the mean of one difference per row, shape ``(n,)``."""
    rows = gaps.size
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = float(gaps.std(ddof=1)) / math.sqrt(rows) if rows > 1 else math.nan
    return Spread(
        deviation=deviation,
        freedom=rows - 1,
        differing=int(np.count_nonzero(gaps)),
        method=STUDENT,
    )
