"""Charts are handed to the page framework without lists that it would watch."""

from __future__ import annotations

from nicegui import Client, ui

from modeldesk.charts.palette import Palette
from modeldesk.ui.appearance import Appearance


def drawn(colours: Palette) -> dict[str, object]:
    """Draw two points."""
    return {
        "color": [colours.brand],
        "series": [{"type": "line", "data": [[0, 1], [1, 2]]}],
        "xAxis": {"data": ["a", "b"], "axisLabel": {"show": True}},
    }


def test_no_list_of_a_chart_is_watched() -> None:
    """Watching thousands of points takes longer than building the page."""
    with Client(ui.page("/")):
        appearance = Appearance({})
        picture = appearance.picture(drawn, height=100)
        options = picture.chart.options
        told = {"data": ("a", "b"), "axisLabel": {"show": True}}
        for _ in range(2):
            assert options["color"] == (appearance.palette.brand,)
            assert type(options["series"]) is tuple
            assert type(options["series"][0]) is dict
            assert options["series"][0]["data"] == [[0, 1], [1, 2]]
            assert options["xAxis"] == told
            picture.redraw(appearance.palette)
