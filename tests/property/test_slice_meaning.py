"""Laws that hold for all conditions: they mean what is said."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.performance.slices import Node, Slice, evaluate, unparse
from modeldesk.performance.slices.nodes import depth_of
from tests.property.slice_oracle import Cell, meaning
from tests.property.slice_rows import CONDITIONS, ROW, TYPES
from tests.support.measuring import REPEATS

pytestmark = REPEATS


@settings(max_examples=400)
@given(CONDITIONS, st.lists(ROW, max_size=6))
def test_a_condition_means_what_the_reference_says(node: Node, rows: list[dict[str, Cell]]) -> None:
    """Polars' answer for all rows at once is that of a slow interpreter row by row, nulls too."""
    frame = pl.DataFrame(rows, schema=TYPES)
    if depth_of(node) > 35:
        return
    (found,) = evaluate([Slice.of("it", node)], frame)
    expected = [meaning(node, row) for row in rows]
    assert found.mask.to_list() == [value is True for value in expected], unparse(node)
    assert found.unknown == expected.count(None), unparse(node)


@settings(max_examples=100)
@given(st.lists(CONDITIONS, min_size=1, max_size=5), st.lists(ROW, min_size=1, max_size=4))
def test_slices_evaluated_together_are_as_alone(
    nodes: list[Node], rows: list[dict[str, Cell]]
) -> None:
    """What slices share is computed once, and changes none of them."""
    frame = pl.DataFrame(rows, schema=TYPES)
    slices = [Slice.of(str(place), node) for place, node in enumerate(nodes)]
    together = evaluate(slices, frame)
    alone = [evaluate([one], frame)[0] for one in slices]
    assert [each.mask.to_list() for each in together] == [each.mask.to_list() for each in alone]


@pytest.mark.parametrize("height", [0, 1, 3])
def test_a_condition_without_a_column_is_as_long_as_the_table(height: int) -> None:
    """A constant condition is true or false of every row, also of none."""
    frame = pl.DataFrame({"x": [0.0] * height})
    yes, no = evaluate([Slice.of("yes", "1 < 2"), Slice.of("no", "false")], frame)
    assert (len(yes.mask), yes.rows, len(no.mask), no.rows) == (height, height, height, 0)
