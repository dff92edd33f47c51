"""A measure day by day, realised and estimated, above each day's predictions and labels."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from modeldesk.charts.day_words import DayPoint
from modeldesk.charts.estimate_series import estimate_series
from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.period import label_of, timeline
from modeldesk.charts.volume_series import most_predictions, volume_series
from modeldesk.schema import Granularity
from modeldesk.services.estimate_report import EstimatedDay
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.performance_views import FigureView, WindowPerformance

MOST_DAYS = 366
"""Days that the chart shows at most, the latest ones."""

_DAY = Granularity.DAY
_TOP, _HEIGHT, _BELOW, _BAR_HEIGHT = 12, 196, 254, 44


def performance_history(
    days: Sequence[WindowPerformance],
    maturity: Sequence[WindowMaturity],
    colours: Palette,
    *,
    measure: str,
    of: str | None = None,
    immature: Collection[datetime] = (),
    estimates: Sequence[EstimatedDay] = (),
) -> Options:
    """Draw what a measure says of each day, and what it was estimated to say.

    A point stands on a bar that reaches over its interval. Days without a figure have none, and
    the line has a gap there. Days whose labels are still to come are hollow, dashed and light.
    What is estimated is a line of diamonds in a band. Below, on the same axis of time, stand the
    predictions of each day, filled as far as they are labelled.

    Parameters
    ----------
    days
        The evaluated days, with figures of the measure.
    maturity
        How much of each day is labelled, of all days with predictions.
    colours
        The page's palette.
    measure, of
        Which figure of each day.
    immature
        Starts of the days whose labels are still to come.
    estimates
        The estimated days; where none of their estimates stands for the measure, none is drawn.
    """
    points = history_points(
        days, maturity, measure=measure, of=of, immature=immature, estimates=estimates
    )
    labels = [label_of(point.window, _DAY) for point in points]
    return themed(
        colours,
        {
            "grid": [
                {"left": 56, "right": 20, "top": _TOP, "height": _HEIGHT},
                {"left": 56, "right": 20, "top": _BELOW, "height": _BAR_HEIGHT},
            ],
            "xAxis": _axes_of_time(labels, colours),
            "yAxis": _axes_of_values(points, colours),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "axisPointer": {"link": [{"xAxisIndex": "all"}]},
            # Of a year of days, gliding into place takes longer than drawing.
            "animation": False,
            "series": [
                *estimate_series(points, colours),
                *_intervals(points, colours),
                *_lines(points, colours),
                _points(points, colours),
                *volume_series(points, colours),
            ],
        },
    )


def history_points(
    days: Sequence[WindowPerformance],
    maturity: Sequence[WindowMaturity],
    *,
    measure: str,
    of: str | None = None,
    immature: Collection[datetime] = (),
    estimates: Sequence[EstimatedDay] = (),
) -> tuple[DayPoint, ...]:
    """Return what is known of a measure on each day from the first to the last one.

    Parameters
    ----------
    days, maturity, measure, of, immature, estimates
        As for `performance_history`.
    """
    told = {day.window.start: _figure(day, measure, of) for day in days}
    known = {found.window.start: found for found in maturity}
    guessed = {found.window.start: found for found in estimates}
    windows = [each.window for some in (days, maturity, estimates) for each in some]
    return tuple(
        DayPoint(
            window=window,
            figure=told.get(window.start),
            estimate=None if estimated is None else estimated.estimate_of(measure, of),
            estimated=estimated,
            known=known.get(window.start),
            young=window.start in immature,
        )
        for window in timeline(windows, _DAY, most=MOST_DAYS)
        for estimated in (guessed.get(window.start),)
    )


def _figure(day: WindowPerformance, measure: str, of: str | None) -> FigureView | None:
    for figure in day.figures:
        if figure.measure == measure and figure.of == of:
            return figure
    return None


def _intervals(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    """Return an unseen bar up to each interval, and on it one as long as the interval."""
    under: list[Options] = []
    over: list[Options] = []
    for point in points:
        figure = point.figure
        if figure is None or figure.value is None or figure.low is None or figure.high is None:
            under.append({"value": None})
            over.append({"value": None})
            continue
        under.append({"value": figure.low})
        over.append(
            {
                "value": figure.high - figure.low,
                "name": point.words,
                "itemStyle": {"opacity": 0.1 if point.young else 0.26},
            }
        )
    shared = {
        "type": "bar",
        "stack": "interval",
        "stackStrategy": "all",
        "barWidth": "44%",
        "barMaxWidth": 28,
        "barGap": "-100%",
    }
    unseen = {"color": "transparent"}
    seen = {"color": colours.brand, "borderRadius": 3}
    return [
        shared | {"name": "low", "data": under, "itemStyle": unseen, "silent": True},
        shared | {"name": "interval", "data": over, "itemStyle": seen},
    ]


def _points(points: Sequence[DayPoint], colours: Palette) -> Options:
    data: list[Options] = []
    for point in points:
        found: Options = {"value": point.value, "start": point.window.start.isoformat()}
        if point.value is not None:
            found["name"] = point.words
            if point.young:
                found["itemStyle"] = {
                    "color": colours.surface,
                    "borderColor": colours.brand,
                    "borderWidth": 1.5,
                    "opacity": 0.7,
                }
        data.append(found)
    return {
        "type": "line",
        "name": "value",
        "data": data,
        "z": 4,
        "symbol": "circle",
        "symbolSize": 8,
        "showAllSymbol": True,
        "lineStyle": {"width": 0},
        "itemStyle": {"color": colours.brand},
    }


def _lines(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    """Return the line between settled days, and the dashed one to and between the others."""
    young = [point.young for point in points]
    full = [None if point.young else point.value for point in points]
    beside = [any(young[max(0, place - 1) : place + 2]) for place in range(len(young))]
    dashed = [point.value if near else None for point, near in zip(points, beside, strict=True)]
    shared = {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "connectNulls": False,
        "z": 3,
    }
    style = {"width": 2, "color": colours.brand}
    light = {"width": 1.5, "color": colours.brand, "type": "dashed", "opacity": 0.5}
    return [
        shared | {"name": "settled", "data": full, "lineStyle": style},
        shared | {"name": "unsettled", "data": dashed, "lineStyle": light},
    ]


def _axes_of_time(labels: list[str], colours: Palette) -> list[Options]:
    upper = category_axis(colours, labels)
    upper["axisLabel"] = {"show": False}
    return [upper, category_axis(colours, list(labels)) | {"gridIndex": 1}]


def _axes_of_values(points: Sequence[DayPoint], colours: Palette) -> list[Options]:
    low, high, step = span(_heights(points))
    measure = value_axis(colours) | {"min": low, "max": high, "interval": step}
    # Above the highest bar there is room for the share that stands there.
    most = most_predictions(points)
    _, _, rows = span([0, most])
    volume = value_axis(colours, name="predictions") | {
        "gridIndex": 1,
        "max": most * 1.4,
        "interval": rows * 2,
        "nameGap": 8,
        "nameTextStyle": {"color": colours.ink_faint, "fontSize": 11, "align": "center"},
    }
    volume["axisLabel"] = volume["axisLabel"] | {"showMaxLabel": False}
    return [measure, volume]


def _heights(points: Sequence[DayPoint]) -> Iterable[float]:
    """Yield what the axis holds; intervals of few early labels would only flatten the rest."""
    settled = any(point.value is not None and not point.young for point in points)
    for point in points:
        estimate, figure = point.estimate, point.figure
        told: list[float | None] = [point.value]
        if figure is not None and not (point.young and settled):
            told += [figure.low, figure.high]
        if estimate is not None:
            told += [estimate.value, estimate.low, estimate.high]
        yield from (value for value in told if value is not None)


def span(heights: Iterable[float]) -> tuple[float, float, float]:
    """Return an axis that holds the heights: its ends and the distance of its lines.

    >>> span([0.83, 0.97])
    (0.8, 1.0, 0.05)
    >>> span([-3.0, 41.0]), span([]), span([1.0])
    ((-20.0, 60.0, 20.0), (0.0, 1.0, 0.5), (0.5, 1.5, 0.5))
    """
    found = list(heights) or [0.0, 1.0]
    low, high = min(found), max(found)
    if low == high:
        low, high = low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    digits = max(0, 1 - math.floor(math.log10(step)))
    ends = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return round(ends[0], digits), round(ends[1], digits), round(step, digits)
