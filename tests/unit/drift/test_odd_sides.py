"""Verdicts where a side is empty, small, constant, unreadable, or of another table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from modeldesk.drift import (
    Aspect,
    Status,
    Thresholds,
    compare,
)
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind
from tests.support.iris import iris_frame
from tests.unit.drift.columns import normal, one


def test_too_few_rows_are_not_judged() -> None:
    """Below the minimum on either side the verdict says how many there are and are needed."""
    verdict = one(normal(1, 12), normal(0)).verdict
    assert verdict.status is Status.NOT_ENOUGH_DATA
    assert verdict.sentence == "Not enough data: n = 12, needs about 30."
    assert verdict.p_value is None
    verdict = one(normal(1), normal(0, 29)).verdict
    assert verdict.sentence == "Not enough data: the reference has n = 29, needs about 30."
    assert one(normal(1, 12), normal(0), min_rows=10).verdict.status is Status.STABLE


def test_all_missing_is_a_change_not_a_lack_of_data() -> None:
    """A column that lost all its values changed, although there is nothing to measure."""
    compared = one([None] * 100, normal(0), Kind.FLOAT)
    assert compared.verdict.status is Status.CHANGED
    assert compared.distance is None
    assert (
        compared.verdict.sentence == "100.0 % of values are missing (reference: none); p < 0.001."
    )
    still = one([None] * 100, [None] * 200)
    assert still.verdict.sentence == "Not enough data: n = 0, needs about 30."


def test_values_that_cannot_be_read_are_a_change() -> None:
    """Values of another type than the column's kind are told, not passed over."""
    for kind, before in ((Kind.FLOAT, normal(0)), (Kind.BOOLEAN, [True, False] * 50)):
        verdict = one(["n/a"] * 100, before, kind).verdict
        assert verdict.status is Status.CHANGED
        assert verdict.aspects == (Aspect.TYPE,)
        assert verdict.sentence.startswith("100.0 % of values ")
        never = one(before, ["n/a"] * 100, kind)
        assert never.distance is None
        assert never.verdict.sentence == "Not enough data: one side has no values."


def test_unknown_columns_are_told() -> None:
    """Asking a comparison for an unknown column tells the known ones."""
    day = profile({"x": [1.0]})
    with pytest.raises(NotFound, match="Known columns: x"):
        compare(day, day).column("y")


def test_columns_of_one_side() -> None:
    """A column that one side lacks is not compared, and does not disturb the others."""
    current = profile({"x": normal(1), "new": normal(2)})
    reference = profile({"x": normal(0), "old": normal(3)})
    result = compare(current, reference)
    assert [column.name for column in result.columns] == ["x", "old", "new"]
    assert result.column("x").verdict.status is Status.STABLE
    assert result.column("old").verdict.sentence == (
        "Not compared: the current rows do not have this column."
    )
    assert result.column("new").verdict.sentence == (
        "Not compared: the reference does not have this column."
    )
    assert {result.column(name).verdict.status for name in ("old", "new")} == {Status.NOT_COMPARED}
    assert (result.column("old").rows, result.column("new").rows) == (0, 1000)


def test_no_rows_are_not_enough() -> None:
    """Without a single row every column says how many it needs."""
    table: dict[str, Iterable[object]] = {"x": normal(0), "c": ["a", "b"] * 500}
    reference = profile(table)
    for empty in (Profile.empty(), profile({"x": [], "c": []})):
        result = compare(empty, reference)
        assert {c.verdict.sentence for c in result.columns} == {
            "Not enough data: n = 0, needs about 30."
        }
        assert result.verdict.status is Status.NOT_ENOUGH_DATA
        assert result.verdict.sentence == "No column could be judged."
    backwards = compare(reference, profile({"x": [], "c": []}))
    assert {c.verdict.status for c in backwards.columns} == {Status.NOT_ENOUGH_DATA}
    assert compare(Profile.empty(), Profile.empty()).columns == ()


def test_whole_and_fractional_numbers_compare() -> None:
    """Numbers compare with numbers, whole or not."""
    whole = np.random.default_rng(0).integers(0, 100, 500)
    assert one(whole / 1.0, whole).distance == 0.0


def test_tables_are_refused_with_a_hint() -> None:
    """Who passes a table instead of a profile is told to profile it."""
    frame = iris_frame()
    with pytest.raises(InvalidArgument, match=r"'DataFrame'.*Call modeldesk\.profile"):
        compare(frame, profile(frame))  # type: ignore[arg-type]


def test_constant_columns() -> None:
    """A column of one value is compared by whether it still has that value."""
    same = one([5.0] * 100, [5.0] * 100)
    assert (same.distance, same.verdict.status) == (0.0, Status.STABLE)
    other = one([6.0] * 100, [5.0] * 100)
    assert (other.distance, other.verdict.status) == (1.0, Status.CHANGED)
    assert one([6] * 100, [5] * 100).verdict.sentence.startswith(
        "100.0 % of values lie above the reference's maximum of 5 "
    )


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_numbers_of_any_size(scale: float) -> None:
    """Very small and very large numbers are compared like any others."""
    same = one(normal(0, 400) * scale, normal(0, 400) * scale)
    assert same.distance == 0.0
    assert one(normal(1, mean=3) * scale, normal(0) * scale).verdict.status is Status.CHANGED


@pytest.mark.parametrize(
    "wrong",
    [
        {"false_alarm_rate": 0.0},
        {"false_alarm_rate": 1.0},
        {"min_distance": 1.5},
        {"min_distance": float("nan")},
        {"min_missing_change": -0.1},
        {"min_correlation_change": 2.1},
        {"min_rows": 0},
    ],
)
def test_senseless_thresholds_are_refused(wrong: dict[str, float]) -> None:
    """A threshold outside its range is named."""
    with pytest.raises(InvalidArgument, match=f"threshold {next(iter(wrong))}"):
        Thresholds(**wrong)  # type: ignore[arg-type]
