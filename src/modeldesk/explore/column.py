"""What there is to say of one column: type, missing values, and a summary that fits its kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from modeldesk.explore.missing import missing_count, present
from modeldesk.explore.table import ExploredTable
from modeldesk.explore.words import value_words
from modeldesk.schema import Kind, type_name

MOST_VALUES = 12
"""So many of the most frequent values are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSummary:
    """Numbers in short; infinite ones are only counted."""

    mean: float | None
    """``None`` where the numbers are too large to be summed."""
    deviation: float | None
    """Of the sample, with n - 1; ``None`` of a single value, or where it is not finite."""
    low: float
    quarter: float
    """The first quartile, between values linearly, as NumPy's default."""
    median: float
    three_quarters: float
    high: float
    zeros: int
    negative: int
    infinite: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSummary:
    """The ends of some times."""

    first: datetime | date
    last: datetime | date


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthSummary:
    """How long texts are, in characters."""

    shortest: int
    mean: float
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """A value, and how many rows have it."""

    value: str
    """Cut where it is long."""
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """One column of a table."""

    name: str
    kind: Kind
    type: str
    """As a program calls it: ``integer``, ``float``, ``string`` ..."""
    rows: int
    missing: int
    distinct: int | None
    """Different values; ``None`` of vectors, which nobody counts."""
    example: str | None
    """The first value, cut where it is long; ``None`` where all are missing."""
    bytes: int
    numbers: NumberSummary | None = None
    times: TimeSummary | None = None
    lengths: LengthSummary | None = None
    values: tuple[ValueCount, ...] = ()
    """The most frequent ones, of categories and truth values."""

    @property
    def missing_share(self) -> float:
        """Share of the rows without a value; 0 without rows."""
        return self.missing / self.rows if self.rows else 0.0

    @property
    def constant(self) -> bool:
        """Whether all values that are there are the same one."""
        return self.distinct == 1


def column_facts(table: ExploredTable, name: str) -> ColumnFacts:
    """Return the facts about one column.

    Examples
    --------
    >>> table = ExploredTable.of({"age": [31, 47, None]})
    >>> found = column_facts(table, "age")
    >>> found.missing, found.distinct, found.numbers.mean
    (1, 2, 39.0)
    """
    series, kind = table.frame[name], table.kinds[name]
    values = present(series)
    vector = isinstance(series.dtype, pl.List | pl.Array)
    listed = kind in {Kind.CATEGORICAL, Kind.BOOLEAN} and not vector
    numeric = series.dtype.is_numeric() and kind is not Kind.IDENTIFIER
    return ColumnFacts(
        name=name,
        kind=kind,
        type=type_name(series.dtype),
        rows=len(series),
        missing=missing_count(series),
        distinct=None if vector else values.n_unique(),
        example=value_words(values[0]) if len(values) else None,
        bytes=int(series.estimated_size()),
        numbers=_numbers(values) if numeric else None,
        times=_times(values) if series.dtype in (pl.Date, pl.Datetime) else None,
        lengths=_lengths(values) if series.dtype == pl.String and not listed else None,
        values=most_frequent(values) if listed else (),
    )


def most_frequent(values: pl.Series, most: int = MOST_VALUES) -> tuple[ValueCount, ...]:
    """Return the most frequent of some values, those of equal counts by their names.

    >>> [(each.value, each.rows) for each in most_frequent(pl.Series(["b", "a", "b"]))]
    [('b', 2), ('a', 1)]
    """
    counts = values.rename("value").value_counts(name="times")
    ordered = counts.sort(["times", "value"], descending=[True, False]).head(most)
    return tuple(
        ValueCount(value=value_words(value), rows=rows) for value, rows in ordered.iter_rows()
    )


def _numbers(values: pl.Series) -> NumberSummary | None:
    numbers = values.cast(pl.Float64)
    finite = numbers.filter(numbers.is_finite()).sort()  # quantiles would sort five times
    if finite.is_empty():
        return None
    low, first, middle, third, high = (
        _float(finite.quantile(share, interpolation="linear"))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return NumberSummary(
        mean=_finite(finite.mean()),
        deviation=_finite(finite.std()) if len(finite) > 1 else None,
        low=low,
        quarter=first,
        median=middle,
        three_quarters=third,
        high=high,
        zeros=int((finite == 0).sum()),
        negative=int((finite < 0).sum()),
        infinite=len(numbers) - len(finite),
    )


def _finite(value: object) -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _times(values: pl.Series) -> TimeSummary | None:
    first, last = values.min(), values.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return TimeSummary(first=first, last=last)


def _lengths(values: pl.Series) -> LengthSummary | None:
    if values.is_empty():
        return None
    lengths = values.str.len_chars()
    shortest, longest = lengths.min(), lengths.max()
    return LengthSummary(
        shortest=int(_float(shortest)), mean=_float(lengths.mean()), longest=int(_float(longest))
    )
