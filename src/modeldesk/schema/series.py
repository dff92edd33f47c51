"""Turning whatever a column holds into one of six plain column types."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from numbers import Real

import numpy as np
import polars as pl

_INT64 = range(-(2**63), 2**63)
_STAMP = pl.Datetime("us", "UTC")
_PLAIN = (pl.Boolean, pl.Int64, pl.Float64, pl.String)
_DIRECT: dict[type, pl.DataType] = {
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    str: pl.String(),
}
"""Types whose values Polars reads without surprises."""


def plain(series: pl.Series) -> pl.Series:
    """Return the column as Boolean, Int64, Float64, String or Datetime (UTC).

    Whole numbers beyond 64 bits and decimals become floats, durations become seconds, times
    without a zone are taken as UTC, a column of nothing but nulls becomes Float64, and
    everything else (times of day, bytes, lists, objects) becomes text.

    >>> plain(pl.Series("age", [31, 47], dtype=pl.UInt8)).dtype
    Int64
    """
    dtype = series.dtype
    if dtype in _PLAIN:
        return series
    if dtype.is_integer():
        return _whole(series)
    if dtype.is_numeric() or dtype == pl.Null:
        return series.cast(pl.Float64)
    if dtype.is_temporal() and dtype != pl.Time:
        return _temporal(series)
    if dtype in (pl.Categorical, pl.Enum, pl.Time):
        return series.cast(pl.String)
    return from_values(series.name, [_text(value) for value in series.to_list()])


def _temporal(series: pl.Series) -> pl.Series:
    """Return dates and times as times in UTC, and durations in seconds."""
    if series.dtype == pl.Duration:
        return series.dt.total_microseconds().cast(pl.Float64) / 1e6
    if series.dtype == pl.Date:
        return series.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    zoned = isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone
    utc = series if zoned else series.dt.replace_time_zone("UTC")
    return utc.dt.convert_time_zone("UTC").cast(_STAMP)


def from_values(name: str, values: Sequence[object]) -> pl.Series:
    """Return a column made of Python values of one type, or of several.

    Numbers of several types become floats, dates and times become times; any other mixture
    becomes text, value by value.

    >>> from_values("mixed", [1, "a", None]).to_list()
    ['1', 'a', None]
    """
    types = set(map(type, values)) - {type(None)}
    if not types:
        return pl.Series(name, [None] * len(values), dtype=pl.Float64)
    if len(types) == 1 and types <= _DIRECT.keys():
        try:
            return pl.Series(name, values, dtype=_DIRECT[types.pop()], strict=True)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            return _mixed(name, values)
    if any(issubclass(kind, np.generic) for kind in types):
        values = [_item(value) if isinstance(value, np.generic) else value for value in values]
    return _mixed(name, values)


def _whole(series: pl.Series) -> pl.Series:
    low, high = series.min(), series.max()
    fits = all(value is None or value in _INT64 for value in (low, high))
    return series.cast(pl.Int64 if fits else pl.Float64)


def _mixed(name: str, values: Sequence[object]) -> pl.Series:
    present = [value for value in values if not _absent(value)]
    for dtype, fits, read in _READERS:
        if all(map(fits, present)):
            return pl.Series(name, [read(value) for value in values], dtype=dtype)
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return isinstance(value, date)


def _is_span(value: object) -> bool:
    return isinstance(value, timedelta)


def _item(value: np.generic) -> object:
    """Return a NumPy scalar as a Python value; times of any unit in microseconds."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        unit = "datetime64[us]" if isinstance(value, np.datetime64) else "timedelta64[us]"
        return value.astype(unit).item()
    return value.item()


def _absent(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, NaT, NA (none of which equals itself)."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return type(value).__name__ in {"NAType", "NaTType"}


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if not isinstance(value, Real | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.inf
    except ValueError:  # a signalling NaN of the decimal module
        return math.nan


def _stamp(value: object) -> datetime | None:
    if _absent(value) or not isinstance(value, date):
        return None
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:  # a zone that leads out of the years 1 to 9999
        return None


def _seconds(value: object) -> float | None:
    return value.total_seconds() if isinstance(value, timedelta) else None


def _text(value: object) -> str | None:
    if _absent(value):
        return None
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.encode(errors="replace").decode()


_READERS: tuple[tuple[pl.DataType, Callable[[object], bool], Callable[[object], object]], ...] = (
    (pl.Boolean(), _is_flag, _flag),
    (pl.Float64(), _is_number, _number),
    (_STAMP, _is_time, _stamp),
    (pl.Float64(), _is_span, _seconds),
)
"""Types of column, which values they take, and how those are read."""
