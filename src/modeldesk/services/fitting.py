"""Checking whole tables against a signature, column by column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

import msgspec
import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Role, Signature, polars_type

_REASON = "modeldesk:reason"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_UNITS = {"ms": timedelta(milliseconds=1), "us": timedelta(microseconds=1)}
_SECOND = 1_000_000
"""Microseconds."""
_LARGEST = 2**63 - 1
_NO_NUMBERS = {Kind.BOOLEAN, Kind.DATE, Kind.DATETIME}
"""Kinds whose values are never given as numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A table sorted into what fits a signature and what does not."""

    good: pl.DataFrame
    """Rows that fit, in the signature's types; other columns as they came."""
    bad: pl.DataFrame
    """Rows that do not, as they came."""
    reasons: pl.Series
    """Why, one sentence for each row of ``bad``."""


def fitted(frame: pl.DataFrame, signature: Signature) -> Fitted:
    """Sort rows by whether each value has the type that the signature asks for.

    Score columns may be absent; so may optional inputs.

    Raises
    ------
    InvalidData
        When a needed column is absent altogether; names all that are.
    """
    there = frozenset(frame.columns)
    absent = [c for c in signature.columns if c.name not in there]
    needed = [c.name for c in absent if not (c.optional or c.role is Role.SCORE)]
    if needed:
        message = f"The table lacks the columns {', '.join(needed)}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns)}.")
    reason = pl.lit(None, dtype=pl.String)
    typed: list[pl.Series] = []
    checks: dict[str, pl.Series] = {}
    for column in signature.columns:
        if column.name not in there:
            typed.append(
                pl.repeat(None, frame.height, dtype=_type(column), eager=True).alias(column.name)
            )
            continue
        given = frame[column.name]
        plain = _plain(given, column)
        if plain is not None:
            typed.append(plain)
            continue
        series = in_calendar(_cast(given, column))
        typed.append(series)
        wrong = _wrong(given, series, column)
        if wrong is not None:
            name = f"modeldesk:wrong:{column.name}"
            checks[name] = wrong
            told = pl.lit(f"{column.name}: expected {column.expected()}")
            reason = pl.coalesce(reason, pl.when(pl.col(name)).then(told))
    if not checks:
        return Fitted(
            good=with_series(frame, typed),
            bad=frame.clear(),
            reasons=pl.Series([], dtype=pl.String),
        )
    reasons = pl.DataFrame(checks).select(reason.alias(_REASON))[_REASON]
    fits = reasons.is_null()
    return Fitted(
        good=with_series(frame, typed).filter(fits),
        bad=frame.filter(~fits),
        reasons=reasons.filter(~fits),
    )


def with_series(frame: pl.DataFrame, new: Iterable[pl.Series]) -> pl.DataFrame:
    """Return a table with columns replaced or added, without asking Polars' query engine.

    >>> with_series(pl.DataFrame({"a": [1], "b": [2]}), [pl.Series("a", ["x"])]).row(0)
    ('x', 2)
    """
    columns = {series.name: series for series in frame.get_columns()}
    columns |= {series.name: series for series in new}
    return pl.DataFrame(list(columns.values()))


def _type(column: Column) -> pl.DataType:
    return polars_type(column)


def _plain(series: pl.Series, column: Column) -> pl.Series | None:
    """Return a column in its type where every value fits at a glance; ``None``: look closer.

    Most columns do. What needs an expression takes Polars' query engine, a third of a
    millisecond for each; a cast, a sum and the number of nulls do not.
    """
    wanted = _type(column)
    if wanted.is_temporal():
        return None
    if series.dtype == wanted:
        cast = series
    elif series.dtype in _PLAINLY_CAST.get(type(wanted), ()):
        cast = series.cast(wanted, strict=False)
    else:
        return None
    missing = series.null_count()
    may_miss = column.optional or column.role is Role.SCORE
    if cast.null_count() != missing or (missing and not may_miss):
        return None
    # NaN and infinity make every sum that they are in not finite.
    return cast if wanted != pl.Float64 or isfinite(cast.sum()) else None


_INTEGERS = frozenset(
    {pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.String}
)
_PLAINLY_CAST: dict[type[pl.DataType], frozenset[type[pl.DataType]]] = {
    pl.Int64: _INTEGERS,
    pl.Float64: _INTEGERS | {pl.Float32},
}
"""Types whose values are the same after a cast, or null."""


def _cast(series: pl.Series, column: Column) -> pl.Series:
    """Cast what can be cast; the rest becomes null."""
    wanted = _type(column)
    if series.dtype == wanted:
        return series.fill_nan(None) if wanted == pl.Float64 else series
    if series.dtype == pl.String and column.kind in _FROM_TEXT:
        return _FROM_TEXT[column.kind](series.str.strip_chars())
    if series.dtype.is_numeric() and column.kind is Kind.DURATION:
        return _seconds(series)
    try:
        number = series.dtype.is_numeric() and column.kind in _NO_NUMBERS
        cast = _nothing(series, wanted) if number else series.cast(wanted, strict=False)
    except pl.exceptions.PolarsError:
        return _nothing(series, wanted)
    if column.kind is Kind.INTEGER and series.dtype.is_float():
        return _whole(series, cast)
    return cast.fill_nan(None) if wanted == pl.Float64 else cast


def in_calendar(series: pl.Series, *, nearest: bool = False) -> pl.Series:
    """Return a column; dates and times of years that Python cannot say become null.

    With ``nearest``, they become the first or the last that it can say.

    >>> in_calendar(pl.Series([0, 2**31 - 1], dtype=pl.Int32).cast(pl.Date)).null_count()
    1
    """
    if series.dtype == pl.Date:
        first, last = (_FIRST - _EPOCH).days, (_LAST - _EPOCH).days
    elif isinstance(series.dtype, pl.Datetime) and series.dtype.time_unit in _UNITS:
        unit = _UNITS[series.dtype.time_unit]
        # In other zones, the first and the last day are partly beyond.
        near = timedelta(days=0 if series.dtype.time_zone in {None, "UTC"} else 1)
        first = (_FIRST - _EPOCH + near) // unit
        last = (_LAST - _EPOCH - near) // unit
    else:
        return series  # nanoseconds reach from 1677 to 2262
    physical = series.to_physical()
    if nearest:
        return physical.clip(first, last).cast(series.dtype)
    return series.set(~physical.is_between(first, last), None)


def _nothing(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(series.name, [None] * len(series), dtype=dtype)


def _seconds(series: pl.Series) -> pl.Series:
    """Read numbers of seconds as durations; those beyond 64 bits of microseconds become null."""
    if series.dtype.is_integer():
        most = _LARGEST // _SECOND
        whole = series.cast(pl.Int64, strict=False)
        spans = whole.set(~whole.is_between(-most, most), None) * _SECOND
    else:
        spans = (series.cast(pl.Float64) * _SECOND).round().cast(pl.Int64, strict=False)
    return spans.cast(pl.Duration("us"))


def _spans(series: pl.Series) -> pl.Series:
    """Read durations, as numbers of seconds or in ISO 8601."""
    numbers = _seconds(series.cast(pl.Float64, strict=False))
    others = series.filter(numbers.is_null()).drop_nulls().unique().to_list()
    told = {text: _span(text) for text in others}
    if not told:
        return numbers
    read = series.replace_strict(told, default=None, return_dtype=pl.Int64)
    return numbers.fill_null(read.cast(pl.Duration("us")))


def _span(text: str) -> int | None:
    try:
        span = msgspec.convert(text, timedelta, strict=False) // timedelta(microseconds=1)
    except (msgspec.ValidationError, OverflowError):
        return None
    return span if abs(span) <= _LARGEST else None


def _dates(series: pl.Series) -> pl.Series:
    return series.str.to_date("%Y-%m-%d", strict=False)


def _floats(series: pl.Series) -> pl.Series:
    return series.cast(pl.Float64, strict=False).fill_nan(None)


def _moments(series: pl.Series) -> pl.Series:
    return series.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)


def _truths(series: pl.Series) -> pl.Series:
    return series.str.to_lowercase().replace_strict(
        {"true": True, "false": False}, default=None, return_dtype=pl.Boolean
    )


def _integers(series: pl.Series) -> pl.Series:
    """Read whole numbers; text may say 3.0 for 3, and what is exact as it is stays exact."""
    numbers = series.cast(pl.Float64, strict=False)
    whole = _whole(numbers, numbers.cast(pl.Int64, strict=False))
    return series.cast(pl.Int64, strict=False).fill_null(whole)


def _whole(numbers: pl.Series, cast: pl.Series) -> pl.Series:
    return cast.set(numbers != numbers.floor(), None)


_FROM_TEXT = {
    Kind.BOOLEAN: _truths,
    Kind.INTEGER: _integers,
    Kind.FLOAT: _floats,
    Kind.DATETIME: _moments,
    Kind.DATE: _dates,
    Kind.DURATION: _spans,
}


def _wrong(given: pl.Series, cast: pl.Series, column: Column) -> pl.Series | None:
    """Say which rows are wrong; ``None`` where none is."""
    wrong = cast.is_null()
    if column.optional or column.role is Role.SCORE:
        missing = given.is_null()
        if given.dtype.is_float():
            missing |= given.is_nan()
        wrong &= ~missing
    if cast.dtype == pl.Float64:
        wrong |= cast.is_infinite().fill_null(value=False)
    return wrong if wrong.any() else None
