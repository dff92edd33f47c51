"""Kinds of columns, and their descriptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from modeldesk.schema import Column, Kind, Signature, infer_columns, infer_kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None], Kind.BOOLEAN),
        ([0, 1, 0, 1], Kind.INTEGER),
        ([1.0, 2.0], Kind.FLOAT),
        ([None, None], Kind.FLOAT),
        ([datetime(2026, 1, 1, tzinfo=UTC)], Kind.DATETIME),
        (["red", "blue"], Kind.CATEGORICAL),
        ([f"level {i % 50}" for i in range(100)], Kind.CATEGORICAL),
        ([f"level {i % 51}" for i in range(1000)], Kind.CATEGORICAL),
        ([f"level {i % 51}" for i in range(200)], Kind.TEXT),
        ([f"level {i % 1000}" for i in range(5000)], Kind.CATEGORICAL),
        ([f"level {i % 1001}" for i in range(9000)], Kind.TEXT),
        ([date(2026, 1, 1)], Kind.DATE),
        ([timedelta(1)], Kind.DURATION),
        ([[1.0, 2.0], [3.0, 4.0]], Kind.VECTOR),
        ([[1.0, 2.0], [3.0]], Kind.TEXT),
        ([f"a sentence of its own, number {i}" for i in range(11)], Kind.TEXT),
        (["short", "x" * 101], Kind.TEXT),
        ([None, "a"], Kind.CATEGORICAL),
    ],
)
def test_kinds(values: list[object], kind: Kind) -> None:
    """Strings with few, short, repeated levels are categories; whole numbers stay whole."""
    assert infer_kind(pl.Series(values)) is kind


def test_strings_that_are_all_missing_are_categories() -> None:
    """A column of strings without a value has no level, and so few of them."""
    assert infer_kind(pl.Series([None], dtype=pl.String)) is Kind.CATEGORICAL


def test_columns_are_described() -> None:
    """A description holds the range or the levels, a typical value, and whether any is missing."""
    columns = infer_columns(
        {
            "age": [31, 47, 62],
            "score": [0.5, float("nan"), float("inf")],
            "city": ["Graz", "Linz", "Graz"],
            "member": [True, False, True],
            "since": [datetime(2026, 1, day, tzinfo=UTC) for day in (3, 1, 2)],
            "nothing": [None, None, None],
            "note": ["x" * 200, None, "a"],
            "day": [date(2026, 1, day) for day in (3, 1, 2)],
            "wait": [timedelta(seconds=1), timedelta(minutes=1), None],
            "vector": [[0.5, float("nan")], None, [1.0, 2.0]],
            "ragged": [[1.0], [1.0, 2.0], [1.0]],
        }
    )
    assert columns == (
        Column(name="age", kind=Kind.INTEGER, low=31.0, high=62.0, example=47),
        Column(name="score", kind=Kind.FLOAT, low=0.5, high=0.5, example=0.5, optional=True),
        Column(name="city", kind=Kind.CATEGORICAL, categories=("Graz", "Linz"), example="Graz"),
        Column(name="member", kind=Kind.BOOLEAN, example=True),
        Column(name="since", kind=Kind.DATETIME, example="2026-01-02T00:00:00+00:00"),
        Column(name="nothing", kind=Kind.FLOAT, optional=True),
        Column(name="note", kind=Kind.TEXT, example="a", optional=True),
        Column(name="day", kind=Kind.DATE, example="2026-01-02"),
        Column(name="wait", kind=Kind.DURATION, example=1.0, optional=True),
        Column(name="vector", kind=Kind.VECTOR, example=(1.0, 2.0), dimension=2, optional=True),
        Column(name="ragged", kind=Kind.TEXT, example="1.0"),
    )


def test_identifiers_are_described() -> None:
    """Whether a key is a whole number or a string is known; it has no range and no categories."""
    numbers, strings = infer_columns(
        {"order_id": range(60), "serial no": [f"s-{number}" for number in range(60)]}
    )
    assert numbers == Column(name="order_id", kind=Kind.IDENTIFIER, example=29, whole=True)
    assert strings == Column(name="serial no", kind=Kind.IDENTIFIER, example="s-0")
    assert Signature(inputs=(numbers, strings)) == Signature.decode(
        Signature(inputs=(numbers, strings)).encode()
    )


def test_ties_of_frequency_go_by_value() -> None:
    """Of equally frequent levels the first in the alphabet is typical, run after run."""
    assert [infer_columns({"x": ["b", "a"]})[0].example for _ in range(5)] == ["a"] * 5


def test_extremes_of_integers() -> None:
    """The largest whole numbers of 64 bits are described without overflow."""
    (column,) = infer_columns({"x": [-(2**63), 2**63 - 1]})
    assert (column.low, column.high) == (-(2.0**63), 2.0**63)
