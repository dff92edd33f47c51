"""Tables of labels: which prediction each is about, what it is, since when, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import polars as pl

from modeldesk.clock import microseconds
from modeldesk.errors import InvalidArgument, InvalidData, Problem
from modeldesk.schema import LONGEST_KEY, MOST_PROBLEMS, Column, Frame, to_frame
from modeldesk.services.fitting import in_calendar
from modeldesk.services.label_values import checked_values
from modeldesk.store import identified, label_hash

LABEL, TIME, SOURCE = "label", "label_time", "label_source"
"""Names that a table's columns have unless others are told."""

LONGEST_SOURCE = 200
"""Characters that say where labels come from."""

_AHEAD = timedelta(days=1)
"""How far clocks may differ: an outcome is not known earlier than it is told."""

_FIRST = 0
"""Microseconds since 1970."""


class LabelKey(StrEnum):
    """What names a label's prediction."""

    PREDICTION = "prediction_id"
    """The identifier from the prediction's answer."""
    OWN = "row_id"
    """The caller's own key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumns:
    """Which columns of a table are what; ``None``: those with the usual names."""

    key: LabelKey | None = None
    """What names predictions; ``None``: an identifier where a row has one, else an own key."""
    key_column: str | None = None
    """Where the names are; by default called like ``key``."""
    label: str | None = None
    time: str | None = None
    source: str = ""
    """Where all labels come from, that do not say so themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabels:
    """The rows of a table of labels, sorted into good ones and others."""

    good: pl.DataFrame
    """As the store writes them."""
    invalid: int
    """How many rows are wrong."""
    problems: tuple[Problem, ...]
    """What is wrong with the first of them."""
    ignored: tuple[str, ...]
    """Columns that say nothing about labels."""


def read_labels(data: Frame, columns: LabelColumns, outcome: Column, now: datetime) -> ReadLabels:
    """Read a table of labels.

    Parameters
    ----------
    data
        The table.
    columns
        Which columns are what.
    outcome
        What labels may be.
    now
        The time of labels that have none.

    Raises
    ------
    InvalidArgument
        When the source is too long.
    InvalidData
        When a column is not there or cannot be read.
    """
    if len(columns.source) > LONGEST_SOURCE or "\0" in columns.source:
        message = f"A source is text of at most {LONGEST_SOURCE} characters, without NUL."
        raise InvalidArgument(message, hint="Name the system that the labels come from.")
    frame = table_of(data)
    reasons = _Reasons(frame.height)
    label = _named(frame, columns.label or LABEL, "labels")
    checked = checked_values(label, outcome)
    names = _names(frame, columns, reasons)
    reasons.add(checked.reasons, field=label.name, expected=checked.expected)
    times = _times(frame, columns.time, now, reasons)
    sources = _sources(frame, columns.source, reasons)
    good = names.with_columns(
        times.alias("time"), sources.alias("source"), checked.values.alias("value")
    ).filter(reasons.none)
    used = {label.name, columns.time or TIME, SOURCE, columns.key_column, *LabelKey}
    return ReadLabels(
        good=good.with_columns(label_hash(good)),
        invalid=reasons.count,
        problems=reasons.problems,
        ignored=tuple(sorted(name for name in frame.columns if name not in used)),
    )


class _Reasons:
    """What is wrong with which rows; the first reason of a row counts."""

    def __init__(self, rows: int) -> None:
        self._wrong = np.zeros(rows, dtype=bool)
        self._problems: list[Problem] = []

    @property
    def none(self) -> pl.Series:
        """Which rows are right."""
        return pl.Series(~self._wrong)

    @property
    def count(self) -> int:
        """How many rows are wrong."""
        return int(self._wrong.sum())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The first problems, in the order of the rows."""
        return tuple(sorted(self._problems, key=lambda found: found.row)[:MOST_PROBLEMS])

    def add(self, reasons: pl.Series, *, field: str, expected: str) -> None:
        """Add reasons, null where there is none."""
        found = reasons.is_not_null().to_numpy() & ~self._wrong
        for row in np.flatnonzero(found)[:MOST_PROBLEMS]:
            told = str(reasons[int(row)])
            self._problems.append(
                Problem(row=int(row), field=field, problem=told, expected=expected)
            )
        self._wrong |= found


def table_of(data: Frame) -> pl.DataFrame:
    """Return any table; lists of names stay lists."""
    if not isinstance(data, pl.DataFrame):
        return to_frame(data)
    lists = [
        series
        for series in data
        if isinstance(series.dtype, pl.List) and series.dtype.inner == pl.String
    ]
    rest = data.drop([series.name for series in lists])
    return to_frame(rest).with_columns(lists) if rest.width else pl.DataFrame(lists)


def _named(frame: pl.DataFrame, name: str, what: str) -> pl.Series:
    if name not in frame.columns:
        message = f"The table has no column {name!r} with the {what}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns) or 'none'}.")
    return frame[name]


def _names(frame: pl.DataFrame, columns: LabelColumns, reasons: _Reasons) -> pl.DataFrame:
    """Return what names each row's prediction, and whether that is an own key."""
    nothing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    wanted = list(LabelKey) if columns.key is None else [columns.key]
    if columns.key is None and columns.key_column is not None:
        message = "The column with the keys was named, but not what they are."
        raise InvalidArgument(message, hint="Say whether it is prediction_id or row_id.")
    found: dict[LabelKey, pl.Series] = {}
    for key in wanted:
        column = columns.key_column or key.value
        if column in frame.columns:
            found[key] = _as_text(frame[column])
    if not found:
        told = columns.key_column or " or ".join(wanted)
        message = f"The table has no column {told}, which would name the predictions."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns) or 'none'}.")
    ids = found.get(LabelKey.PREDICTION, nothing)
    own = found.get(LabelKey.OWN, nothing)
    by_own = ids.is_null()
    names = own.zip_with(by_own, ids)
    field = columns.key_column or (
        " or ".join(found) if len(found) > 1 else next(iter(found)).value
    )
    parts = list(identified(ids))
    _judge(names, by_own, parts[0], field, reasons)
    return pl.DataFrame(
        {
            "position": pl.int_range(frame.height, eager=True),
            "own": by_own,
            "name": names,
            "chunk_key": parts[0],
            "row": parts[1],
        }
    )


def _judge(
    names: pl.Series, by_own: pl.Series, parts: pl.Series, field: str, reasons: _Reasons
) -> None:
    strange = ~by_own & parts.is_null()
    unusable = (names.str.len_chars() > LONGEST_KEY) | names.str.contains("\0", literal=True)
    told = pl.select(
        pl.when(names.is_null())
        .then(pl.lit("missing"))
        .when(strange)
        .then(pl.format("no prediction_id ('{}')", names.str.slice(0, 40)))
        .when(unusable.fill_null(value=False))
        .then(pl.lit("unusable as a key"))
        .otherwise(pl.lit(None, dtype=pl.String))
    ).to_series()
    expected = f"a prediction's identifier, or an own key of at most {LONGEST_KEY} characters"
    reasons.add(told, field=field, expected=expected)


def _as_text(series: pl.Series) -> pl.Series:
    if not (series.dtype.is_integer() or series.dtype in (pl.String, pl.Null)):
        if series.null_count() < len(series):
            message = f"The column {series.name!r} cannot be read as keys: it holds {series.dtype}."
            raise InvalidData(message, hint="Give keys as text or as whole numbers.")
        return pl.repeat(None, len(series), dtype=pl.String, eager=True).alias(series.name)
    return series.cast(pl.String)


def _times(frame: pl.DataFrame, column: str | None, now: datetime, reasons: _Reasons) -> pl.Series:
    """Return when outcomes were known, in microseconds since 1970."""
    present = microseconds(now)
    if column is None and TIME not in frame.columns:
        return pl.repeat(present, frame.height, dtype=pl.Int64, eager=True)
    given = _named(frame, column or TIME, "times")
    if given.null_count() == len(given):
        return pl.repeat(present, frame.height, dtype=pl.Int64, eager=True)
    if given.dtype == pl.String:
        times = given.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    elif isinstance(given.dtype, pl.Datetime | pl.Date):
        times = in_calendar(given).cast(pl.Datetime("us"))
    else:
        message = f"The column {given.name!r} cannot be read as times: it holds {given.dtype}."
        raise InvalidData(message, hint="Write times in ISO 8601.")
    read = times.dt.epoch("us")
    odd = ~read.is_between(_FIRST, present + microseconds_of(_AHEAD)).fill_null(value=False)
    shown = given.cast(pl.String).str.slice(0, 40).alias("shown")
    told = pl.select(
        pl.when(given.is_null() | ~odd)
        .then(pl.lit(None, dtype=pl.String))
        .otherwise(pl.format("no time that has come ('{}')", shown))
    ).to_series()
    expected = "a time in ISO 8601 from 1970 until now, such as '2026-01-31T12:00:00Z'"
    reasons.add(told, field=given.name, expected=expected)
    return read.fill_null(present).cast(pl.Int64)


def microseconds_of(span: timedelta) -> int:
    """Return how many microseconds a time span has.

    >>> microseconds_of(timedelta(seconds=1))
    1000000
    """
    return span // timedelta(microseconds=1)


def _sources(frame: pl.DataFrame, given: str, reasons: _Reasons) -> pl.Series:
    if SOURCE not in frame.columns:
        return pl.repeat(given, frame.height, dtype=pl.String, eager=True)
    told = frame[SOURCE]
    texts = told.cast(pl.String) if told.dtype != pl.String else told
    wrong = (texts.str.len_chars() > LONGEST_SOURCE) | texts.str.contains("\0", literal=True)
    reason = pl.select(
        pl.when(wrong.fill_null(value=False))
        .then(pl.lit("unusable"))
        .otherwise(pl.lit(None, dtype=pl.String))
    ).to_series()
    expected = f"text of at most {LONGEST_SOURCE} characters"
    reasons.add(reason, field=SOURCE, expected=expected)
    return texts.fill_null(given)
