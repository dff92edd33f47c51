"""A column's panel lists what is known about both sides, as it fits the kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from modeldesk import profile
from modeldesk.schema import Kind
from modeldesk.ui.column_facts import Fact, facts
from modeldesk.ui.wording import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence


def lines(reference: Sequence[object], current: Sequence[object] | None) -> dict[str, Fact]:
    """Return the facts about two lists of values by name."""
    before = profile({"x": reference}).column("x")
    now = None if current is None else profile({"x": current}).column("x")
    return {fact.name: fact for fact in facts(before, now)}


def test_numbers_have_moments_and_quantiles() -> None:
    """Both sides stand in the same line."""
    found = lines([1.0, 2.0, 3.0, None], [10.0, 20.0, 30.0, 40.0])
    assert found["Rows"] == Fact(name="Rows", reference="4", current="4")
    assert found["Missing"].reference == "1 (25.0 %)"
    assert found["Mean"] == Fact(name="Mean", reference="2", current="25")
    assert found["Median"].reference == "2"
    assert (found["Minimum"].current, found["Maximum"].current) == ("10", "40")


def test_categories_have_the_most_frequent_values_of_both_sides() -> None:
    """A value that one side lacks has a share of 0 there."""
    found = lines(["a"] * 3 + ["b"], ["c", "a"])
    assert found["“a”"] == Fact(name="“a”", reference="75.0 %", current="50.0 %")
    assert found["“c”"] == Fact(name="“c”", reference="0 %", current="50.0 %")
    assert "Mean" not in found


def test_a_day_without_rows_leaves_its_side_open() -> None:
    """Absence is a dash, never a zero."""
    found = lines(["a", "b"], None)
    assert found["Rows"].current == NOTHING
    assert found["“a”"].current == NOTHING


def test_a_side_without_a_single_value_has_no_moments() -> None:
    """The lines of the other side stay."""
    found = lines([1.5, 2.5], [None, None])
    assert found["Mean"].current == NOTHING
    assert found["Missing"].current == "2 (100 %)"
    turned = lines([None, None], [1.5, 2.5])
    assert turned["Mean"] == Fact(name="Mean", reference=NOTHING, current="2")


def test_moments_in_time_are_shown_as_times() -> None:
    """Not as seconds since 1970."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = pl.DataFrame({"x": [start, start + timedelta(days=2)]})
    column = profile(times, kinds={"x": Kind.DATETIME}).column("x")
    found = {fact.name: fact.reference for fact in facts(column, None)}
    assert found["Minimum"] == "2026-03-01 00:00"
    assert found["Maximum"] == "2026-03-03 00:00"
    assert "Standard deviation" not in found


def test_texts_are_measured_in_characters() -> None:
    """The unit is said."""
    texts = profile({"x": ["a", "abc"]}, kinds={"x": Kind.TEXT}).column("x")
    found = {fact.name: fact.reference for fact in facts(texts, None)}
    assert found["Mean (characters)"] == "2"
