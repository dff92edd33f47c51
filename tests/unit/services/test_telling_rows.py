"""The condition of the rows by which a change of a column can be seen."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from modeldesk import compare, profile
from modeldesk.performance.slices import Slice
from modeldesk.schema import Column, Kind
from modeldesk.services.telling_rows import telling_condition

ROWS = 400
USUAL: dict[str, list[object]] = {
    "age": [20 + row % 50 for row in range(ROWS)],
    "is `odd` name": [float(row % 7) for row in range(ROWS)],
    "city": ["Bonn" if row % 4 else "Ulm" for row in range(ROWS)],
    "member": [row % 2 == 0 for row in range(ROWS)],
}


def told(name: str, kind: Kind, values: list[object]) -> tuple[str, list[object]]:
    """Return the condition of a day on which a column had other values, and the values it takes."""
    reference, current = profile(USUAL), profile(USUAL | {name: values})
    verdict = compare(current, reference).column(name).verdict
    condition = telling_condition(
        Column(name=name, kind=kind),
        verdict,
        reference=reference.column(name),
        current=current.column(name),
    )
    frame = pl.DataFrame({name: values}, strict=False)
    return condition, frame.filter(Slice.of("rows", condition).mask(frame))[name].to_list()


def test_numbers_that_moved() -> None:
    """Those beyond what is usual, on the side to which they moved."""
    older = [min(69, 40 + row % 50) for row in range(ROWS)]
    condition, found = told("age", Kind.INTEGER, list(older))
    assert condition == "age > 67"
    assert Counter(found) == Counter(value for value in older if value > 67)
    younger = [max(20, 30 - row % 25) for row in range(ROWS)]
    condition, found = told("age", Kind.INTEGER, list(younger))
    assert condition.startswith("age < ")
    assert 20 in found


def test_numbers_that_the_reference_does_not_have() -> None:
    """Below the smallest or above the largest, whatever the column is called."""
    far = [float(row % 7) if row % 3 else 1000.0 for row in range(ROWS)]
    condition, found = told("is `odd` name", Kind.FLOAT, list(far))
    assert condition == "`is ``odd`` name` < 0 or `is ``odd`` name` > 6"
    assert set(found) == {1000.0}
    assert len(found) == far.count(1000.0)


@pytest.mark.parametrize("new", ["Ulm", 'New "city"', "<b>"])
def test_a_category_that_grew(new: str) -> None:
    """The one whose share grew most, known or not."""
    cities = [new if row % 2 else "Bonn" for row in range(ROWS)]
    _, found = told("city", Kind.CATEGORICAL, list(cities))
    assert set(found) == {new}
    assert len(found) == ROWS // 2


def test_truths_missing_values_and_what_did_not_change() -> None:
    """Each in the words of the language; the last are all rows with a value."""
    truths: list[object] = [row % 10 != 0 for row in range(ROWS)]
    assert told("member", Kind.BOOLEAN, truths)[0] == "member == true"
    gaps: list[object] = [None if row % 3 else 20 + row % 50 for row in range(ROWS)]
    condition, found = told("age", Kind.INTEGER, gaps)
    assert condition == "age is null"
    assert set(found) == {None}
    assert told("age", Kind.INTEGER, USUAL["age"])[0] == "age is not null"
    column = Column(name="age", kind=Kind.INTEGER)
    before = profile(USUAL).column("age")
    assert telling_condition(column, None, reference=before, current=None) == "age is not null"
    long = Column(name="x" * 100_000, kind=Kind.INTEGER)
    assert telling_condition(long, None, reference=before, current=None) == ""
