"""Guessing what sort of values a column holds, and describing it for a signature."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from modeldesk.schema.frames import to_frame
from modeldesk.schema.series import plain
from modeldesk.schema.signature import Column, Kind

MOST_CATEGORIES = 50
"""Strings with up to this many different values are categories ..."""
LONGEST_CATEGORY = 100
"""... unless one of them has more characters than this."""
LEAST_REPEATS = 2
"""... or, past `FEW_CATEGORIES`, values are not repeated this often on average."""
FEW_CATEGORIES = 10
"""So few different values are categories even where each occurs once."""


def infer_kind(series: pl.Series) -> Kind:
    """Return what sort of values a column holds.

    Strings are categories when they have at most 50 different values of at most 100
    characters, each occurring twice on average (up to 10 different values may occur once);
    other strings are text. Whole numbers stay whole numbers, however few they are. A column
    of nothing but nulls counts as numbers, as in pandas.

    >>> infer_kind(pl.Series(["red", "blue", "red"])).value
    'categorical'
    """
    series = plain(series)
    if series.dtype == pl.Boolean:
        return Kind.BOOLEAN
    if series.dtype == pl.Int64:
        return Kind.INTEGER
    if series.dtype == pl.Float64:
        return Kind.FLOAT
    if series.dtype == pl.String:
        return Kind.CATEGORICAL if _is_categorical(series) else Kind.TEXT
    return Kind.DATETIME


def _is_categorical(series: pl.Series) -> bool:
    levels = series.drop_nulls().unique()
    if len(levels) > MOST_CATEGORIES:
        return False
    longest = levels.str.len_chars().max()
    if isinstance(longest, int) and longest > LONGEST_CATEGORY:
        return False
    repeats = (len(series) - series.null_count()) / max(len(levels), 1)
    return len(levels) <= FEW_CATEGORIES or repeats >= LEAST_REPEATS


def infer_columns(frame: object) -> tuple[Column, ...]:
    """Return a description of every column of a table, in the table's order.

    Parameters
    ----------
    frame
        Any table that `to_frame` reads.

    Returns
    -------
    tuple of Column
        With kind, range or categories, a typical value, and whether values are missing.

    Raises
    ------
    InvalidData
        When the table cannot be read.

    Examples
    --------
    >>> column, = infer_columns({"age": [31, 47, None]})
    >>> column.kind.value, column.low, column.high, column.example, column.optional
    ('integer', 31.0, 47.0, 31, True)
    """
    return tuple(_describe(series) for series in to_frame(frame).get_columns())


def _describe(series: pl.Series) -> Column:
    kind = infer_kind(series)
    missing = series.null_count() + (int(series.is_nan().sum()) if kind is Kind.FLOAT else 0)
    low, high = _range(series) if kind.numeric else (None, None)
    categories: tuple[str, ...] = ()
    if kind is Kind.CATEGORICAL:
        categories = tuple(series.drop_nulls().unique().sort().to_list())
    return Column(
        name=series.name,
        kind=kind,
        optional=missing > 0,
        low=low,
        high=high,
        categories=categories,
        example=_example(series, kind),
    )


def _finite(series: pl.Series) -> pl.Series:
    values = series.drop_nulls()
    return values.filter(values.is_finite()) if values.dtype == pl.Float64 else values


def _range(series: pl.Series) -> tuple[float | None, float | None]:
    values = _finite(series).cast(pl.Float64)
    if values.is_empty():
        return None, None
    return float(values.to_numpy().min()), float(values.to_numpy().max())


def _example(series: pl.Series, kind: Kind) -> bool | int | float | str | None:
    values = _finite(series).sort()
    if values.is_empty():
        return None
    if kind.numeric or kind is Kind.DATETIME:
        value = values[(len(values) - 1) // 2]
        return value.isoformat() if isinstance(value, datetime) else value
    counts = values.value_counts(name="times").sort(
        ["times", series.name], descending=[True, False]
    )
    return counts.get_column(series.name)[0]  # type: ignore[no-any-return]  # Boolean or String
