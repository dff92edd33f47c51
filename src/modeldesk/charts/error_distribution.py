"""How the errors of a regression are distributed."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.services.performance_views import ErrorBinView

_FULL = 100


def error_distribution(bins: Sequence[ErrorBinView], colours: Palette, *, labelled: int) -> Options:
    """Draw the share of rows in each stretch of the error.

    What is predicted too low stands left of 0, what is predicted too high right of it.

    Parameters
    ----------
    bins
        From the lowest errors to the highest.
    colours
        The page's palette.
    labelled
        How many rows there are.
    """
    data: list[Options] = [
        {
            "value": round(each.share * _FULL, 3),
            "name": f"{bin_words(each)}\n{round(each.share * labelled):,} rows, {each.share:.1%}",
            "low": each.low,
            "high": each.high,
            "itemStyle": {"color": colours.brand if _inner(each) else colours.reference},
        }
        for each in bins
    ]
    labels = ["lower" if each.low is None else f"{each.low:g}" for each in bins]
    across = category_axis(colours, labels) | {
        "name": "prediction less label, from",
        "nameLocation": "middle",
        "nameGap": 28,
        "nameTextStyle": {"color": colours.ink_faint, "fontSize": 11},
    }
    zero = next((place for place, each in enumerate(bins) if each.low == 0), None)
    marked = {} if zero is None else {"markLine": _zero(zero, colours)}
    return themed(
        colours,
        {
            "grid": {"left": 44, "right": 14, "top": 30, "bottom": 46},
            "xAxis": [across, _ruler(len(bins))],
            "yAxis": value_axis(colours, name="% of rows"),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                {
                    "type": "bar",
                    "name": "errors",
                    "data": data,
                    "barCategoryGap": "6%",
                    "itemStyle": {"borderRadius": [2, 2, 0, 0]},
                },
                {"type": "line", "name": "zero", "xAxisIndex": 1, "data": [], **marked},
            ],
        },
    )


def bin_words(each: ErrorBinView) -> str:
    """Say which errors a stretch holds."""
    if each.low is None:
        return f"error below {each.high:g}"
    if each.high is None:
        return f"error of {each.low:g} or more"
    return f"error from {each.low:g} to {each.high:g}"


def _inner(each: ErrorBinView) -> bool:
    return each.low is not None and each.high is not None


def _ruler(bins: int) -> Options:
    """Return an unseen axis on which the edges between bars are whole numbers."""
    return {"type": "value", "min": 0, "max": max(bins, 1), "show": False}


def _zero(place: int, colours: Palette) -> Options:
    return {
        "symbol": "none",
        "silent": True,
        "label": {"show": False},
        "lineStyle": {"color": colours.ink_faint, "type": "dashed", "width": 1},
        "data": [{"xAxis": place}],
    }
