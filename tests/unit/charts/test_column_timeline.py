"""A column over time: quantiles, shares, what is missing, and what a tooltip says of a place."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modeldesk import profile
from modeldesk.charts.category_stack import MISSING, OTHER, category_stack, largest_values
from modeldesk.charts.column_timeline import ColumnTimeline, column_panels, telling_windows
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.charts.panels import panels_height, percent_axis, round_axis, stacked_panels
from modeldesk.charts.quantile_fan import SHARES, quantile_fan
from modeldesk.charts.spans import spans_of
from modeldesk.drift import Status, Thresholds
from modeldesk.schema import Granularity, Kind
from tests.unit.charts.conftest import FIRST, compared, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.charts.options import Options
    from modeldesk.profiles import ColumnProfile

SPANS = spans_of([day(0), day(2)], Granularity.DAY)


def column(values: Sequence[object], kind: Kind) -> ColumnProfile:
    """Return the profile of a column with these values."""
    return profile({"x": list(values)}, kinds={"x": kind}).column("x")


def about(
    kind: Kind, reference: ColumnProfile, days: Sequence[ColumnProfile | None]
) -> ColumnTimeline:
    """Return a column over three days; on the second it changed, with an alert."""
    history = [
        (day(0), compared("x", 0.05)),
        (day(1), compared("x", 0.4, Status.CHANGED)),
        (day(2), compared("x", 0.9, Status.NOT_ENOUGH_DATA, rows=2)),
    ]
    return ColumnTimeline(
        kind=kind,
        spans=SPANS,
        profiles=tuple(days),
        compared=telling_windows(history, SPANS),
        reference=reference,
        thresholds=Thresholds(),
        alerts=frozenset({day(1).start}),
    )


def by_name(series: Sequence[Options], name: str) -> Options:
    """Return the one series of that name."""
    (found,) = [one for one in series if one["name"] == name]
    return found


def test_bands_end_at_the_quantiles() -> None:
    """On top of each other they reach what NumPy computes, also below zero."""
    values = [np.random.default_rng(place).normal(-5, 3, 400) for place in range(2)]
    sketches = [column(each.tolist(), Kind.FLOAT).quantiles for each in values]
    fan = quantile_fan(
        [sketches[0], None, sketches[1]], None, SPANS, LIGHT, kind=Kind.FLOAT, title="Values"
    )
    bands = [one for one in fan.series if one["type"] == "bar"]
    for place, own in ((0, values[0]), (2, values[1])):
        ends = np.cumsum([band["data"][place] for band in bands])
        bounds = [share for share in SHARES if share != 0.5]
        wanted = np.quantile(own, bounds, method="inverted_cdf")
        assert ends == pytest.approx(wanted)
        median = by_name(fan.series, "median")["data"][place]
        assert median == pytest.approx(np.quantile(own, 0.5, method="inverted_cdf"))
    assert all(band["data"][1] is None for band in bands)
    assert all(band["stackStrategy"] == "all" for band in bands)
    assert fan.axis["min"] <= min(np.quantile(own, 0.01) for own in values)
    assert fan.words[1] == "Mon 2026-03-02\nno value"


def test_the_references_band_is_dashed() -> None:
    """Its 5 % and 95 % quantiles and its median, which the tooltip tells as well."""
    reference = column([float(each) for each in range(1, 101)], Kind.FLOAT).quantiles
    fan = quantile_fan([None] * 3, reference, SPANS, DARK, kind=Kind.FLOAT, title="Values")
    lines = by_name(fan.series, "median")["markLine"]["data"]
    assert [line["yAxis"] for line in lines] == [5.0, 50.0, 95.0]
    assert {line["lineStyle"]["type"] for line in lines} == {"dashed"}


def test_times_are_drawn_in_days_from_the_references_median() -> None:
    """And told as times."""
    moments = [FIRST + timedelta(days=each) for each in range(11)]
    before = column(moments, Kind.DATETIME).quantiles
    late = [moment + timedelta(days=2) for moment in moments]
    now = column(late, Kind.DATETIME).quantiles
    fan = quantile_fan([now, None, None], before, SPANS, LIGHT, kind=Kind.DATETIME, title="Values")
    assert fan.title == "Values, in days from 2026-03-06"
    assert by_name(fan.series, "median")["data"][0] == 2.0
    assert "Median 2026-03-08 00:00" in fan.words[0]


def test_shares_add_up_to_all_rows() -> None:
    """Each value, all others, and missing ones; lines stand where the reference's bars end."""
    names = [f"v{place}" for place in range(8)]
    reference = column(
        [name for place, name in enumerate(names) for _ in range(20 - 2 * place)], Kind.CATEGORICAL
    )
    today = column([*names, "new", "new", None, None], Kind.CATEGORICAL)
    stack = category_stack([today, None, None], reference, SPANS, LIGHT, title="Values")
    drawn = {one["name"]: one["data"][0] for one in stack.series}
    assert sum(drawn.values()) == pytest.approx(100, abs=0.01)
    assert drawn[MISSING] == pytest.approx(100 * 2 / 12, abs=0.01)
    assert drawn["v0"] == pytest.approx(100 / 12, abs=0.01)
    assert drawn["new"] == pytest.approx(100 * 2 / 12, abs=0.01)
    assert drawn[OTHER] == pytest.approx(100 * 3 / 12, abs=0.01)
    lines = [line["yAxis"] for line in stack.series[0]["markLine"]["data"]]
    total = sum(20 - 2 * place for place in range(8))
    assert lines[0] == pytest.approx(100 * 20 / total, abs=0.01)
    assert "new: 16.7 % (reference 0.0 %)" in stack.words[0]
    assert stack.words[1] == "Mon 2026-03-02\nno rows"


def test_values_stand_in_the_references_order() -> None:
    """So that bars can be compared with its lines; a new value comes after the known ones."""
    reference = column(["a"] * 5 + ["b"] * 3, Kind.CATEGORICAL)
    today = column(["c"] * 9 + ["b"], Kind.CATEGORICAL)
    assert largest_values([today, None], reference) == ["a", "b", "c"]


def test_every_kind_has_its_panels() -> None:
    """Numbers a fan, categories a stack, texts their lengths; identifiers none of these."""
    numbers = column([1.0, 2.0, 3.0, None], Kind.FLOAT)
    titles = [panel.title for panel in column_panels(_same(Kind.FLOAT, numbers), LIGHT)]
    assert titles == [
        "Distance from the reference, 0 to 1",
        "Values",
        "Missing, share of all rows",
        "Different values, about",
        "Rows",
    ]
    flags = column([True, False, True], Kind.BOOLEAN)
    titles = [panel.title for panel in column_panels(_same(Kind.BOOLEAN, flags), LIGHT)]
    assert titles[1] == "Values, share of all rows; dashed: the reference"
    assert "Different values, about" not in titles
    texts = column(["a few words", "more"], Kind.TEXT)
    titles = [panel.title for panel in column_panels(_same(Kind.TEXT, texts), LIGHT)]
    assert titles[1:3] == ["Length in characters", "Length in words"]
    keys = column(["a1", "a2"], Kind.IDENTIFIER)
    assert len(column_panels(_same(Kind.IDENTIFIER, keys), LIGHT)) == 4
    vectors = column([[3.0, 4.0], [0.0, 2.0]], Kind.VECTOR)
    panels = column_panels(_same(Kind.VECTOR, vectors), LIGHT)
    assert by_name(panels[1].series, "median")["data"][0] == 2.0


def _same(kind: Kind, reference: ColumnProfile) -> ColumnTimeline:
    return about(kind, reference, [reference, None, reference])


def test_changes_and_alerts_are_marked_and_doubtful_days_left_out() -> None:
    """The day with an alert has another shape; a distance of two rows has no point."""
    numbers = column([1.0, 2.0, 3.0, None], Kind.FLOAT)
    distances = column_panels(_same(Kind.FLOAT, numbers), LIGHT)[0]
    points = by_name(distances.series, "distance")["data"]
    assert [point["value"] for point in points] == [0.05, 0.4, None]
    assert [point.get("symbol") for point in points] == ["circle", "diamond", None]
    assert "An alert was opened." in distances.words[1]
    assert "An alert" not in distances.words[0]
    line = by_name(distances.series, "distance")["markLine"]
    assert line["data"] == [{"yAxis": 0.1}]
    missing = column_panels(_same(Kind.FLOAT, numbers), LIGHT)[2]
    assert by_name(missing.series, "missing")["data"] == [25.0, None, 25.0]
    assert "25.0 % missing (1 rows)" in missing.words[0]


def test_panels_stand_below_each_other_on_one_axis_of_time() -> None:
    """The chosen window is shaded in each; every place can be pointed at."""
    numbers = column([1.0, 2.0, 3.0, None], Kind.FLOAT)
    panels = column_panels(_same(Kind.FLOAT, numbers), LIGHT)
    options = stacked_panels(panels, SPANS, LIGHT, selected=day(1))
    tops = [grid["top"] for grid in options["grid"]]
    ends = [grid["top"] + grid["height"] for grid in options["grid"]]
    assert all(end < top for end, top in zip(ends, tops[1:], strict=False))
    assert ends[-1] < panels_height(panels)
    hits = [one for one in options["series"] if one["name"] == "places"]
    assert len(hits) == len(panels)
    assert {len(one["data"]) for one in hits} == {3}
    assert hits[0]["data"][1]["start"] == day(1).start.isoformat()
    shaded = [["itemStyle" in place for place in one["data"]] for one in hits]
    assert shaded == [[False, True, False]] * len(panels)
    assert not re.search(r'"[:#]\w+":', json.dumps(options))  # such a key would hold code


def test_a_place_shows_its_worst_changed_window_or_a_typical_one() -> None:
    """A larger distance that nothing proves hides no change, and is not taken for the usual one."""
    spans = spans_of([day(0), day(200)], Granularity.DAY)
    few = compared("x", 0.9, Status.NOT_ENOUGH_DATA)
    changes = [compared("x", each, Status.CHANGED) for each in (0.2, 0.3)]
    history = [(day(1), changes[0]), (day(2), few), (day(3), changes[1])]
    history += [(day(8), compared("x", 0.09)), (day(9), compared("x", 0.01))]
    history += [(day(10), compared("x", 0.02)), (day(11), few)]
    shown = telling_windows(history, spans)
    assert shown[0] is None
    assert shown[1] == (day(3), changes[1])
    assert shown[2] == (day(10), compared("x", 0.02))
    assert telling_windows([(day(1), few)], spans)[1] == (day(1), few)


@pytest.mark.parametrize(
    ("low", "high"), [(4.2, 7.9), (-3.1, 12.0), (0.0, 0.00012), (5.0, 5.0), (0.0, 0.0), (-1e9, 3e9)]
)
def test_round_axes_hold_their_values_in_few_steps(low: float, high: float) -> None:
    """Ends are multiples of the step."""
    axis = round_axis(low, high, LIGHT)
    assert axis["min"] <= low
    assert axis["max"] >= high
    steps = (axis["max"] - axis["min"]) / axis["interval"]
    assert steps == pytest.approx(round(steps))
    assert 1 <= steps <= 6


def test_axes_of_per_cent_end_above_what_they_show() -> None:
    """And never above a hundred."""
    assert [percent_axis(top, LIGHT)["max"] for top in (0.0, 0.4, 7.0, 100.0)] == [1, 1, 10, 100]


def test_a_place_of_several_windows_says_which_was_worst() -> None:
    """A week's tooltip names the day."""
    spans = spans_of([day(0), day(200)], Granularity.DAY)
    numbers = column([1.0, 2.0], Kind.FLOAT)
    shown = ColumnTimeline(
        kind=Kind.FLOAT,
        spans=spans,
        profiles=(numbers,) * len(spans),
        compared=telling_windows([(day(1), compared("x", 0.2, Status.CHANGED))], spans),
        reference=numbers,
        thresholds=Thresholds(),
        alerts=frozenset(),
    )
    words = column_panels(shown, LIGHT)[0].words
    assert words[0].endswith("no rows")
    assert "Worst on 2026-03-02: distance 0.200" in words[1]
    assert datetime(2026, 3, 2, tzinfo=UTC) == spans[1].start
