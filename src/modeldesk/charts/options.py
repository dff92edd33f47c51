"""What an ECharts option dictionary is, and the parts that all charts share."""

from __future__ import annotations

from typing import Any, TypeAlias

from modeldesk.charts.palette import Palette

# ECharts owns this schema, so the values are Any here and nowhere else.
Options: TypeAlias = dict[str, Any]
"""An option dictionary for ECharts 5 or 6: JSON, without functions."""

FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def themed(colours: Palette, options: Options) -> Options:
    """Return the options with the page's font, ground and tooltip.

    Tooltips are templates without functions: ECharts escapes the names that it fills in,
    so a category with markup in its name is shown as it is written.
    """
    return {
        "backgroundColor": "transparent",
        "textStyle": {"fontFamily": FONT, "color": colours.ink_soft, "fontSize": 12},
        "animationDuration": 250,
        "animationDurationUpdate": 250,
        # What the pointer is on stands out at once: a chart is not drawn for each step to there.
        "stateAnimation": {"duration": 0},
        "aria": {"enabled": True},
        **options,
        "tooltip": {**tooltip(colours), **options.get("tooltip", {})},
    }


def tooltip(colours: Palette) -> Options:
    """Return a tooltip that looks like the page's cards."""
    return {
        "backgroundColor": colours.surface,
        "borderColor": colours.line_strong,
        "borderWidth": 1,
        "padding": [8, 12],
        "confine": True,
        "transitionDuration": 0.1,
        "textStyle": {"color": colours.ink, "fontSize": 12, "fontFamily": FONT},
        "extraCssText": "white-space: pre-line; max-width: 380px; border-radius: 8px; "
        "box-shadow: 0 8px 24px rgba(10, 20, 35, .18); z-index: 10",
    }


def category_axis(colours: Palette, labels: list[str]) -> Options:
    """Return an axis of named places, without ticks."""
    return {
        "type": "category",
        "data": labels,
        "axisTick": {"show": False},
        "axisLine": {"show": True, "lineStyle": {"color": colours.line_strong}},
        "splitLine": {"show": False},
        "splitArea": {"show": False},
        "axisLabel": {"color": colours.ink_faint, "fontSize": 11, "hideOverlap": True},
    }


def value_axis(colours: Palette, *, name: str = "") -> Options:
    """Return an axis of numbers from zero, with quiet lines."""
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": colours.ink_faint, "fontSize": 11, "align": "left"},
        "min": 0,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": colours.ink_faint, "fontSize": 11},
        "splitLine": {"show": True, "lineStyle": {"color": colours.line}},
        "splitNumber": 4,
    }
