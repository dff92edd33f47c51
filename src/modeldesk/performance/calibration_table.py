"""How often what was said with a certain confidence was true."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.sealing import (
    need,
    pack_counts,
    pack_floats,
    unpack_counts,
    unpack_floats,
)

CELLS = 20
"""Equally wide stretches of confidence from 0 to 1."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def _counts() -> Counts:
    return np.zeros(CELLS, dtype=np.int64)


def _sums() -> Floats:
    return np.zeros(CELLS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibrationTable:
    """Confidence and truth in stretches of equal width; each array has the shape ``(20,)``.

    Examples
    --------
    >>> table = CalibrationTable.of(np.array([0.81, 0.84, 0.2]), np.array([True, False, False]))
    >>> table.rows[16], table.hits[16], round(float(table.confidence[16]), 2)
    (np.int64(2), np.int64(1), 1.65)
    """

    rows: Counts = field(default_factory=_counts)
    hits: Counts = field(default_factory=_counts)
    """Rows where what was said was true."""
    confidence: Floats = field(default_factory=_sums)
    """The sum of the confidences."""
    squares: Floats = field(default_factory=_sums)
    """The sum of ``(truth - confidence)**2``."""

    @staticmethod
    def of(confidence: Floats, truth: NDArray[np.bool_]) -> CalibrationTable:
        """Count confidences from 0 to 1, and whether each was right, shapes ``(n,)``."""
        cells = np.minimum((confidence * CELLS).astype(np.int64), CELLS - 1)
        return CalibrationTable(
            rows=np.bincount(cells, minlength=CELLS),
            hits=np.bincount(cells[truth], minlength=CELLS),
            confidence=_summed(cells, confidence),
            squares=_summed(cells, np.square(truth - confidence)),
        )

    def joined(self, bins: int) -> CalibrationTable:
        """Return the same in fewer stretches, a divisor of 20."""
        shape = (bins, CELLS // bins)
        return CalibrationTable(
            rows=self.rows.reshape(shape).sum(axis=1),
            hits=self.hits.reshape(shape).sum(axis=1),
            confidence=self.confidence.reshape(shape).sum(axis=1),
            squares=self.squares.reshape(shape).sum(axis=1),
        )

    def merge(self, other: CalibrationTable) -> CalibrationTable:
        """Return the table of both sets of rows together."""
        return CalibrationTable(
            rows=self.rows + other.rows,
            hits=self.hits + other.hits,
            confidence=self.confidence + other.confidence,
            squares=self.squares + other.squares,
        )

    def pack(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Return the table as bytes, for a sealed body."""
        counts = pack_counts(self.rows), pack_counts(self.hits)
        return *counts, pack_floats(self.confidence), pack_floats(self.squares)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CalibrationTable) and self.pack() == other.pack()

    def __hash__(self) -> int:
        return hash(self.pack())


def _summed(cells: Counts, values: Floats) -> Floats:
    # Without any rows, bincount returns whole numbers.
    return np.bincount(cells, weights=values, minlength=CELLS).astype(np.float64)


def unpack(packed: tuple[bytes, bytes, bytes, bytes]) -> CalibrationTable:
    """Read what `CalibrationTable.pack` wrote; `Corrupt` when it contradicts itself."""
    rows, hits = unpack_counts(packed[0]), unpack_counts(packed[1])
    confidence, squares = unpack_floats(packed[2]), unpack_floats(packed[3])
    sizes = {rows.size, hits.size, confidence.size, squares.size}
    need(sizes == {CELLS}, "the table of calibration has another size")
    need(bool((hits <= rows).all()), "more was right than was said")
    return CalibrationTable(rows=rows, hits=hits, confidence=confidence, squares=squares)
