"""A measure day by day with its interval, above the share of predictions that is labelled."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from modeldesk.charts.options import Options, category_axis, themed, value_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.period import label_of, timeline
from modeldesk.schema import Granularity, Window
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.performance_views import FigureView, WindowPerformance

MOST_DAYS = 366
"""Days that the chart shows at most, the latest ones."""

_DAY = Granularity.DAY
_FAINT = 0.35
_FULL = 100


def performance_history(
    days: Sequence[WindowPerformance],
    maturity: Sequence[WindowMaturity],
    colours: Palette,
    *,
    measure: str,
    of: str | None = None,
    immature: Collection[datetime] = (),
) -> Options:
    """Draw what a measure says of each day.

    A point stands on a bar that reaches over its interval. Days without a figure have none, and
    the line has a gap there. Days whose labels are still to come are hollow, dashed and light.
    Below, on the same axis of time, stands how much of each day is labelled.

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
    """
    told = {day.window.start: _figure(day, measure, of) for day in days}
    known = {found.window.start: found for found in maturity}
    all_windows = [*(day.window for day in days), *(found.window for found in maturity)]
    windows = timeline(all_windows, _DAY, most=MOST_DAYS)
    labels = [label_of(window, _DAY) for window in windows]
    figures = [told.get(window.start) for window in windows]
    young = [window.start in immature for window in windows]
    shares = [
        _labelled(window, known.get(window.start), faint)
        for window, faint in zip(windows, young, strict=True)
    ]
    return themed(
        colours,
        {
            "grid": [
                {"left": 56, "right": 20, "top": 12, "height": 196},
                {"left": 56, "right": 20, "top": 248, "height": 40},
            ],
            "xAxis": _axes_of_time(labels, colours),
            "yAxis": _axes_of_values(figures, colours),
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "axisPointer": {"link": [{"xAxisIndex": "all"}]},
            "series": [
                *_intervals(windows, figures, young, known, colours),
                *_lines(figures, young, colours),
                _points(windows, figures, young, known, colours),
                _shares(shares, colours),
            ],
        },
    )


def _figure(day: WindowPerformance, measure: str, of: str | None) -> FigureView | None:
    for figure in day.figures:
        if figure.measure == measure and figure.of == of:
            return figure
    return None


def _words(window: Window, figure: FigureView, known: WindowMaturity | None, *, young: bool) -> str:
    of = "" if figure.of is None else f" of {figure.of}"
    lines = [f"{window.start:%a %Y-%m-%d}: {figure.title}{of} {figure.value:.4g}"]
    if figure.low is not None and figure.high is not None:
        lines.append(f"{figure.low:.4g} to {figure.high:.4g}")
    lines.append(f"on {figure.rows:,} rows")
    if known is not None:
        lines.append(f"{known.labelled:,} of {known.predictions:,} predictions labelled")
    if young:
        lines.append("labels are still to come")
    return "\n".join(lines)


def _intervals(
    windows: Sequence[Window],
    figures: Sequence[FigureView | None],
    young: Sequence[bool],
    known: Mapping[datetime, WindowMaturity],
    colours: Palette,
) -> list[Options]:
    """Return an unseen bar up to each interval, and on it one as long as the interval."""
    under: list[Options] = []
    over: list[Options] = []
    for window, figure, faint in zip(windows, figures, young, strict=True):
        if figure is None or figure.value is None or figure.low is None or figure.high is None:
            under.append({"value": None})
            over.append({"value": None})
            continue
        under.append({"value": figure.low})
        over.append(
            {
                "value": figure.high - figure.low,
                "name": _words(window, figure, known.get(window.start), young=faint),
                "itemStyle": {"opacity": 0.09 if faint else 0.24},
            }
        )
    shared = {
        "type": "bar",
        "stack": "interval",
        "stackStrategy": "all",
        "barWidth": "70%",
        "barMaxWidth": 56,
    }
    unseen = {"color": "transparent"}
    seen = {"color": colours.brand, "borderRadius": 3}
    return [
        shared | {"name": "low", "data": under, "itemStyle": unseen, "silent": True},
        shared | {"name": "interval", "data": over, "itemStyle": seen},
    ]


def _points(
    windows: Sequence[Window],
    figures: Sequence[FigureView | None],
    young: Sequence[bool],
    known: Mapping[datetime, WindowMaturity],
    colours: Palette,
) -> Options:
    data: list[Options] = []
    for window, figure, faint in zip(windows, figures, young, strict=True):
        point: Options = {"value": None, "start": window.start.isoformat()}
        if figure is not None and figure.value is not None:
            point["value"] = figure.value
            point["name"] = _words(window, figure, known.get(window.start), young=faint)
            if faint:
                point["itemStyle"] = {
                    "color": colours.surface,
                    "borderColor": colours.brand,
                    "borderWidth": 1.5,
                    "opacity": 0.7,
                }
        data.append(point)
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


def _lines(
    figures: Sequence[FigureView | None], young: Sequence[bool], colours: Palette
) -> list[Options]:
    """Return the line between settled days, and the dashed one to and between the others."""
    values = [None if figure is None else figure.value for figure in figures]
    full = [None if faint else value for value, faint in zip(values, young, strict=True)]
    beside = [any(young[max(0, place - 1) : place + 2]) for place in range(len(young))]
    dashed = [value if near else None for value, near in zip(values, beside, strict=True)]
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


def _shares(shares: list[Options], colours: Palette) -> Options:
    return {
        "type": "bar",
        "name": "labelled",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "data": shares,
        "barWidth": "70%",
        "barMaxWidth": 56,
        "itemStyle": {"color": colours.reference, "borderRadius": [2, 2, 0, 0]},
        "showBackground": True,
        "backgroundStyle": {"color": colours.unsure_soft, "borderRadius": [2, 2, 0, 0]},
    }


def _labelled(window: Window, known: WindowMaturity | None, faint: bool) -> Options:  # noqa: FBT001 - of a zip
    if known is None or known.share is None:
        return {"value": None}
    words = f"{known.labelled:,} of {known.predictions:,} predictions labelled"
    return {
        "value": round(known.share * _FULL, 1),
        "name": f"{window.start:%a %Y-%m-%d}: {words}",
        "itemStyle": {"opacity": _FAINT if faint else 1},
    }


def _axes_of_time(labels: list[str], colours: Palette) -> list[Options]:
    upper = category_axis(colours, labels)
    upper["axisLabel"] = {"show": False}
    return [upper, category_axis(colours, list(labels)) | {"gridIndex": 1}]


def _axes_of_values(figures: Sequence[FigureView | None], colours: Palette) -> list[Options]:
    low, high, step = _span(_heights(figures))
    measure = value_axis(colours) | {"min": low, "max": high, "interval": step}
    share = value_axis(colours, name="% labelled") | {
        "gridIndex": 1,
        "max": _FULL,
        "interval": _FULL / 2,
        "nameGap": 10,
        "nameTextStyle": {"color": colours.ink_faint, "fontSize": 11, "align": "center"},
    }
    return [measure, share]


def _heights(figures: Sequence[FigureView | None]) -> Iterable[float]:
    for figure in figures:
        if figure is not None:
            for value in (figure.value, figure.low, figure.high):
                if value is not None:
                    yield value


def _span(heights: Iterable[float]) -> tuple[float, float, float]:
    """Return an axis that holds the heights: its ends and the distance of its lines.

    >>> _span([0.83, 0.97])
    (0.8, 1.0, 0.05)
    >>> _span([-3.0, 41.0]), _span([]), _span([1.0])
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
