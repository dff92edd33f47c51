"""The time and the caller's own key of each row of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from modeldesk.clock import instant, microseconds
from modeldesk.errors import InvalidData
from modeldesk.schema import CALENDAR_END, CALENDAR_START, LogPolicy, OddTimes
from modeldesk.services.fitting import Fitted, in_calendar, with_series
from modeldesk.store import ROW_ID, TIME

_TIMES = ("timestamp", "time")
_KEYS = ("row_id",)
_UTC = pl.Datetime("us", "UTC")
_OURS = "modeldesk:"
"""How the names of the log's own columns begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """Which columns of a table say when a row happened, and what its key is."""

    time: str | None
    row_id: str | None


def stamps_of(
    frame: pl.DataFrame, known: Collection[str], *, time: str | None, row_id: str | None
) -> Stamps:
    """Return the columns that were named, or those with the usual names.

    Parameters
    ----------
    frame
        The table.
    known
        Columns that the model uses itself.
    time, row_id
        Names of the columns, where the caller gave them.
    """

    def usual(names: Collection[str]) -> str | None:
        return next((n for n in names if n in frame.columns and n not in known), None)

    return Stamps(time=time or usual(_TIMES), row_id=row_id or usual(_KEYS))


def stamped(frame: pl.DataFrame, stamps: Stamps, now: datetime) -> pl.DataFrame:
    """Return the table with each row's time in UTC and its key, under the log's names.

    Dates and times that are beyond Python's calendar become null.

    Parameters
    ----------
    frame
        The table.
    stamps
        Its columns with times and keys; times without a zone are UTC.
    now
        The time of rows without one.

    Raises
    ------
    InvalidData
        When a column is not there or has a name of the log's own, the times cannot be read, or
        the keys are neither text nor whole numbers.
    """
    ours = [name for name in frame.columns if name.startswith(_OURS)]
    if ours:
        message = f"The table has the columns {', '.join(ours)}, whose names are not free."
        raise InvalidData(message, hint=f"Rename them: names that begin with {_OURS} are taken.")
    timed = _times(frame, stamps.time, now)
    known = [in_calendar(series) for series in frame.get_columns() if series.dtype.is_temporal()]
    return _keyed(with_series(frame, [*known, timed]), stamps.row_id)


def in_time(found: Fitted, policy: LogPolicy, now: datetime) -> Fitted:
    """Apply the policy's range of times; rows without a readable time do not fit either."""
    if _all_accepted(found.good[TIME], policy, now):
        return found
    earliest, latest = policy.earliest(now), policy.latest(now)
    time = pl.col(TIME)
    match policy.times:
        case OddTimes.CLAMP:
            early, late = pl.when(time < earliest).then(earliest), time > latest
            clamped = early.when(late).then(now).otherwise(time).cast(found.good.schema[TIME])
            found = replace(found, good=found.good.with_columns(clamped.alias(TIME)))
            fits = time.is_not_null()
        case OddTimes.ACCEPT:
            fits = time.is_between(CALENDAR_START, CALENDAR_END, closed="left")
        case OddTimes.REFUSE:
            fits = time.is_between(earliest, latest)
    fits = fits.fill_null(value=False)
    odd = found.good.filter(~fits)
    if not odd.height:
        return found
    told = pl.Series(["time: missing, unreadable or out of range"] * odd.height, dtype=pl.String)
    return Fitted(
        good=found.good.filter(fits),
        bad=pl.concat([found.bad, odd], how="diagonal_relaxed"),
        reasons=pl.concat([found.reasons, told]),
    )


def _all_accepted(times: pl.Series, policy: LogPolicy, now: datetime) -> bool:
    """Whether the policy takes all times as they are, told by the first and the last."""
    numbers = times.to_physical()
    low, high = numbers.min(), numbers.max()
    if times.null_count() or not (isinstance(low, int) and isinstance(high, int)):
        return False
    if low < microseconds(CALENDAR_START) or high >= microseconds(CALENDAR_END):
        return False  # some of these Python cannot say
    return all(policy.time(found, now) == found for found in (instant(low), instant(high)))


def _times(frame: pl.DataFrame, column: str | None, now: datetime) -> pl.Series:
    """Return each row's time, under the log's name."""
    if column is None:
        return (
            pl.repeat(microseconds(now), frame.height, dtype=pl.Int64, eager=True)
            .cast(_UTC)
            .alias(TIME)
        )
    if column not in frame.columns:
        message = f"The table has no column {column!r}, which was named as the time."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns)}.")
    # Times are judged by the policy, which may clamp them: those beyond stay far away.
    series = in_calendar(frame[column], nearest=True)
    if series.dtype == pl.String:
        series = series.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    elif not isinstance(series.dtype, pl.Datetime | pl.Date):
        message = f"The column {column!r} cannot be read as times: it holds {series.dtype}."
        raise InvalidData(message, hint="Write times in ISO 8601.")
    elif getattr(series.dtype, "time_zone", None) is None:
        series = series.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return series.cast(_UTC).alias(TIME)


def _keyed(frame: pl.DataFrame, column: str | None) -> pl.DataFrame:
    if column is None:
        return frame
    if column not in frame.columns:
        message = f"The table has no column {column!r}, which was named as the own key."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns)}.")
    dtype = frame.schema[column]
    if not (dtype.is_integer() or isinstance(dtype, _TEXTS)):
        message = f"The column {column!r} cannot be read as keys: it holds {dtype}."
        raise InvalidData(message, hint="Give keys as text or as whole numbers.")
    return frame.with_columns(pl.col(column).cast(pl.String).alias(ROW_ID))


_TEXTS = (pl.String, pl.Categorical, pl.Enum, pl.Null)
