"""The chart of a measure day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.charts.palette import LIGHT
from modeldesk.charts.performance_history import MOST_DAYS, performance_history
from modeldesk.charts.volume_series import MOST_TOLD
from modeldesk.schema import Window
from modeldesk.services.estimate_report import CaveatView, EstimatedDay, EstimateView
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.performance_views import FigureView, WindowPerformance

if TYPE_CHECKING:
    from modeldesk.charts.options import Options

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def window(offset: int) -> Window:
    """Return a day, counted from the first."""
    start = FIRST + timedelta(days=offset)
    return Window(start=start, end=start + timedelta(days=1))


def figure(value: float | None, *, width: float | None = 0.1, of: str | None = None) -> FigureView:
    """Return a figure with an interval round it."""
    ends = None if value is None or width is None else (value - width, value + width)
    return FigureView(
        measure="bias",
        title="Bias",
        of=of,
        better="nearer zero",
        value=value,
        low=None if ends is None else ends[0],
        high=None if ends is None else ends[1],
        rows=20,
        note="",
        because=None if value is not None else "there are no rows",
    )


def day(offset: int, *figures: FigureView) -> WindowPerformance:
    """Return an evaluated day."""
    return WindowPerformance(
        window=window(offset), labelled=20, predictions=40, maturity=0.5, figures=figures
    )


def mature(offset: int, labelled: int) -> WindowMaturity:
    """Return how much of the forty predictions of a day is labelled."""
    return WindowMaturity(
        window=window(offset), predictions=40, labelled=labelled, share=labelled / 40
    )


def guessed(
    offset: int, value: float | None, *, learned: bool = False, warnings: tuple[str, ...] = ()
) -> EstimatedDay:
    """Return a day on which the bias of a class is estimated, within a tenth."""
    view = EstimateView(
        measure="bias",
        value=value,
        low=None if value is None else value - 0.1,
        high=None if value is None else value + 0.1,
        realised=None,
        because=None if value is not None else "there are no rows",
        same_as="bias",
    )
    return EstimatedDay(
        window=window(offset),
        rows=1_200,
        missing=0,
        learned_from=learned,
        labelled=0,
        estimates=(view,),
        warnings=tuple(CaveatView(kind="few rows", sentence=each) for each in warnings),
    )


def series(options: Options, name: str) -> list[Any]:
    """Return the data of one of the chart's series."""
    (found,) = [one for one in options["series"] if one["name"] == name]
    return list(found["data"])


def test_days_without_a_figure_are_gaps() -> None:
    """Days without labels, days whose figure is not defined, and days without predictions."""
    days = [day(0, figure(0.2)), day(1, figure(None)), day(4, figure(-0.3, width=None))]
    known = [mature(0, 40), mature(1, 20), mature(2, 0), mature(4, 20)]
    options = performance_history(days, known, LIGHT, measure="bias")
    assert [point["value"] for point in series(options, "value")] == [0.2, None, None, None, -0.3]
    assert [one["value"] for one in series(options, "labelled")] == [40, 20, 0, None, 20]
    assert [one["value"] for one in series(options, "unlabelled")] == [0, 20, 40, None, 20]
    shares = [one.get("label", {}).get("formatter") for one in series(options, "unlabelled")]
    assert shares == ["100 %", "50 %", "0 %", None, "50 %"]
    assert [one["value"] for one in series(options, "low")] == [0.1, None, None, None, None]
    assert options["xAxis"][1]["data"] == ["1 Mar", "2 Mar", "3 Mar", "4 Mar", "5 Mar"]
    point = series(options, "value")[0]
    assert point["name"].splitlines() == [
        "Sun 2026-03-01",
        "Bias 0.2 (0.1 to 0.3), 20 labelled rows",
        "40 of 40 predictions labelled (100%)",
    ]


def test_immature_days_are_light_hollow_and_dashed() -> None:
    """The dashed line begins at the last day that is settled, where the full one ends."""
    days = [day(0, figure(0.1)), day(1, figure(0.2)), day(2, figure(0.3))]
    known = [mature(0, 40), mature(1, 40), mature(2, 4)]
    options = performance_history(days, known, LIGHT, measure="bias", immature={window(2).start})
    assert series(options, "settled") == [0.1, 0.2, None]
    assert series(options, "unsettled") == [None, 0.2, 0.3]
    whole, young = (series(options, "interval")[place] for place in (1, 2))
    assert young["itemStyle"]["opacity"] < whole["itemStyle"]["opacity"]
    bars = series(options, "labelled")
    assert bars[2]["itemStyle"]["opacity"] < bars[1]["itemStyle"]["opacity"]
    points = series(options, "value")
    assert points[2]["itemStyle"]["color"] == LIGHT.surface
    assert "itemStyle" not in points[1]
    assert "labels are still to come" in points[2]["name"]


def test_the_chosen_class_is_shown() -> None:
    """Each class has a figure of its own."""
    days = [day(0, figure(0.1, of="a"), figure(0.7, of="b"))]
    options = performance_history(days, [], LIGHT, measure="bias", of="b")
    assert [point["value"] for point in series(options, "value")] == [0.7]
    assert series(options, "value")[0]["name"].startswith(
        "Sun 2026-03-01\nBias of b 0.7 (0.6 to 0.8)"
    )


@given(
    heights=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-6, 1e5)), min_size=1, max_size=5)
)
def test_the_axis_holds_every_interval(heights: list[tuple[float, float]]) -> None:
    """And has few lines."""
    days = [day(place, figure(value, width=width)) for place, (value, width) in enumerate(heights)]
    axis = performance_history(days, [], LIGHT, measure="bias")["yAxis"][0]
    slack = 1e-6 * axis["interval"] + 1e-9
    assert axis["min"] <= min(value - width for value, width in heights) + slack
    assert axis["max"] >= max(value + width for value, width in heights) - slack
    assert 1 <= round((axis["max"] - axis["min"]) / axis["interval"]) <= 6


def test_a_long_range_keeps_its_latest_days() -> None:
    """A year and a day are shown at most."""
    days = [day(0, figure(0.1)), day(500, figure(0.2))]
    options = performance_history(days, [], LIGHT, measure="bias")
    assert len(series(options, "value")) == MOST_DAYS
    assert series(options, "value")[-1]["value"] == 0.2


def test_nothing_is_drawn_of_nothing() -> None:
    """No day, no point, and still a chart."""
    options = performance_history([], [], LIGHT, measure="bias")
    assert series(options, "value") == []


def test_estimates_are_a_line_in_a_band_on_the_same_axes() -> None:
    """Also of days that no label is of; the axis holds the band, and pointing tells both."""
    days = [day(0, figure(0.2)), day(1, figure(0.1))]
    estimates = [guessed(0, 0.25, learned=True), guessed(1, 0.2), guessed(2, 0.9)]
    options = performance_history(days, [mature(2, 0)], LIGHT, measure="bias", estimates=estimates)
    assert [one["value"] for one in series(options, "estimate")] == [0.25, 0.2, 0.9]
    assert series(options, "estimate low") == pytest.approx([0.15, 0.1, 0.8])
    assert series(options, "estimate band") == pytest.approx([0.2, 0.2, 0.2])
    assert options["yAxis"][0]["max"] >= 1.0
    assert [one["value"] for one in series(options, "value")] == [0.2, 0.1, None]
    learned, told, alone = (one["name"] for one in series(options, "estimate"))
    assert "Bias 0.1 (0 to 0.2), 20 labelled rows\nEstimated 0.2 (0.1 to 0.3), 1,200 rows" in told
    assert "learned from labels of this day" in learned
    assert alone.splitlines()[1:] == [
        "Estimated 0.9 (0.8 to 1), 1,200 rows",
        "0 of 40 predictions labelled (0%)",
    ]
    hollow = series(options, "estimate")[0]["itemStyle"]
    assert (hollow["color"], hollow["borderColor"]) == (LIGHT.surface, LIGHT.estimate)


def test_an_estimate_that_cannot_be_relied_on_looks_like_it_and_says_why() -> None:
    """It has the colour of what changed, and the sentence where it is pointed at."""
    estimates = [guessed(0, 0.2), guessed(1, 0.3, warnings=("There are only 40 rows.",))]
    options = performance_history([], [], LIGHT, measure="bias", estimates=estimates)
    usual, doubtful = series(options, "estimate")
    assert "itemStyle" not in usual
    assert doubtful["itemStyle"]["color"] == LIGHT.changed
    assert "Do not rely on it: There are only 40 rows." in doubtful["name"]


def test_a_day_that_is_estimated_alone_stands_on_a_bar() -> None:
    """A band needs two neighbours; a gap is none."""
    estimates = [guessed(0, 0.2), guessed(1, 0.2), guessed(3, 0.5), guessed(4, None)]
    options = performance_history([], [], LIGHT, measure="bias", estimates=estimates)
    assert series(options, "lone low") == pytest.approx([None, None, None, 0.4, None])
    assert [one["value"] for one in series(options, "estimate")] == [0.2, 0.2, None, 0.5, None]


def test_nothing_is_drawn_of_a_measure_that_is_not_estimated() -> None:
    """What was estimated is another measure, or could not be told."""
    for measure, value in (("mae", 0.2), ("bias", None)):
        options = performance_history([], [], LIGHT, measure=measure, estimates=[guessed(0, value)])
        assert not [one for one in options["series"] if "estimate" in one["name"]]


@pytest.mark.parametrize("days", [MOST_TOLD, MOST_TOLD + 1])
def test_shares_of_labels_stand_where_there_is_room(days: int) -> None:
    """Of a year of days they would be a row of broken words."""
    known = [mature(offset, 20) for offset in range(days)]
    options = performance_history([], known, LIGHT, measure="bias")
    (unlabelled,) = [one for one in options["series"] if one["name"] == "unlabelled"]
    assert unlabelled["label"]["show"] is (days == MOST_TOLD)
    assert "20 of 40 predictions labelled (50%)" in unlabelled["data"][0]["name"]


def test_early_labels_do_not_flatten_the_axis() -> None:
    """The interval of a day with few labels may leave the picture; its point may not."""
    days = [day(0, figure(0.2)), day(1, figure(0.3, width=50.0))]
    options = performance_history(days, [], LIGHT, measure="bias", immature={window(1).start})
    axis = options["yAxis"][0]
    assert (axis["min"], axis["max"]) == (0.1, 0.3)
    alone = performance_history(days[1:], [], LIGHT, measure="bias", immature={window(1).start})
    assert alone["yAxis"][0]["max"] >= 50.0
