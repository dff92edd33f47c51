"""The charts of versions: a measure of each, the gaps between two, and parts of a change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.charts.change_parts import MOST_SOURCES, change_parts, change_parts_height
from modeldesk.charts.measure_gaps import drawn_gaps, measure_gaps, measure_gaps_height
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.charts.version_line import version_line
from modeldesk.services.change_views import ChangePart, ChangeSource
from modeldesk.services.performance_views import DifferenceView, FigureView
from modeldesk.services.version_figure_views import LinePoint, LineVersion

if TYPE_CHECKING:
    from modeldesk.charts.options import Options

AT = datetime(2026, 3, 1, tzinfo=UTC)


def figure(measure: str, value: float | None, *, width: float | None = 0.1) -> FigureView:
    """Return a figure with an interval round it."""
    ends = None if value is None or width is None else (value - width, value + width)
    return FigureView(
        measure=measure,
        title=measure.capitalize(),
        of=None,
        better="higher",
        value=value,
        low=None if ends is None else ends[0],
        high=None if ends is None else ends[1],
        rows=20,
        note="",
        because=None if value is not None else "there are no rows",
    )


def point(value: float | None) -> LinePoint:
    """Return what is measured of a version on some rows."""
    return LinePoint(
        labelled=20,
        figures=() if value is None else (figure("accuracy", value),),
        because=None,
        before=None,
        same_rows=None,
        paired=False,
        differences=(),
        verdict=None,
    )


def version(number: int, test: float | None, live: float | None) -> LineVersion:
    """Return a version of the line."""
    return LineVersion(
        version=number,
        published_at=AT,
        aliases=("<b>first",) if number == 1 else (),
        test=point(test),
        live=point(live),
    )


def difference(measure: str, gap: float | None, outcome: str | None) -> DifferenceView:
    """Return a difference of 0.5 and that much more."""
    return DifferenceView(
        measure=measure,
        title=measure.capitalize(),
        of=None,
        one=figure(measure, None if gap is None else 0.5 + gap),
        other=figure(measure, 0.5),
        gap=figure(measure, gap, width=0.02),
        outcome=outcome,
        sentence=f"{measure} differs.",
    )


def series(options: Options, name: str) -> dict[str, Any]:
    """Return one series."""
    found: dict[str, Any] = next(each for each in options["series"] if each["name"] == name)
    return found


def test_a_version_has_a_point_where_it_is_measured() -> None:
    """Test sets left, live labels right of its place; a gap where there is no figure."""
    versions = [version(1, 0.8, 0.7), version(2, None, None), version(3, 0.9, None)]
    options = version_line(versions, LIGHT, measure="accuracy", champion=1, selected=3)
    tests, lives = series(options, "test set"), series(options, "live labels")
    assert [each["value"][1] for each in tests["data"]] == [0.8, 0.9]
    assert [round(each["value"][0]) for each in tests["data"]] == [1, 3]
    assert tests["data"][0]["value"][0] < 1 < lives["data"][0]["value"][0]
    assert [each["version"] for each in tests["data"]] == [1, 3]
    bars = series(options, "interval, test set")["data"]
    assert [height for _, height in bars] == pytest.approx([0.7, 0.9, None, 0.8, 1.0, None])
    assert series(options, "champion")["markLine"]["data"] == [{"xAxis": 1}]
    assert "borderColor" in tests["data"][1]["itemStyle"]
    assert "itemStyle" not in tests["data"][0]
    words = tests["data"][0]["name"]
    assert "Version 1 (<b>first), 2026-03-01" in words
    assert "Accuracy 0.8 on test set\nsurely from 0.7 to 0.9\n20 labelled rows" in words


def test_no_version_is_measured() -> None:
    """Then there are axes without points."""
    options = version_line([version(1, None, None)], DARK, measure="accuracy")
    assert series(options, "test set")["data"] == []
    assert series(options, "champion")["markLine"]["data"] == []


@given(st.integers(1, 500), st.integers(1, 300))
def test_versions_have_their_places_however_many(first: int, many: int) -> None:
    """The axis names few enough, at whole numbers, and has room at both ends."""
    versions = [version(first + place, 0.5, None) for place in range(many)]
    axis = version_line(versions, LIGHT, measure="accuracy")["xAxis"]
    assert (axis["min"], axis["max"]) == (first - 1, first + many)
    assert isinstance(axis["interval"], int)
    assert (axis["max"] - axis["min"]) / axis["interval"] <= 17


def test_gaps_have_the_colour_of_their_outcome() -> None:
    """Shares share an axis, what has units has its own; what has no value is left out."""
    found = [
        difference("mae", -3.0, "better"),
        difference("accuracy", 0.1, "better"),
        difference("f1_macro", -0.2, "worse"),
        difference("mcc", 0.01, "no difference shown"),
        difference("recall_macro", None, None),
    ]
    shown = drawn_gaps(found)
    assert [each.measure for each in shown] == ["accuracy", "f1_macro", "mcc", "mae"]
    options = measure_gaps(found, LIGHT, one=2, other=1)
    bars = [bar for each in options["series"] if each["type"] == "bar" for bar in each["data"]]
    assert [bar["measure"] for bar in bars] == ["accuracy", "f1_macro", "mcc", "mae"]
    assert [bar["itemStyle"]["color"] for bar in bars] == [
        LIGHT.stable,
        LIGHT.changed,
        LIGHT.reference,
        LIGHT.stable,
    ]
    assert len(options["grid"]) == len(options["xAxis"]) == 2
    assert options["xAxis"][0]["name"] == "v2 less v1"
    for axis in options["xAxis"]:
        assert axis["min"] <= 0 <= axis["max"]
    lines = [each for each in options["series"] if each["name"] == "interval 1"]
    assert [x for x, _ in lines[0]["data"]] == pytest.approx([-3.02, -2.98, None])
    last = options["grid"][-1]
    assert last["top"] + last["height"] < measure_gaps_height(found)


def part(value: float, *, shown: bool = True) -> ChangePart:
    """Return a part of a change."""
    return ChangePart(value=value, low=value - 0.01, high=value + 0.01, shown=shown)


def source(name: str, covariate: float, concept: float) -> ChangeSource:
    """Return what a change comes from."""
    return ChangeSource(
        kind="column",
        name=name,
        covariate=part(covariate),
        concept=part(concept, shown=False),
        bins=(),
        sentence=f"{name} has to do with it.",
    )


def test_both_parts_of_a_change_are_drawn() -> None:
    """Beside each other for each source; what may be chance is light; the open one is framed."""
    sources = [source("age", 0.05, -0.01), source("housing", 0.02, 0.0)]
    options = change_parts(sources, LIGHT, loss="error", selected="housing")
    mix, own = series(options, "covariate")["data"], series(options, "concept")["data"]
    assert [bar["value"] for bar in mix] == [0.05, 0.02]
    assert [bar["value"] for bar in own] == [-0.01, 0.0]
    assert mix[0]["itemStyle"]["opacity"] == 1
    assert own[0]["itemStyle"]["opacity"] < 0.5
    assert "borderColor" in mix[1]["itemStyle"]
    assert "borderColor" not in mix[0]["itemStyle"]
    assert mix[0]["name"].startswith("age, covariate\n+0.05 (0.04 to 0.06), more than chance\n")
    assert options["xAxis"]["name"] == "mean error"


def test_only_the_largest_parts_are_drawn() -> None:
    """The chart has a bounded height."""
    sources = [source(f"c{place}", 0.01, 0.0) for place in range(40)]
    options = change_parts(sources, LIGHT, loss="error")
    assert len(options["yAxis"]["data"]) == MOST_SOURCES
    assert change_parts_height(sources) == change_parts_height(sources[:MOST_SOURCES])
