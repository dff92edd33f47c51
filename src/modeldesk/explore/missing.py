"""What counts as no value: null, and of numbers NaN."""

from __future__ import annotations

import polars as pl


def missing_count(series: pl.Series) -> int:
    """Return how many values are missing.

    >>> missing_count(pl.Series([1.0, None, float("nan")]))
    2
    """
    missing = series.null_count()
    return missing + (int(series.is_nan().sum() or 0) if series.dtype.is_float() else 0)


def present(series: pl.Series) -> pl.Series:
    """Return the values that are there.

    >>> present(pl.Series([1.0, None, float("nan")])).to_list()
    [1.0]
    """
    values = series.drop_nulls()
    return values.drop_nans() if values.dtype.is_float() else values
