"""Distributions over each other are in proportion, each with the class of its place."""

from __future__ import annotations

import re

from modeldesk.charts.overlaid import overlaid
from modeldesk.drift import SharedBins


def heights(svg: str, place: int) -> list[float]:
    """Return the heights of a side's bars."""
    found = re.search(rf'class="over over-{place}" d="([^"]*)"', svg)
    return [float(tall) for tall in re.findall(r"v-([\d.]+)h", found[1] if found else "")]


def test_bars_of_both_sides_are_on_one_scale() -> None:
    """The largest bin of any side fills the height."""
    bins = SharedBins(labels=("1", "2"), listed=False, shares=((0.5, 0.5), (0.25, 0.75)))
    svg = overlaid(bins, height=103)
    assert heights(svg, 0) == [66.7, 66.7]
    assert heights(svg, 1) == [33.3, 100.0]


def test_the_third_of_numbers_is_a_line_and_of_categories_bars() -> None:
    """Three filled shapes over each other could not be told apart."""
    shares = ((0.5, 0.5), None, (0.2, 0.8))
    numbers = overlaid(SharedBins(labels=("1", "2"), listed=False, shares=shares))
    assert 'class="over over-2 over-line"' in numbers
    listed = overlaid(SharedBins(labels=("a", "b"), listed=True, shares=shares))
    assert len(heights(listed, 2)) == 2
    assert heights(listed, 1) == []


def test_labels_have_no_part_in_the_picture() -> None:
    """What users wrote is said beside it, as text."""
    bins = SharedBins(labels=("<img>", "b"), listed=True, shares=((1.0, 0.0),))
    assert "img" not in overlaid(bins)
    assert "<svg" in overlaid(SharedBins(labels=(), listed=False, shares=(None, None)))
