"""A chart of ECharts options, drawn once for each state of it."""

from __future__ import annotations

from nicegui import ui


class DrawnChart(ui.echart, component="drawn_chart.js"):
    """NiceGUI's chart with a component of its own in the browser; decision 37 tells why.

    What is drawn is not watched for changes there, a chart that comes with an update of the
    page is drawn once instead of twice, and of all events only clicks are passed on. Options
    hold no JavaScript.
    """
