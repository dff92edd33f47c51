"""The body of the predict route: one row or many, with their times and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from modeldesk.api.requests import (
    InvalidRequest,
    check_rows,
    json_name,
    refuse,
    shorten,
    storable,
    unknown,
)
from modeldesk.schema import LONGEST_KEY, ColumnRows

Item = TypeVar("Item")

_EXPECTED_TIME = "a date and time with a zone, such as '2026-01-31T12:00:00Z'"
_ONE = ("row", "timestamp", "row_id")
_MANY = ("rows", "timestamps", "row_ids")
_COLUMNS = ("columns", "timestamps", "row_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows to predict, not yet checked against a signature."""

    rows: Sequence[object]
    timestamps: list[datetime | None] | None = None
    """When each row's prediction belongs to; ``None``: now."""
    row_ids: list[str | None] | None = None
    """The caller's own keys."""


def read_batch(body: dict[str, object], *, most_rows: int) -> Batch:
    """Read ``{"row": ...}``, ``{"rows": [...]}`` or ``{"columns": {...}}`` with what goes with it.

    Parameters
    ----------
    body
        The request's JSON object.
    most_rows
        Largest number of rows in one request.

    Raises
    ------
    InvalidRequest
        Naming the field that is missing, unknown, of the wrong type or of the wrong length.
    TooLarge
        When there are more rows than that.

    Examples
    --------
    >>> read_batch({"row": {"age": 31}, "row_id": "a"}, most_rows=10)
    Batch(rows=[{'age': 31}], timestamps=None, row_ids=['a'])
    """
    if len(body) == 1 and "row" in body:
        return Batch(rows=[body["row"]])
    known = next((known for known in (_MANY, _COLUMNS) if known[0] in body), _ONE)
    many = known is not _ONE
    if not many and "row" not in body:
        hint = 'Wrap the features: {"row": {...}}.' if body else ""
        raise refuse(
            field="row",
            problem="missing",
            expected="the features as an object, a list of them in 'rows', or lists in 'columns'",
            hint=hint,
        )
    strange = (str(name) for name in body if name not in known)
    problems = tuple(unknown(name, known) for name in islice(strange, _MOST_STRANGE))
    if problems:
        raise InvalidRequest(problems)
    if known is _COLUMNS:
        rows: Sequence[object] = _of_columns(body["columns"], most_rows)
    else:
        rows = _rows(body["rows"], most_rows) if many else [body["row"]]
    times = body.get(known[1])
    keys = body.get(known[2])
    if not many:
        times = None if times is None else [times]
        keys = None if keys is None else [keys]
    return Batch(
        rows=rows,
        timestamps=_each(times, known[1], len(rows), moment),
        row_ids=_each(keys, known[2], len(rows), _key),
    )


def moment(value: object, field: str, row: int = 0) -> datetime:
    """Return an ISO 8601 time as an aware time in UTC.

    Raises
    ------
    InvalidRequest
        When it cannot be read, has no zone, or lies outside the years 1970 to 9998.

    Examples
    --------
    >>> moment("2026-01-31T12:00:00+01:00", "timestamp").isoformat()
    '2026-01-31T11:00:00+00:00'
    """
    if not isinstance(value, str):
        raise refuse(
            field=field, problem=f"wrong type, {json_name(value)}", expected=_EXPECTED_TIME, row=row
        )
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise refuse(
            field=field, problem=f"not a time ({shorten(value)})", expected=_EXPECTED_TIME, row=row
        ) from error
    if found.tzinfo is None:
        problem = f"no time zone ({shorten(value)})"
        raise refuse(field=field, problem=problem, expected=_EXPECTED_TIME, row=row)
    try:
        found = found.astimezone(UTC)
        readable = _FIRST <= found < _LAST
    except OverflowError:
        readable = False
    if not readable:
        raise refuse(
            field=field,
            problem=f"out of range ({shorten(value)})",
            expected="a year from 1970 to 9998",
            row=row,
        )
    return found


def _rows(value: object, most: int) -> list[object]:
    if not isinstance(value, list):
        raise refuse(
            field="rows", problem=f"wrong type, {json_name(value)}", expected="a list of objects"
        )
    _check_count(len(value), most)
    return value


def _check_count(rows: int, most: int) -> None:
    if not rows:
        raise refuse(field="rows", problem="empty", expected="at least one row")
    check_rows(rows, most)


def _of_columns(value: object, most: int) -> ColumnRows:
    if not isinstance(value, dict):
        raise refuse(
            field="columns",
            problem=f"wrong type, {json_name(value)}",
            expected="an object with a list for each feature",
        )
    lists = {name: values for name, values in value.items() if isinstance(values, list)}
    for name in value.keys() - lists.keys():
        raise refuse(field=str(name), problem="no list", expected="a value for each row")
    lengths = {len(values) for values in lists.values()}
    if len(lengths) > 1:
        told = ", ".join(f"{name} has {len(values)}" for name, values in lists.items())
        raise refuse(field="columns", problem=told, expected="as many values in each")
    _check_count(max(lengths, default=0), most)
    return ColumnRows(lists)


def _each(
    values: object, field: str, rows: int, read: Callable[[object, str, int], Item]
) -> list[Item | None] | None:
    if values is None:
        return None
    if not isinstance(values, list):
        raise refuse(
            field=field,
            problem=f"wrong type, {json_name(values)}",
            expected="a list with one entry per row",
        )
    if len(values) != rows:
        raise refuse(
            field=field,
            problem=f"{len(values)} entries for {rows} rows",
            expected="one entry per row",
        )
    return [None if value is None else read(value, field, row) for row, value in enumerate(values)]


def _key(value: object, field: str, row: int) -> str:
    if not isinstance(value, str):
        raise refuse(
            field=field,
            problem=f"wrong type, {json_name(value)}",
            expected="a string or null",
            row=row,
        )
    if len(value) > LONGEST_KEY or not storable(value):
        expected = f"at most {LONGEST_KEY} characters of Unicode"
        raise refuse(
            field=field, problem=f"unusable ({shorten(value)})", expected=expected, row=row
        )
    return value


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_MOST_STRANGE = 100
"""Fields that nobody asked for, of which a refusal tells."""
