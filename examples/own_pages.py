"""A page and a panel of one's own: how many predictions each hour of the day brings.

Start a server with them: ``modeldesk serve --pages examples/own_pages.py``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nicegui import ui

from modeldesk.ui.own import Look, page, panel

if TYPE_CHECKING:
    from modeldesk.charts.options import Options
    from modeldesk.charts.palette import Palette

_ROWS = 1_000


@page("Hours", model=True)
async def hours(look: Look) -> None:
    """Show at which hours the latest predictions came, as bars."""
    latest = await look.ask(look.desk.reader.page, look.model, limit=_ROWS)
    counts = Counter(latest.frame["time"].dt.hour())

    def draw(colours: Palette) -> Options:
        return {
            "xAxis": {"type": "category", "data": list(range(24)), "name": "hour, UTC"},
            "yAxis": {"type": "value", "name": "predictions"},
            "tooltip": {},
            "series": [
                {
                    "type": "bar",
                    "data": [counts[hour] for hour in range(24)],
                    "itemStyle": {"color": colours.brand},
                }
            ],
        }

    ui.label(f"The latest {latest.frame.height} predictions.")
    look.chart(draw, height=360)


@panel("What it needs")
async def needs(look: Look) -> None:
    """List the libraries of the version that answers."""
    version = await look.ask(look.desk.registry.version, look.model)
    for library, number in version.libraries.items():
        ui.label(f"{library} {number}")
