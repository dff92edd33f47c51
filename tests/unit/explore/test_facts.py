"""The facts about tables and columns are those of NumPy; hostile columns break nothing."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from modeldesk.explore import ExploredTable, column_facts, distribution, overview
from modeldesk.schema import Kind

NUMBERS = np.random.default_rng(2).normal(3, 2, 101)


def test_a_table_as_a_whole() -> None:
    """Rows, columns, missing cells with NaN among them, rows that are there twice."""
    frame = pl.DataFrame(
        {
            "a": [1.0, math.nan, None, 1.0],
            "b": ["x", None, "z", "x"],
            "v": [[1.0, None], [2.0, 1.0], [3.0, 1.0], [1.0, None]],
        }
    )
    found = overview(ExploredTable.of(frame))
    assert (found.rows, found.columns, found.cells) == (4, 3, 12)
    assert found.missing == 3
    assert found.missing_share == pytest.approx(3 / 12)
    assert found.duplicates == 1
    empty = overview(ExploredTable.of(pl.DataFrame({"a": []})))
    assert (empty.rows, empty.duplicates, empty.missing_share) == (0, 0, 0.0)


def test_numbers_are_summed_up_as_numpy_does() -> None:
    """Mean, deviation and quartiles; infinite values are counted and left out."""
    values = [*NUMBERS.tolist(), math.inf, -math.inf, math.nan, None]
    found = column_facts(ExploredTable.of({"x": values}), "x")
    numbers = found.numbers
    assert numbers is not None
    assert (found.rows, found.missing, numbers.infinite) == (105, 2, 2)
    assert numbers.mean == pytest.approx(NUMBERS.mean())
    assert numbers.deviation == pytest.approx(NUMBERS.std(ddof=1))
    told = (numbers.low, numbers.quarter, numbers.median, numbers.three_quarters, numbers.high)
    assert told == pytest.approx(np.quantile(NUMBERS, (0, 0.25, 0.5, 0.75, 1)))
    assert numbers.negative == (NUMBERS < 0).sum()


def test_each_kind_has_its_own_summary() -> None:
    """Categories have frequent values, texts lengths, times their ends; vectors none of these."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    table = ExploredTable.of(
        {
            "sex": ["F", "M", "F", None],
            "on": [True, False, True, True],
            "note": [f"{'é' * n} words go here" for n in (1, 2, 3, 4)],
            "when": [start, None, start, start],
            "vector": [[1.0, 2.0], [1.0, 3.0], [2.0, 2.0], [0.0, 0.0]],
            "nothing": [None] * 4,
        },
        kinds={"note": Kind.TEXT},
    )
    facts = {name: column_facts(table, name) for name in table.names}
    assert [(each.value, each.rows) for each in facts["sex"].values] == [("F", 2), ("M", 1)]
    assert facts["on"].values[0].value == "true"
    lengths = facts["note"].lengths
    assert lengths is not None
    assert (lengths.shortest, lengths.longest) == (15, 18)
    times = facts["when"].times
    assert times is not None
    assert times.first == times.last == start
    assert facts["when"].constant
    assert facts["vector"].distinct is None
    assert facts["vector"].example == "[1, 2]"
    assert (facts["nothing"].missing, facts["nothing"].example) == (4, None)
    assert facts["nothing"].numbers is None


def test_large_texts_are_cut() -> None:
    """Ten megabytes in a cell are told by their first characters."""
    table = ExploredTable.of({"x": ["a" * 10_000_000, "b"]}, kinds={"x": Kind.CATEGORICAL})
    facts = column_facts(table, "x")
    assert facts.example is not None
    assert len(facts.example) < 300
    assert all(len(each.value) < 300 for each in facts.values)


def test_bins_hold_what_numpy_counts() -> None:
    """Equal width from the smallest to the largest value."""
    found = distribution(ExploredTable.of({"x": NUMBERS}), "x", bins=7)
    counts, edges = np.histogram(NUMBERS, bins=7)
    assert [bar.rows for bar in found.bars] == counts.tolist()
    assert [bar.low for bar in found.bars] == pytest.approx(edges[:-1])
    assert not found.listed


def test_few_whole_numbers_have_a_bar_each() -> None:
    """No bin lies between two of them."""
    found = distribution(ExploredTable.of({"x": [2, 4, 4, None]}), "x")
    assert [(bar.words, bar.rows) for bar in found.bars] == [("2", 1), ("3", 0), ("4", 2)]
    wide = distribution(ExploredTable.of({"x": [0, 9, 10, 25]}), "x", bins=5)
    told = [("0 to 5", 1), ("6 to 11", 2), ("12 to 17", 0), ("18 to 23", 0), ("24 to 25", 1)]
    assert [(bar.words, bar.rows) for bar in wide.bars] == told
    far = distribution(ExploredTable.of({"x": [-(2**62), 2**62]}), "x")
    assert sum(bar.rows for bar in far.bars) == 2


def test_categories_are_listed_and_the_rest_is_counted() -> None:
    """The most frequent ones first."""
    values = [name for place, name in enumerate("abcdefghijklmnop") for _ in range(20 - place)]
    found = distribution(ExploredTable.of({"x": values}), "x")
    assert [(bar.words, bar.rows) for bar in found.bars][:2] == [("a", 20), ("b", 19)]
    assert found.rest == len(values) - sum(bar.rows for bar in found.bars) > 0


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, None],
        [math.inf, -math.inf],
        [-1.7e308, 1.7e308],
        [5.0, 5.0],
        [1.0, math.nextafter(1.0, 2.0)],
    ],
)
def test_odd_numbers_break_no_distribution(values: list[float | None]) -> None:
    """Every finite value is in one bar, whatever the values are."""
    found = distribution(ExploredTable.of({"x": pl.Series(values, dtype=pl.Float64)}), "x")
    finite = [value for value in values if value is not None and math.isfinite(value)]
    assert sum(bar.rows for bar in found.bars) == len(finite)


def test_a_sample_is_always_the_same() -> None:
    """By the seed; rows stay in their order."""
    table = ExploredTable.of({"x": range(1000), "y": range(1000)})
    one, other = table.sample(50, names=["x"], seed=4), table.sample(50, names=["x"], seed=4)
    assert one.frame.equals(other.frame)
    assert one.frame["x"].is_sorted()
    assert one.rows == 50
    assert not one.frame.equals(table.sample(50, names=["x"], seed=5).frame)
