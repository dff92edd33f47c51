"""Reading a column's values as values of a given kind; those that do not fit become null."""

from __future__ import annotations

import polars as pl

_STAMP = pl.Datetime("us", "UTC")
_SPAN = pl.Duration("us")
_LISTS = (pl.List, pl.Array)


def numbers(series: pl.Series) -> pl.Series:
    """Return the values as floats.

    Numbers are, flags as 0 and 1, durations in seconds, and text that spells a number.
    """
    if series.dtype == _SPAN:
        return series.dt.total_microseconds().cast(pl.Float64) / 1e6
    if series.dtype in (*_LISTS, pl.Datetime, pl.Date):
        return _nothing(series, pl.Float64())
    return series.cast(pl.Float64, strict=False)


def whole_numbers(series: pl.Series) -> pl.Series:
    """Return the values that are whole numbers of 64 bits."""
    if series.dtype == pl.Int64:
        return series
    floats = numbers(series)
    return floats.set(floats.floor() != floats, None).cast(pl.Int64, strict=False)


def times(series: pl.Series) -> pl.Series:
    """Return the values as times in UTC: times, days, and text in ISO 8601."""
    if series.dtype == _STAMP:
        return series
    if series.dtype == pl.Date:
        return series.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if series.dtype != pl.String:
        return _nothing(series, _STAMP)
    return series.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)


def days(series: pl.Series) -> pl.Series:
    """Return the values as days, as times at midnight in UTC: days, times, text in ISO 8601."""
    if series.dtype == pl.String:
        series = series.str.to_date("%Y-%m-%d", strict=False)
    return times(series).dt.truncate("1d")


def spans(series: pl.Series) -> pl.Series:
    """Return the values as durations in seconds: durations, and numbers of seconds."""
    return numbers(series)


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
    """Return the values as text; lists as their numbers between brackets."""
    if series.dtype == pl.Array:
        series = series.arr.to_list()
    if series.dtype == pl.List:
        joined = series.cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
        return ("[" + joined + "]").alias(series.name)
    return series.cast(pl.String)


def vectors(series: pl.Series) -> pl.Series | None:
    """Return the lists of the most frequent length as arrays; ``None`` where there is none."""
    if series.dtype == pl.Array:
        return series
    if series.dtype != pl.List:
        return None
    lengths = series.list.len()
    usual = lengths.filter(lengths > 0).mode()
    if usual.is_empty():
        return None
    dimension = int(usual.max())  # type: ignore[arg-type]  # lengths are whole numbers
    return series.set(lengths != dimension, None).list.to_array(dimension)


def _either(true: pl.Series, false: pl.Series) -> pl.Series:
    return true.set(~(true | false), None)


def _nothing(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(series.name, [None] * len(series), dtype=dtype)
