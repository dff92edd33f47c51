"""The distribution shows both sides' shares in per cent."""

from __future__ import annotations

from modeldesk.charts.distribution import distribution, distribution_height
from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.drift import Overlay
from modeldesk.schema import Kind

NUMBERS = Overlay(
    name="width",
    kind=Kind.FLOAT,
    labels=("2 to 3", "3 to 4", "≥ 4"),
    edges=(2.0, 3.0, 4.0, 5.0),
    reference=(0.25, 0.75, 0.0),
    current=(0.25, 0.5, 0.25),
)
CLASSES = Overlay(
    name="class",
    kind=Kind.CATEGORICAL,
    labels=("<b>a</b>", "b"),
    edges=(),
    reference=(0.5, 0.5),
    current=(1.0, 0.0),
)


def test_bars_carry_both_sides_shares_in_per_cent() -> None:
    """The reference comes first, so that the window is drawn over it."""
    before, now = distribution(NUMBERS, LIGHT, current="1 Mar")["series"]
    assert [bar["value"] for bar in before["data"]] == [25.0, 75.0, 0.0]
    assert [bar["value"] for bar in now["data"]] == [25.0, 50.0, 25.0]
    assert (before["name"], now["name"]) == ("reference", "1 Mar")
    assert now["data"][2]["name"] == "≥ 4\n1 Mar: 25.0 %"


def test_numbers_lie_over_each_other_and_categories_beside() -> None:
    """Overlaid bars would hide a category; bins of numbers are read as one shape."""
    numbers = distribution(NUMBERS, DARK, current="1 Mar")
    classes = distribution(CLASSES, DARK, current="1 Mar")
    assert numbers["series"][1]["barGap"] == "-100%"
    assert numbers["xAxis"]["data"] == ["2 to 3", "3 to 4", "≥ 4"]
    assert classes["series"][1]["barGap"] != "-100%"
    assert classes["yAxis"]["data"] == ["<b>a</b>", "b"]


def test_the_axis_of_shares_ends_at_a_round_per_cent() -> None:
    """Never above 100, also for a class that has everything."""
    assert distribution(NUMBERS, LIGHT, current="1 Mar")["yAxis"]["max"] == 80
    assert distribution(CLASSES, LIGHT, current="1 Mar")["xAxis"]["max"] == 100


def test_an_empty_overlay_is_an_empty_picture() -> None:
    """A column without any value has no bins; that is no error."""
    nothing = Overlay(name="empty", kind=Kind.FLOAT, labels=(), edges=(), reference=(), current=())
    options = distribution(nothing, LIGHT, current="1 Mar")
    assert [series["data"] for series in options["series"]] == [[], []]
    assert distribution_height(nothing) > 0


def test_every_category_has_room() -> None:
    """The picture of categories grows with their number; that of numbers does not."""
    assert distribution_height(CLASSES) > distribution_height(
        Overlay(
            name="c",
            kind=Kind.CATEGORICAL,
            labels=("a",),
            edges=(),
            reference=(1.0,),
            current=(1.0,),
        )
    )
    assert distribution_height(NUMBERS) == 228
