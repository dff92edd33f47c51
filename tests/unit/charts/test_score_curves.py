"""ROC, precision over recall, and calibration."""

from __future__ import annotations

import pytest

from modeldesk.charts import LIGHT, calibration_chart, pr_chart, roc_chart
from modeldesk.services.performance_views import CalibrationView, CurveView, PointView

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
