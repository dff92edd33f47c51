"""Predicted quantiles beside what came true."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance import joint_moments
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.sealing import need

Floats = NDArray[np.float64]
Packed = tuple[float, int, int, tuple[int, bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileOutput:
    """One predicted quantile: how often the target lay at or below it.

    Examples
    --------
    >>> output = QuantileOutput.of(0.9, np.array([5.0, 5.0]), np.array([4.0, 7.0]))
    >>> output.rows, output.below
    (2, 1)
    """

    level: float
    """Which quantile, between 0 and 1."""
    rows: int
    below: int
    """Rows whose target was at most the predicted quantile."""
    pinball: JointMoments
    """Moments of the pinball loss."""

    @staticmethod
    def of(level: float, predicted: Floats, targets: Floats) -> QuantileOutput:
        """Count rows, shapes ``(n,)``; those whose prediction is not finite are left out."""
        finite = np.isfinite(predicted)
        if not finite.all():
            predicted, targets = predicted[finite], targets[finite]
        gap = targets - predicted
        loss = np.maximum(level * gap, (level - 1) * gap)
        return QuantileOutput(
            level=level,
            rows=targets.size,
            below=int(np.count_nonzero(gap <= 0)),
            pinball=JointMoments.of([loss]),
        )

    def merge(self, other: QuantileOutput) -> QuantileOutput:
        """Return the counts of both sets of rows together, of one level."""
        return QuantileOutput(
            level=self.level,
            rows=self.rows + other.rows,
            below=self.below + other.below,
            pinball=self.pinball.merge(other.pinball),
        )

    def pack(self) -> Packed:
        """Return the counts as numbers and bytes, for a sealed body."""
        return self.level, self.rows, self.below, self.pinball.pack()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileRange:
    """Two predicted quantiles: how often the target lay between them, ends included."""

    low: float
    high: float
    """The levels of the two quantiles."""
    rows: int
    inside: int

    def merge(self, other: QuantileRange) -> QuantileRange:
        """Return the counts of both sets of rows together, of the same two levels."""
        return QuantileRange(
            low=self.low,
            high=self.high,
            rows=self.rows + other.rows,
            inside=self.inside + other.inside,
        )


def ranges_of(predicted: dict[float, Floats], targets: Floats) -> tuple[QuantileRange, ...]:
    """Return the ranges between any two quantiles that leave out as much below as above."""
    found = []
    for low, high in combinations(sorted(predicted), 2):
        if abs(low + high - 1.0) > 1e-9:  # noqa: PLR2004 - rounding of levels
            continue
        ends = predicted[low], predicted[high]
        finite = np.isfinite(ends[0]) & np.isfinite(ends[1])
        inside = (ends[0] <= targets) & (targets <= ends[1]) & finite
        found.append(
            QuantileRange(
                low=low,
                high=high,
                rows=int(np.count_nonzero(finite)),
                inside=int(np.count_nonzero(inside)),
            )
        )
    return tuple(found)


def unpack(packed: Packed) -> QuantileOutput:
    """Read what `QuantileOutput.pack` wrote; `Corrupt` when it contradicts itself."""
    level, rows, below, pinball = packed
    need(0 < level < 1 and 0 <= below <= rows, "the counts of a quantile are wrong")
    moments = joint_moments.unpack(pinball, 1)
    need(moments.count == rows, "the losses of a quantile do not fit its rows")
    return QuantileOutput(level=level, rows=rows, below=below, pinball=moments)


def unpack_range(packed: tuple[float, float, int, int]) -> QuantileRange:
    """Read the two levels and two counts of a range; `Corrupt` when they contradict."""
    low, high, rows, inside = packed
    need(0 < low < high < 1 and 0 <= inside <= rows, "the counts of a range are wrong")
    return QuantileRange(low=low, high=high, rows=rows, inside=inside)
