"""Reading rows by a signature: every wrong value is named, with what was expected."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from modeldesk.errors import InvalidRows, Problem
from modeldesk.schema import MOST_PROBLEMS, Column, Kind, RowDecoder, Signature

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


MORE = Signature(
    inputs=(
        Column(name="day", kind=Kind.DATE),
        Column(name="wait", kind=Kind.DURATION),
        Column(name="place", kind=Kind.VECTOR, dimension=2),
        Column(name="any", kind=Kind.VECTOR),
        Column(name="key", kind=Kind.IDENTIFIER),
        Column(name="number", kind=Kind.IDENTIFIER, whole=True),
    )
)
LIKEWISE: dict[str, object] = {
    "day": "2026-01-02", "wait": 90, "place": [1, 2.5], "any": [], "key": "a", "number": 7,
}  # fmt: skip


def test_days_durations_vectors_and_identifiers_are_read() -> None:
    """What JSON can say of them becomes what a table holds of them."""
    decoder = RowDecoder(MORE)
    (decoded,) = decoder.decode([LIKEWISE])
    assert decoded == (date(2026, 1, 2), timedelta(seconds=90), (1.0, 2.5), (), "a", 7)
    in_words = {**LIKEWISE, "wait": "PT1M30S", "day": date(2026, 1, 2)}
    in_python = {**LIKEWISE, "wait": timedelta(seconds=90), "place": (1, 2.5)}
    assert decoder.decode([in_words, in_python]) == [decoded, decoded]
    assert decoder.frame([decoded]).schema == {
        "day": pl.Date,
        "wait": pl.Duration("us"),
        "place": pl.Array(pl.Float64, 2),
        "any": pl.List(pl.Float64),
        "key": pl.String,
        "number": pl.Int64,
    }


@pytest.mark.parametrize(
    ("field", "value", "problem", "expected"),
    [
        ("day", "today", "not a date ('today')", "a date in ISO 8601"),
        ("day", 7, "wrong type, a whole number (7)", "a date in ISO 8601"),
        ("day", datetime(2026, 1, 2, tzinfo=UTC), "wrong type, datetime", "a date in ISO 8601"),
        ("wait", "soon", "not a duration ('soon')", "a number of seconds, or a duration in ISO"),
        ("wait", 1e300, "a duration too long", "a number of seconds"),
        ("wait", None, "null", "a number of seconds"),
        ("place", [1], "a list of 1 numbers", "a list of 2 numbers"),
        ("place", "12", "wrong type, a string ('12')", "a list of 2 numbers"),
        ("place", [1, "b"], "number 1: wrong type, a string ('b')", "a list of 2 numbers"),
        ("place", [1, float("nan")], "number 1: not a number (NaN)", "a list of 2 numbers"),
        ("any", [float("inf")], "number 0: infinite", "a list of numbers"),
        ("key", 5, "wrong type, a whole number (5)", "a string that identifies the row"),
        ("number", "5", "wrong type, a string", "a whole number that identifies the row"),
    ],
)
def test_wrong_days_durations_vectors_and_identifiers(
    field: str, value: object, problem: str, expected: str
) -> None:
    """They are refused in words like all others."""
    with pytest.raises(InvalidRows) as caught:
        RowDecoder(MORE).decode([{**LIKEWISE, field: value}])
    (found,) = caught.value.problems
    assert found.field == field
    assert found.problem.startswith(problem)
    assert found.expected.startswith(expected)


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    """Naive dates are read as UTC; others are turned into it."""
    decoder = RowDecoder(SIGNATURE)
    (naive,) = decoder.decode([{**ROW, "seen": "2026-01-02T03:04:05"}])
    (shifted,) = decoder.decode([{**ROW, "seen": "2026-01-02T05:04:05+02:00"}])
    assert naive[4] == shifted[4] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("rows", [[{}] * 5000, [{str(name): 1 for name in range(5000)}]])
def test_a_request_is_told_of_a_thousand_problems_at_most(rows: list[object]) -> None:
    """Of many rows, or of one with many unknown names; and only the first come with a guess."""
    near = [{"agee": 1, **row} for row in rows if isinstance(row, dict)]
    with pytest.raises(InvalidRows) as caught:
        RowDecoder(SIGNATURE).decode(near)
    problems = caught.value.problems
    assert len(problems) == MOST_PROBLEMS
    told = [problem.problem for problem in problems if problem.field == "agee"]
    assert told[0] == "unknown, did you mean 'age'?"
    assert len(rows) == 1 or told[-1] == "unknown"


@pytest.mark.parametrize("value", [1e13, -1e13, 1e300, timedelta(days=200_000_000), "P200000000D"])
def test_a_duration_beyond_64_bits_of_microseconds_is_refused(value: object) -> None:
    """Tables could not hold it."""
    decoder = RowDecoder(Signature(inputs=(Column(name="span", kind=Kind.DURATION),)))
    with pytest.raises(InvalidRows, match="a duration too long"):
        decoder.table([{"span": value}])
    (longest,) = decoder.table([{"span": 9e12}])["span"]
    assert longest == timedelta(seconds=9e12)
