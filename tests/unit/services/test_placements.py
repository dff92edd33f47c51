"""Where values lie in the reference, against counting by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk.profiles import profile
from modeldesk.schema import Column, Kind, Value
from modeldesk.services.placements import Sort, placement, placements

RNG = np.random.default_rng(2)
NUMBERS = RNG.normal(50, 10, 200)
FRAME = pl.DataFrame(
    {
        "age": NUMBERS,
        "rooms": RNG.integers(1, 6, 200),
        "plan": ["a"] * 150 + ["b"] * 50,
        "old": [True] * 20 + [False] * 180,
        "note": ["x" * length for length in range(1, 201)],
        "day": [date(2026, 1, 1) + timedelta(days=n) for n in range(200)],
        "gap": [None] * 50 + [1.0] * 150,
        "same": [7.0] * 200,
    }
)
PROFILE = profile(FRAME)
COLUMNS = {
    name: Column(name=name, kind=PROFILE.column(name).kind, categories=categories)
    for name, categories in (
        ("age", ()),
        ("rooms", ()),
        ("plan", ("a", "b")),
        ("old", ()),
        ("day", ()),
        ("gap", ()),
        ("same", ()),
    )
}


def placed(name: str, value: Value) -> tuple[object, ...]:
    """Return sort and share of a value, and whether it is outside."""
    found = placement(COLUMNS[name], PROFILE.column(name), value)
    assert found is not None
    return found.sort, found.share, bool(found.outside)


def test_numbers_are_placed_among_the_smaller_ones() -> None:
    """Of equal ones half count; the ends belong to the reference."""
    for value in (45.0, 50.0, 61.5):
        assert placed("age", value) == (Sort.BELOW, float((value > NUMBERS).mean()), False)
    rooms = FRAME["rooms"].to_numpy()
    expected = float((rooms < 3).mean() + (rooms == 3).mean() / 2)
    assert placed("rooms", 3) == (Sort.BELOW, pytest.approx(expected), False)
    assert placed("same", 7.0) == (Sort.BELOW, 0.5, False)
    assert placed("age", float(NUMBERS.max()))[2] is False
    assert placed("age", float(NUMBERS.max()) + 1) == (Sort.BELOW, 1.0, True)
    assert placed("age", float(NUMBERS.min()) - 1) == (Sort.BELOW, 0.0, True)
    assert placed("age", float("inf"))[2] is True


def test_days_are_placed_like_numbers() -> None:
    """And what is later than all says so in its own words."""
    assert placed("day", date(2026, 1, 1) + timedelta(days=100)) == (
        Sort.BELOW, pytest.approx(100.5 / 200), False
    )  # fmt: skip
    found = placement(COLUMNS["day"], PROFILE.column("day"), datetime(2030, 1, 1, tzinfo=UTC))
    assert found is not None
    assert "2026-07-19" in found.outside


def test_classes_are_placed_among_the_same_ones() -> None:
    """A class that the reference does not have is outside."""
    assert placed("plan", "a") == (Sort.SAME, 0.75, False)
    assert placed("plan", "z") == (Sort.SAME, 0.0, True)
    assert placed("old", value=True) == (Sort.SAME, 0.1, False)


def test_missing_values_are_placed_among_the_missing_ones() -> None:
    """They are outside where the reference has a value in each row; NaN is missing, too."""
    assert placed("gap", None) == (Sort.MISSING, 0.25, False)
    assert placed("age", None) == (Sort.MISSING, 0.0, True)
    assert placed("age", float("nan")) == (Sort.MISSING, 0.0, True)


def test_texts_are_placed_by_their_length() -> None:
    """In characters; no text is outside."""
    column = Column(name="note", kind=Kind.TEXT)
    summary = profile(FRAME.select("note"), kinds={"note": Kind.TEXT}).column("note")
    found = placement(column, summary, "y" * 50)
    assert found is not None
    assert (found.sort, found.outside) == (Sort.SHORTER, "")
    assert found.share == pytest.approx(49.5 / 200)


def test_hashes_and_unknown_columns_are_not_placed() -> None:
    """Nothing can be said of them, nor of a text where numbers are meant."""
    columns = (COLUMNS["age"], COLUMNS["plan"], Column(name="new", kind=Kind.FLOAT))
    values: dict[str, Value] = {"age": 50.0, "plan": "f00d", "new": 1.0}
    assert set(placements(columns, PROFILE, values, hidden={"plan"})) == {"age"}
    assert placement(COLUMNS["age"], PROFILE.column("age"), "f00d") is None
