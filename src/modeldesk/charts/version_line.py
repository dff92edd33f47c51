"""A measure of each version, on its test set and on live labels, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.charts.options import Options, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.performance_history import span
from modeldesk.services.performance_views import FigureView
from modeldesk.services.version_figure_views import LinePoint, LineVersion

_ASIDE = 0.12
"""How far what belongs to one version stands from its place on the axis."""

_MOST_NAMED = 15
"""Versions that are all named on the axis; of more, only some."""

_TEST, _LIVE = "test set", "live labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """What a measure says of one version on one sort of rows."""

    version: int
    x: float
    figure: FigureView
    words: str


def version_line(
    versions: Sequence[LineVersion],
    colours: Palette,
    *,
    measure: str,
    champion: int | None = None,
    selected: int | None = None,
) -> Options:
    """Draw what a measure says of each version, with intervals.

    Squares are test sets, circles live labels; each has a line of its own, which passes over
    versions without a figure. A dashed line marks the champion.

    Parameters
    ----------
    versions
        Oldest first.
    colours
        The page's palette.
    measure
        Which of their figures.
    champion, selected
        Numbers of the versions that are marked.
    """
    tests = _points(versions, measure, live=False)
    lives = _points(versions, measure, live=True)
    numbers = [each.version for each in versions] or [1]
    low, high, step = span(_heights([*tests, *lives]))
    return themed(
        colours,
        {
            "grid": {"left": 56, "right": 20, "top": 26, "bottom": 30},
            "xAxis": _axis_of_versions(numbers, colours),
            "yAxis": value_axis(colours) | {"min": low, "max": high, "interval": step},
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [
                *_side(tests, colours.ink_soft, colours, name=_TEST, selected=selected),
                *_side(lives, colours.brand, colours, name=_LIVE, selected=selected),
                _marks(champion, colours),
            ],
        },
    )


def figure_of(point: LinePoint, measure: str) -> FigureView | None:
    """Return what a measure says of a version on one sort of rows, if it says anything."""
    for figure in point.figures:
        if figure.measure == measure and figure.value is not None:
            return figure
    return None


def _points(versions: Sequence[LineVersion], measure: str, *, live: bool) -> list[_Point]:
    found = []
    for each in versions:
        point = each.live if live else each.test
        figure = figure_of(point, measure)
        if figure is not None:
            place = each.version + (_ASIDE if live else -_ASIDE)
            words = _words(each, point, figure, _LIVE if live else _TEST)
            found.append(_Point(version=each.version, x=place, figure=figure, words=words))
    return found


def _words(version: LineVersion, point: LinePoint, figure: FigureView, where: str) -> str:
    aliases = f" ({', '.join(version.aliases)})" if version.aliases else ""
    lines = [
        f"Version {version.version}{aliases}, {version.published_at:%Y-%m-%d}",
        f"{figure.title} {figure.value:.4g} on {where}",
    ]
    if figure.low is not None and figure.high is not None:
        lines.append(f"surely from {figure.low:.4g} to {figure.high:.4g}")
    lines.append(f"{point.labelled:,} labelled rows")
    if point.verdict:
        lines.append(point.verdict)
    return "\n".join(lines)


def _heights(points: Sequence[_Point]) -> list[float]:
    return [
        value
        for point in points
        for value in (point.figure.value, point.figure.low, point.figure.high)
        if value is not None
    ]


def _side(
    points: Sequence[_Point], colour: str, colours: Palette, *, name: str, selected: int | None
) -> list[Options]:
    """Return the intervals of one sort of rows, the line through its points, and these."""
    bars: list[list[float | None]] = []
    for point in points:
        if point.figure.low is not None and point.figure.high is not None:
            bars += [[point.x, point.figure.low], [point.x, point.figure.high], [point.x, None]]
    square = name == _TEST
    data: list[Options] = [
        {
            "value": [point.x, point.figure.value],
            "name": point.words,
            "version": point.version,
            **({"itemStyle": _chosen(colour, colours)} if point.version == selected else {}),
        }
        for point in points
    ]
    interval = {"width": 7, "color": colour, "opacity": 0.24, "cap": "round"}
    return [
        {
            "type": "line",
            "name": f"interval, {name}",
            "data": bars,
            "symbol": "none",
            "silent": True,
            "connectNulls": False,
            "animation": False,
            "lineStyle": interval,
        },
        {
            "type": "line",
            "name": name,
            "data": data,
            "z": 4,
            "symbol": "rect" if square else "circle",
            "symbolSize": 8 if square else 9,
            "showAllSymbol": True,
            "lineStyle": {"width": 1.5, "color": colour, "type": "dashed" if square else "solid"},
            "itemStyle": {"color": colour},
        },
    ]


def _chosen(colour: str, colours: Palette) -> Options:
    return {"color": colour, "borderColor": colours.changed, "borderWidth": 2.5}


def _marks(champion: int | None, colours: Palette) -> Options:
    """Return an empty series that carries the champion's mark."""
    at = [] if champion is None else [{"xAxis": champion}]
    return {
        "type": "line",
        "name": "champion",
        "data": [],
        "markLine": {
            "symbol": "none",
            "silent": True,
            "animation": False,
            "label": {
                "formatter": "champion",
                "color": colours.ink_soft,
                "fontSize": 11,
                "position": "end",
                "distance": 4,
            },
            "lineStyle": {"color": colours.line_strong, "type": "dashed", "width": 1},
            "data": at,
        },
    }


def _axis_of_versions(numbers: Sequence[int], colours: Palette) -> Options:
    """Return an axis of numbers on which each version has a place, with room at both ends."""
    every = -(-len(numbers) // _MOST_NAMED)
    return {
        "type": "value",
        "min": numbers[0] - 1,
        "max": numbers[-1] + 1,
        "interval": every,
        "axisTick": {"show": False},
        "axisLine": {"show": True, "lineStyle": {"color": colours.line_strong}},
        "splitLine": {"show": False},
        "axisLabel": {
            "color": colours.ink_faint,
            "fontSize": 11,
            "formatter": "v{value}",
            "showMinLabel": False,
            "showMaxLabel": False,
        },
    }
