"""Pictures of explored tables: what is drawn where, in which colour, and what is said of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from modeldesk.charts.associations import (
    association_bars,
    association_bars_height,
    association_map,
    association_map_height,
)
from modeldesk.charts.options import Options
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.charts.two_columns import box_plot, column_bars, count_map, count_map_height, scatter
from modeldesk.explore import (
    ExploredTable,
    association_matrix,
    boxes,
    cross_counts,
    distribution,
    points,
    with_target,
)

RNG = np.random.default_rng(5)
X = RNG.normal(size=90)
TABLE = ExploredTable.of(
    {
        "x": X,
        "down": -X + RNG.normal(size=90) * 0.2,
        "group": np.where(X > 0, "high", "low").tolist(),
        "other": RNG.choice(["k", "l", "m"], 90).tolist(),
        "same": np.ones(90),
    }
)
MARKUP = "<img src=x onerror=alert(1)>"


def series(options: Options, place: int = 0) -> list[Options]:
    """Return the data of one series, after a trip through JSON."""
    found = json.loads(json.dumps(options))["series"][place]["data"]
    return list(found)


def test_bars_reach_to_their_side_of_zero() -> None:
    """The strongest above; negative ones are orange; what is not defined is left out."""
    found = with_target(TABLE, "x")
    options = association_bars(found.associations, LIGHT)
    bars = series(options)
    assert options["yAxis"]["data"] == [each.first for each in found.associations if each.figures]
    assert "same" not in options["yAxis"]["data"]
    by_name = {bar["column"]: bar for bar in bars}
    assert by_name["down"]["itemStyle"]["color"] == LIGHT.changed
    assert by_name["group"]["itemStyle"]["color"] == LIGHT.brand
    assert options["xAxis"]["min"] == -1
    assert "95 % interval" in by_name["down"]["name"]
    unsigned = [each for each in found.associations if each.first != "down"]
    assert association_bars(unsigned, DARK)["xAxis"]["min"] == 0
    few, many = (association_bars_height(found.associations[:n]) for n in (1, 3))
    assert many > few


def test_the_map_has_each_pair_on_both_sides() -> None:
    """Numbers are in the cells of few columns; those not defined are grey and say why."""
    matrix = association_matrix(TABLE, TABLE.names)
    cells = series(association_map(matrix, LIGHT))
    assert len(cells) == 5 * 4
    by_place = {tuple(cell["value"][:2]): cell for cell in cells}
    for (x, y), cell in by_place.items():
        assert by_place[y, x]["value"][2] == cell["value"][2]
    grey = [cell for cell in cells if "same" in {cell["x"], cell["y"]}]
    assert len(grey) == 8
    assert {cell["itemStyle"]["color"] for cell in grey} == {LIGHT.unsure_soft}
    assert all("not defined, because same is constant" in cell["name"] for cell in grey)
    assert by_place[0, 1]["label"]["formatter"].startswith("-0.9")
    many = ExploredTable.of({f"c{n}": RNG.normal(size=9) for n in range(16)})
    wide = association_matrix(many, many.names)
    assert all("label" not in cell for cell in series(association_map(wide, LIGHT)))
    assert association_map_height(wide) > association_map_height(matrix)


def test_points_have_a_shape_for_each_group() -> None:
    """Groups differ by shape and colour, and are named in a legend; one group has none."""
    options = scatter(points(TABLE, "x", "down", groups="other"), LIGHT, x="x", y="down")
    assert [each["name"] for each in options["series"]] == ["k", "l", "m"]
    assert len({each["symbol"] for each in options["series"]}) == 3
    assert options["legend"]["show"]
    assert sum(len(each["data"]) for each in options["series"]) == 90
    alone = scatter(points(TABLE, "x", "down"), LIGHT, x="x", y="down")
    assert not alone["legend"]["show"]
    assert "min" not in alone["xAxis"]


def test_boxes_and_what_lies_outside() -> None:
    """Five numbers each, and the outliers as points at the place of their group."""
    found = boxes(TABLE, "x", "group").boxes
    options = box_plot(found, LIGHT, numbers="x", groups="group")
    assert [box["value"] for box in series(options)] == [
        pytest.approx([b.low, b.quarter, b.median, b.three_quarters, b.high]) for b in found
    ]
    outside = [(p["value"][0], p["value"][1]) for p in series(options, 1)]
    assert outside == [(place, v) for place, box in enumerate(found) for v in box.outliers]
    assert f"{found[0].rows} rows" in series(options)[0]["name"]


def test_counts_say_rows_and_share() -> None:
    """A cell for each pair, also for those without a row."""
    found = cross_counts(TABLE, "group", "other")
    options = count_map(found, DARK, across="group", down="other")
    cells = series(options)
    assert len(cells) == 6
    assert sum(cell["value"][2] for cell in cells) == 90
    assert f"{cells[0]['value'][2] / 90:.1%}" in cells[0]["name"]
    assert options["visualMap"]["max"] == max(cell["value"][2] for cell in cells)
    assert count_map_height(found) >= 220


def test_one_column_by_itself() -> None:
    """A bar for each bin, or value; the rest of the values has one of its own."""
    bins = column_bars(distribution(TABLE, "x"), LIGHT, name="x", rows=90)
    assert sum(bar["value"] for bar in series(bins)) == 90
    names = [f"v{n:02}" for n in range(30) for _ in range(2)]
    listed = distribution(ExploredTable.of({"v": names}), "v")
    options = column_bars(listed, LIGHT, name="v", rows=60)
    assert options["xAxis"]["data"][-1] == "other"
    assert series(options)[-1]["value"] == listed.rest == 60 - 24
    assert series(options)[-1]["itemStyle"]["color"] == LIGHT.reference


def test_names_are_data_and_long_ones_are_cut() -> None:
    """Whatever a column or a category is called, it is in names, which are escaped."""
    table = ExploredTable.of({MARKUP: X, "y": X, "g": [MARKUP, "b"] * 45, "z" * 5_000: X})
    for options in (
        scatter(points(table, MARKUP, "y", groups="g"), LIGHT, x=MARKUP, y="z" * 5_000),
        box_plot(boxes(table, "y", "g").boxes, LIGHT, numbers="y", groups=MARKUP),
        association_bars(with_target(table, "y").associations, LIGHT),
    ):
        assert options["tooltip"]["formatter"] == "{b}"
        assert len(str(options["xAxis"].get("name", ""))) < 100
