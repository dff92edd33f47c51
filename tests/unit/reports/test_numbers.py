"""Numbers have as many digits as they deserve, and line up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pytest

from modeldesk import profile
from modeldesk.profiles import ColumnProfile
from modeldesk.reports.numbers import NOTHING, distinct, scale_of, share
from modeldesk.reports.statistics import (
    frequent_values,
    mean_and_deviation,
    statistics,
    typical,
    values_in_words,
)
from modeldesk.schema import Kind


def column(values: Iterable[object], kind: Kind | None = None) -> ColumnProfile:
    """Return the profile of a column."""
    return profile({"x": values}, kinds={"x": kind} if kind else None).column("x")


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([4.3, 5.8, 7.9], ("4.30", "5.80", "7.90")),
        ([1234.6, 56789.1, 98765.4], ("1,235", "56,789", "98,765")),
        ([0.00012, 0.00015, 0.0002], ("0.0001200", "0.0001500", "0.0002000")),
        ([0.1, 0.1, 0.1], ("0.1", "0.1", "0.1")),
        ([1e-15, 2e-15, 3e-15], ("1e-15", "2e-15", "3e-15")),
        ([1e300, 2e300, 3e300], ("1e+300", "2e+300", "3e+300")),
        ([-1.7e308, 0.0, 1.7e308], ("-1.7e+308", "0", "1.7e+308")),
        ([1, 20, 30000], ("1", "20", "30,000")),
    ],
)
def test_values_tell_each_other_apart(values: Iterable[object], written: tuple[str, ...]) -> None:
    """Three digits of the width of the bulk, and the same decimals for all of a column."""
    assert typical(column(values)) == written


def test_one_far_value_does_not_take_the_digits_of_the_others() -> None:
    """The scale is that of the bulk, not of the range."""
    values = [*np.linspace(0.1, 0.9, 99), 1e6]
    found = typical(column(values))
    assert found is not None
    assert found[1].startswith("0.5")


def test_times_are_told_by_day_where_they_span_days() -> None:
    """Within three days the time of the day matters."""
    days = column(["2026-03-01T08:00", "2026-04-01T09:30"], Kind.DATETIME)
    hours = column(["2026-03-01T08:00", "2026-03-01T09:30"], Kind.DATETIME)
    assert values_in_words(days) == "2026-03-01 to 2026-04-01"
    assert values_in_words(hours) == "2026-03-01 08:00 to 2026-03-01 09:30"


def test_dates_and_durations_are_told_in_their_units() -> None:
    """A date has no time of the day; a duration is told as such."""
    dates = column([date(2026, 3, 1), date(2026, 3, 2)])
    assert values_in_words(dates) == "2026-03-01 to 2026-03-02"
    waits = column([timedelta(seconds=30), timedelta(hours=2)])
    assert waits.kind is Kind.DURATION
    assert "30" in values_in_words(waits)


def test_both_sides_share_a_scale() -> None:
    """The finer side decides; an absent side has no say, whole and fractional are numbers."""
    coarse, fine = column([100.0, 300.0]), column([0.1, 0.3])
    assert scale_of(coarse, fine, None).value(1.0) == "1.000"
    assert scale_of(column([1, 2, 3]), column([0.5, 1.5])).value(1) == "1.00"
    assert scale_of(None).value(math.nan) == NOTHING


def test_means_of_whole_numbers_have_decimals() -> None:
    """A mean lies between whole numbers; a single value has no deviation."""
    assert mean_and_deviation(column([0, 1, 1])) == ("0.67", "0.58")
    assert mean_and_deviation(column([2.5])) == ("2.5", NOTHING)
    assert mean_and_deviation(column(["a"])) == ("", "")


def test_there_are_never_more_different_values_than_values() -> None:
    """The estimate of a column of single values is cut at their number."""
    assert int(distinct(column([f"id {i}" for i in range(5000)])).replace(",", "")) <= 5000


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    """One in a million is not 0 %."""
    assert [share(part) for part in (1e-6, 1 - 1e-6, 0.5)] == ["< 0.1 %", "> 99.9 %", "50.0 %"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["left", "left", "right", None], "left 66.7 %, right 33.3 %"),
        ([None, None], ""),
        ([1, 5], "1 to 5"),
    ],
)
def test_what_a_column_holds_in_words(values: Iterable[object], words: str) -> None:
    """A range, the most frequent values, or nothing."""
    assert values_in_words(column(values)) == words


def test_texts_are_told_by_their_length() -> None:
    """A text's numbers are about characters."""
    text = column(["a" * 10, "b" * 200], Kind.TEXT)
    assert values_in_words(text) == "10 to 200 characters"
    assert typical(text) is None
    assert "mean length" in {line.name for line in statistics(text)}


def test_vectors_are_told_by_their_dimension() -> None:
    """Lists of numbers have a dimension and norms."""
    vectors = column([[3.0, 4.0], [0.0, 1.0]], Kind.VECTOR)
    lines = {line.name: line.values for line in statistics(vectors)}
    assert values_in_words(vectors) == "2 dimensions"
    assert lines["dimensions"] == ("2",)
    assert lines["range of norms"] == ("1 to 5",)


def test_rare_counts_are_told_where_there_are_any() -> None:
    """NaN, infinities, zeros and mixed types have a line when one side has them, 0 elsewhere."""
    odd = column([math.nan, math.inf, 0.0, -1.0, 2.0])
    lines = {line.name: line.values for line in statistics(odd, column([1.0, 2.0]), None)}
    assert lines["of them NaN"] == ("1", "0", NOTHING)
    assert lines["infinite"] == ("1", "0", NOTHING)
    assert lines["zeros"] == ("1", "0", NOTHING)
    assert lines["negatives"] == ("1", "0", NOTHING)
    assert list(lines)[:3] == ["rows", "missing", "of them NaN"]
    assert "zeros" not in {line.name for line in statistics(column([1.0, 2.0]))}


def test_mixed_types_are_counted() -> None:
    """Values that came as another type are told by type."""
    mixed = column([1, "n/a", 3], Kind.INTEGER)
    names = {line.name for line in statistics(mixed)}
    assert {name for name in names if name.startswith("came as")} or len(mixed.types) == 1


def test_empty_strings_are_told() -> None:
    """They are values, but seldom meant as such."""
    lines = {line.name: line.values for line in statistics(column(["", "", "a", "b"]))}
    assert lines["empty strings"] == ("50.0 %",)


def test_frequent_values_come_with_their_share() -> None:
    """Largest first; none where values are not listed."""
    assert frequent_values(column(["a", "b", "b"]), 1) == (("b", 2 / 3),)
    assert frequent_values(column([1.5]), 1) == ()
