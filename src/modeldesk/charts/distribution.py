"""Two distributions of one column, drawn over each other."""

from __future__ import annotations

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.drift import Overlay

_NUMBERS_PIXELS = 228
_CATEGORY_PIXELS = 34
_ROOM_PIXELS = 72
_ROUND_PERCENTS = (5, 10, 20, 30, 40, 50, 60, 80, 100)


def distribution_height(overlay: Overlay) -> int:
    """Return how many pixels high the picture of an overlay has to be."""
    if overlay.edges:
        return _NUMBERS_PIXELS
    return _ROOM_PIXELS + _CATEGORY_PIXELS * max(1, len(overlay.labels))


def distribution(
    overlay: Overlay, colours: Palette, *, current: str, reference: str = "reference"
) -> Options:
    """Draw the reference's and a window's share per bin, in per cent.

    Numbers share their bins: the window's bars lie, half transparent and framed, over the
    reference's. Categories stand one below the other, with the two bars side by side.

    Parameters
    ----------
    overlay
        Shares per bin, from 0 to 1.
    colours
        The page's palette.
    current
        What the window is called, such as a date.
    reference
        What the reference is called.

    Examples
    --------
    >>> from modeldesk.charts.palette import LIGHT
    >>> from modeldesk.schema import Kind
    >>> shares = Overlay(name="colour", kind=Kind.CATEGORICAL, labels=("red", "blue"),
    ...                  edges=(), reference=(0.75, 0.25), current=(0.5, 0.5))
    >>> chart = distribution(shares, LIGHT, current="1 Mar")
    >>> [bar["value"] for bar in chart["series"][1]["data"]]
    [50.0, 50.0]
    """
    before = _bars(overlay, overlay.reference, reference) | _look(colours.reference)
    now = _bars(overlay, overlay.current, current) | _look(colours.brand)
    if overlay.edges:
        now["itemStyle"] = _glass(colours)
    gaps = _OVER if overlay.edges else _BESIDE
    options: Options = {
        **(_upright(overlay, colours) if overlay.edges else _lying(overlay, colours)),
        "legend": _legend(colours, reference, current),
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "series": [before | gaps, now | gaps],
    }
    return themed(colours, options)


_OVER: Options = {"barGap": "-100%", "barCategoryGap": "6%"}
_BESIDE: Options = {"barGap": "12%", "barCategoryGap": "30%"}


def _bars(overlay: Overlay, shares: tuple[float, ...], name: str) -> Options:
    data = [
        {"value": round(100 * share, 3), "name": f"{label}\n{name}: {100 * share:.1f} %"}
        for label, share in zip(overlay.labels, shares, strict=True)
    ]
    return {"type": "bar", "name": name, "data": data}


def _look(colour: str) -> Options:
    return {"itemStyle": {"color": colour, "borderRadius": 2}}


def _glass(colours: Palette) -> Options:
    red, green, blue = (int(colours.brand[i : i + 2], 16) for i in (1, 3, 5))
    colour = f"rgba({red}, {green}, {blue}, 0.36)"
    return {"color": colour, "borderColor": colours.brand, "borderWidth": 1.5, "borderRadius": 2}


def _upright(overlay: Overlay, colours: Palette) -> Options:
    bins = category_axis(colours, list(overlay.labels))
    bins["axisLabel"] |= {"showMinLabel": True, "showMaxLabel": True}
    return {
        "grid": {"left": 48, "right": 16, "top": 40, "bottom": 28},
        "xAxis": bins,
        "yAxis": _percents(overlay, colours),
    }


def _lying(overlay: Overlay, colours: Palette) -> Options:
    names = category_axis(colours, list(overlay.labels)) | {"inverse": True}
    names["axisLabel"] |= {"interval": 0, "width": 132, "overflow": "truncate", "fontSize": 12}
    return {
        "grid": {"left": 148, "right": 24, "top": 36, "bottom": 28},
        "xAxis": _percents(overlay, colours),
        "yAxis": names,
    }


def _percents(overlay: Overlay, colours: Palette) -> Options:
    largest = 100 * max((*overlay.reference, *overlay.current), default=0.0)
    axis = value_axis(colours)
    axis["max"] = next((top for top in _ROUND_PERCENTS if largest <= top), 100)
    axis["axisLabel"] |= {"formatter": "{value} %"}
    return axis


def _legend(colours: Palette, reference: str, current: str) -> Options:
    return {
        "data": [reference, current],
        "top": 0,
        "left": 0,
        "icon": "roundRect",
        "itemWidth": 12,
        "itemHeight": 12,
        "itemGap": 16,
        "textStyle": {"color": colours.ink_soft, "fontSize": 12},
    }
