"""How far rows lie apart."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from modeldesk.schema import Column, Kind
from modeldesk.services.neighbours import distances

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "values", "value", "expected"),
    [
        (Column(name="x", kind=Kind.FLOAT, low=0.0, high=10.0), [1.0, 9.0, 99.0], 1.0, [0, 0.8, 1]),
        (Column(name="x", kind=Kind.INTEGER), [0, 5, 10], 10, [1, 0.5, 0]),
        (Column(name="x", kind=Kind.FLOAT), [3.0, None, float("nan")], 3.0, [0, 1, 1]),
        (Column(name="x", kind=Kind.FLOAT), [3.0, None], None, [1, 0]),
        (Column(name="x", kind=Kind.CATEGORICAL), ["a", "b", None], "a", [0, 1, 1]),
        (Column(name="x", kind=Kind.BOOLEAN), [True, False], True, [0, 1]),
        (
            Column(name="x", kind=Kind.TEXT),
            ["Red wine", "red", "blue", ""],
            "red WINE",
            [0, 0.5, 1, 1],
        ),
        (Column(name="x", kind=Kind.TEXT), ["", "a"], "", [0, 1]),
        (
            Column(name="x", kind=Kind.VECTOR, dimension=2),
            [[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [0.0, 0.0]],
            (3.0, 0.0),
            [0, 0.5, 1, 1],
        ),
        (
            Column(name="x", kind=Kind.DATETIME),
            [AT, AT.replace(day=3), AT.replace(day=5)],
            AT,
            [0, 0.5, 1],
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Column) else None,
)
def test_each_kind_has_its_distance(
    column: Column, values: list[object], value: object, expected: list[float]
) -> None:
    """From 0, the same, to 1; a missing value is far from any other, and next to a missing one."""
    rows = pl.DataFrame({"x": values}, strict=False)
    found = distances(rows, {"x": value}, (column,))  # type: ignore[dict-item]
    assert found.to_list() == pytest.approx(expected)


def test_columns_count_alike() -> None:
    """The distance of a row is the mean over its columns."""
    columns = (
        Column(name="a", kind=Kind.FLOAT, low=0.0, high=1.0),
        Column(name="b", kind=Kind.CATEGORICAL),
    )
    rows = pl.DataFrame({"a": [0.0, 0.5], "b": ["x", "y"]})
    assert distances(rows, {"a": 0.0, "b": "x"}, columns).to_list() == [0.0, 0.75]
