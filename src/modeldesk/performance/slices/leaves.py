"""Columns of a table as conditions see them: one type of column for each type of value."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.performance.slices.fields import Field
from modeldesk.performance.slices.functions import ValueType

MOMENT = pl.Datetime("us", "UTC")
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A part of a condition as Polars computes it."""

    expression: pl.Expr
    whole: bool = False
    """Numbers: whether they are 64-bit integers, and not floats."""

    @property
    def floats(self) -> pl.Expr:
        """The numbers as floats."""
        return self.expression.cast(pl.Float64) if self.whole else self.expression


def leaf(field: Field, dtype: pl.DataType) -> Term:  # noqa: PLR0911 - one for each type
    """Return a column's values in the one column type for their type of value.

    Numbers become Int64 or Float64 with null for NaN, durations seconds, texts String, dates
    and times microseconds in UTC, vectors lists of Float64.

    Raises
    ------
    InvalidData
        When the column holds something else than the condition was checked for.
    """
    column = pl.col(field.column)
    if dtype == pl.Null:
        return Term(expression=column.cast(_EMPTY[field.type]))
    match field.type:
        case ValueType.NUMBER if dtype.is_integer() and dtype not in {pl.UInt64, pl.Int128}:
            return Term(expression=column.cast(pl.Int64), whole=True)
        case ValueType.NUMBER if dtype.is_numeric():
            return Term(expression=column.cast(pl.Float64).fill_nan(None))
        case ValueType.NUMBER if isinstance(dtype, pl.Duration):
            return Term(expression=column.dt.total_microseconds() / _SECOND)
        case ValueType.TEXT if dtype in (pl.String, pl.Categorical, pl.Enum):
            return Term(expression=column.cast(pl.String))
        case ValueType.BOOLEAN if dtype == pl.Boolean:
            return Term(expression=column)
        case ValueType.TIME if dtype == pl.Date:
            return Term(expression=column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
        case ValueType.TIME if isinstance(dtype, pl.Datetime):
            zoned = column if dtype.time_zone else column.dt.replace_time_zone("UTC")
            return Term(expression=zoned.dt.convert_time_zone("UTC").cast(MOMENT))
        case ValueType.VECTOR if isinstance(dtype, pl.List | pl.Array):
            return Term(expression=_vectors(column, dtype))
    message = f"Column {field.column!r} is {dtype}, and the condition takes {field.type.phrase}."
    raise InvalidData(message, hint="Give the rows that the condition was checked for.")


_EMPTY: dict[ValueType, pl.DataType] = {
    ValueType.BOOLEAN: pl.Boolean(),
    ValueType.NUMBER: pl.Float64(),
    ValueType.TEXT: pl.String(),
    ValueType.TIME: MOMENT,
    ValueType.VECTOR: pl.List(pl.Float64()),
}


def _vectors(column: pl.Expr, dtype: pl.List | pl.Array) -> pl.Expr:
    lists = column.arr.to_list() if isinstance(dtype, pl.Array) else column
    return lists.cast(pl.List(pl.Float64))


def distances(vectors: pl.Expr, other: tuple[float, ...]) -> pl.Expr:
    """Return how far each list of numbers is from another; null where lengths differ."""
    size = len(other)
    fits = (vectors.list.len() == size) & ~vectors.list.contains(None).fill_null(value=True)
    rows = pl.when(fits).then(vectors).list.to_array(size)
    apart = rows - pl.lit(list(other), dtype=pl.Array(pl.Float64, size))
    return (apart * apart).arr.sum().sqrt().fill_nan(None)
