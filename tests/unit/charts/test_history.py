"""The history shows one column's distance over time, above its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modeldesk.charts.distance_history import distance_history
from modeldesk.charts.palette import LIGHT
from modeldesk.errors import NotFound

if TYPE_CHECKING:
    from modeldesk.services.views import DriftReport


def test_points_carry_the_distances_and_gaps_stay_gaps(report: DriftReport) -> None:
    """Days without traffic, and days with too few rows for a verdict, have no point."""
    line, _ = distance_history(report, "width", LIGHT, threshold=0.1)["series"]
    assert [point["value"] for point in line["data"]] == [0.04, 0.33, None, None]


def test_changed_days_are_diamonds_of_their_own_colour(report: DriftReport) -> None:
    """What changed differs in shape as well as in colour."""
    line, _ = distance_history(report, "width", LIGHT, threshold=0.1)["series"]
    assert [point.get("symbol") for point in line["data"]] == ["circle", "diamond", None, None]
    assert line["data"][1]["itemStyle"]["color"] == LIGHT.changed
    assert line["data"][1]["name"] == "2026-03-02: distance 0.330\nwidth is changed."


def test_bars_carry_the_rows_of_every_day(report: DriftReport) -> None:
    """Also of days whose distance is not shown; a day without traffic has none."""
    _, bars = distance_history(report, "width", LIGHT, threshold=0.1)["series"]
    assert [bar["value"] for bar in bars["data"]] == [150, 150, 0, 2]
    assert bars["data"][3]["start"] == "2026-03-04T00:00:00+00:00"


def test_the_threshold_is_a_line_and_inside_the_axis(report: DriftReport) -> None:
    """The axis reaches twice the threshold even where all distances are small."""
    options = distance_history(report, "length", LIGHT, threshold=0.3)
    assert options["series"][0]["markLine"]["data"] == [{"yAxis": 0.3}]
    assert options["yAxis"][0]["max"] == 0.7


def test_the_axis_ends_at_one(report: DriftReport) -> None:
    """A Hellinger distance is never larger."""
    assert distance_history(report, "width", LIGHT, threshold=0.6)["yAxis"][0]["max"] == 1


def test_the_selected_day_is_a_band(report: DriftReport) -> None:
    """The band stands on the chosen day; without one there is none."""
    chosen = report.windows[1].window
    line, _ = distance_history(report, "width", LIGHT, threshold=0.1, selected=chosen)["series"]
    assert line["markArea"]["data"] == [[{"xAxis": "2 Mar"}, {"xAxis": "2 Mar"}]]
    line, _ = distance_history(report, "width", LIGHT, threshold=0.1)["series"]
    assert line["markArea"]["data"] == []


def test_an_unknown_column_is_refused(report: DriftReport) -> None:
    """The error names the known columns."""
    with pytest.raises(NotFound, match="length, width, class"):
        distance_history(report, "depth", LIGHT, threshold=0.1)
