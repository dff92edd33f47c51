"""Charts are handed to the page framework without lists that it would watch."""

from __future__ import annotations

import weakref

from nicegui import Client, ui

from modeldesk.charts.palette import Palette
from modeldesk.ui.appearance import Appearance
from tests.support.garbage import nobody_collects


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


def test_a_page_that_has_gone_lets_go_of_what_draws_its_charts() -> None:
    """It may enclose the page, and all that this has read."""

    class Rows:
        pass

    def chart(rows: Rows) -> weakref.ref[Rows]:
        appearance = Appearance({"modeldesk_system": "light"})
        appearance.watch()

        def draw(colours: Palette) -> dict[str, object]:
            assert (rows, appearance) is not None
            return drawn(colours)

        appearance.picture(draw, height=100)
        return weakref.ref(rows)

    page = Client(ui.page("/"))
    with page:
        rows = chart(Rows())
    with nobody_collects():
        assert rows() is not None
        page.delete()
        assert rows() is None
