"""Turning whatever a column holds into one of six plain column types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

_INT64 = range(-(2**63), 2**63)
_STAMP = pl.Datetime("us", "UTC")


def plain(series: pl.Series) -> pl.Series:
    """Return the column as Boolean, Int64, Float64, String or Datetime (UTC).

    Whole numbers beyond 64 bits and decimals become floats, durations become seconds, times
    without a zone are taken as UTC, a column of nothing but nulls becomes Float64, and
    everything else (times of day, bytes, lists, objects) becomes text.

    >>> plain(pl.Series("age", [31, 47], dtype=pl.UInt8)).dtype
    Int64
    """
    dtype = series.dtype
    if dtype in (pl.Boolean, pl.Int64, pl.Float64, pl.String):
        return series
    if dtype.is_integer():
        return _whole(series)
    if dtype.is_numeric() or dtype == pl.Null:
        return series.cast(pl.Float64)
    if dtype == pl.Duration:
        return series.dt.total_microseconds(fractional=False).cast(pl.Float64) / 1e6
    if dtype == pl.Date:
        return series.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(dtype, pl.Datetime):
        utc = series if dtype.time_zone else series.dt.replace_time_zone("UTC")
        return utc.dt.convert_time_zone("UTC").cast(_STAMP)
    if dtype in (pl.Categorical, pl.Enum, pl.Time):
        return series.cast(pl.String)
    return from_values(series.name, [_text(value) for value in series.to_list()])


def from_values(name: str, values: Sequence[object]) -> pl.Series:
    """Return a column made of Python values of one type, or of several.

    Numbers of several types become floats, dates and times become times; any other mixture
    becomes text, value by value.

    >>> from_values("mixed", [1, "a", None]).to_list()
    ['1', 'a', None]
    """
    try:
        series = pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return _mixed(name, values)
    return _mixed(name, values) if series.dtype == pl.Object else plain(series)


def _whole(series: pl.Series) -> pl.Series:
    low, high = series.min(), series.max()
    fits = all(value is None or value in _INT64 for value in (low, high))
    return series.cast(pl.Int64 if fits else pl.Float64)


def _mixed(name: str, values: Sequence[object]) -> pl.Series:
    present = [value for value in values if not _absent(value)]
    if all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in present):
        return pl.Series(name, [_number(value) for value in values], dtype=pl.Float64)
    if present and all(isinstance(value, date) for value in present):
        return pl.Series(name, [_stamp(value) for value in values], dtype=_STAMP)
    if present and all(isinstance(value, bool) for value in present):
        return pl.Series(name, [None if _absent(v) else v for v in values], dtype=pl.Boolean)
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String)


def _absent(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, NaT, NA (none of which equals itself)."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return type(value).__name__ in {"NAType", "NaTType"}


def _number(value: object) -> float | None:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    try:
        return float(value)  # type: ignore[arg-type]  # only numbers come here
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]


def _stamp(value: object) -> datetime | None:
    if _absent(value) or not isinstance(value, date):
        return None
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _text(value: object) -> str | None:
    if _absent(value):
        return None
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.encode(errors="replace").decode()
