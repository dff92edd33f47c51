"""Reading a column's values as values of a given kind; those that do not fit become null."""

from __future__ import annotations

import polars as pl

_STAMP = pl.Datetime("us", "UTC")


def numbers(series: pl.Series) -> pl.Series:
    """Return the values as floats: numbers, flags as 0 and 1, and text that spells a number."""
    if series.dtype == _STAMP:
        return _nothing(series, pl.Float64())
    return series.cast(pl.Float64, strict=False)


def whole_numbers(series: pl.Series) -> pl.Series:
    """Return the values that are whole numbers of 64 bits."""
    if series.dtype == pl.Int64:
        return series
    floats = numbers(series)
    return floats.set(floats.floor() != floats, None).cast(pl.Int64, strict=False)


def times(series: pl.Series) -> pl.Series:
    """Return the values as times in UTC: times, and text in ISO 8601."""
    if series.dtype == _STAMP:
        return series
    if series.dtype != pl.String:
        return _nothing(series, _STAMP)
    return series.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)


def flags(series: pl.Series) -> pl.Series:
    """Return the values as booleans: flags, the numbers 0 and 1, and text that says so."""
    if series.dtype == pl.Boolean:
        return series
    if series.dtype == pl.String:
        said = series.str.to_lowercase()
        return _either(said == "true", said == "false")
    floats = numbers(series)
    return _either(floats == 1, floats == 0)


def strings(series: pl.Series) -> pl.Series:
    """Return the values as text."""
    return series.cast(pl.String)


def _either(true: pl.Series, false: pl.Series) -> pl.Series:
    return true.set(~(true | false), None)


def _nothing(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(series.name, [None] * len(series), dtype=dtype)
