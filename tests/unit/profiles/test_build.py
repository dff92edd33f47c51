"""Profiles are built from tables."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from modeldesk.profiles import ColumnProfile, profile
from modeldesk.schema import Kind


def column(values: object, kind: Kind | None = None) -> ColumnProfile:
    """Return the profile of one column."""
    kinds = {} if kind is None else {"x": kind}
    return profile({"x": values}, kinds=kinds).column("x")  # type: ignore[dict-item]


def listed(profiled: ColumnProfile) -> dict[str, int]:
    """Return the frequent values with their counts."""
    assert profiled.frequent is not None
    return {item.value: item.count for item in profiled.frequent.items()}


def test_floats() -> None:
    """Missing values, NaN and infinities are counted, and numbers summarised without them."""
    profiled = column([1.0, 2.0, 4.5, None, float("nan"), float("inf"), float("-inf")])
    assert profiled.kind is Kind.FLOAT
    assert (profiled.rows, profiled.missing, profiled.nan, profiled.infinite) == (7, 2, 1, 2)
    assert profiled.missing_share == pytest.approx(2 / 7)
    assert profiled.present == 5
    assert profiled.types == {"fractional": 5}
    assert profiled.moments is not None
    assert profiled.moments.mean == 2.5
    assert profiled.quantiles is not None
    assert profiled.quantiles.quantiles([0.5]) == [2.0]
    assert profiled.distinct == pytest.approx(3, abs=0.1)
    assert profiled.frequent is None


def test_integers() -> None:
    """Whole numbers are measured as numbers and listed as values."""
    profiled = column([3, -1, 0, 3, None])
    assert profiled.kind is Kind.INTEGER
    assert profiled.types == {"integer": 4}
    assert profiled.moments is not None
    assert (profiled.moments.zeros, profiled.moments.negatives) == (1, 1)
    assert listed(profiled) == {"3": 2, "-1": 1, "0": 1}


def test_booleans() -> None:
    """Flags are counted and listed."""
    profiled = column([True, False, True, None])
    assert profiled.kind is Kind.BOOLEAN
    assert (profiled.counts.true, profiled.missing) == (2, 1)
    assert listed(profiled) == {"true": 2, "false": 1}
    assert profiled.moments is None


def test_categories() -> None:
    """Categories are listed, not measured."""
    profiled = column(["a", "b", "a", None])
    assert profiled.kind is Kind.CATEGORICAL
    assert listed(profiled) == {"a": 2, "b": 1}
    assert profiled.moments is None
    assert profiled.quantiles is None


def test_text() -> None:
    """Texts are listed, and measured by their lengths in characters."""
    profiled = column(["🌲🌲", "", "abcd"], Kind.TEXT)
    assert profiled.moments is not None
    assert (profiled.moments.mean, profiled.moments.maximum) == (2.0, 4.0)
    assert listed(profiled) == {"🌲🌲": 1, "": 1, "abcd": 1}


def test_times() -> None:
    """Times are measured in seconds since 1970."""
    stamps = [datetime(1970, 1, 1, 0, 0, second, tzinfo=UTC) for second in (1, 5)]
    profiled = column([*stamps, None])
    assert profiled.kind is Kind.DATETIME
    assert profiled.types == {"datetime": 2}
    assert profiled.moments is not None
    assert (profiled.moments.minimum, profiled.moments.maximum) == (1.0, 5.0)
    assert profiled.frequent is None


def test_given_kinds_win() -> None:
    """A kind that is given is used, also where nothing in the data speaks for it."""
    nothing = column([None, None], Kind.CATEGORICAL)
    assert (nothing.kind, nothing.rows, nothing.missing) == (Kind.CATEGORICAL, 2, 2)
    assert nothing.frequent is None
    assert column([1, 2], Kind.CATEGORICAL).kind is Kind.CATEGORICAL
    assert listed(column([1, 2], Kind.CATEGORICAL)) == {"1": 1, "2": 1}
    ignored = profile({"x": [1]}, kinds={"absent": Kind.TEXT})
    assert ignored.names == ("x",)


def test_values_that_do_not_fit_are_counted_but_not_measured() -> None:
    """Text in a column of numbers is present and typed, and has no part in the moments."""
    profiled = column(["1.5", "n/a", None, "2.5"], Kind.FLOAT)
    assert (profiled.present, profiled.types) == (3, {"string": 3})
    assert profiled.moments is not None
    assert (profiled.moments.count, profiled.moments.mean) == (2, 2.0)
    whole = column([1.0, 1.5, 2.0, float("inf"), 1e300], Kind.INTEGER)
    assert listed(whole) == {"1": 1, "2": 1}
    assert whole.moments is not None
    assert whole.moments.count == 4


@pytest.mark.parametrize(
    "text", ["2026-03-01T10:00:00", "2026-03-01T10:00:00Z", "2026-03-01 10:00"]
)
def test_times_in_text_are_read(text: str) -> None:
    """Times written in ISO 8601 are times, where the kind says so."""
    profiled = column([text, "no time"], Kind.DATETIME)
    assert profiled.moments is not None
    assert profiled.moments.count == 1
    assert profiled.moments.mean == datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()


def test_a_column_of_another_type_than_its_kind() -> None:
    """Whatever the column's type, any kind can be asked for."""
    columns: dict[str, list[object]] = {
        "numbers": [1.5, None],
        "wholes": [1, None],
        "flags": [True, None],
        "strings": ["a", None],
        "times": [datetime(2026, 1, 1, tzinfo=UTC), None],
    }
    for kind in Kind:
        done = profile(columns, kinds=dict.fromkeys(columns, kind))
        assert {c.kind for c in done.columns} == {kind}
        assert {(c.rows, c.missing) for c in done.columns} == {(2, 1)}


def test_extremes() -> None:
    """The ends of the number ranges and very long strings are profiled like anything else."""
    ends = column([-(2**63), 2**63 - 1])
    assert listed(ends) == {str(-(2**63)): 1, str(2**63 - 1): 1}
    far = column([1e308, -1e308, 5e-324])
    assert far.moments is not None
    assert far.moments.variance is None
    long = column(["x" * 10_000_000, "y"])
    assert long.kind is Kind.TEXT
    assert listed(long) == {"x" * 128: 1, "y": 1}
    assert long.moments is not None
    assert long.moments.maximum == 1e7


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Int64, pl.String, pl.Boolean])
def test_no_rows(dtype: type[pl.DataType]) -> None:
    """A table without rows has a profile with its columns."""
    done = profile(pl.DataFrame({"x": pl.Series([], dtype=dtype)}))
    assert done.rows == 0
    assert done.column("x").rows == 0
    assert done.column("x").missing_share == 0.0
    assert done.column("x").moments is None
    assert done.column("x").distinct == pytest.approx(0, abs=0.01)


def test_many_values_are_aggregated_before_they_are_counted() -> None:
    """A hundred thousand different whole numbers keep the most frequent ones and the total."""
    values = np.concatenate([np.arange(100_000), np.full(5_000, 7)])
    profiled = column(values)
    assert profiled.frequent is not None
    assert profiled.frequent.total == 105_000
    top = profiled.frequent.items()[0]
    assert top.value == "7"
    assert top.lower <= 5_001 <= top.upper
    assert profiled.distinct == pytest.approx(100_000, rel=0.065)
