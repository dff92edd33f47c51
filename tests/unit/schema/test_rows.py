"""Reading rows by a signature: every wrong value is named, with what was expected."""

from datetime import UTC, datetime

import polars as pl
import pytest

from modeldesk.errors import InvalidRows, Problem
from modeldesk.schema import Column, Kind, RowDecoder, Signature

SIGNATURE = Signature(
    inputs=(
        Column(name="age", kind=Kind.INTEGER, low=18, high=90),
        Column(name="income", kind=Kind.FLOAT, optional=True),
        Column(name="job", kind=Kind.CATEGORICAL, categories=("cook", "clerk")),
        Column(name="smokes", kind=Kind.BOOLEAN),
        Column(name="seen", kind=Kind.DATETIME),
    )
)
ROW: dict[str, object] = {
    "age": 40,
    "income": 1200.5,
    "job": "cook",
    "smokes": False,
    "seen": "2026-01-02T03:04:05Z",
}


def problems_of(row: object) -> tuple[Problem, ...]:
    """Decode one row and return why it was refused."""
    with pytest.raises(InvalidRows) as caught:
        RowDecoder(SIGNATURE).decode([ROW, row])
    assert caught.value.rows == 1
    assert {problem.row for problem in caught.value.problems} == {1}
    return caught.value.problems


def test_a_row_comes_back_in_the_signatures_order_and_types() -> None:
    """Key order does not matter; whole floats serve as integers, integers as floats."""
    decoder = RowDecoder(SIGNATURE)
    row = dict(reversed({**ROW, "age": 40.0, "income": 1200}.items()))
    (decoded,) = decoder.decode([row])
    seen = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert decoded == (40, 1200.0, "cook", False, seen)
    frame = decoder.frame([decoded])
    assert frame.schema == {
        "age": pl.Int64,
        "income": pl.Float64,
        "job": pl.String,
        "smokes": pl.Boolean,
        "seen": pl.Datetime("us", "UTC"),
    }
    assert decoder.frame([]).height == 0


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_an_optional_value_may_be_absent_null_or_nan(missing: float | None) -> None:
    """All three mean missing."""
    decoder = RowDecoder(SIGNATURE)
    (given,) = decoder.decode([{**ROW, "income": missing}])
    (absent,) = decoder.decode([{name: ROW[name] for name in ROW if name != "income"}])
    assert given[1] is absent[1] is None


@pytest.mark.parametrize(
    ("field", "value", "problem", "expected"),
    [
        ("age", "40", "wrong type, a string ('40')", "a whole number, such as 18 to 90"),
        ("age", True, "wrong type, a boolean (True)", "a whole number, such as 18 to 90"),
        ("age", 1.5, "wrong type, a number (1.5)", "a whole number, such as 18 to 90"),
        ("age", 2**63, "a whole number beyond 64 bits", "a whole number, such as 18 to 90"),
        ("age", None, "null", "a whole number, such as 18 to 90"),
        ("age", float("nan"), "not a number (NaN)", "a whole number, such as 18 to 90"),
        ("income", float("inf"), "infinite", "a number, or null"),
        ("income", 10**400, "a number beyond the range of floats", "a number, or null"),
        ("income", [1], "wrong type, a list ([1])", "a number, or null"),
        ("job", 3, "wrong type, a whole number (3)", "a string, such as 'cook', 'clerk'"),
        (
            "job",
            "\ud800",
            "a string with half a surrogate pair",
            "a string, such as 'cook', 'clerk'",
        ),
        ("smokes", 0, "wrong type, a whole number (0)", "true or false"),
        ("seen", "today", "not a date ('today')", "a date and time in ISO 8601"),
        ("seen", {}, "wrong type, an object ({})", "a date and time in ISO 8601"),
    ],
)
def test_a_wrong_value_names_field_problem_and_what_is_expected(
    field: str, value: object, problem: str, expected: str
) -> None:
    """The message is for the person who sent the row."""
    (found,) = problems_of({**ROW, field: value})
    assert (found.field, found.problem, found.expected) == (field, problem, expected)


def test_missing_and_unknown_features_are_named_together() -> None:
    """A misspelt name gives both, with a guess at what was meant."""
    row: dict[object, object] = {"agee": 40, 7: 1}
    row.update((name, value) for name, value in ROW.items() if name != "age")
    missing, misspelt, strange = problems_of(row)
    assert (missing.field, missing.problem) == ("age", "missing")
    assert (misspelt.field, misspelt.problem) == ("agee", "unknown, did you mean 'age'?")
    assert (strange.field, strange.problem) == ("7", "unknown")


@pytest.mark.parametrize("row", [None, 3, "text", [1, 2]])
def test_a_row_that_is_no_object_is_refused(row: object) -> None:
    """The problem is the row as a whole."""
    (found,) = problems_of(row)
    assert found.field == ""
    assert "an object with the features age" in found.expected


def test_long_values_and_many_problems_are_cut_in_the_message() -> None:
    """A hostile request cannot blow up the message; the list stays complete."""
    (found,) = problems_of({**ROW, "age": "x" * 10_000})
    assert len(found.problem) < 100
    with pytest.raises(InvalidRows, match="and 2 more") as caught:
        RowDecoder(SIGNATURE).decode([None] * 7)
    assert len(caught.value.problems) == 7


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    """Naive dates are read as UTC; others are turned into it."""
    decoder = RowDecoder(SIGNATURE)
    (naive,) = decoder.decode([{**ROW, "seen": "2026-01-02T03:04:05"}])
    (shifted,) = decoder.decode([{**ROW, "seen": "2026-01-02T05:04:05+02:00"}])
    assert naive[4] == shifted[4] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
