"""Guessing what sort of values a column holds, and describing it for a signature."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from modeldesk.schema.frames import to_frame
from modeldesk.schema.identifiers import is_identifier, suggests
from modeldesk.schema.series import plain
from modeldesk.schema.signature import Column, Example, Kind

MOST_CATEGORIES = 50
"""Strings with up to this many different values are categories ..."""
LEAST_REPEATS = 2
"""... where values are repeated this often on average, ..."""
MOST_LEVELS = 1000
"""... as are those with up to this many ..."""
MANY_REPEATS = 5
"""... that are repeated this often, ..."""
FEW_CATEGORIES = 10
"""... and so few even where each occurs once, ..."""
LONGEST_CATEGORY = 100
"""... unless one of them has more characters than this."""

_BY_TYPE: dict[type[pl.DataType], Kind] = {
    pl.Boolean: Kind.BOOLEAN,
    pl.Float64: Kind.FLOAT,
    pl.Datetime: Kind.DATETIME,
    pl.Date: Kind.DATE,
    pl.Duration: Kind.DURATION,
    pl.Array: Kind.VECTOR,
    pl.List: Kind.TEXT,
}


def infer_kind(series: pl.Series, *, levels: pl.Series | None = None) -> Kind:
    """Return what sort of values a column holds.

    Strings are categories when they have at most 50 different values of at most 100
    characters, each occurring twice on average (up to 10 different values may occur once), or
    at most 1000 that occur five times on average; other strings are text. Whole numbers stay
    whole numbers, however few they are: whether 1, 2 and 3 are amounts or names, only people
    know. Identifiers are recognised by `is_identifier`'s rule. Lists of numbers are vectors
    where all are equally long. A column of nothing but nulls counts as numbers, as in pandas.

    Parameters
    ----------
    series
        The column.
    levels
        Its different values, where they are known already.

    Examples
    --------
    >>> infer_kind(pl.Series(["red", "blue", "red"])).value
    'categorical'
    """
    series = plain(series).series
    if series.dtype == pl.Int64:
        return _kind_of_wholes(series, levels)
    if series.dtype == pl.String:
        found = series.drop_nulls().unique() if levels is None else levels
        return _kind_of_strings(series, found)
    return _BY_TYPE[type(series.dtype)]


def _kind_of_wholes(series: pl.Series, levels: pl.Series | None) -> Kind:
    if not suggests(series.name):
        return Kind.INTEGER
    found = series.drop_nulls().unique() if levels is None else levels
    named = is_identifier(series.name, found, len(series) - series.null_count())
    return Kind.IDENTIFIER if named else Kind.INTEGER


def _kind_of_strings(series: pl.Series, levels: pl.Series) -> Kind:
    present = len(series) - series.null_count()
    if is_identifier(series.name, levels, present):
        return Kind.IDENTIFIER
    repeats = present / max(len(levels), 1)
    few = len(levels) <= FEW_CATEGORIES
    some = len(levels) <= MOST_CATEGORIES and repeats >= LEAST_REPEATS
    many = len(levels) <= MOST_LEVELS and repeats >= MANY_REPEATS
    if not (few or some or many):
        return Kind.TEXT
    longest = levels.str.len_chars().max()
    long = isinstance(longest, int) and longest > LONGEST_CATEGORY
    return Kind.TEXT if long else Kind.CATEGORICAL


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
    if series.dtype == pl.List:
        series = series.cast(pl.List(pl.String)).list.join(", ")
    return Column(
        name=series.name,
        kind=kind,
        optional=missing > 0,
        low=low,
        high=high,
        categories=categories,
        example=_example(series),
        dimension=series.dtype.size if isinstance(series.dtype, pl.Array) else None,
        whole=kind is Kind.IDENTIFIER and series.dtype == pl.Int64,
    )


def _finite(series: pl.Series) -> pl.Series:
    values = series.drop_nulls()
    return values.filter(values.is_finite()) if values.dtype == pl.Float64 else values


def _range(series: pl.Series) -> tuple[float | None, float | None]:
    values = _finite(series).cast(pl.Float64)
    if values.is_empty():
        return None, None
    return float(values.to_numpy().min()), float(values.to_numpy().max())


def _example(series: pl.Series) -> Example | None:
    """Return the median, the most frequent string or flag, or the first vector."""
    if isinstance(series.dtype, pl.Array):
        return _first_vector(series)
    values = _finite(series)
    if values.is_empty():
        return None
    if series.dtype in (pl.String, pl.Boolean):
        counts = values.value_counts(name="times").sort(
            ["times", series.name], descending=[True, False]
        )
        return counts.get_column(series.name)[0]  # type: ignore[no-any-return]  # Boolean or String
    ordered = values.sort()
    value = ordered[(len(ordered) - 1) // 2]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _first_vector(series: pl.Series) -> tuple[float, ...] | None:
    for value in series.drop_nulls().head(LONGEST_CATEGORY):
        if np.isfinite(value.to_numpy()).all():
            return tuple(value.to_list())
    return None
