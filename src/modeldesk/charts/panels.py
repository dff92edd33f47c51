"""Several small charts below each other on one axis of time, which are read together."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.spans import Span
from modeldesk.schema import Window

PANELS_LEFT = 64
"""Pixels left of the charts, for the numbers of their axes."""
PANELS_RIGHT = 12

_TITLE_PIXELS = 26
_GAP_PIXELS = 14
_LABELS_PIXELS = 24
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of several charts with a common axis of time."""

    title: str
    """What it shows, with the unit."""
    height: int
    """Of the chart itself, in pixels."""
    axis: Options
    """The axis of its values."""
    series: tuple[Options, ...]
    """What is drawn, with a value for each place of the axis of time."""
    words: tuple[str, ...]
    """What a tooltip says of each place."""


def panels_height(panels: Sequence[Panel]) -> int:
    """Return how many pixels high the picture of some panels has to be."""
    own = sum(panel.height + _TITLE_PIXELS for panel in panels)
    return own + _GAP_PIXELS * max(0, len(panels) - 1) + _LABELS_PIXELS


def stacked_panels(
    panels: Sequence[Panel],
    spans: Sequence[Span],
    colours: Palette,
    *,
    selected: Window | None = None,
) -> Options:
    """Draw panels below each other; the labels of time stand below the last.

    The pointer's line runs through all of them. Wherever it is, the tooltip tells of the place
    that it points at, also beside a bar or a line.

    Parameters
    ----------
    panels
        From above.
    spans
        Places of the axis of time.
    colours
        The page's palette.
    selected
        What the page shows now; its places are shaded.
    """
    labels = [span.label for span in spans]
    grids: list[Options] = []
    titles: list[Options] = []
    times: list[Options] = []
    values: list[Options] = []
    series: list[Options] = []
    top = 0
    chosen = _within(spans, selected)
    for place, panel in enumerate(panels):
        last = place == len(panels) - 1
        titles.append(_title(panel.title, top, colours))
        top += _TITLE_PIXELS
        grid = {"left": PANELS_LEFT, "right": PANELS_RIGHT, "top": top, "height": panel.height}
        grids.append(grid)
        top += panel.height + _GAP_PIXELS
        times.append(_time_axis(labels, colours, last=last) | {"gridIndex": place})
        values.append(panel.axis | {"gridIndex": place})
        values.append({"type": "value", "min": 0, "max": 1, "show": False, "gridIndex": place})
        own = {"xAxisIndex": place, "yAxisIndex": 2 * place}
        series += [one | own for one in panel.series]
        hits = {"xAxisIndex": place, "yAxisIndex": 2 * place + 1}
        series.append(_hits(panel, spans, colours, chosen) | hits)
    return themed(
        colours,
        {
            "title": titles,
            "grid": grids,
            "xAxis": times,
            "yAxis": values,
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "axisPointer": {"link": [{"xAxisIndex": "all"}], "triggerOn": "mousemove"},
            "animation": False,
            "series": series,
        },
    )


def round_axis(low: float, high: float, colours: Palette) -> Options:
    """Return an axis of values whose ends and steps are round.

    Parameters
    ----------
    low, high
        What it has to reach, finite.
    colours
        The page's palette.

    Examples
    --------
    >>> from modeldesk.charts.palette import LIGHT
    >>> axis = round_axis(4.2, 7.9, LIGHT)
    >>> axis["min"], axis["max"], axis["interval"]
    (4.0, 8.0, 1.0)
    """
    span = (high - low) or abs(high) * 0.1 or 1.0
    power = 10.0 ** math.floor(math.log10(span / _STEPS))
    step = next(size * power for size in _ROUND if size * power >= span / _STEPS * (1 - 1e-9))
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return value_axis(colours) | {
        "min": _tidy(start * step),
        "max": _tidy(max(end, start + 1) * step),
        "interval": _tidy(step),
    }


def percent_axis(top: float, colours: Palette, *, steps: int = 2) -> Options:
    """Return an axis of per cent from zero to a round number that is not below `top`."""
    ends = (1, 2, 5, 10, 20, 40, 60, 80, 100)
    end = next((each for each in ends if top <= each), 100)
    axis = value_axis(colours) | {"max": end, "interval": end / steps}
    axis["axisLabel"] = axis["axisLabel"] | {"formatter": "{value} %"}
    return axis


def _tidy(value: float) -> float:
    """Take away what rounding left: 0.30000000000000004 would be written below the axis."""
    return float(f"{value:.12g}")


def _title(words: str, top: int, colours: Palette) -> Options:
    style = {"color": colours.ink_soft, "fontSize": 12, "fontWeight": 600}
    return {"text": words, "left": 0, "top": top + 4, "padding": 0, "textStyle": style}


def _time_axis(labels: list[str], colours: Palette, *, last: bool) -> Options:
    axis = category_axis(colours, list(labels))
    if not last:
        axis["axisLabel"] = {"show": False}
    line = {"color": colours.ink_faint, "width": 1, "type": "solid"}
    pointer = {"show": True, "type": "line", "snap": True, "label": {"show": False}}
    return axis | {"axisPointer": pointer | {"lineStyle": line}}


def _hits(
    panel: Panel, spans: Sequence[Span], colours: Palette, chosen: Collection[int]
) -> Options:
    """Return bars as high as the panel, which tell what there is at each place.

    They cannot be seen, but those of the chosen places.
    """
    shade = {"itemStyle": {"color": colours.brand, "opacity": 0.13}}
    told = zip(spans, panel.words, strict=True)
    return {
        # Not "bar": bars of one type share the room that a place has.
        "type": "pictorialBar",
        "symbol": "rect",
        "name": "places",
        "data": [
            {"value": 1, "name": words, "start": span.start.isoformat()}
            | (shade if place in chosen else {})
            for place, (span, words) in enumerate(told)
        ],
        "barCategoryGap": "0%",
        "z": 10,
        "itemStyle": {"color": "transparent"},
        "emphasis": {"itemStyle": {"color": colours.brand, "opacity": 0.07}},
    }


def _within(spans: Sequence[Span], selected: Window | None) -> frozenset[int]:
    """Return the places that a window lies in."""
    if selected is None:
        return frozenset()
    return frozenset(
        place
        for place, span in enumerate(spans)
        if span.start < selected.end and selected.start < span.end
    )
