"""How well one number per row was predicted, as a mergeable state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance import fit_moments, joint_moments, quantile_outputs
from modeldesk.performance.fit_moments import FitMoments
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.quantile_outputs import (
    Packed,
    QuantileOutput,
    QuantileRange,
    ranges_of,
)
from modeldesk.performance.reading import Column, numbers_of, same_length
from modeldesk.performance.sealing import need, seal, unseal
from modeldesk.sketches import Quantiles

KIND = b"R"

Floats = NDArray[np.float64]
_THREE = 3


def _no_errors() -> JointMoments:
    return JointMoments.none(3)


def _no_ratios() -> JointMoments:
    return JointMoments.none(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What all measures of a regression need to know about a set of rows.

    The error of a row is its prediction less its label.

    Parameters
    ----------
    rows
        All rows, with or without a label.
    unlabelled, unpredicted
        Rows without a label, and others without a prediction; they count for nothing else.
    infinite
        Rows whose label, prediction or error is infinite; they count for nothing else.
    errors
        Moments of three numbers per row: the error, its size and its square.
    ratios
        Moments of the error's size by the label's, where the label is not 0.
    zero_labels
        Measured rows whose label is 0.
    fit
        What R2 needs.
    error_quantiles, size_quantiles
        Sketches of the errors and of their sizes.
    outputs, ranges
        Predicted quantiles, and ranges between two of them, by level.

    Examples
    --------
    >>> state = Regression.of([10.0, 20.0, None], [12.0, 19.0, 5.0])
    >>> state.rows, state.unlabelled, state.errors.means.tolist()
    (3, 1, [0.5, 1.5, 2.5])
    """

    rows: int = 0
    unlabelled: int = 0
    unpredicted: int = 0
    infinite: int = 0
    errors: JointMoments = field(default_factory=_no_errors)
    ratios: JointMoments = field(default_factory=_no_ratios)
    zero_labels: int = 0
    fit: FitMoments = field(default_factory=FitMoments)
    error_quantiles: Quantiles = field(default_factory=Quantiles)
    size_quantiles: Quantiles = field(default_factory=Quantiles)
    outputs: tuple[QuantileOutput, ...] = ()
    ranges: tuple[QuantileRange, ...] = ()

    @staticmethod
    def of(
        labels: Column,
        predictions: Column,
        quantiles: Mapping[float, Column] | None = None,
    ) -> Regression:
        """Summarise rows.

        Parameters
        ----------
        labels, predictions
            One number per row; ``None`` and NaN are gaps.
        quantiles
            Predicted quantiles by their level, such as ``{0.1: low, 0.9: high}``.

        Raises
        ------
        InvalidData
            When a column does not hold numbers, or columns differ in length.
        InvalidArgument
            When a level does not lie between 0 and 1.
        """
        told, said = numbers_of(labels, "labels"), numbers_of(predictions, "predictions")
        levels = {
            _level(level): numbers_of(column, f"quantiles {level}")
            for level, column in sorted((quantiles or {}).items())
        }
        lengths = {"labels": told.size, "predictions": said.size}
        rows = same_length(lengths | {f"quantiles {one}": levels[one].size for one in levels})
        unlabelled, unpredicted = np.isnan(told), np.isnan(said) & ~np.isnan(told)
        with np.errstate(over="ignore", invalid="ignore"):
            full = np.isfinite(said - told)
        if not full.all():
            told, said = told[full], said[full]
            levels = {level: column[full] for level, column in levels.items()}
        missing = int(np.count_nonzero(unlabelled)), int(np.count_nonzero(unpredicted))
        known = _of_numbers(told, said)
        return replace(
            known,
            rows=rows,
            unlabelled=missing[0],
            unpredicted=missing[1],
            infinite=rows - sum(missing) - told.size,
            outputs=tuple(QuantileOutput.of(one, levels[one], told) for one in levels),
            ranges=ranges_of(levels, told),
        )

    @property
    def labelled(self) -> int:
        """Rows with a finite label and a finite prediction: those that are measured."""
        return self.errors.count

    def merge(self, other: Regression) -> Regression:
        """Return the state of both sets of rows together.

        Raises
        ------
        Incompatible
            When both have rows and predict other quantiles.
        """
        if not self.rows or not other.rows:
            return self if self.rows else other
        mine, theirs = ([each.level for each in side.outputs] for side in (self, other))
        if mine != theirs:
            message = f"One side predicts the quantiles {mine}, the other {theirs}."
            raise Incompatible(message, hint="Merge states of the same outputs.")
        outputs = zip(self.outputs, other.outputs, strict=True)
        ranges = zip(self.ranges, other.ranges, strict=True)
        return Regression(
            rows=self.rows + other.rows,
            unlabelled=self.unlabelled + other.unlabelled,
            unpredicted=self.unpredicted + other.unpredicted,
            infinite=self.infinite + other.infinite,
            errors=self.errors.merge(other.errors),
            ratios=self.ratios.merge(other.ratios),
            zero_labels=self.zero_labels + other.zero_labels,
            fit=self.fit.merge(other.fit),
            error_quantiles=self.error_quantiles.merge(other.error_quantiles),
            size_quantiles=self.size_quantiles.merge(other.size_quantiles),
            outputs=tuple(a.merge(b) for a, b in outputs),
            ranges=tuple(a.merge(b) for a, b in ranges),
        )

    def encode(self) -> bytes:
        """Return the state as bytes."""
        body = _Body(
            rows=self.rows,
            unlabelled=self.unlabelled,
            unpredicted=self.unpredicted,
            infinite=self.infinite,
            errors=self.errors.pack(),
            ratios=self.ratios.pack(),
            zero_labels=self.zero_labels,
            fit=self.fit.pack(),
            error_quantiles=self.error_quantiles.encode(),
            size_quantiles=self.size_quantiles.encode(),
            outputs=tuple(output.pack() for output in self.outputs),
            ranges=tuple((each.low, each.high, each.rows, each.inside) for each in self.ranges),
        )
        return seal(KIND, body)

    @staticmethod
    def decode(data: bytes) -> Regression:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        body = unseal(KIND, data, _Body)
        state = Regression(
            rows=body.rows,
            unlabelled=body.unlabelled,
            unpredicted=body.unpredicted,
            infinite=body.infinite,
            errors=joint_moments.unpack(body.errors, _THREE),
            ratios=joint_moments.unpack(body.ratios, 1),
            zero_labels=body.zero_labels,
            fit=fit_moments.unpack(body.fit),
            error_quantiles=Quantiles.decode(body.error_quantiles),
            size_quantiles=Quantiles.decode(body.size_quantiles),
            outputs=tuple(map(quantile_outputs.unpack, body.outputs)),
            ranges=tuple(map(quantile_outputs.unpack_range, body.ranges)),
        )
        _check(state)
        return state


class _Body(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    rows: int
    unlabelled: int
    unpredicted: int
    infinite: int
    errors: tuple[int, bytes, bytes]
    ratios: tuple[int, bytes, bytes]
    zero_labels: int
    fit: tuple[int, bytes]
    error_quantiles: bytes
    size_quantiles: bytes
    outputs: tuple[Packed, ...]
    ranges: tuple[tuple[float, float, int, int], ...]


def _check(state: Regression) -> None:
    left_out = (state.unlabelled, state.unpredicted, state.infinite, state.zero_labels)
    need(min(left_out) >= 0, "a count is negative")
    need(state.rows == state.labelled + sum(left_out[:3]), "rows do not add up")
    need(state.ratios.count + state.zero_labels == state.labelled, "ratios do not add up")
    counts = {state.fit.count, state.error_quantiles.count, state.size_quantiles.count}
    need(counts == {state.labelled}, "parts count other rows")


def _of_numbers(labels: Floats, predictions: Floats) -> Regression:
    """Summarise finite numbers."""
    errors = predictions - labels
    sizes = np.abs(errors)
    some = labels != 0
    with np.errstate(over="ignore"):
        moments = JointMoments.of([errors, sizes, errors * errors])
        every = some.all()
        ratios = np.abs(errors / labels) if every else np.abs(errors[some] / labels[some])
    ordered = np.sort(errors)
    # Sizes of ordered errors fall, then rise: a stable sort merges two runs.
    by_size = np.sort(np.abs(ordered), kind="stable")
    return Regression(
        rows=labels.size,
        errors=moments,
        ratios=JointMoments.of([ratios]),
        zero_labels=int(labels.size - np.count_nonzero(some)),
        fit=FitMoments.of(labels, errors),
        error_quantiles=Quantiles.of_sorted(ordered),
        size_quantiles=Quantiles.of_sorted(by_size),
    )


def _level(level: float) -> float:
    if not 0 < level < 1:
        message = f"A quantile's level lies between 0 and 1; {level} does not."
        raise InvalidArgument(message, hint="The median is 0.5.")
    return float(level)
