"""Columns as numbers and as codes, in which associations are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.explore.table import ExploredTable
from modeldesk.schema import Kind

MOST_LEVELS = 200
"""A column of more different values is no category: most of its values are rare."""

_CATEGORIES = frozenset({Kind.CATEGORICAL, Kind.BOOLEAN})
_WHY_NOT = {
    Kind.TEXT: "is free text",
    Kind.IDENTIFIER: "identifies rows",
    Kind.VECTOR: "holds vectors",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedColumn:
    """A column as numbers, or as codes of its categories; neither where it is of another kind."""

    name: str
    kind: Kind
    numbers: NDArray[np.float64] | None = None
    """NaN where a value is missing or infinite."""
    codes: NDArray[np.int64] | None = None
    """The place of each value among the levels; -1 where it is missing."""
    levels: tuple[str, ...] = ()
    """The different values, in order."""
    why_not: str = ""
    """What keeps it from being associated with others; empty where nothing does."""


def coded(table: ExploredTable, name: str) -> CodedColumn:
    """Return a column as associations need it.

    Truth values and categories are coded, numbers, durations and times are numbers; free text,
    identifiers and vectors are neither.

    >>> coded(ExploredTable.of({"sex": ["F", None, "M", "F"]}), "sex").codes.tolist()
    [0, -1, 1, 0]
    """
    series, kind = table.frame[name], table.kinds[name]
    if kind in _WHY_NOT or isinstance(series.dtype, pl.List | pl.Array):
        return CodedColumn(name=name, kind=kind, why_not=_WHY_NOT.get(kind, "holds lists"))
    if kind in _CATEGORIES or series.dtype in (pl.String, pl.Boolean):
        return _categories(series, kind)
    return CodedColumn(name=name, kind=kind, numbers=_numbers(series))


def _categories(series: pl.Series, kind: Kind) -> CodedColumn:
    texts = series.cast(pl.String)
    levels = texts.drop_nulls().unique().sort()
    if len(levels) > MOST_LEVELS:
        many = f"has {len(levels):,} different values"
        return CodedColumn(name=series.name, kind=kind, why_not=many)
    codes = texts.replace_strict(
        levels, pl.Series(range(len(levels)), dtype=pl.Int64), default=-1, return_dtype=pl.Int64
    )
    return CodedColumn(
        name=series.name,
        kind=kind,
        codes=codes.fill_null(-1).to_numpy(),
        levels=tuple(levels.to_list()),
    )


def _numbers(series: pl.Series) -> NDArray[np.float64]:
    if series.dtype in (pl.Date, pl.Datetime):
        series = series.cast(pl.Datetime("us", "UTC")).dt.epoch("us")
    elif series.dtype == pl.Duration:
        series = series.dt.total_microseconds()
    values = series.cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)
