"""Two columns together: points, boxes, or counts; and one column by itself."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette, ink_on_blend
from modeldesk.explore import Box, CrossCounts, Distribution, Points

_SHAPES = ("circle", "triangle", "rect", "diamond", "roundRect", "pin")
"""Groups differ in their shape, and not in their colour alone."""

_WORDS = 130
_MANY = 8
"""From so many bars on labels stand aslant."""


def scatter(found: Points, colours: Palette, *, x: str, y: str) -> Options:
    """Draw rows as points, each group with a shape and a colour of its own.

    Parameters
    ----------
    found
        The points.
    colours
        The page's palette.
    x, y
        What the numbers are.
    """
    hues = (
        colours.brand,
        colours.changed,
        colours.stable,
        colours.estimate,
        colours.ink_soft,
        colours.reference,
    )
    groups = len(found.groups) > 1 or any(each.group for each in found.groups)
    series = [
        {
            "type": "scatter",
            "name": each.group or "rows",
            "symbol": _SHAPES[place % len(_SHAPES)],
            "symbolSize": 6,
            "itemStyle": {"color": hues[place % len(hues)], "opacity": 0.6},
            "data": [
                {
                    "value": [across, up],
                    "name": f"{x}: {across:.5g}\n{y}: {up:.5g}"
                    + (f"\n{each.group}" if each.group else ""),
                }
                for across, up in zip(each.x, each.y, strict=True)
            ],
        }
        for place, each in enumerate(found.groups)
    ]
    return themed(
        colours,
        {
            "grid": {"left": 64, "right": 20, "top": 40 if groups else 28, "bottom": 46},
            "legend": _legend(colours, show=groups),
            "xAxis": _numbers(colours) | _named_below(colours, x),
            "yAxis": _numbers(colours) | {"name": _cut(y)},
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": series,
        },
    )


def box_plot(found: Sequence[Box], colours: Palette, *, numbers: str, groups: str) -> Options:
    """Draw a box for each group, with the numbers outside its whiskers as points.

    Parameters
    ----------
    found
        The groups, from the left.
    colours
        The page's palette.
    numbers, groups
        What they are.
    """
    names = category_axis(colours, [each.group for each in found]) | _named_below(colours, groups)
    names["axisLabel"] |= {"interval": 0, "width": 96, "overflow": "truncate"}
    if len(found) >= _MANY:
        names["axisLabel"] |= {"rotate": 30}
        names["nameGap"] = 54
    data: list[Options] = [
        {
            "value": [each.low, each.quarter, each.median, each.three_quarters, each.high],
            "name": box_words(each),
        }
        for each in found
    ]
    outside: list[Options] = [
        {"value": [place, value], "name": f"{each.group}: {value:.5g}"}
        for place, each in enumerate(found)
        for value in each.outliers
    ]
    return themed(
        colours,
        {
            "grid": {
                "left": 64,
                "right": 20,
                "top": 28,
                "bottom": 72 if len(found) >= _MANY else 46,
            },
            "xAxis": names,
            "yAxis": _numbers(colours) | {"name": _cut(numbers)},
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                {
                    "type": "boxplot",
                    "name": "boxes",
                    "data": data,
                    "boxWidth": [14, 46],
                    "itemStyle": {
                        "color": colours.brand_soft,
                        "borderColor": colours.brand,
                        "borderWidth": 1.5,
                    },
                },
                {
                    "type": "scatter",
                    "name": "outside",
                    "data": outside,
                    "symbolSize": 5,
                    "itemStyle": {"color": colours.changed, "opacity": 0.7},
                },
            ],
        },
    )


def box_words(box: Box) -> str:
    """Return what a box says, in lines."""
    return (
        f"{box.group}: {box.rows:,} rows\n"
        f"median {box.median:.5g}, quartiles {box.quarter:.5g} and {box.three_quarters:.5g}\n"
        f"whiskers {box.low:.5g} to {box.high:.5g}, {box.outside:,} outside"
    )


def count_map_height(found: CrossCounts) -> int:
    """Return how many pixels the map of counts needs."""
    return max(220, 96 + 34 * len(found.down))


def count_map(found: CrossCounts, colours: Palette, *, across: str, down: str) -> Options:
    """Draw how many rows have each pair of categories.

    Parameters
    ----------
    found
        The counts.
    colours
        The page's palette.
    across, down
        What the categories are of.
    """
    total = found.total or 1
    largest = max((max(row) for row in found.rows if row), default=1) or 1
    data: list[Options] = [
        {
            "value": [place, line, rows],
            "name": f"{across}: {found.across[place]}\n{down}: {found.down[line]}\n"
            f"{rows:,} rows, {rows / total:.1%}",
            "label": {"formatter": f"{rows:,}", "color": ink_on_blend(colours, rows / largest)},
        }
        for line, row in enumerate(found.rows)
        for place, rows in enumerate(row)
    ]
    names = category_axis(colours, list(found.across)) | _named_below(colours, across)
    names["axisLabel"] |= {"interval": 0, "width": 90, "overflow": "truncate", "rotate": 0}
    if len(found.across) >= _MANY:
        names["axisLabel"] |= {"rotate": 30}
        names["nameGap"] = 54
    side = category_axis(colours, list(found.down)) | {"name": _cut(down), "inverse": True}
    side["axisLabel"] |= {"interval": 0, "width": _WORDS, "overflow": "truncate"}
    side |= {"nameLocation": "start", "nameTextStyle": _faint(colours)}
    return themed(
        colours,
        {
            "grid": {
                "left": _WORDS + 16,
                "right": 20,
                "top": 32,
                "bottom": 72 if len(found.across) >= _MANY else 46,
            },
            "xAxis": names,
            "yAxis": side,
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "visualMap": {
                "show": False,
                "min": 0,
                "max": largest,
                "dimension": 2,
                "inRange": {"color": [colours.surface, colours.brand]},
            },
            "series": [
                {
                    "type": "heatmap",
                    "name": "rows",
                    "data": data,
                    "label": {"show": True, "fontSize": 11},
                    "itemStyle": {
                        "borderColor": colours.line,
                        "borderWidth": 1,
                        "borderRadius": 3,
                    },
                }
            ],
        },
    )


def column_bars(found: Distribution, colours: Palette, *, name: str, rows: int) -> Options:
    """Draw how the values of one column are spread.

    Parameters
    ----------
    found
        Its bars.
    colours
        The page's palette.
    name
        What the values are.
    rows
        How many rows there are, of which shares are told.
    """
    data: list[Options] = [
        {
            "value": bar.rows,
            "name": f"{bar.words}\n{bar.rows:,} rows, {bar.rows / max(rows, 1):.1%}",
        }
        for bar in found.bars
    ]
    if found.rest:
        words = f"other values\n{found.rest:,} rows, {found.rest / max(rows, 1):.1%}"
        data.append({"value": found.rest, "name": words, "itemStyle": {"color": colours.reference}})
    labels = [bar.words if found.listed else _begin(bar.words) for bar in found.bars]
    names = category_axis(colours, [*labels, *(["other"] if found.rest else [])])
    names |= _named_below(colours, name)
    if found.listed:
        names["axisLabel"] |= {"width": 90, "overflow": "truncate"}
        if len(labels) >= _MANY:
            names["axisLabel"] |= {"rotate": 30, "interval": 0}
            names["nameGap"] = 54
    slanted = found.listed and len(labels) >= _MANY
    return themed(
        colours,
        {
            "grid": {"left": 64, "right": 20, "top": 28, "bottom": 72 if slanted else 46},
            "xAxis": names,
            "yAxis": value_axis(colours, name="rows"),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                {
                    "type": "bar",
                    "name": "rows",
                    "data": data,
                    "barCategoryGap": "30%" if found.listed else "4%",
                    "itemStyle": {"color": colours.brand, "borderRadius": [2, 2, 0, 0]},
                }
            ],
        },
    )


def _begin(words: str) -> str:
    return words.partition(" to ")[0]


def _numbers(colours: Palette) -> Options:
    axis = value_axis(colours)
    del axis["min"]
    return axis | {"scale": True}


def _faint(colours: Palette) -> Options:
    return {"color": colours.ink_faint, "fontSize": 11}


def _named_below(colours: Palette, name: str) -> Options:
    return {
        "name": _cut(name),
        "nameLocation": "middle",
        "nameGap": 28,
        "nameTextStyle": _faint(colours),
    }


def _cut(name: str) -> str:
    most = 60
    return name if len(name) <= most else f"{name[:most]}…"


def _legend(colours: Palette, *, show: bool) -> Options:
    return {
        "show": show,
        "type": "scroll",
        "itemWidth": 12,
        "itemHeight": 10,
        "top": 0,
        "right": 8,
        "textStyle": {"color": colours.ink_soft, "fontSize": 11},
        "pageTextStyle": {"color": colours.ink_soft},
    }
