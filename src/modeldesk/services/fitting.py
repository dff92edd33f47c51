"""Checking whole tables against a signature, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Role, Signature, polars_type

_REASON = "modeldesk:reason"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


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
    absent = [c for c in signature.columns if c.name not in frame.columns]
    needed = [c.name for c in absent if not (c.optional or c.role is Role.SCORE)]
    if needed:
        message = f"The table lacks the columns {', '.join(needed)}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns)}.")
    reason = pl.lit(None, dtype=pl.String)
    typed: list[pl.Series] = []
    checks: dict[str, pl.Series] = {}
    for column in signature.columns:
        if column.name not in frame.columns:
            typed.append(
                pl.repeat(None, frame.height, dtype=_type(column), eager=True).alias(column.name)
            )
            continue
        series = _in_calendar(_cast(frame[column.name], column))
        typed.append(series)
        wrong = _wrong(frame[column.name], series, column)
        if wrong is not None:
            name = f"modeldesk:wrong:{column.name}"
            checks[name] = wrong
            told = pl.lit(f"{column.name}: expected {column.expected()}")
            reason = pl.coalesce(reason, pl.when(pl.col(name)).then(told))
    if not checks:
        return Fitted(
            good=frame.with_columns(typed),
            bad=frame.clear(),
            reasons=pl.Series([], dtype=pl.String),
        )
    reasons = pl.DataFrame(checks).select(reason.alias(_REASON))[_REASON]
    fits = reasons.is_null()
    return Fitted(
        good=frame.with_columns(typed).filter(fits),
        bad=frame.filter(~fits),
        reasons=reasons.filter(~fits),
    )


def _type(column: Column) -> pl.DataType:
    return polars_type(column)


def _cast(series: pl.Series, column: Column) -> pl.Series:
    """Cast what can be cast; the rest becomes null."""
    wanted = _type(column)
    if series.dtype == wanted:
        return series.fill_nan(None) if wanted == pl.Float64 else series
    if series.dtype == pl.String and column.kind in _FROM_TEXT:
        return _FROM_TEXT[column.kind](series)
    try:
        cast = series.cast(wanted, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(series.name, [None] * len(series), dtype=wanted)
    if column.kind is Kind.INTEGER and series.dtype.is_float():
        return _whole(series, cast)
    return cast.fill_nan(None) if wanted == pl.Float64 else cast


def _in_calendar(series: pl.Series) -> pl.Series:
    """Return dates and times; those of years that Python cannot say become null."""
    if series.dtype == pl.Date:
        return series.set(~series.is_between(date.min, date.max), None)
    if series.dtype == pl.Datetime("us", "UTC"):
        return series.set(~series.is_between(_FIRST, _LAST), None)
    return series


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


_FROM_TEXT = {Kind.DATETIME: _moments, Kind.BOOLEAN: _truths, Kind.INTEGER: _integers}


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
