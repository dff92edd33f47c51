"""Histograms are small SVG drawings: two sides over each other, or side by side."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from modeldesk.charts.bin_labels import shown_labels
from modeldesk.charts.blocks import BLOCKS, blocks
from modeldesk.charts.histogram import histogram, histogram_with_axes
from modeldesk.drift import Overlay
from modeldesk.schema import Kind

HOSTILE = "<script>alert(1)</script>"


def numbers(
    reference: tuple[float, ...],
    current: tuple[float, ...],
    labels: tuple[str, ...] | None = None,
    kind: Kind = Kind.FLOAT,
) -> Overlay:
    """Return bins of width 1 from 0 on."""
    named = tuple(f"{place} to {place + 1}" for place in range(len(reference)))
    return Overlay(
        name="x",
        kind=kind,
        labels=labels or named,
        edges=tuple(float(place) for place in range(len(reference) + 1)),
        reference=reference,
        current=current,
    )


def categories(reference: tuple[float, ...], current: tuple[float, ...], *names: str) -> Overlay:
    """Return the shares of categories."""
    return Overlay(
        name="x",
        kind=Kind.CATEGORICAL,
        labels=names,
        edges=(),
        reference=reference,
        current=current,
    )


def paths(svg: str) -> dict[str, str]:
    """Return the drawn lines by their classes."""
    return {
        found.attrib["class"]: found.attrib["d"]
        for found in ET.fromstring(svg)  # noqa: S314  # made by the code under test
        if found.tag == "path"
    }


EIGHT = (0.1, 0.2, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0)
SHIFTED = (0.0, 0.0, 0.1, 0.4, 0.0, 0.2, 0.2, 0.1)


def test_both_sides_of_numbers_lie_over_each_other() -> None:
    """The reference has a bar per bin that holds something, the current side an outline."""
    drawn = paths(histogram(numbers(EIGHT, SHIFTED), width=160, height=42))
    assert drawn["hist-reference"].count("M") == 6
    assert drawn["hist-line"].count("M") == 2  # an empty bin cuts the outline in two
    assert drawn["hist-current hist-over"].count("z") == 2
    assert "V1H" in drawn["hist-line"]  # the largest share reaches the top


def test_a_single_side_is_drawn_alone() -> None:
    """A profile's histogram has no reference."""
    drawn = paths(histogram(numbers(EIGHT, (0.0,) * 8), alone=True))
    assert set(drawn) == {"hist-current", "hist-base"}


@pytest.mark.parametrize(
    "overlay",
    [
        categories((0.7, 0.3), (0.5, 0.5), "red", "blue"),
        numbers((0.7, 0.3), (0.5, 0.5)),
    ],
)
def test_categories_and_few_bins_stand_side_by_side(overlay: Overlay) -> None:
    """Each place has a bar per side, and no outline."""
    drawn = paths(histogram(overlay))
    assert set(drawn) == {"hist-reference", "hist-current", "hist-base"}
    assert drawn["hist-reference"].count("M") == drawn["hist-current"].count("M") == 2


def test_what_is_there_can_be_seen() -> None:
    """A share of a millionth still has a bar of more than a pixel."""
    svg = histogram(categories((1.0, 1e-6), (1.0, 0.0), "a", "b"))
    heights = [float(part) for part in re.findall(r"v-([\d.]+)h", paths(svg)["hist-reference"])]
    assert min(heights) == 1.5


def test_many_bins_touch() -> None:
    """Bars that are thinner than three pixels leave no gaps."""
    svg = histogram(numbers((0.01,) * 100, (0.01,) * 100), width=100)
    assert "h1v" in paths(svg)["hist-reference"]


def test_no_values_draw_a_base_line() -> None:
    """An empty side is no error, and says so to those who listen."""
    svg = histogram(numbers((), (), labels=()))
    assert set(paths(svg)) == {"hist-base"}
    assert "no values" in svg


def test_the_small_histogram_holds_no_words_of_users() -> None:
    """Only numbers are in it, whatever the categories are called."""
    assert HOSTILE[1:7] not in histogram(categories((1.0,), (1.0,), HOSTILE))


def test_the_large_histogram_has_axes_and_says_each_bin() -> None:
    """Per cent on the left, values below, and the shares of both sides under the pointer."""
    svg = histogram_with_axes(numbers(EIGHT, SHIFTED))
    words = list(ET.fromstring(svg).itertext())  # noqa: S314
    assert "40 %" in words
    assert "8" in words
    assert "2 to 3: reference 30.0 %, current 10.0 %" in words
    assert not any(word.startswith("9 to") for word in words)


def test_the_large_histogram_of_one_side_says_its_share() -> None:
    """There is no second side to speak of."""
    svg = histogram_with_axes(numbers(EIGHT, (0.0,) * 8), alone=True)
    assert "<title>0 to 1: 10.0 %</title>" in svg


def test_labels_are_escaped() -> None:
    """A category with markup in its name is text."""
    svg = histogram_with_axes(categories((1.0,), (1.0,), HOSTILE))
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_open_ends_are_labelled_first() -> None:
    """Where values lie beyond the axis, its ends say so; the edges between fit round them."""
    labels = ("< 10", *(f"{low} to {low + 10}" for low in range(10, 90, 10)), "≥ 90")
    overlay = numbers((0.1,) * 10, (0.1,) * 10, labels)
    shown = shown_labels(overlay, room=500)
    assert (shown[0].words, shown[0].anchor, shown[0].place) == ("< 10", "start", 0)
    assert (shown[-1].words, shown[-1].anchor, shown[-1].place) == ("≥ 90", "end", 10)
    assert {label.words for label in shown[1:-1]} <= {"20", "30", "40", "50", "60", "70", "80"}
    assert len(shown) > 4


def test_labels_do_not_touch() -> None:
    """However little room there is, words stay apart."""
    overlay = numbers((0.02,) * 50, (0.02,) * 50)
    for room in (40, 100, 300, 900):
        extents = [label.extent(room / 50) for label in shown_labels(overlay, room=room)]
        assert all(low[1] < high[0] for low, high in pairwise(extents))


def test_whole_numbers_are_labelled_in_the_middle() -> None:
    """Bins of one value each bear it; ranges of whole numbers are labelled where they start."""
    single = numbers((0.5, 0.5), (0.5, 0.5), ("3", "4"), Kind.INTEGER)
    assert [(x.place, x.words, x.anchor) for x in shown_labels(single, room=200)] == [
        (0.5, "3", "middle"),
        (1.5, "4", "middle"),
    ]
    ranges = numbers((0.5, 0.5), (0.5, 0.5), ("0 to 4", "5 to 9"), Kind.INTEGER)
    assert [label.words for label in shown_labels(ranges, room=200)] == ["0", "5"]


def test_nothing_has_no_labels() -> None:
    """Without bins there is nothing to name."""
    assert shown_labels(numbers((), (), labels=()), room=100) == ()


def test_long_categories_are_cut() -> None:
    """A name of many letters does not push the others away."""
    (label,) = shown_labels(categories((1.0,), (1.0,), "x" * 80), room=500)
    assert label.words.endswith("…")
    assert len(label.words) < 30


def test_blocks_show_every_share_that_is_there() -> None:
    """One letter per bin; nothing is a space, next to nothing is the lowest block."""
    assert blocks((0.0, 0.0001, 0.25, 0.5), top=0.5) == f" {BLOCKS[0]}{BLOCKS[3]}{BLOCKS[7]}"


def test_blocks_of_nothing_are_spaces() -> None:
    """Without values there is no scale."""
    assert blocks((0.0, 0.0), top=0.0) == "  "
