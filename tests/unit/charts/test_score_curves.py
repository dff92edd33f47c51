"""ROC, precision over recall, calibration, thresholds, and the distribution of errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modeldesk.charts.error_distribution import error_distribution
from modeldesk.charts.palette import LIGHT
from modeldesk.charts.score_curves import calibration_chart, pr_chart, roc_chart
from modeldesk.charts.threshold_chart import threshold_chart
from modeldesk.services.performance_views import (
    CalibrationView,
    CheapestView,
    CurveView,
    ErrorBinView,
    PointView,
    ThresholdView,
)

CURVE = CurveView(
    name="roc",
    points=(
        PointView(threshold=None, x=0.0, y=0.0, low=0.0, high=0.3),
        PointView(threshold=0.7, x=0.1, y=0.8, low=0.6, high=0.9),
        PointView(threshold=0.1, x=1.0, y=1.0, low=0.8, high=1.0),
    ),
)


@pytest.mark.parametrize("chart", [roc_chart, pr_chart])
def test_points_stand_where_the_curve_says(chart: type) -> None:
    """With the ends of their intervals, and their threshold on the pointer."""
    options = chart(CURVE, LIGHT)
    data = {one["name"]: one["data"] for one in options["series"]}
    assert [point["value"] for point in data["curve"]] == [[0.0, 0.0], [0.1, 0.8], [1.0, 1.0]]
    assert data["low"] == [[0.0, 0.0], [0.1, 0.6], [1.0, 0.8]]
    assert data["high"][1] == [0.1, 0.9]
    assert data["curve"][1]["name"] == "threshold 0.7\n(0.1, 0.8), height 0.6 to 0.9"
    assert data["curve"][0]["name"].startswith("no row counts as the class")
    assert ("diagonal" in data) is (chart is roc_chart)


def test_calibration_shows_rows_and_intervals() -> None:
    """Larger points have more rows; a point without an interval has none drawn."""
    few = CalibrationView(confidence=0.2, rows=4, truth=0.25, low=None, high=None)
    many = CalibrationView(confidence=0.9, rows=400, truth=0.88, low=0.85, high=0.91)
    options = calibration_chart([few, many], LIGHT)
    (truth,) = [one for one in options["series"] if one["name"] == "truth"]
    assert [point["value"] for point in truth["data"]] == [[0.2, 0.25], [0.9, 0.88]]
    assert truth["data"][0]["symbolSize"] < truth["data"][1]["symbolSize"]
    assert truth["data"][1]["name"] == "400 rows, 90.0% on average\n88.0% true, 85.0% to 91.0%"
    intervals = [one["data"] for one in options["series"] if one["name"] == "interval"]
    assert intervals == [[[0.9, 0.85], [0.9, 0.91]]]


def test_thresholds_show_what_each_would_give() -> None:
    """A threshold that no row reaches has no precision; the best by F1 is marked."""
    low = ThresholdView(threshold=0.2, flagged=0.5, precision=0.6, recall=0.9, f1=0.72, cost=0.3)
    high = ThresholdView(threshold=0.9, flagged=0.0, precision=None, recall=0.0, f1=0.0, cost=0.5)
    options = threshold_chart([low, high], low, LIGHT)
    data = {one["name"]: one["data"] for one in options["series"]}
    assert [point["value"] for point in data["precision"]] == [[0.2, 0.6]]
    assert [point["value"] for point in data["recall"]] == [[0.2, 0.9], [0.9, 0.0]]
    assert [point["value"] for point in data["F1"]] == [[0.2, 0.72], [0.9, 0.0]]
    (best,) = data["highest F1"]
    assert best["name"].splitlines() == [
        "highest F1",
        "threshold 0.2: 50.0% of rows",
        "precision 0.6, recall 0.9, F1 0.72",
    ]
    assert "precision none" in data["recall"][1]["name"]
    cheapest = CheapestView(threshold=0.2, flagged=0.5, cost=0.3, low=0.2, high=0.4)
    marked = threshold_chart([low, high], low, LIGHT, cheapest=cheapest)["series"]
    (line,) = [one for one in marked if one["name"] == "cheapest"]
    assert [point["value"] for point in line["data"]] == [[0.2, 0], [0.2, 1]]
    never = replace(cheapest, threshold=None)
    assert "cheapest" not in {
        one["name"] for one in threshold_chart([low], low, LIGHT, cheapest=never)["series"]
    }
    without = threshold_chart([], None, LIGHT)["series"]
    assert [one["data"] for one in without] == [[], [], []]


def test_errors_stand_on_their_side_of_zero() -> None:
    """With the tails in the colour of what is put together, and the ends for whoever clicks."""
    bins = [
        ErrorBinView(low=None, high=-1.0, share=0.01),
        ErrorBinView(low=-1.0, high=0.0, share=0.39),
        ErrorBinView(low=0.0, high=1.0, share=0.6),
    ]
    options = error_distribution(bins, LIGHT, labelled=200)
    bars, zero = options["series"]
    assert [bar["value"] for bar in bars["data"]] == [1.0, 39.0, 60.0]
    assert [bar["name"] for bar in bars["data"]] == [
        "error below -1\n2 rows, 1.0%",
        "error from -1 to 0\n78 rows, 39.0%",
        "error from 0 to 1\n120 rows, 60.0%",
    ]
    assert bars["data"][0]["itemStyle"]["color"] == LIGHT.reference
    assert (bars["data"][0]["low"], bars["data"][0]["high"]) == (None, -1.0)
    assert zero["markLine"]["data"] == [{"xAxis": 2}]
    assert options["xAxis"][1]["max"] == 3
    assert "markLine" not in error_distribution(bins[:1], LIGHT, labelled=200)["series"][1]
