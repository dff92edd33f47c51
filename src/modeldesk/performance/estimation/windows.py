"""What is kept of a window of predictions: histograms of scores with expected labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, Incompatible
from modeldesk.performance.estimation.axis import CELLS
from modeldesk.performance.estimation.cells import Floats
from modeldesk.performance.estimation.codec import array, packed, unpacked

MAGIC = b"MDEC"
GROUPS = 8
"""Runs of cells of the axis for which the calibration's errors are kept."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationWindow:
    """The mergeable state of a window: costs nothing per row when it is looked at.

    A *view* is one class against the others: one view of two classes, one for each of many.

    Parameters
    ----------
    fingerprint
        Of the estimator that made it; windows of different estimators do not merge.
    rows
        Rows that were counted.
    missing
        Rows without a score or a prediction.
    far
        Rows further from the reference than all but a thousandth of it.
    counts
        Rows by view, whether the class was predicted, and cell of the axis, shape
        ``(views, 2, CELLS)``.
    expected
        The sums of their probabilities of being of the class, same shape.
    spread
        The sums of ``p (1 - p)``, same shape.
    errors
        What the calibration's errors add to the expected rows, by view, whether the class was
        predicted, group of cells and block of the reference, shape
        ``(views, 2, GROUPS, blocks)``.
    confusion
        Expected rows by true and predicted class, shape ``(classes, classes)``.
    """

    fingerprint: bytes
    rows: int
    missing: int
    far: int
    counts: Counts
    expected: Floats
    spread: Floats
    errors: Floats
    confusion: Floats

    def merge(self, other: ClassificationWindow) -> ClassificationWindow:
        """Return the state of both windows together.

        Raises
        ------
        Incompatible
            When they were made by different estimators.
        """
        check_same(self.fingerprint, other.fingerprint)
        return ClassificationWindow(
            fingerprint=self.fingerprint,
            rows=self.rows + other.rows,
            missing=self.missing + other.missing,
            far=self.far + other.far,
            counts=self.counts + other.counts,
            expected=self.expected + other.expected,
            spread=self.spread + other.spread,
            errors=self.errors + other.errors,
            confusion=self.confusion + other.confusion,
        )

    def encode(self) -> bytes:
        """Return the window as bytes; cells without rows take next to nothing."""
        filled = np.flatnonzero(self.counts)
        return packed(
            MAGIC,
            {
                "fingerprint": self.fingerprint,
                "numbers": (self.rows, self.missing, self.far),
                "views": self.counts.shape[0],
                "filled": filled.astype(np.int64),
                "counts": self.counts.reshape(-1)[filled],
                "expected": self.expected.reshape(-1)[filled],
                "spread": self.spread.reshape(-1)[filled],
                "errors": self.errors,
                "confusion": self.confusion,
            },
        )

    @staticmethod
    def decode(data: bytes) -> ClassificationWindow:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        what = "window of estimates"
        fields = unpacked(MAGIC, data, what)
        try:
            rows, missing, far = (int(number) for number in fields["numbers"])
            shape = (int(fields["views"]), 2, CELLS)
            filled = array(fields["filled"], what, kind="<i8")
            counts = np.zeros(int(np.prod(shape)), dtype=np.int64)
            counts[filled] = array(fields["counts"], what, kind="<i8")
            sums = []
            for name in ("expected", "spread"):
                whole = np.zeros(counts.size)
                whole[filled] = array(fields[name], what)
                sums.append(whole.reshape(shape))
            window = ClassificationWindow(
                fingerprint=bytes(fields["fingerprint"]),
                rows=rows,
                missing=missing,
                far=far,
                counts=counts.reshape(shape),
                expected=sums[0],
                spread=sums[1],
                errors=array(fields["errors"], what),
                confusion=array(fields["confusion"], what),
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            message = f"The {what} contradicts itself: {error!r}."
            raise Corrupt(message) from error
        _check(window)
        return window


def check_same(mine: bytes, theirs: bytes) -> None:
    """Raise `Incompatible` unless two windows were made by the same estimator."""
    if mine != theirs:
        message = "These windows were made by different estimators and cannot be merged."
        raise Incompatible(message, hint="Condense the rows again with one of them.")


def _check(window: ClassificationWindow) -> None:
    per_view = window.counts.sum(axis=(1, 2))
    whole = window.counts.min(initial=0) >= 0 and bool((per_view == window.rows).all())
    known = bool(np.isfinite(window.expected).all()) and window.errors.ndim == 4  # noqa: PLR2004
    if not whole or not known or min(window.missing, window.far) < 0:
        message = "The window of estimates contradicts itself: its counts do not fit together."
        raise Corrupt(message)
