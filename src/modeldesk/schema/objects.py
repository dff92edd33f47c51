"""Columns made of Python values: of one type, or of several."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import polars as pl

from modeldesk.schema.reading import SPAN, STAMP, Reading

_DIRECT: dict[type, pl.DataType] = {
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    str: pl.String(),
}
"""Types whose values Polars reads without surprises."""
_ONE_DIMENSION = 1
_MOST_DAYS = 106_000_000
"""Longer durations are beyond 64 bits of microseconds."""


def from_values(name: str, values: Sequence[object]) -> Reading:
    """Return a column made of Python values of one type, or of several.

    Numbers of several types become floats, dates among times become times, lists of numbers
    become vectors; any other mixture becomes text, value by value. The types in which the
    values came are counted.

    >>> mixed = from_values("mixed", [1, "a", None])
    >>> mixed.series.to_list(), dict(mixed.types())
    (['1', 'a', None], {'integer': 1, 'string': 1})
    """
    types = set(map(type, values)) - {type(None)}
    if not types:
        return Reading(series=pl.Series(name, [None] * len(values), dtype=pl.Float64))
    if len(types) == 1 and types <= _DIRECT.keys():
        try:
            series = pl.Series(name, values, dtype=_DIRECT[next(iter(types))], strict=True)
            return Reading(series=series)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            return _mixed(name, values)
    if any(issubclass(kind, np.generic) for kind in types):
        values = [_item(value) if isinstance(value, np.generic) else value for value in values]
    return _mixed(name, values)


def _mixed(name: str, values: Sequence[object]) -> Reading:
    present = [value for value in values if not _absent(value)]
    came = Counter(map(_type_of, present))
    for dtype, fits, read in _READERS:
        if came.keys() <= fits:
            series = pl.Series(name, [read(value) for value in values], dtype=dtype)
            return Reading(series=series, came=came)
    nan = sum(isinstance(value, float) and math.isnan(value) for value in values)
    if came.keys() == {"vector"}:
        return Reading(series=_vectors(name, values), came=came, lost_nan=nan)
    series = pl.Series(name, [_text(value) for value in values], dtype=pl.String)
    return Reading(series=series, came=came, lost_nan=nan)


def _type_of(value: object) -> str:
    for name, types in _NAMES:
        if isinstance(value, types):
            return name
    return "vector" if _is_vector(value) else "object"


_NAMES: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("boolean", bool),
    ("string", str),
    ("integer", Integral),
    ("fractional", (Real, Decimal)),
    ("datetime", datetime),
    ("date", date),
    ("duration", timedelta),
)
"""The types of values in the order in which they are looked for: a flag is a whole number."""


def _is_vector(value: object) -> bool:
    """Whether a value is a list of numbers, gaps in it allowed."""
    if isinstance(value, np.ndarray):
        return value.ndim == _ONE_DIMENSION and value.dtype.kind in "iuf"
    if not isinstance(value, list | tuple):
        return False
    kinds = set(map(type, value))
    if kinds <= {float, int}:
        return True
    return bool not in kinds and all(issubclass(kind, Real | type(None)) for kind in kinds)


def _vectors(name: str, values: Sequence[object]) -> pl.Series:
    lists = [_numbers(value) for value in values]
    lengths = {len(numbers) for numbers in lists if numbers is not None}
    length = lengths.pop() if len(lengths) == 1 else 0
    dtype = pl.Array(pl.Float64, length) if length else pl.List(pl.Float64)
    return pl.Series(name, lists, dtype=dtype)


def _numbers(value: object) -> list[float] | None:
    if not isinstance(value, np.ndarray | list | tuple):
        return None
    return [math.nan if part is None else _number(part) or 0.0 for part in value]


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
    if isinstance(value, Decimal):
        return value.is_nan()
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


def _day(value: object) -> date | None:
    return None if _absent(value) or not isinstance(value, date) else value


def _stamp(value: object) -> datetime | None:
    if _absent(value) or not isinstance(value, date):
        return None
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:  # a zone that leads out of the years 1 to 9999
        return None


def _span(value: object) -> timedelta | None:
    if not isinstance(value, timedelta) or abs(value.days) > _MOST_DAYS:
        return None
    return value


def _text(value: object) -> str | None:
    if _absent(value):
        return None
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.encode(errors="replace").decode()


_READERS: tuple[tuple[pl.DataType, frozenset[str], Callable[[object], object]], ...] = (
    (pl.Boolean(), frozenset({"boolean"}), _flag),
    (pl.Float64(), frozenset({"integer", "fractional"}), _number),
    (pl.Date(), frozenset({"date"}), _day),
    (STAMP, frozenset({"date", "datetime"}), _stamp),
    (SPAN, frozenset({"duration"}), _span),
)
"""Types of column, the types of values that fit into them, and how those are read."""
