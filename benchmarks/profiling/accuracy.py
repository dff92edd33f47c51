"""How far the statistics of a profile are from the exact ones of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np
import polars as pl

from benchmarks.data.tables import Floats
from modeldesk import Profile, profile
from modeldesk.profiles import ColumnProfile

TOP = 20
SHARES = [step / 100 for step in range(1, 100)]

_ZIPF = 1.1
_VOCABULARY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """The largest error of each statistic over all columns that have it."""

    rank: float
    """Difference of the share that a quantile was asked for and the share it has."""
    distinct: float
    """Relative error of the number of different values."""
    top: int
    """How many of the most frequent values of a column are not in their place."""
    mean: float
    """Relative error of the mean."""
    variance: float
    """Relative error of the variance."""


GOALS = Errors(rank=0.005, distinct=0.025, top=0, mean=1e-9, variance=1e-9)


def with_hard_columns(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with two columns that are hard to summarise.

    They are numbers with mean 1e9 and standard deviation 1, and strings of 100,000 levels.
    """
    random = np.random.default_rng(20260313)
    weights = 1 / np.arange(1, _VOCABULARY + 1) ** _ZIPF
    places = np.searchsorted(np.cumsum(weights / weights.sum()), random.random(table.height))
    words = pl.Series([f"word {number}" for number in range(_VOCABULARY)])
    return table.with_columns(
        pl.Series("offset", random.normal(1e9, 1, table.height)),
        words.gather(pl.Series(np.minimum(places, _VOCABULARY - 1))).alias("vocabulary"),
    )


def errors(table: pl.DataFrame, parts: int = 1) -> Errors:
    """Return the errors of a profile of the table, merged from so many parts."""
    whole = _profile(table, parts)
    numbers = [_of_numbers(table[c.name], c) for c in whole.columns if c.kind.numeric]
    strings = [_of_strings(table[c.name], c) for c in whole.columns if not c.kind.numeric]
    return _worst([*numbers, *strings])


def _profile(table: pl.DataFrame, parts: int) -> Profile:
    if parts == 1:
        return profile(table)
    kinds = {column.name: column.kind for column in profile(table).columns}
    rows = -(-table.height // parts)
    each = [profile(part, kinds=kinds) for part in table.iter_slices(rows)]
    return reduce(Profile.merge, each)


def _of_numbers(series: pl.Series, column: ColumnProfile) -> Errors:
    values = np.sort(series.drop_nulls().to_numpy())
    assert column.quantiles is not None
    assert column.moments is not None
    precise = values.astype(np.longdouble)
    mean = precise.mean()
    variance = ((precise - mean) ** 2).sum() / (values.size - 1)
    return Errors(
        rank=rank_error(values, column.quantiles.quantiles(SHARES), SHARES),
        distinct=abs(column.distinct / np.unique(values).size - 1),
        top=0,
        mean=float(abs(column.moments.mean / mean - 1)),
        variance=float(abs((column.moments.variance or 0.0) / variance - 1)),
    )


def rank_error(ordered: Floats, quantiles: Sequence[float], shares: Sequence[float]) -> float:
    """Return how far the farthest quantile is from its share, in shares of the values.

    Of a value that occurs often, any share that it covers is right.
    """
    below = np.searchsorted(ordered, quantiles, side="left") / ordered.size
    up_to = np.searchsorted(ordered, quantiles, side="right") / ordered.size
    wanted = np.asarray(shares)
    return float(np.max(np.maximum(np.maximum(below - wanted, wanted - up_to), 0.0)))


def _of_strings(series: pl.Series, column: ColumnProfile) -> Errors:
    counts = (
        series.drop_nulls()
        .value_counts(name="times")
        .sort(["times", series.name], descending=[True, False])
    )
    assert column.frequent is not None
    found = [item.value for item in column.frequent.items()[:TOP]]
    exact = counts.get_column(series.name).head(TOP).to_list()
    return Errors(
        rank=0.0,
        distinct=abs(column.distinct / counts.height - 1),
        top=sum(a != b for a, b in zip(found, exact, strict=True)),
        mean=0.0,
        variance=0.0,
    )


def _worst(each: list[Errors]) -> Errors:
    return Errors(**{f.name: max(getattr(e, f.name) for e in each) for f in fields(Errors)})
