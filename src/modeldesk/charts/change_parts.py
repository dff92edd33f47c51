"""What a change of the mean loss comes from: of each column, segment and slice both parts."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.performance_history import span
from modeldesk.services.change_views import ChangePart, ChangeSource

MOST_SOURCES = 12
"""Sources that are drawn, those that most of the change comes from."""

_ROW = 40
_TOP, _BELOW = 8, 34
_CHANCE = 0.35
"""Opacity of what may be chance."""


def change_parts_height(sources: Sequence[ChangeSource]) -> int:
    """Return how many pixels the chart needs."""
    return _TOP + _BELOW + _ROW * max(1, min(len(sources), MOST_SOURCES))


def change_parts(
    sources: Sequence[ChangeSource], colours: Palette, *, loss: str, selected: str = ""
) -> Options:
    """Draw by how much the mean loss rose with the mix of rows, and with the losses of alike rows.

    What may be chance is light. To the right of 0 the loss rose: that is worse.

    Parameters
    ----------
    sources
        What most of the change comes from first; the first `MOST_SOURCES` are drawn.
    colours
        The page's palette.
    loss
        What is counted, such as "error".
    selected
        Name of the source that is open.
    """
    drawn = sources[:MOST_SOURCES]
    ends = [0.0, *(part.value for each in drawn for part in (each.covariate, each.concept))]
    low, high, step = span(ends)
    names = category_axis(colours, [each.name for each in drawn])
    return themed(
        colours,
        {
            "grid": {
                "left": 150,
                "right": 96,
                "top": _TOP,
                "height": _ROW * max(1, len(drawn)),
            },
            "xAxis": value_axis(colours, name=f"mean {loss}")
            | {"min": low, "max": high, "interval": step, "nameGap": 8},
            "yAxis": names
            | {
                "inverse": True,
                "axisLine": {"show": False},
                "axisLabel": {
                    "color": colours.ink,
                    "fontSize": 12,
                    "interval": 0,
                    "width": 134,
                    "overflow": "truncate",
                },
            },
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "media": [
                {
                    "query": {"maxWidth": 460},
                    "option": {
                        "grid": {"left": 106, "right": 20},
                        "xAxis": {"name": "", "axisLabel": {"hideOverlap": True}},
                        "yAxis": {"axisLabel": {"width": 98, "fontSize": 11}},
                    },
                }
            ],
            "series": [
                _bars(drawn, colours.brand, "covariate", selected, colours),
                _bars(drawn, colours.estimate, "concept", selected, colours),
            ],
        },
    )


def _bars(
    sources: Sequence[ChangeSource], colour: str, name: str, selected: str, colours: Palette
) -> Options:
    data: list[Options] = []
    for each in sources:
        part = each.covariate if name == "covariate" else each.concept
        style: Options = {
            "color": colour,
            "borderRadius": 2,
            "opacity": 1 if part.shown else _CHANCE,
        }
        if each.name == selected:
            style |= {"borderColor": colours.ink, "borderWidth": 1}
        data.append(
            {
                "value": part.value,
                "name": f"{each.name}, {name}\n{part_words(part)}\n{each.sentence}",
                "source": each.name,
                "itemStyle": style,
            }
        )
    return {"type": "bar", "name": name, "data": data, "barWidth": 11, "barGap": "20%"}


def part_words(part: ChangePart) -> str:
    """Say how large a part is, and whether it is more than chance."""
    sure = "more than chance" if part.shown else "may be chance"
    return f"{part.value:+.4g} ({part.low:.4g} to {part.high:.4g}), {sure}"
