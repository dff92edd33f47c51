"""The chart of a model's days: three parts on one axis of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from modeldesk.charts.event_lanes import lanes_of
from modeldesk.charts.model_timeline import (
    TimelineData,
    model_timeline,
    timeline_height,
    timeline_words,
)
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.charts.performance_history import MOST_DAYS
from modeldesk.schema import Window
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.model_events import EventKind, ModelEvent
from modeldesk.services.performance_views import FigureView, WindowPerformance

if TYPE_CHECKING:
    from modeldesk.charts.options import Options

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
WEEK = Window(start=FIRST, end=FIRST + timedelta(days=7))


def window(offset: int) -> Window:
    """Return a day, counted from the first."""
    start = FIRST + timedelta(days=offset)
    return Window(start=start, end=start + timedelta(days=1))


def mature(offset: int, labelled: int = 20) -> WindowMaturity:
    """Return how much of the forty predictions of a day is labelled."""
    return WindowMaturity(
        window=window(offset), predictions=40, labelled=labelled, share=labelled / 40
    )


def measured(offset: int, value: float) -> WindowPerformance:
    """Return a day with an accuracy."""
    figure = FigureView(
        measure="accuracy",
        title="Accuracy",
        of=None,
        better="higher",
        value=value,
        low=value - 0.05,
        high=value + 0.05,
        rows=20,
        note="",
        because=None,
    )
    return WindowPerformance(
        window=window(offset), labelled=20, predictions=40, maturity=0.5, figures=(figure,)
    )


def event(kind: EventKind, offset: int, sentence: str = "Something happened.") -> ModelEvent:
    """Return what happened on a day."""
    time = FIRST + timedelta(days=offset, hours=9)
    return ModelEvent(kind=kind, time=time, day=time.date(), sentence=sentence)


DATA = TimelineData(
    range=WEEK,
    days=(measured(2, 0.9), measured(4, 0.8)),
    maturity=(mature(2), mature(4)),
    events=(event(EventKind.ALERT, 4), event(EventKind.FLAG, 2), event(EventKind.FLAG, 2)),
    measure="accuracy",
    title="Accuracy",
)


def series(options: Options, name: str) -> list[Any]:
    """Return the data of one of the chart's series."""
    (found,) = [one for one in options["series"] if one["name"] == name]
    return list(found["data"])


def test_all_parts_have_the_days_of_the_range() -> None:
    """Also those before the first prediction and after the last one."""
    options = model_timeline(DATA, LIGHT)
    names = ["1 Mar", "2 Mar", "3 Mar", "4 Mar", "5 Mar", "6 Mar", "7 Mar"]
    assert [axis["data"] for axis in options["xAxis"]] == [names] * 3
    values = [point["value"] for point in series(options, "value")]
    assert values == [None, None, 0.9, None, 0.8, None, None]
    assert [one["value"] for one in series(options, "labelled")][2:5] == [20, None, 20]
    assert options["axisPointer"]["link"] == [{"xAxisIndex": "all"}]
    assert [axis["axisLabel"].get("show", True) for axis in options["xAxis"]] == [
        False,
        False,
        True,
    ]
    assert options["yAxis"][0]["name"] == "Accuracy"


def test_what_happened_has_a_lane_for_each_kind() -> None:
    """One mark a day, larger where more happened, with all of it in words."""
    options = model_timeline(DATA, LIGHT)
    assert options["yAxis"][2]["data"] == ["Flags", "Alerts"]
    (flags,) = series(options, "Flags")
    assert flags["value"] == [2, 0]
    assert (flags["day"], flags["many"]) == ("2026-03-03", 2)
    assert flags["name"] == "Tue 2026-03-03\nSomething happened. (2 times)"
    (alert,) = series(options, "Alerts")
    assert alert["value"] == [4, 1]
    assert alert["symbolSize"] < flags["symbolSize"]


def test_many_events_of_a_day_are_counted_and_long_ones_cut() -> None:
    """A tooltip has room for a few lines."""
    many = [event(EventKind.FLAG, 1, f"{n} " + "x" * 500) for n in range(30)]
    options = model_timeline(replace(DATA, events=many), LIGHT)
    (flags,) = series(options, "Flags")
    lines = flags["name"].splitlines()
    assert len(lines) == 8
    assert lines[-1] == "and 24 more"
    assert max(map(len, lines)) < 100
    assert flags["symbolSize"] == 18


def test_events_outside_of_the_range_are_left_out() -> None:
    """They would have no place on the axis."""
    options = model_timeline(replace(DATA, events=[event(EventKind.ALERT, -3)]), LIGHT)
    assert [one for one in options["series"] if one["type"] == "scatter"] == []
    assert options["yAxis"][2]["data"] == ["No events"]


def test_without_a_measure_its_part_is_gone() -> None:
    """The volume takes its place, and is filled: that nothing is labelled says nothing."""
    bare = replace(DATA, days=(), maturity=(mature(1, 0),), measure=None, title="")
    options = model_timeline(bare, DARK)
    assert options["grid"][0]["height"] == 0
    assert options["yAxis"][0]["show"] is False
    assert timeline_height(bare) < timeline_height(DATA)
    (volume,) = [one for one in options["series"] if one["name"] == "unlabelled"]
    assert volume["itemStyle"]["color"] == DARK.reference
    assert volume["label"] == {"show": False}


@pytest.mark.parametrize("kinds", [(), (EventKind.ALERT,), tuple(EventKind)])
def test_the_chart_is_as_high_as_its_lanes(kinds: tuple[EventKind, ...]) -> None:
    """A lane for each kind, and room for one where nothing happened."""
    data = replace(DATA, events=[event(kind, 1) for kind in kinds])
    lowest = model_timeline(data, LIGHT)["grid"][2]
    assert lowest["height"] == 22 * max(1, len(kinds))
    assert timeline_height(data) > lowest["top"] + lowest["height"]
    assert len(lanes_of(data.events)) == len(kinds)


def test_a_long_range_shows_its_latest_days() -> None:
    """So that the chart stays readable, and small."""
    long = replace(DATA, range=Window(start=FIRST - timedelta(days=1_000), end=WEEK.end))
    options = model_timeline(long, LIGHT)
    assert len(options["xAxis"][0]["data"]) == MOST_DAYS
    assert series(options, "value")[-3]["value"] == 0.8


def test_the_chart_in_words() -> None:
    """What it shows can be heard as well."""
    assert timeline_words(DATA) == ("80 predictions on 2 days; Accuracy from 0.8 to 0.9; 3 events")
