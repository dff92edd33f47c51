"""Sparklines are small SVG drawings made of numbers alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

from modeldesk.charts.sparkline import distance_sparkline, measure_sparkline, volume_sparkline
from modeldesk.drift import ColumnComparison, Status, Verdict
from modeldesk.schema import Granularity, Kind, Window
from modeldesk.services.performance_views import FigureView
from modeldesk.services.views import WindowVolume

TODAY = date(2026, 3, 30)


def volume(days_ago: int, rows: int) -> WindowVolume:
    """Return one day's volume."""
    moment = datetime(2026, 3, 30, tzinfo=UTC) - timedelta(days=days_ago)
    return WindowVolume(window=Window.containing(moment, Granularity.DAY), rows=rows)


def compared(distance: float | None, status: Status = Status.STABLE) -> ColumnComparison:
    """Return a comparison whose name is markup."""
    return ColumnComparison(
        name="<script>",
        kind=Kind.FLOAT,
        rows=100,
        distance=distance,
        missing_share=0.0,
        reference_missing_share=0.0,
        verdict=Verdict(status=status, sentence="<script>"),
    )


def drawn(svg: str, tag: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of a kind."""
    return [element.attrib for element in ET.fromstring(svg) if element.tag == tag]  # noqa: S314


def test_the_volume_has_a_bar_per_day_with_traffic_in_proportion() -> None:
    """The largest day fills the height; today stands at the right end."""
    svg = volume_sparkline([volume(0, 200), volume(1, 100), volume(1, 0)], today=TODAY, height=22)
    bars = drawn(svg, "rect")
    assert [float(bar["height"]) for bar in bars] == [10.0, 20.0]
    assert float(bars[1]["x"]) + float(bars[1]["width"]) > 120
    assert 'aria-label="300 predictions in 30 days"' in svg


def test_days_before_the_period_are_not_drawn() -> None:
    """Thirty days end today; the thirty-first does not count."""
    svg = volume_sparkline([volume(30, 7), volume(29, 5)], today=TODAY)
    assert len(drawn(svg, "rect")) == 1
    assert "5 predictions" in svg


def test_no_traffic_is_a_base_line() -> None:
    """An idle model has no bars, but the same size."""
    svg = volume_sparkline([], today=TODAY)
    assert drawn(svg, "rect") == []
    assert len(drawn(svg, "line")) == 1


def test_distances_are_a_line_with_diamonds_where_it_changed() -> None:
    """Three judged days: two dots and a diamond; the one with too few rows is left out."""
    svg = distance_sparkline(
        [
            compared(0.0),
            compared(0.4, Status.CHANGED),
            compared(0.9, Status.NOT_ENOUGH_DATA),
            compared(None),
            compared(0.2),
        ],
        height=26,
    )
    (line,) = drawn(svg, "polyline")
    heights = [float(point.split(",")[1]) for point in line["points"].split()]
    assert heights == [23.0, 3.0, 13.0]
    assert len(drawn(svg, "polygon")) == 1
    assert len(drawn(svg, "circle")) == 2
    assert "largest distance 0.40" in svg


def test_small_distances_stay_low() -> None:
    """The scale reaches at least 0.2, so that noise does not look like a change."""
    (line,) = drawn(distance_sparkline([compared(0.01)], height=26), "polyline")
    assert float(line["points"].split(",")[1]) > 20


def test_no_history_says_so() -> None:
    """A new column has an empty drawing with words for screen readers."""
    assert "no distance yet" in distance_sparkline([])


def test_nothing_that_a_user_wrote_gets_into_the_markup() -> None:
    """Names and sentences do not occur in the drawing."""
    assert not re.search("script", distance_sparkline([compared(0.3, Status.CHANGED)]))


def told(value: float | None, *, half: float | None = 0.05) -> FigureView:
    """Return a figure of a class whose name is markup."""
    known = value is not None and half is not None
    return FigureView(
        measure="f1",
        title="F1",
        of="<script>",
        better="higher",
        value=value,
        low=(value or 0.0) - (half or 0.0) if known else None,
        high=(value or 0.0) + (half or 0.0) if known else None,
        rows=10,
        note="<script>",
        because=None if value is not None else "<script>",
    )


def test_a_measure_is_a_line_in_a_band_with_gaps() -> None:
    """Days without a figure are gaps, what lies off the scale stays within the picture."""
    figures = [told(0.5), told(1.0), None, told(None), told(9.0, half=None), told(0.0)]
    svg = measure_sparkline(figures, low=0.0, high=1.0, whole=0.5, width=106, height=26)
    lines = [line["points"].split() for line in drawn(svg, "polyline")]
    assert lines == [["3.0,13.0", "23.0,3.0"], ["83.0,3.0", "103.0,23.0"]]
    (band,) = drawn(svg, "polygon")
    assert band["points"].split() == ["3.0,12.0", "23.0,3.0", "23.0,4.0", "3.0,14.0"]
    (whole,) = drawn(svg, "line")
    assert whole["y1"] == whole["y2"] == "13.0"
    assert "script" not in svg
    assert 'aria-label="last 0 of 4 days"' in svg


def test_a_measure_without_days_is_nothing() -> None:
    """The picture has its size and says so."""
    svg = measure_sparkline([], low=0.0, high=0.0)
    assert drawn(svg, "polyline") == []
    assert "no day has a figure" in svg
