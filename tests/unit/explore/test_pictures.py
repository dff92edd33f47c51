"""What pictures of two columns are made of: points, boxes, counts, matrices."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from modeldesk.explore import (
    ExploredTable,
    association,
    association_matrix,
    boxes,
    cross_counts,
    points,
    with_target,
)

RNG = np.random.default_rng(9)


def test_boxes_are_tukeys() -> None:
    """Quartiles as NumPy's, whiskers at the furthest values within reach, outliers beyond."""
    values = np.concatenate([RNG.normal(0, 1, 300), [9.0, -8.0, 12.0]])
    box = boxes(ExploredTable.of({"x": values}), "x").boxes[0]
    first, middle, third = np.quantile(values, (0.25, 0.5, 0.75))
    assert (box.quarter, box.median, box.three_quarters) == pytest.approx((first, middle, third))
    reach = 1.5 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    assert (box.low, box.high) == pytest.approx((inside.min(), inside.max()))
    outside = np.sort(values[(values < box.low) | (values > box.high)])
    assert box.outliers == pytest.approx(outside)
    assert box.outside == len(outside) >= 3


def test_boxes_by_group_are_bounded() -> None:
    """The largest groups come first; of many outliers some are told, always the same."""
    groups = [f"g{n % 15:02}" if n % 3 else "most" for n in range(3_000)]
    values = RNG.standard_cauchy(3_000)
    table = ExploredTable.of({"x": values, "g": groups})
    found = boxes(table, "x", "g", most=5, most_outliers=10)
    assert [len(found.boxes), found.left_out] == [5, len(set(groups)) - 5]
    assert found.boxes[0].group == "most"
    assert found.boxes[0].rows == 1_000
    assert len(found.boxes[0].outliers) == 10 < found.boxes[0].outside
    assert found == boxes(table, "x", "g", most=5, most_outliers=10)


def test_points_are_some_of_the_rows() -> None:
    """Each shown point is a row; the largest groups keep their names."""
    x = RNG.normal(size=5_000)
    groups = [f"k{min(9, int(abs(value) * 4))}" for value in x]
    table = ExploredTable.of({"x": [*x[:-1], math.nan], "y": x * 2, "g": groups})
    found = points(table, "x", "y", groups="g", most=500)
    assert (found.shown, found.rows) == (500, 4_999)
    shown = [pair for group in found.groups for pair in zip(group.x, group.y, strict=True)]
    assert len(shown) == 500
    assert set(shown) <= set(zip(x.tolist(), (x * 2).tolist(), strict=True))
    assert len(found.groups) == 6
    assert found.groups[-1].group == "others"
    assert found == points(table, "x", "y", groups="g", most=500)


def test_points_without_groups_or_without_numbers() -> None:
    """One group without a name; and the reason where there is nothing to draw."""
    table = ExploredTable.of({"x": [1, 2], "y": [None, None], "s": ["a", None]})
    assert [group.group for group in points(table, "x", "x").groups] == [""]
    assert [g.group for g in points(table, "x", "x", groups="s").groups] == ["a", "not known"]
    assert points(table, "x", "y").why_not == "no row has both values"
    assert points(table, "x", "s").why_not == "s holds no numbers"
    assert boxes(table, "s").why_not == "s holds no numbers"
    assert boxes(table, "x", "y").why_not == "y holds no categories"
    assert cross_counts(table, "x", "s").why_not == "x holds no categories"


def test_counts_are_complete() -> None:
    """Rare categories are counted together, and nothing is lost."""
    one = [f"a{int(n)}" for n in RNG.geometric(0.12, 2_000)]
    other = RNG.choice(["k", "l"], 2_000).tolist()
    found = cross_counts(ExploredTable.of({"a": one, "b": other}), "a", "b", most=5)
    assert found.total == 2_000
    assert len(found.across) == 5
    assert found.across[-1] == "others"
    counted = Counter(zip(one, other, strict=True))
    for row, down in zip(found.rows, found.down, strict=True):
        for rows, across in zip(row[:-1], found.across[:-1], strict=True):
            assert rows == counted[across, down]


def test_the_matrix_holds_each_pair_once() -> None:
    """It says what `association` says, and which columns are left out."""
    x = RNG.normal(size=60)
    table = ExploredTable.of(
        {"x": x, "y": x + RNG.normal(size=60), "g": RNG.choice(["a", "b"], 60).tolist(), "z": x}
    )
    found = association_matrix(table, table.names, most=3)
    assert found.names == ("x", "y", "g")
    assert found.left_out == ("z",)
    assert len(found.pairs) == 3
    pair = found.of("g", "x")
    assert pair is not None
    assert pair.figure == association(table, "x", "g").figure
    assert found.of("x", "x") is None
    assert association_matrix(table, ()).pairs == ()


def test_columns_are_ordered_by_what_they_say_of_the_target() -> None:
    """Undefined ones come last; too many are left out and counted."""
    x = RNG.normal(size=300)
    table = ExploredTable.of(
        {
            "weak": x + RNG.normal(size=300) * 8,
            "strong": -x + RNG.normal(size=300) * 0.1,
            "constant": np.ones(300),
            "y": x,
        }
    )
    found = with_target(table, "y")
    assert [each.first for each in found.associations] == ["strong", "weak", "constant"]
    assert found.associations[-1].why_not == "constant is constant"
    assert with_target(table, "y", most=1).left_out == 2
    assert with_target(table, "y", most_rows=100).rows == 100
