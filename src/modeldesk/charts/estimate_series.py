"""The line of what is estimated, in the band where the truth will probably be."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.charts.day_words import DayPoint
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette

_BAND = 0.16


def estimate_series(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    """Return the series that show estimates; none where nothing is estimated.

    The band reaches from day to day; a day without neighbours stands on a bar of its own. Days
    whose labels the estimates were learned from are hollow, days whose estimate should not be
    relied on have the colour of what changed.

    Parameters
    ----------
    points
        All days, also those without an estimate.
    colours
        The page's palette.
    """
    if not any(_band(point) for point in points):
        return []
    alone = [_alone(points, place) for place in range(len(points))]
    lone = [point if one else None for point, one in zip(points, alone, strict=True)]
    bars = [*_bars(lone, colours)] if any(alone) else []
    return [*_area(points, colours), *bars, _line(points, colours)]


def _band(point: DayPoint | None) -> tuple[float, float] | None:
    """Return both ends of a day's interval."""
    estimate = None if point is None else point.estimate
    if estimate is None or estimate.low is None or estimate.high is None:
        return None
    return estimate.low, estimate.high


def _alone(points: Sequence[DayPoint], place: int) -> bool:
    beside = [*points[max(0, place - 1) : place], *points[place + 1 : place + 2]]
    return _band(points[place]) is not None and not any(map(_band, beside))


def _ends(points: Sequence[DayPoint | None]) -> tuple[list[float | None], list[float | None]]:
    found = [_band(point) for point in points]
    low = [None if ends is None else ends[0] for ends in found]
    return low, [None if ends is None else ends[1] - ends[0] for ends in found]


def _area(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    low, width = _ends(points)
    shared = {
        "type": "line",
        "stack": "estimate",
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "connectNulls": False,
        "lineStyle": {"width": 0},
        "z": 1,
    }
    area = {"color": colours.estimate, "opacity": _BAND}
    return [
        shared | {"name": "estimate low", "data": low},
        shared | {"name": "estimate band", "data": width, "areaStyle": area},
    ]


def _bars(points: Sequence[DayPoint | None], colours: Palette) -> list[Options]:
    low, width = _ends(points)
    shared = {
        "type": "bar",
        "stack": "estimate alone",
        "stackStrategy": "all",
        "barWidth": "60%",
        "barMaxWidth": 48,
        "barGap": "-100%",
        "silent": True,
        "z": 1,
    }
    seen = {"color": colours.estimate, "opacity": _BAND}
    return [
        shared | {"name": "lone low", "data": low, "itemStyle": {"color": "transparent"}},
        shared | {"name": "lone band", "data": width, "itemStyle": seen},
    ]


def _line(points: Sequence[DayPoint], colours: Palette) -> Options:
    return {
        "type": "line",
        "name": "estimate",
        "data": [_point(point, colours) for point in points],
        "z": 3,
        "symbol": "diamond",
        "symbolSize": 9,
        "showAllSymbol": True,
        "connectNulls": False,
        "lineStyle": {"width": 1.5, "color": colours.estimate},
        "itemStyle": {"color": colours.estimate},
    }


def _point(point: DayPoint, colours: Palette) -> Options:
    found: Options = {"value": None, "start": point.window.start.isoformat()}
    if point.estimate is None or point.estimate.value is None:
        return found
    found |= {"value": point.estimate.value, "name": point.words}
    if point.doubtful:
        found |= {"symbolSize": 12, "itemStyle": {"color": colours.changed}}
    elif point.estimated is not None and point.estimated.learned_from:
        found["itemStyle"] = {
            "color": colours.surface,
            "borderColor": colours.estimate,
            "borderWidth": 1.5,
        }
    return found
