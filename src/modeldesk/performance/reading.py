"""Columns of labels, predictions and scores as they come, made uniform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidData

Column: TypeAlias = pl.Series | NDArray[np.generic] | Sequence[object]
"""What a column may come as: a Polars series, an array of one dimension, or a list."""

_SLACK = 1e-6
"""Rounding of single precision lets probabilities miss 0 and 1 by so much."""


def classes_of(column: Column, what: str) -> pl.Series:
    """Return a column of classes as strings; NaN is a gap, ``1.0`` is the class ``1``.

    Raises
    ------
    InvalidData
        When the values cannot be classes.
    """
    series = series_of(column, what)
    if series.dtype.is_float():
        finite = series.fill_nan(None)
        whole = finite.drop_nulls()
        if whole.is_infinite().any():
            message = f"The {what} are classes; an infinite number is none."
            raise InvalidData(message, hint="Leave out rows without a class.")
        if (whole == whole.floor()).all() and (whole.abs() < 2**53).all():
            finite = finite.cast(pl.Int64)
        series = finite
    if series.dtype == pl.String:
        return series
    if series.dtype.is_nested() or series.dtype == pl.Object:
        message = f"The {what} are of type {series.dtype}; one class per row is wanted."
        raise InvalidData(message, hint="Sets of labels are for MultiLabel.of.")
    return series.cast(pl.String)


def numbers_of(column: Column, what: str) -> NDArray[np.float64]:
    """Return a column of numbers as floats, shape ``(n,)``; gaps become NaN.

    Raises
    ------
    InvalidData
        When the values are not numbers.
    """
    series = series_of(column, what)
    if not (series.dtype.is_numeric() or series.dtype in {pl.Boolean, pl.Null}):
        message = f"The {what} are of type {series.dtype}; numbers are wanted."
        raise InvalidData(message, hint="Convert the column to numbers first.")
    numbers: NDArray[np.float64] = series.cast(pl.Float64).to_numpy()
    return np.ascontiguousarray(numbers)


def scores_of(column: Column, what: str) -> NDArray[np.float64]:
    """Return a column of probabilities, shape ``(n,)``; gaps become NaN.

    Raises
    ------
    InvalidData
        When one of them does not lie from 0 to 1.
    """
    scores = numbers_of(column, what)
    outside = np.flatnonzero((scores < 0) | (scores > 1))
    if not outside.size:
        return scores
    wrong = (scores < -_SLACK) | (scores > 1 + _SLACK)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        message = f"The {what} are probabilities from 0 to 1; row {row} has {scores[row]:g}."
        raise InvalidData(message, hint="Pass margins through a logistic function or softmax.")
    return np.clip(scores, 0.0, 1.0)


def same_length(columns: dict[str, int]) -> int:
    """Return the common length of columns by name; `InvalidData` where they differ."""
    if len(set(columns.values())) > 1:
        told = ", ".join(f"{rows} {name}" for name, rows in columns.items())
        message = f"The columns differ in length: {told}."
        raise InvalidData(message, hint="Each row has one of each.")
    return next(iter(columns.values()))


def series_of(column: Column, what: str) -> pl.Series:
    """Return a column as a series; `InvalidData` where it is none."""
    if isinstance(column, pl.Series):
        return column
    try:
        # Whole numbers and fractions may be mixed; other types may not.
        plain = not isinstance(column, np.ndarray) and all(map(_is_number, column))
        return pl.Series(values=column, nan_to_null=False, strict=not plain)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        message = f"The {what} cannot be read as a column: {error}."
        raise InvalidData(message, hint="Values of a column are of one type.") from error


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)
