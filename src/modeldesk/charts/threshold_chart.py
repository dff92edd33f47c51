"""What every threshold of a class would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modeldesk.charts.options import Options, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.services.performance_views import CheapestView, ThresholdView


def threshold_chart(
    thresholds: Sequence[ThresholdView],
    best: ThresholdView | None,
    colours: Palette,
    *,
    cheapest: CheapestView | None = None,
) -> Options:
    """Draw precision, recall and F1 over the threshold, and mark the best ones.

    Parameters
    ----------
    thresholds
        From the lowest to the highest.
    best
        Where F1 is highest; ``None``: nothing is marked.
    colours
        The page's palette.
    cheapest
        The threshold that costs least, marked by a line; ``None``, or one at which no row counts
        as the class: nothing is marked.
    """
    lines = (
        ("precision", colours.brand, "solid", lambda each: each.precision),
        ("recall", colours.estimate, "dashed", lambda each: each.recall),
        ("F1", colours.stable, "solid", lambda each: each.f1),
    )
    return themed(
        colours,
        {
            "grid": {"left": 40, "right": 14, "top": 30, "bottom": 44},
            "legend": {
                "right": 8,
                "top": 0,
                "itemWidth": 18,
                "itemHeight": 8,
                "textStyle": {"color": colours.ink_soft, "fontSize": 11},
            },
            "xAxis": _axis(colours, "threshold") | {"nameLocation": "middle", "nameGap": 26},
            "yAxis": _axis(colours, ""),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                *(
                    _line(name, thresholds, height, colour, style)
                    for name, colour, style, height in lines
                ),
                *([] if best is None else [_best(best, colours)]),
                *_cheapest(cheapest, colours),
            ],
        },
    )


def threshold_words(each: ThresholdView) -> str:
    """Say what a threshold would give."""
    precision = "none" if each.precision is None else f"{each.precision:.3g}"
    return (
        f"threshold {each.threshold:.4g}: {each.flagged:.1%} of rows\n"
        f"precision {precision}, recall {each.recall:.3g}, F1 {each.f1:.3g}"
    )


def _line(
    name: str,
    thresholds: Sequence[ThresholdView],
    height: Callable[[ThresholdView], float | None],
    colour: str,
    style: str,
) -> Options:
    return {
        "type": "line",
        "name": name,
        "data": [
            {"value": [round(each.threshold, 4), round(value, 4)], "name": threshold_words(each)}
            for each in thresholds
            if (value := height(each)) is not None
        ],
        "symbol": "circle",
        "symbolSize": 9,
        "lineStyle": {"width": 2, "color": colour, "type": style},
        # Points are seen only under the pointer, which they have to be there for.
        "itemStyle": {"color": colour, "opacity": 0 if len(thresholds) > 1 else 1},
        "emphasis": {"itemStyle": {"opacity": 1}, "lineStyle": {"width": 2}},
    }


def _best(best: ThresholdView, colours: Palette) -> Options:
    return {
        "type": "line",
        "name": "highest F1",
        "data": [
            {
                "value": [round(best.threshold, 4), round(best.f1, 4)],
                "name": f"highest F1\n{threshold_words(best)}",
            }
        ],
        "symbol": "diamond",
        "symbolSize": 12,
        "z": 5,
        "lineStyle": {"width": 0},
        "itemStyle": {"color": colours.stable},
    }


def _cheapest(found: CheapestView | None, colours: Palette) -> list[Options]:
    if found is None or found.threshold is None:
        return []
    place = round(found.threshold, 4)
    words = f"cheapest: threshold {found.threshold:.4g}\n{found.cost:.4g} a row"
    return [
        {
            "type": "line",
            "name": "cheapest",
            "data": [{"value": [place, height], "name": words} for height in (0, 1)],
            "symbol": "none",
            "lineStyle": {"width": 1.5, "type": "dotted", "color": colours.ink_soft},
            "itemStyle": {"color": colours.ink_soft},
        }
    ]


def _axis(colours: Palette, name: str) -> Options:
    return value_axis(colours, name=name) | {"max": 1, "interval": 0.25}
