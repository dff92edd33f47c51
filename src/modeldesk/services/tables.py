"""Whole tables to predict: checked column by column, all rows or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.errors import InvalidData, InvalidRows, Problem
from modeldesk.schema import LONGEST_KEY, MOST_PROBLEMS, LogPolicy, Signature
from modeldesk.services.fitting import Fitted, fitted
from modeldesk.services.stamping import Stamps, in_time, stamped, stamps_of
from modeldesk.store import ROW_ID, TIME

POSITION = "modeldesk:position"
"""Where a row lies in its table, from 0."""

REASON = "modeldesk:reason"
"""Why a row was refused."""

_EXPECTED = ": expected "


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTable:
    """Rows that fit a signature."""

    inputs: pl.DataFrame
    """The features in the signature's order and types."""
    times: Sequence[datetime]
    row_ids: Sequence[str | None]


def checked_table(
    frame: pl.DataFrame,
    signature: Signature,
    policy: LogPolicy,
    now: datetime,
    *,
    time: str | None,
    row_id: str | None,
    longest: int,
) -> CheckedTable:
    """Return a table's rows if all of them fit.

    Parameters
    ----------
    frame
        A column for each feature, and maybe one with times and one with the caller's keys.
    signature
        What the model takes.
    policy
        Which times are accepted.
    now
        The time of rows without one.
    time, row_id
        Names of those columns; without them, the usual ones are looked for.
    longest
        Longest text, in characters.

    Raises
    ------
    InvalidData
        When a column is missing, is not known, or cannot be read.
    InvalidRows
        When rows do not fit; names the first with their positions.
    """
    features = [column.name for column in signature.inputs]
    stamps = known_stamps(frame, signature, time=time, row_id=row_id)
    found = _fitting(frame, signature, policy, now, stamps)
    good = found.good
    problems = [*_problems(found), *_too_long(good, features, longest), *_bad_keys(good, stamps)]
    if problems:
        refused = found.bad.height + len({p.row for p in problems} & set(good[POSITION]))
        raise InvalidRows(tuple(problems[:MOST_PROBLEMS]), rows=refused)
    return CheckedTable(
        inputs=good.select(features),
        # Python's times are slow to make.
        times=[now] * good.height if stamps.time is None else good[TIME].to_list(),
        row_ids=good[ROW_ID].to_list() if ROW_ID in good.columns else [None] * good.height,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedTable:
    """Rows sorted into those that fit a signature, and the others."""

    good: pl.DataFrame
    """The features in the signature's order and types, `TIME`, `POSITION` and maybe `ROW_ID`."""
    refused: pl.DataFrame
    """Of the others `POSITION`, `REASON` and maybe `ROW_ID`."""
    problems: tuple[Problem, ...]
    """Of the first of them, what is wrong with each."""


def sorted_table(
    frame: pl.DataFrame,
    signature: Signature,
    policy: LogPolicy,
    now: datetime,
    *,
    time: str | None,
    row_id: str | None,
    longest: int,
) -> SortedTable:
    """Sort a table's rows by whether they fit; takes and raises what `checked_table` does.

    Rows that do not fit are no error here.
    """
    features = [column.name for column in signature.inputs]
    stamps = known_stamps(frame, signature, time=time, row_id=row_id)
    found = _fitting(frame, signature, policy, now, stamps)
    own = [ROW_ID] if ROW_ID in found.good.columns else []
    odd = [*_too_long(found.good, features, longest), *_bad_keys(found.good, stamps)]
    late = pl.DataFrame(
        {
            POSITION: pl.Series([problem.row for problem in odd], dtype=pl.UInt32),
            REASON: pl.Series([f"{p.field}: {p.problem}" for p in odd], dtype=pl.String),
        }
    ).unique(POSITION, keep="first")
    wrong = found.good.select(POSITION, *own).join(late, on=POSITION).select(POSITION, REASON, *own)
    early = found.bad.select(POSITION, found.reasons.alias(REASON), *own)
    return SortedTable(
        good=found.good.select(*features, TIME, POSITION, *own).join(
            late, on=POSITION, how="anti", maintain_order="left"
        ),
        refused=pl.concat([early, wrong]).sort(POSITION),
        problems=tuple(sorted([*_problems(found), *odd], key=lambda problem: problem.row)),
    )


def known_stamps(
    frame: pl.DataFrame, signature: Signature, *, time: str | None, row_id: str | None
) -> Stamps:
    """Return a table's columns with times and keys, when it has no column that is not known.

    Raises
    ------
    InvalidData
        Naming the columns that the model does not know.
    """
    features = [column.name for column in signature.inputs]
    stamps = stamps_of(frame, features, time=time, row_id=row_id)
    unknown = [n for n in frame.columns if n not in {*features, stamps.time, stamps.row_id}]
    if unknown:
        message = f"The model does not know the columns {', '.join(unknown)}."
        raise InvalidData(message, hint=f"It takes {', '.join(features)}.")
    return stamps


def _fitting(
    frame: pl.DataFrame, signature: Signature, policy: LogPolicy, now: datetime, stamps: Stamps
) -> Fitted:
    try:
        numbered = stamped(frame, stamps, now).with_row_index(POSITION)
        return in_time(fitted(numbered, Signature(inputs=signature.inputs)), policy, now)
    except pl.exceptions.PolarsError as error:
        message = f"The table cannot be read: {str(error).partition(chr(10))[0]}."
        raise InvalidData(message, hint="Check the types of its columns.") from error


def _problems(found: Fitted) -> list[Problem]:
    problems: list[Problem] = []
    for row, reason in zip(
        found.bad.head(MOST_PROBLEMS).iter_rows(named=True),
        found.reasons.head(MOST_PROBLEMS),
        strict=True,
    ):
        field, _, expected = reason.partition(_EXPECTED)
        if not expected:
            field, _, expected = reason.partition(": ")
            expected = "a time that the model's log policy accepts"
        value = str(row.get(field))[:40]
        problems.append(
            Problem(
                row=row[POSITION], field=field, problem=f"wrong value ({value})", expected=expected
            )
        )
    return problems


def _too_long(good: pl.DataFrame, names: Sequence[str], longest: int) -> list[Problem]:
    problems: list[Problem] = []
    schema = good.schema
    for name in names:
        if schema[name] != pl.String:
            continue
        lengths = good[name].str.len_chars()
        wrong = (lengths > longest).fill_null(value=False)
        found = zip(good[POSITION].filter(wrong), lengths.filter(wrong), strict=True)
        problems.extend(
            Problem(
                row=row,
                field=name,
                problem=f"too long, {length} characters",
                expected=f"at most {longest} characters",
            )
            for row, length in found
        )
    return problems


def _bad_keys(good: pl.DataFrame, stamps: Stamps) -> list[Problem]:
    if stamps.row_id is None:
        return []
    keys = good[ROW_ID]
    wrong = (keys.str.len_chars() > LONGEST_KEY) | keys.str.contains("\x00", literal=True)
    rows = good[POSITION].filter(wrong.fill_null(value=False))
    expected = f"at most {LONGEST_KEY} characters, without NUL"
    return [
        Problem(row=row, field=stamps.row_id, problem="unusable as a key", expected=expected)
        for row in rows
    ]
