"""Whole tables to predict: checked column by column, all rows or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.errors import InvalidData, InvalidRows, Problem
from modeldesk.schema import LogPolicy, Signature
from modeldesk.services.fitting import Fitted, fitted
from modeldesk.services.stamping import in_time, stamped, stamps_of
from modeldesk.store import ROW_ID, TIME

_POSITION = "modeldesk:position"
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
        When a column is missing, or is not known.
    InvalidRows
        When rows do not fit; names each with its position.
    """
    features = [column.name for column in signature.inputs]
    stamps = stamps_of(frame, features, time=time, row_id=row_id)
    unknown = [n for n in frame.columns if n not in {*features, stamps.time, stamps.row_id}]
    if unknown:
        message = f"The model does not know the columns {', '.join(unknown)}."
        raise InvalidData(message, hint=f"It takes {', '.join(features)}.")
    numbered = stamped(frame, stamps, now).with_row_index(_POSITION)
    found = in_time(fitted(numbered, Signature(inputs=signature.inputs)), policy, now)
    problems = [*_problems(found), *_too_long(found.good.select(features), longest)]
    if problems:
        raise InvalidRows(tuple(problems), rows=len({problem.row for problem in problems}))
    good = found.good
    return CheckedTable(
        inputs=good.select(features),
        times=good[TIME].to_list(),
        row_ids=good[ROW_ID].to_list() if ROW_ID in good.columns else [None] * good.height,
    )


def _problems(found: Fitted) -> list[Problem]:
    problems: list[Problem] = []
    for row, reason in zip(found.bad.iter_rows(named=True), found.reasons, strict=True):
        field, _, expected = reason.partition(_EXPECTED)
        if not expected:
            field, _, expected = reason.partition(": ")
            expected = "a time that the model's log policy accepts"
        value = str(row.get(field))[:40]
        problems.append(
            Problem(
                row=row[_POSITION], field=field, problem=f"wrong value ({value})", expected=expected
            )
        )
    return problems


def _too_long(inputs: pl.DataFrame, longest: int) -> list[Problem]:
    texts = (inputs[name] for name, dtype in inputs.schema.items() if dtype == pl.String)
    return [
        Problem(
            row=int(row),
            field=series.name,
            problem=f"too long, {series.str.len_chars()[int(row)]} characters",
            expected=f"at most {longest} characters",
        )
        for series in texts
        for row in (series.str.len_chars() > longest).arg_true()
    ]
