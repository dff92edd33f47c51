"""A model's days on one axis: how good it was, how much was asked, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.charts.event_lanes import LANE_HEIGHT, LANES, event_series, lanes_of
from modeldesk.charts.options import Options, category_axis
from modeldesk.charts.palette import Palette
from modeldesk.charts.performance_history import MOST_DAYS, history_points, performance_history
from modeldesk.charts.period import label_of, timeline
from modeldesk.schema import Granularity, Window
from modeldesk.services.estimate_report import EstimatedDay
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.model_events import ModelEvent
from modeldesk.services.performance_views import WindowPerformance

_DAY = Granularity.DAY
_LEFT, _RIGHT = 64, 20
_TOP, _GAP, _LABELS = 26, 34, 26
_MEASURE, _VOLUME, _VOLUME_ALONE = 150, 70, 110
_EVENTS = 2
"""Number of the axes of what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineData:
    """What a timeline shows."""

    range: Window
    """The days that are asked about, from the first to the last."""
    days: Sequence[WindowPerformance] = ()
    """The evaluated days."""
    maturity: Sequence[WindowMaturity] = ()
    """How many predictions each day has, and how many of them are labelled."""
    estimates: Sequence[EstimatedDay] = ()
    """The estimated days."""
    immature: Collection[datetime] = ()
    """Starts of the days whose labels are still to come."""
    events: Sequence[ModelEvent] = ()
    measure: str | None = None
    """Which figure of each day; ``None`` where there is none to show."""
    title: str = ""
    """What the measure is called."""
    of: str | None = None
    """Of which class."""

    @property
    def windows(self) -> tuple[Window, ...]:
        """The days on the axis, all of the range; of a long one the latest."""
        return timeline([_first(self.range), _last(self.range)], _DAY, most=MOST_DAYS)


def model_timeline(data: TimelineData, colours: Palette) -> Options:
    """Draw the days of a range: the measure, below it the predictions, below them the events.

    Parameters
    ----------
    data
        What is shown.
    colours
        The page's palette.
    """
    windows = data.windows
    inside = {window.start for window in windows}
    maturity = _every(windows, data.maturity)
    # The chart of performance, on the days of this one.
    options = performance_history(
        [day for day in data.days if day.window.start in inside],
        maturity,
        colours,
        measure=data.measure or "",
        of=data.of,
        immature=data.immature,
        estimates=[day for day in data.estimates if day.window.start in inside],
    )
    events = [event for event in data.events if event.day >= windows[0].start.date()]
    grids = _grids(events, measured=data.measure is not None)
    options["grid"] = [{"left": _LEFT, "right": _RIGHT, **grid} for grid in grids]
    labels = [label_of(window, _DAY) for window in windows]
    options["xAxis"] = _days_axes(options["xAxis"], labels, colours)
    options["yAxis"] = [*_titled(options["yAxis"], data, colours), _lanes_axis(events, colours)]
    if not any(found.labelled for found in maturity):
        _fill_volume(options["series"], colours)
    options["series"] = [
        *options["series"],
        *event_series(events, windows, colours, axis=_EVENTS),
    ]
    return options


def timeline_height(data: TimelineData) -> int:
    """Return the pixels that the chart needs."""
    lowest = _grids(data.events, measured=data.measure is not None)[-1]
    return lowest["top"] + lowest["height"] + _LABELS


def timeline_words(data: TimelineData) -> str:
    """Say in a sentence what the chart shows, for those who cannot see it."""
    points = history_points(
        data.days,
        data.maturity,
        measure=data.measure or "",
        of=data.of,
        immature=data.immature,
        estimates=data.estimates,
    )
    asked = [point.known.predictions for point in points if point.known is not None]
    told = f"{sum(asked):,} predictions on {sum(many > 0 for many in asked)} days"
    values = [point.value for point in points if point.value is not None]
    if values:
        told += f"; {data.title} from {min(values):.4g} to {max(values):.4g}"
    return f"{told}; {len(data.events)} events"


def _every(windows: Sequence[Window], maturity: Sequence[WindowMaturity]) -> list[WindowMaturity]:
    """Return how much of each day of the axis is labelled, also of those without predictions."""
    known = {found.window.start: found for found in maturity}
    return [
        known.get(window.start)
        or WindowMaturity(window=window, predictions=0, labelled=0, share=None)
        for window in windows
    ]


def _fill_volume(series: list[Options], colours: Palette) -> None:
    """Fill the bars of a model without labels: that none of them is labelled says nothing."""
    for one in series:
        if one["name"] == "unlabelled":
            one["itemStyle"] = {"color": colours.reference, "borderRadius": [2, 2, 0, 0]}
            one["label"] = {"show": False}


def _grids(events: Sequence[ModelEvent], *, measured: bool) -> list[dict[str, int]]:
    """Return where each part stands, from the top: the measure, the volume, what happened."""
    measure = {"top": _TOP, "height": _MEASURE if measured else 0}
    below = _TOP + _MEASURE + _GAP if measured else _TOP
    volume = {"top": below, "height": _VOLUME if measured else _VOLUME_ALONE}
    lanes = max(1, len(lanes_of(events)))
    top = volume["top"] + volume["height"] + 12
    return [measure, volume, {"top": top, "height": lanes * LANE_HEIGHT}]


def _days_axes(axes: list[Options], labels: list[str], colours: Palette) -> list[Options]:
    """Return the axes of days; only the lowest names them."""
    for axis in axes:
        axis["axisLabel"] = {"show": False}
        axis["axisPointer"] = {"show": True, "type": "shadow", "label": {"show": False}}
    lowest = category_axis(colours, list(labels)) | {"gridIndex": _EVENTS}
    lowest["axisPointer"] = {"show": True, "type": "shadow", "label": {"show": False}}
    return [*axes, lowest]


def _titled(axes: list[Options], data: TimelineData, colours: Palette) -> list[Options]:
    """Name the axes of the measure and the volume; without a measure, hide its axis."""
    measure, volume = axes
    name = {"nameTextStyle": {"color": colours.ink_faint, "fontSize": 11, "align": "left"}}
    of = "" if data.of is None else f" of {data.of}"
    measure |= {"name": f"{data.title}{of}", "nameGap": 10, **name}
    volume |= {"name": "Predictions", "nameGap": 10, **name}
    volume["splitLine"] = volume["splitLine"] | {"showMaxLine": False}
    if data.measure is None:
        measure["show"] = False
    return [measure, volume]


def _lanes_axis(events: Sequence[ModelEvent], colours: Palette) -> Options:
    axis = category_axis(colours, [LANES[kind] for kind in lanes_of(events)] or ["No events"])
    axis |= {"gridIndex": _EVENTS, "splitLine": {"show": False}}
    axis["axisLine"] = {"show": False}
    axis["axisLabel"] = {"color": colours.ink_faint, "fontSize": 11}
    return axis


def _first(span: Window) -> Window:
    return Window.containing(span.start, _DAY)


def _last(span: Window) -> Window:
    return Window(start=span.end - _DAY.duration, end=span.end)
