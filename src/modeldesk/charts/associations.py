"""How strongly columns are associated: bars beside a target, and all with each other."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette, ink_on_blend
from modeldesk.explore import Association, AssociationMatrix, association_words

MOST_BARS = 20

_ROW = 26
_FOOT = 44
_WORDS = 152
"""Pixels of a name; what is longer is cut."""
_LETTER, _MARGIN = 7, 20
"""Pixels of a letter, about, and beside a name."""

_CELL = 26
_HEAD = 96
"""Pixels for the names above the map, which stand aslant."""
_LABELLED = 14
"""Of so many columns each cell shows its number."""


def association_bars_height(associations: Sequence[Association]) -> int:
    """Return how many pixels the bars need."""
    return _ROW * min(MOST_BARS, len(_defined(associations))) + _FOOT


def association_bars(associations: Sequence[Association], colours: Palette) -> Options:
    """Draw a bar for each column, the strongest association above.

    Correlations have a sign, and reach to the left where it is negative; the other measures have
    none. A click gives the bar's ``column``.

    Parameters
    ----------
    associations
        The strongest first; those that are not defined are left out.
    colours
        The page's palette.
    """
    shown = _defined(associations)[:MOST_BARS]
    lowest = min((each.figures[0].value for each in shown), default=0.0)
    names = category_axis(colours, [each.first for each in shown])
    label = {"color": colours.ink_soft, "fontSize": 12, "interval": 0}
    cut = {"width": _WORDS, "overflow": "truncate"}
    data: list[Options] = [
        {
            "value": round(each.figures[0].value, 4),
            "name": f"{each.first}\n{_lines(each)}",
            "column": each.first,
            "itemStyle": {"color": colours.changed if each.figures[0].value < 0 else colours.brand},
            "label": {
                "position": "left" if each.figures[0].value < 0 else "right",
                "formatter": f"{each.figures[0].value:.2f}",
            },
        }
        for each in shown
    ]
    across = value_axis(colours) | {
        "min": -1 if lowest < 0 else 0,
        "max": 1,
        "interval": 0.5 if lowest < 0 else 0.25,
    }
    return themed(
        colours,
        {
            "grid": {
                "left": _left([each.first for each in shown]),
                "right": 40,
                "top": 4,
                "bottom": _FOOT - 14,
            },
            "xAxis": across,
            "yAxis": names | {"inverse": True, "axisLabel": label | cut},
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                {
                    "type": "bar",
                    "name": "association",
                    "data": data,
                    "barWidth": 14,
                    "itemStyle": {"borderRadius": 2},
                    "label": {"show": True, "color": colours.ink_soft, "fontSize": 11},
                }
            ],
        },
    )


def association_map_height(matrix: AssociationMatrix) -> int:
    """Return how many pixels the map needs."""
    return _HEAD + _CELL * len(matrix.names) + 8


def association_map(matrix: AssociationMatrix, colours: Palette) -> Options:
    """Draw how strongly columns are associated with each other.

    Blue is a positive correlation, or another measure, which has no sign; orange is a negative
    one. A cell without a colour is not defined. A click gives the cell's ``x`` and ``y``.

    Parameters
    ----------
    matrix
        The associations.
    colours
        The page's palette.
    """
    places = {name: place for place, name in enumerate(matrix.names)}
    labelled = len(matrix.names) <= _LABELLED
    data: list[Options] = []
    for pair in matrix.pairs:
        for x, y in ((pair.first, pair.second), (pair.second, pair.first)):
            data.append(_cell(pair, (x, y), (places[x], places[y]), colours, labelled=labelled))
    aslant = category_axis(colours, list(matrix.names)) | {
        "position": "top",
        "axisLine": {"show": False},
        "axisLabel": {
            "color": colours.ink_soft,
            "fontSize": 11,
            "interval": 0,
            "rotate": -45,
            "width": _HEAD,
            "overflow": "truncate",
        },
    }
    names = category_axis(colours, list(matrix.names)) | {
        "inverse": True,
        "axisLine": {"show": False},
        "axisLabel": {
            "color": colours.ink_soft,
            "fontSize": 11,
            "interval": 0,
            "width": _WORDS,
            "overflow": "truncate",
        },
    }
    return themed(
        colours,
        {
            "grid": {"left": _left(matrix.names), "right": 72, "top": _HEAD, "bottom": 8},
            "xAxis": aslant,
            "yAxis": names,
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "visualMap": {
                "show": False,
                "min": -1,
                "max": 1,
                "dimension": 2,
                "inRange": {"color": [colours.changed, colours.surface, colours.brand]},
            },
            "series": [
                {
                    "type": "heatmap",
                    "name": "associations",
                    "data": data,
                    "itemStyle": {
                        "borderColor": colours.surface,
                        "borderWidth": 2 if labelled else 1,
                        "borderRadius": 3,
                    },
                    "label": {"show": labelled, "fontSize": 11},
                    "emphasis": {"itemStyle": {"borderColor": colours.ink, "borderWidth": 2}},
                }
            ],
        },
    )


def _cell(
    pair: Association,
    names: tuple[str, str],
    place: tuple[int, int],
    colours: Palette,
    *,
    labelled: bool,
) -> Options:
    figure = pair.figure
    cell: Options = {
        "value": [*place, round(figure.value, 3) if figure else 0],
        "name": f"{names[0]} and {names[1]}\n{_lines(pair)}",
        "x": names[0],
        "y": names[1],
    }
    if figure is None:
        cell["visualMap"] = False
        cell["itemStyle"] = {"color": colours.unsure_soft}
    if labelled:
        cell["label"] = {
            "formatter": f"{figure.value:.2f}" if figure else "-",
            "color": ink_on_blend(colours, 0.0 if figure is None else abs(figure.value)),
        }
    return cell


def _left(names: Sequence[str]) -> int:
    """Return how many pixels names take."""
    return min(_WORDS, _LETTER * max(map(len, names), default=0)) + _MARGIN


def _defined(associations: Sequence[Association]) -> list[Association]:
    return [each for each in associations if each.figures]


def _lines(found: Association) -> str:
    return association_words(found).replace("; ", "\n")
