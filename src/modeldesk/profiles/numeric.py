"""Summaries of columns whose values have an order: numbers, times, durations and vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument, InvalidData
from modeldesk.profiles import values
from modeldesk.profiles.column import ColumnProfile
from modeldesk.profiles.counting import counts_of
from modeldesk.profiles.tally import frequent, sorted_series, tally
from modeldesk.schema import Kind, Reading
from modeldesk.sketches import Distinct, Moments, Quantiles, VectorSummary

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """A column's numbers in ascending order: finite ones, and how many are infinite."""

    finite: Floats
    negative: int
    positive: int

    @staticmethod
    def of(floats: pl.Series) -> _Ordered:
        """Sort a column's numbers, in which NaN and nulls have no part."""
        present = floats.drop_nulls() if floats.null_count() else floats
        ordered = sorted_series(present).to_numpy()
        first, last = np.searchsorted(ordered, -np.inf, "right"), np.searchsorted(ordered, np.inf)
        return _Ordered(
            finite=ordered[first:last],
            negative=int(first),
            positive=int(np.searchsorted(ordered, np.inf, "right") - last),
        )


def numbers(reading: Reading, kind: Kind) -> ColumnProfile:
    """Summarise fractional numbers, or whole ones that did not come as such."""
    series = reading.series
    if kind is Kind.INTEGER and series.dtype == pl.Int64:
        return whole_numbers(reading)
    ordered = _Ordered.of(values.numbers(series))
    profiled = _measured(reading, kind, ordered)
    if kind is not Kind.INTEGER:
        return profiled
    counts = tally(values.whole_numbers(series).drop_nulls())
    return ColumnProfile(
        name=series.name,
        kind=kind,
        counts=profiled.counts,
        moments=profiled.moments,
        quantiles=profiled.quantiles,
        unique=Distinct.of_sorted(counts.get_column("value").to_numpy()),
        frequent=frequent(counts),
    )


def whole_numbers(reading: Reading) -> ColumnProfile:
    """Summarise whole numbers, each different one but once."""
    counts = tally(reading.series.drop_nulls())
    whole = counts.get_column("value").to_numpy()
    times = counts.get_column("times").to_numpy()
    floats = whole.astype(np.float64)
    return ColumnProfile(
        name=reading.series.name,
        kind=Kind.INTEGER,
        counts=counts_of(reading),
        moments=Moments.of_counted(floats, times) if whole.size else None,
        quantiles=Quantiles.of_sorted(floats, times) if whole.size else None,
        unique=Distinct.of_sorted(whole),
        frequent=frequent(counts),
    )


def times(reading: Reading, kind: Kind) -> ColumnProfile:
    """Summarise times or days, in seconds since 1970."""
    read = values.days if kind is Kind.DATE else values.times
    stamps = sorted_series(read(reading.series).drop_nulls().dt.timestamp("us"))
    ordered = _Ordered(finite=stamps.to_numpy() / 1e6, negative=0, positive=0)
    return _measured(reading, kind, ordered)


def spans(reading: Reading) -> ColumnProfile:
    """Summarise durations, in seconds."""
    return _measured(reading, Kind.DURATION, _Ordered.of(values.spans(reading.series)))


def vectors(reading: Reading) -> ColumnProfile:
    """Summarise vectors of the most frequent dimension."""
    series = reading.series
    arrays = values.vectors(series)
    found: VectorSummary | None = None
    if arrays is not None and arrays.null_count() < len(arrays):
        try:
            found = VectorSummary.of(_matrix(arrays.drop_nulls()))
        except InvalidArgument as error:
            message = f"Column {series.name!r}: {error.message}"
            raise InvalidData(message, hint=error.hint) from error
    return ColumnProfile(
        name=series.name,
        kind=Kind.VECTOR,
        counts=counts_of(reading),
        vector=found if found is not None and found.count else None,
    )


def _matrix(arrays: pl.Series) -> Floats:
    """Return vectors as an array with one a row; numbers that are null are NaN."""
    assert isinstance(arrays.dtype, pl.Array)  # noqa: S101  # `values.vectors` gives no other
    flat: Floats = arrays.explode().cast(pl.Float64).to_numpy()
    return flat.reshape(len(arrays), arrays.dtype.size)


def _measured(reading: Reading, kind: Kind, ordered: _Ordered) -> ColumnProfile:
    finite = ordered.finite
    return ColumnProfile(
        name=reading.series.name,
        kind=kind,
        counts=counts_of(reading, positive=ordered.positive, negative=ordered.negative),
        moments=Moments.of_sorted(finite) if finite.size else None,
        quantiles=Quantiles.of_sorted(finite) if finite.size else None,
        unique=Distinct.of_sorted(_different(finite)),
    )


def _different(ordered: Floats) -> Floats:
    """Return each different number of an ascending array once."""
    changes = ordered[1:] != ordered[:-1]
    if changes.all():
        return ordered
    found: Floats = ordered[np.concatenate([[True], changes])]
    return found
