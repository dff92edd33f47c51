"""Laws of what tables say of themselves: bounds, symmetry, and no row is lost."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.explore import (
    ExploredTable,
    association,
    boxes,
    column_facts,
    cross_counts,
    distribution,
    overview,
    points,
)
from modeldesk.schema import Kind
from tests.support.measuring import REPEATS

pytestmark = REPEATS

NUMBERS = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 1.0, 2.0, 1e308, -1e308, 5e-324]))
WORDS = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]), st.text(max_size=3))
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, WORDS, WORDS), max_size=40)
PAIRS = [("x", "y"), ("x", "a"), ("b", "y"), ("a", "b"), ("x", "x"), ("a", "a")]


def table_of(rows: list[tuple[Any, ...]]) -> ExploredTable:
    """Return rows as a table of two numbers and two categories."""
    types = {"x": pl.Float64, "y": pl.Float64, "a": pl.String, "b": pl.String}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    kinds = {"x": Kind.FLOAT, "y": Kind.FLOAT, "a": Kind.CATEGORICAL, "b": Kind.CATEGORICAL}
    return ExploredTable.of(frame, kinds=kinds)


@given(ROWS)
def test_associations_are_bounded_symmetric_and_finite(rows: list[tuple[Any, ...]]) -> None:
    """Whatever the values are, there is a number within its bounds or a reason."""
    table = table_of(rows)
    for first, second in PAIRS:
        found, turned = association(table, first, second), association(table, second, first)
        assert bool(found.figures) != bool(found.why_not)
        for figure, other in zip(found.figures, turned.figures, strict=True):
            assert (-1 if figure.measure.signed else 0) <= figure.value <= 1
            assert 0 <= figure.p_value <= 1
            assert math.isclose(figure.value, other.value, abs_tol=1e-9)
            if figure.low is not None and figure.high is not None:
                assert figure.low <= figure.value <= figure.high


@given(ROWS)
def test_no_row_is_lost(rows: list[tuple[Any, ...]]) -> None:
    """Bars, boxes, points and counts each hold every row that they can."""
    table = table_of(rows)
    finite = [x is not None and math.isfinite(x) for x, *_ in rows]
    assert sum(bar.rows for bar in distribution(table, "x").bars) == sum(finite)
    found = boxes(table, "x", most_outliers=1_000)
    assert sum(box.rows for box in found.boxes) == sum(finite)
    both = [
        ok and y is not None and math.isfinite(y)
        for ok, (_, y, *_) in zip(finite, rows, strict=True)
    ]
    assert points(table, "x", "y").rows == sum(both)
    assert cross_counts(table, "a", "b").total == sum(
        a is not None and b is not None for *_, a, b in rows
    )
    listed = distribution(table, "a")
    assert sum(bar.rows for bar in listed.bars) + listed.rest == sum(
        a is not None for _, _, a, _ in rows
    )


@given(ROWS)
def test_boxes_are_ordered(rows: list[tuple[Any, ...]]) -> None:
    """Whiskers, quartiles and median never cross; outliers lie outside."""
    for box in boxes(table_of(rows), "x", "a").boxes:
        assert box.low <= box.quarter <= box.median <= box.three_quarters <= box.high
        assert all(value < box.low or value > box.high for value in box.outliers)


@given(ROWS)
def test_facts_count_every_cell(rows: list[tuple[Any, ...]]) -> None:
    """Missing cells add up, and the table has as many different rows as a set has."""
    table = table_of(rows)
    numbers = column_facts(table, "x").numbers
    if numbers is not None:
        assert numbers.mean is None or math.isfinite(numbers.mean)
        assert numbers.deviation is None or math.isfinite(numbers.deviation)
        assert numbers.low <= numbers.quarter <= numbers.median <= numbers.high < math.inf
    facts = [column_facts(table, name) for name in table.names]
    whole = overview(table)
    assert whole.missing == sum(each.missing for each in facts)
    told = {
        tuple("nan" if isinstance(v, float) and math.isnan(v) else v for v in row) for row in rows
    }
    assert whole.duplicates == len(rows) - len(told)
