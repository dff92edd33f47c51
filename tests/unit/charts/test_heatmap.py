"""The heat map shows every distance at its column and day."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from modeldesk.charts.distance_heatmap import distance_heatmap, heatmap_height, heatmap_key
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.schema import Granularity
from tests.unit.charts.conftest import compared, on_day

if TYPE_CHECKING:
    from modeldesk.charts.options import Options
    from modeldesk.services.views import DriftReport


def cells(options: Options) -> dict[tuple[str, str], Options]:
    """Return the cells by column and day."""
    return {(cell["column"], cell["start"][:10]): cell for cell in options["series"][0]["data"]}


def test_a_cell_carries_its_distance_and_its_place(report: DriftReport) -> None:
    """Places count days from the first and columns in the signature's order."""
    found = cells(distance_heatmap(report, LIGHT, threshold=0.1))
    assert found["width", "2026-03-02"]["value"] == [1, 1, 0.33]
    assert found["class", "2026-03-01"]["value"] == [0, 2, 0.0]
    assert len(found) == 8  # the ninth has no distance


def test_a_day_without_traffic_leaves_a_gap(report: DriftReport) -> None:
    """The axis of time has every day, also the third, which had no traffic."""
    options = distance_heatmap(report, LIGHT, threshold=0.1)
    assert options["xAxis"]["data"] == ["1 Mar", "2 Mar", "3 Mar", "4 Mar"]
    assert options["yAxis"]["data"] == ["length", "width", "class"]
    assert not [key for key in cells(options) if key[1] == "2026-03-03"]


def test_only_a_changed_cell_is_framed_and_it_is_drawn_last(report: DriftReport) -> None:
    """A frame says that the change is proven; no neighbour is drawn over it."""
    options = distance_heatmap(report, LIGHT, threshold=0.1)
    framed = [
        cell["column"]
        for cell in options["series"][0]["data"]
        if cell.get("itemStyle", {}).get("borderColor") == LIGHT.changed
    ]
    assert framed == ["width"]
    assert options["series"][0]["data"][-1]["column"] == "width"


def test_too_few_rows_are_grey_however_large_the_distance(report: DriftReport) -> None:
    """A distance of 0.8 between 2 rows and the reference means nothing."""
    cell = cells(distance_heatmap(report, DARK, threshold=0.1))["width", "2026-03-04"]
    assert cell["visualMap"] is False
    assert cell["itemStyle"]["color"] == DARK.unsure_soft


def test_colours_turn_at_the_threshold(report: DriftReport) -> None:
    """The steps are half, one, two and four times the threshold; the key says the same."""
    pieces = distance_heatmap(report, LIGHT, threshold=0.2)["visualMap"]["pieces"]
    assert [piece["lt"] for piece in pieces] == [0.1, 0.2, 0.4, 0.8, 2.0]
    assert [piece["color"] for piece in pieces] == list(LIGHT.ramp)
    assert heatmap_key(0.2, LIGHT)[0] == (LIGHT.ramp[0], "< 0.1")
    assert heatmap_key(0.2, LIGHT)[-1] == (LIGHT.ramp[4], "≥ 0.8")


def test_a_tooltip_says_the_verdict_and_is_a_template_not_code(report: DriftReport) -> None:
    """Names are filled into a template, which ECharts escapes; there is no function."""
    options = distance_heatmap(report, LIGHT, threshold=0.1)
    assert options["tooltip"]["formatter"] == "{b}"
    name = cells(options)["width", "2026-03-02"]["name"]
    assert name == "width, 2 Mar: distance 0.330\nwidth is changed."
    assert not re.search(r'"[:#]\w+":', json.dumps(options))  # such a key would hold code


def test_no_windows_make_an_empty_map(report: DriftReport) -> None:
    """A version without traffic has columns, but no days and no cells."""
    options = distance_heatmap(replace(report, windows=()), LIGHT, threshold=0.1)
    assert options["xAxis"]["data"] == []
    assert options["series"][0]["data"] == []


def test_the_height_grows_with_the_columns() -> None:
    """Every column has its 30 pixels."""
    assert heatmap_height(3) - heatmap_height(2) == 30


def test_chosen_columns_are_drawn_in_the_given_order(report: DriftReport) -> None:
    """What changed most can come first, and others be left out."""
    order = report.most_changed()
    assert order == ("width", "length", "class")
    options = distance_heatmap(report, LIGHT, threshold=0.1, columns=order[:2])
    assert options["yAxis"]["data"] == ["width", "length"]
    assert cells(options)["width", "2026-03-02"]["value"] == [1, 0, 0.33]
    assert not [key for key in cells(options) if key[0] == "class"]


def test_a_cell_of_a_long_range_is_a_week_and_shows_its_worst_day(report: DriftReport) -> None:
    """A bad day is not lost among good ones, and a click leads to it."""
    later = on_day(120, compared("length", 0.02), compared("width", 0.03), compared("class", 0.0))
    long = replace(report, windows=(*report.windows, later))
    options = distance_heatmap(long, LIGHT, threshold=0.1)
    assert len(options["xAxis"]["data"]) == 19  # weeks from 23 February to 29 June
    found = {
        cell["column"]: cell
        for cell in options["series"][0]["data"]
        if cell["value"][0] == 0 and cell["column"] == "width"
    }
    assert found["width"]["value"] == [0, 1, 0.04]
    worst = next(cell for cell in options["series"][0]["data"] if cell["value"][2] == 0.33)
    assert worst["start"][:10] == "2026-03-02"
    assert "Week of 2026-03-02, worst on 2026-03-02" in worst["name"]


def test_hours_are_named_with_their_hour(report: DriftReport) -> None:
    """A report by the hour shows the hour."""
    start = report.windows[0].window.start
    hour = replace(report.windows[0].window, end=start.replace(hour=1))
    hourly = replace(
        report,
        granularity=Granularity.HOUR,
        windows=(replace(report.windows[0], window=hour),),
    )
    assert distance_heatmap(hourly, LIGHT, threshold=0.1)["xAxis"]["data"] == ["1 Mar 00h"]
