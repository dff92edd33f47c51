"""Turning whatever type a column has into one of few plain column types."""

from __future__ import annotations

import polars as pl

from modeldesk.schema.objects import from_values
from modeldesk.schema.reading import SPAN, STAMP, Reading, type_name

_INT64 = range(-(2**63), 2**63)
_PLAIN = (pl.Boolean, pl.Int64, pl.Float64, pl.String, pl.Date)
_VECTORS = pl.List(pl.Float64)


def plain(series: pl.Series) -> Reading:
    """Return the column as Boolean, Int64, Float64, String, Datetime, Date, Duration or vectors.

    Whole numbers beyond 64 bits and decimals become floats, times without a zone are taken as
    UTC, a column of nothing but nulls becomes Float64, lists of numbers become vectors, and
    everything else (times of day, bytes, structs, lists of anything else) becomes text.

    >>> plain(pl.Series("age", [31, 47], dtype=pl.UInt8)).series.dtype
    Int64
    """
    dtype = series.dtype
    if dtype in _PLAIN:
        return Reading(series=series)
    if dtype in (pl.Categorical, pl.Enum, pl.Time):
        count = len(series) - series.null_count()
        came = {"object": count} if count and dtype == pl.Time else None
        return Reading(series=series.cast(pl.String), came=came)
    if dtype.is_numeric() or dtype == pl.Null:
        return _number(series)
    if dtype.is_temporal():
        return _temporal(series)
    if _is_vector(dtype):
        return Reading(series=evened(series.cast(_VECTORS)))
    return from_values(series.name, series.to_list())


def evened(lists: pl.Series) -> pl.Series:
    """Return lists as arrays of one length where all are equally long, and not empty."""
    lengths = lists.list.len().drop_nulls()
    low, high = lengths.min(), lengths.max()
    if not isinstance(high, int) or not high or low != high:
        return lists
    return lists.list.to_array(high)


def _is_vector(dtype: pl.DataType) -> bool:
    """Whether values are lists of numbers; lists of nothing but nulls are, with no number."""
    if not isinstance(dtype, pl.List | pl.Array):
        return False
    if isinstance(dtype, pl.Array) and len(dtype.shape) > 1:
        return False
    inner = dtype.inner
    return inner.is_numeric() or inner == pl.Null


def _temporal(series: pl.Series) -> Reading:
    """Return times in UTC, and durations in microseconds; what is beyond 64 bits is null."""
    if series.dtype == pl.Duration:
        read = series.cast(SPAN, strict=False)
    else:
        zoned = isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone
        utc = series if zoned else series.dt.replace_time_zone("UTC")
        read = utc.dt.convert_time_zone("UTC").cast(STAMP, strict=False)
    if read.null_count() == series.null_count():
        return Reading(series=read)
    came = {type_name(read.dtype): len(series) - series.null_count()}
    return Reading(series=read, came=came)


def _number(series: pl.Series) -> Reading:
    """Return whole numbers where they have 64 bits, and floats elsewhere."""
    if not series.dtype.is_integer():
        return Reading(series=series.cast(pl.Float64))
    low, high = series.min(), series.max()
    if all(value is None or value in _INT64 for value in (low, high)):
        return Reading(series=series.cast(pl.Int64))
    count = len(series) - series.null_count()
    return Reading(series=series.cast(pl.Float64), came={"integer": count})
