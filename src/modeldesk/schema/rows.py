"""Reading request rows by a signature, with one clear problem per wrong value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TypeAlias

import msgspec
import polars as pl

from modeldesk.errors import InvalidRows, Problem
from modeldesk.schema.quick import QuickRow, quick_table
from modeldesk.schema.reading import SPAN, STAMP
from modeldesk.schema.signature import Column, Kind, Signature

Value: TypeAlias = bool | int | float | str | datetime | date | timedelta | tuple[float, ...] | None

_LARGEST = 2**63 - 1
_MANY = 32
_MOST_GUESSES = 20
"""Unknown names in a request for which a likely one is sought; that takes a while for each."""

MOST_PROBLEMS = 1000
"""How many problems one request is told; a longer list helps nobody and costs megabytes."""

POLARS_TYPES: dict[Kind, pl.DataType] = {
    Kind.BOOLEAN: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.FLOAT: pl.Float64(),
    Kind.CATEGORICAL: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.DATETIME: STAMP,
    Kind.DATE: pl.Date(),
    Kind.DURATION: SPAN,
    Kind.VECTOR: pl.List(pl.Float64),
    Kind.IDENTIFIER: pl.String(),
}
"""Types of columns by kind; a `Column` may know better, see `polars_type`."""


def polars_type(column: Column) -> pl.DataType:
    """Return the type that a column has in tables.

    >>> polars_type(Column(name="order_id", kind=Kind.IDENTIFIER, whole=True))
    Int64
    """
    if column.kind is Kind.IDENTIFIER and column.whole:
        return pl.Int64()
    if column.kind is Kind.VECTOR and column.dimension is not None:
        return pl.Array(pl.Float64, column.dimension)
    return POLARS_TYPES[column.kind]


class _WrongError(Exception):
    """Carries the words for what is wrong with one value."""


def _boolean(value: object) -> Value:
    if isinstance(value, bool):
        return value
    raise _WrongError(_got(value))


def _integer(value: object) -> Value:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongError(_got(value))
    if abs(value) > _LARGEST:
        message = "a whole number beyond 64 bits"
        raise _WrongError(message)
    return value


def _float(value: object) -> Value:
    if type(value) is float and math.isfinite(value):  # the usual case, fast
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongError(_got(value))
    try:
        number = float(value)
    except OverflowError as error:
        message = "a number beyond the range of floats"
        raise _WrongError(message) from error
    if math.isinf(number):
        message = "infinite"
        raise _WrongError(message)
    return number


def _string(value: object) -> Value:
    if not isinstance(value, str):
        raise _WrongError(_got(value))
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = "a string with half a surrogate pair"
        raise _WrongError(message) from error
    return value


def _datetime(value: object) -> Value:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            message = f"not a date ({_short(value)})"
            raise _WrongError(message) from error
    if not isinstance(value, datetime):
        raise _WrongError(_got(value))
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError as error:
        message = f"a time beyond the calendar ({value.isoformat()})"
        raise _WrongError(message) from error


def _date(value: object) -> Value:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            message = f"not a date ({_short(value)})"
            raise _WrongError(message) from error
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _WrongError(_got(value))
    return value


def _duration(value: object) -> Value:
    try:
        if isinstance(value, timedelta):
            span = value
        elif isinstance(value, str):
            span = msgspec.convert(value, timedelta, strict=False)
        else:
            span = timedelta(seconds=float(_float(value)))  # type: ignore[arg-type]  # a float
    except msgspec.ValidationError as error:
        message = f"not a duration ({_short(value)})"
        raise _WrongError(message) from error
    except OverflowError as error:
        message = f"a duration too long ({_short(value)})"
        raise _WrongError(message) from error
    if abs(span) > _LONGEST:
        message = f"a duration too long ({_short(value)})"
        raise _WrongError(message)
    return span


_LONGEST = timedelta(microseconds=_LARGEST)


def _vector(value: object) -> Value:
    if not isinstance(value, list | tuple):
        raise _WrongError(_got(value))
    numbers = []
    for position, part in enumerate(value):
        try:
            number = _float(part)
        except _WrongError as error:
            message = f"number {position}: {error}"
            raise _WrongError(message) from error
        if not isinstance(number, float) or math.isnan(number):
            message = f"number {position}: not a number (NaN)"
            raise _WrongError(message)
        numbers.append(number)
    return tuple(numbers)


def _vector_of(dimension: int) -> Callable[[object], Value]:
    def read(value: object) -> Value:
        numbers = _vector(value)
        if isinstance(numbers, tuple) and len(numbers) != dimension:
            message = f"a list of {len(numbers)} numbers"
            raise _WrongError(message)
        return numbers

    return read


def _reader(column: Column) -> Callable[[object], Value]:
    if column.kind is Kind.IDENTIFIER and column.whole:
        return _integer
    if column.kind is Kind.VECTOR and column.dimension is not None:
        return _vector_of(column.dimension)
    return _READERS[column.kind]


_READERS: dict[Kind, Callable[[object], Value]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.CATEGORICAL: _string,
    Kind.TEXT: _string,
    Kind.DATETIME: _datetime,
    Kind.DATE: _date,
    Kind.DURATION: _duration,
    Kind.VECTOR: _vector,
    Kind.IDENTIFIER: _string,
}

_JSON_NAMES = {bool: "a boolean", int: "a whole number", float: "a number", str: "a string",
               list: "a list", dict: "an object"}  # fmt: skip


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004


def _got(value: object) -> str:
    return f"wrong type, {_JSON_NAMES.get(type(value), type(value).__name__)} ({_short(value)})"


class RowDecoder:
    """Checks rows against a signature and turns them into a table.

    Parameters
    ----------
    signature
        Whose inputs the rows must give.

    Examples
    --------
    >>> decoder = RowDecoder(Signature(inputs=(Column(name="age", kind=Kind.FLOAT),)))
    >>> decoder.decode([{"age": 31}])
    [(31.0,)]
    >>> decoder.decode([{"agee": 31}])
    Traceback (most recent call last):
        ...
    modeldesk.errors.InvalidRows: row 0, age: missing; expected a number; row 0, agee: \
unknown, did you mean 'age'?; expected one of: age. Nothing was predicted or logged.
    """

    def __init__(self, signature: Signature) -> None:
        self._columns = signature.inputs
        self._names = tuple(column.name for column in signature.inputs)
        self._known = frozenset(self._names)
        self._one_of = f"one of: {', '.join(self._names)}"
        self._readers = tuple(_reader(column) for column in signature.inputs)
        self._schema = {c.name: polars_type(c) for c in signature.inputs}
        self.texts = tuple(name for name, dtype in self._schema.items() if dtype == pl.String)
        """Names of the features that are texts."""
        self._quick = QuickRow(signature.inputs)
        self._simple = all(dtype in _SIMPLE for dtype in self._schema.values())

    def decode(self, rows: Sequence[object]) -> list[tuple[Value, ...]]:
        """Return each row's values in the signature's order.

        Raises
        ------
        InvalidRows
            With the problems found, up to `MOST_PROBLEMS`, when any row does not fit.
        """
        problems: list[Problem] = []
        decoded: list[tuple[Value, ...]] = []
        for position, row in enumerate(rows):
            decoded.append(self._quick.read(row) or self._row(position, row, problems))
            if len(problems) >= MOST_PROBLEMS:
                del problems[MOST_PROBLEMS:]
                break
        if problems:
            raise InvalidRows(tuple(problems), rows=len({p.row for p in problems}))
        return decoded

    def table(self, rows: Sequence[object]) -> pl.DataFrame:
        """Return rows as a table with the signature's columns and types.

        Does what `decode` and `frame` do, quickly where there are many rows and nothing is wrong.

        Raises
        ------
        InvalidRows
            With every problem found, when any row does not fit.
        """
        if len(rows) >= _MANY:
            quick = quick_table(rows, self._columns, self._schema)
            if quick is not None:
                return quick
        return self.frame(self.decode(rows))

    def frame(self, rows: Sequence[tuple[Value, ...]]) -> pl.DataFrame:
        """Return decoded rows as a table with the signature's columns and types."""
        if self._simple and len(rows) < _FEW:
            return pl.DataFrame(rows, schema=self._schema, orient="row")
        columns = zip(*rows, strict=True) if rows else ([] for _ in self._names)
        series = [
            pl.Series(name, values, dtype=dtype)
            for (name, dtype), values in zip(self._schema.items(), columns, strict=True)
        ]
        return pl.DataFrame(series)

    def _row(self, position: int, row: object, problems: list[Problem]) -> tuple[Value, ...]:
        if not isinstance(row, Mapping):
            expected = f"an object with the features {', '.join(self._names)}"
            problems.append(Problem(row=position, field="", problem=_got(row), expected=expected))
            return ()
        values: list[Value] = []
        for column, read in zip(self._columns, self._readers, strict=True):
            wrong = None
            try:
                values.append(_value(column, read, row))
            except _WrongError as error:
                wrong = str(error)
            if wrong:
                problems.append(
                    Problem(
                        row=position, field=column.name, problem=wrong, expected=column.expected()
                    )
                )
        if len(row) > len(values) or not self._known.issuperset(row):
            self._unknown(position, row, problems)
        return tuple(values)

    def _unknown(
        self, position: int, row: Mapping[object, object], problems: list[Problem]
    ) -> None:
        for name in row:
            if name in self._known:
                continue
            if len(problems) >= MOST_PROBLEMS:
                return
            guess = len(problems) < _MOST_GUESSES
            close = get_close_matches(str(name), self._names, n=1) if guess else []
            problem = f"unknown, did you mean {close[0]!r}?" if close else "unknown"
            problems.append(
                Problem(row=position, field=str(name), problem=problem, expected=self._one_of)
            )


def _value(column: Column, read: Callable[[object], Value], row: Mapping[str, object]) -> Value:
    value = row.get(column.name, _MISSING)
    if value is None or value is _MISSING or (isinstance(value, float) and math.isnan(value)):
        if column.optional:
            return None
        if value is _MISSING:
            message = "missing"
        else:
            message = "null" if value is None else "not a number (NaN)"
        raise _WrongError(message)
    return read(value)


_MISSING = object()
_SIMPLE = (pl.Boolean, pl.Int64, pl.Float64, pl.String)
_FEW = 200
"""Fewer rows become a table faster row by row (20 of 30 columns in half the time), more of them
column by column."""
