"""Conditions mean on a table what they mean row by row, missing values included."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl
import pytest

from modeldesk.errors import InvalidArgument, InvalidData, InvalidExpression
from modeldesk.performance.slices import Slice, SliceSchema, evaluate

Row: TypeAlias = dict[str, Any]

FRAME = pl.DataFrame(
    {
        "Age": [71, 34, None, 60, 61],
        "Sex": ["F", "M", "F", None, "F"],
        "tag": ["nlp", "vision", "nlp", "nlp", None],
        "text": ["A small BERT", "many words " * 9, None, "", "llm\tand  more "],
        "height": [1.5, float("nan"), 1.8, None, -1.0],
        "smoker": [True, False, None, True, False],
        "prediction": ["a", "b", "a", None, "b"],
        "label": ["a", "a", None, "b", "b"],
        "seen": [datetime(2026, 1, day, 5 * day, tzinfo=UTC) for day in (1, 2, 3, 4)] + [None],
        "vector": [[0.0, 0.0], [3.0, 4.0], None, [3.0, None], [1.0, 1.0]],
    }
)


MODELS = re.compile("transformer|bert|llm", re.IGNORECASE)


def known(*values: object) -> bool:
    """Whether none of some values is missing; NaN is missing."""
    return not any(value is None or value != value for value in values)  # noqa: PLR0124 - NaN


CONDITIONS: list[tuple[str, Callable[[Row], bool | None]]] = [
    (
        'Age > 60 and Sex == "F"',
        lambda row: (
            False
            if (known(row["Age"]) and row["Age"] <= 60) or row["Sex"] == "M"
            else (True if known(row["Age"], row["Sex"]) else None)
        ),
    ),
    (
        "words(text) < 8",
        lambda row: len(row["text"].split()) < 8 if known(row["text"]) else None,
    ),
    (
        'tag == "nlp" and contains(text, "transformer|bert|llm")',
        lambda row: (
            False
            if row["tag"] == "vision" or (known(row["text"]) and not MODELS.search(row["text"]))
            else (True if known(row["tag"], row["text"]) else None)
        ),
    ),
    ("height > 0", lambda row: row["height"] > 0 if known(row["height"]) else None),
    ("not height > 0", lambda row: row["height"] <= 0 if known(row["height"]) else None),
    ("height is null", lambda row: not known(row["height"])),
    ("height is not null", lambda row: known(row["height"])),
    ("missing(Age) or smoker", lambda row: True if row["Age"] is None else row["smoker"]),
    ("Age in (34, 60.0)", lambda row: row["Age"] in (34, 60) if known(row["Age"]) else None),
    ("Age not in (34)", lambda row: row["Age"] != 34 if known(row["Age"]) else None),
    ("30 <= Age < 61", lambda row: 30 <= row["Age"] < 61 if known(row["Age"]) else None),
    (
        "correct",
        lambda row: (
            row["prediction"] == row["label"] if known(row["prediction"], row["label"]) else None
        ),
    ),
    ("label == 'b'", lambda row: row["label"] == "b" if known(row["label"]) else None),
    ("Age / (Age - 34) > 0", lambda row: None if row["Age"] in (None, 34) else True),
    ("sqrt(height) > 1", lambda row: height_root(row["height"])),
    ("log(height) > 0 or true", lambda _: True),
    ("hour(seen) >= 10", lambda row: row["seen"].hour >= 10 if known(row["seen"]) else None),
    (
        "seen - date('2026-01-01') > 86400 * 2",
        lambda row: (
            row["seen"] - datetime(2026, 1, 1, tzinfo=UTC) > timedelta(days=2)
            if known(row["seen"])
            else None
        ),
    ),
    (
        "distance(vector, [0, 0]) >= 5",
        lambda row: (
            row["vector"][0] ** 2 + row["vector"][1] ** 2 >= 25
            if row["vector"] and None not in row["vector"]
            else None
        ),
    ),
    ("distance([0, 3], [4, 0]) == 5", lambda _: True),
    ("smoker == true", lambda row: row["smoker"]),
    ("startswith(upper(strip(text)), 'A ')", lambda row: starts(row["text"])),
]


def height_root(height: float | None) -> bool | None:
    """Tell whether the root is above 1; of what has no root nothing is known."""
    return height**0.5 > 1 if height is not None and height >= 0 else None


def starts(text: str | None) -> bool | None:
    """Tell whether a text starts with an A and a space, whatever the capitals."""
    return None if text is None else text.strip().upper().startswith("A ")


@pytest.mark.parametrize(("text", "meaning"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_a_condition_means_on_a_table_what_it_means_of_each_row(
    text: str, meaning: Callable[[Row], bool | None]
) -> None:
    """The mask is true where a loop in Python says true; unknown rows are counted, not taken."""
    one = Slice.of("it", text)
    expected = [meaning(row) for row in FRAME.iter_rows(named=True)]
    (found,) = evaluate([one], FRAME)
    assert found.mask.to_list() == [value is True for value in expected]
    assert found.unknown == expected.count(None)
    assert found.rows == expected.count(True)
    assert found.places.tolist() == [n for n, value in enumerate(expected) if value is True]
    assert one.mask(FRAME).to_list() == found.mask.to_list()


@pytest.mark.parametrize(
    ("dtype", "value", "text"),
    [
        (pl.UInt8(), 7, "x == 7"),
        (pl.UInt64(), 2**64 - 1, "x > 1e19"),
        (pl.Int64(), 2**63 - 1, "x == 9223372036854775807 and x != 9223372036854775806"),
        (pl.Float32(), 0.5, "x == 0.5"),
        (pl.Decimal(10, 2), Decimal("1.25"), "x == 1.25"),
        (pl.Categorical(), "a", "x == 'a' and startswith(x, 'a')"),
        (pl.Enum(["b", "a"]), "a", "x < 'b'"),
        (pl.Date(), date(2026, 1, 31), "x == date('2026-01-31') and weekday(x) == 6"),
        (pl.Datetime("ns"), datetime(2026, 1, 31, 9), "hour(x) == 9"),  # noqa: DTZ001 - as tables have it
        (
            pl.Datetime("ms", "Europe/Berlin"),
            datetime(2026, 1, 31, 9, tzinfo=UTC),
            "x == datetime('2026-01-31T10:00+01:00')",
        ),
        (pl.Duration("ms"), timedelta(seconds=90), "x == 90"),
        (pl.Array(pl.Float32(), 2), [3.0, 4.0], "distance(x, [0, 0]) == 5"),
        (pl.List(pl.Int8()), [3, 4], "distance(x, [0, 0]) == 5"),
    ],
)
def test_columns_of_every_type_can_be_asked(dtype: pl.DataType, value: object, text: str) -> None:
    """However wide numbers are and however times and texts are kept, conditions see their value."""
    frame = pl.DataFrame({"x": pl.Series([value, None], dtype=dtype)})
    (found,) = evaluate([Slice.of("it", text)], frame)
    assert (found.mask.to_list(), found.unknown) == ([True, False], 1)


def test_a_column_that_is_null_throughout_matches_nothing() -> None:
    """Where every value is missing, every row is unknown; that is no error."""
    frame = pl.DataFrame({"x": [None, None]})
    found = evaluate([Slice.of("it", "x > 1"), Slice.of("none", "x is null")], frame)
    assert [(each.rows, each.unknown) for each in found] == [(0, 2), (2, 0)]


def test_a_slice_that_matches_nothing_says_so() -> None:
    """It is told in one sentence, with the rows whose values are missing."""
    found = evaluate([Slice.of("old", "Age > 90"), Slice.of("young", "Age < 35")], FRAME)
    assert found[0].nothing
    assert found[0].sentence == (
        "The slice 'old' matches none of 5 rows; 1 lacks a value for the condition."
    )
    assert found[1].sentence.startswith("1 of 5 rows (20.0%) belongs to 'young'; 1 lacks")


def test_no_slices_and_no_rows_are_no_error() -> None:
    """Nothing asked is nothing answered, and an empty table has empty masks."""
    assert evaluate([], FRAME) == ()
    empty = FRAME.clear()
    for text, _ in CONDITIONS:
        assert Slice.of("it", text).mask(empty).to_list() == []


SCORED = pl.DataFrame(
    {
        "error": ["timeout", "none", "none"],
        "prediction": [1.5, 2.0, float("nan")],
        "label": [1.0, 4.0, 3.0],
        "p_cat": [0.2, 0.9, None],
        "p_dog": [0.8, 0.1, None],
    }
)
SCORED_SCHEMA = SliceSchema.of_frame(SCORED, scores={"cat": "p_cat", "dog": "p_dog"})


@pytest.mark.parametrize(
    ("text", "expected", "unknown"),
    [
        ("score('cat') > 0.5", [False, True, False], 1),
        ("confidence >= 0.8", [True, True, False], 1),
        ("correct", [False, False, False], 1),
        ("error < -1", [False, True, False], 1),
        ("abs(error) == 0.5", [True, False, False], 1),
        ("`error` == 'timeout'", [True, False, False], 0),
        ("p_cat > 0.5", [False, True, False], 1),
    ],
)
def test_outputs_and_labels_have_names_of_their_own(
    text: str, expected: list[bool], unknown: int
) -> None:
    """What the table does not hold is worked out, and a feature of such a name is in backticks."""
    (found,) = evaluate([Slice.of("it", text)], SCORED, SCORED_SCHEMA)
    assert (found.mask.to_list(), found.unknown) == (expected, unknown)


def test_a_hidden_column_is_a_warning() -> None:
    """Where a bare name could be the column or the special thing, the check says which it is."""
    (warned,) = Slice.of("it", "error < -1").check(SCORED_SCHEMA)
    assert "written `error`" in warned.message
    assert Slice.of("it", "`error` == 'timeout'").check(SCORED_SCHEMA) == ()


def test_rows_without_what_was_checked_are_refused() -> None:
    """A column that is gone, or holds something else than the schema says, is told."""
    schema = SliceSchema.of_frame(FRAME)
    old = Slice.of("old", "Age > 60")
    with pytest.raises(InvalidData, match="The rows have no column 'Age'"):
        old.mask(FRAME.drop("Age"), schema)
    with pytest.raises(InvalidData, match="Column 'Age' is String"):
        old.mask(FRAME.with_columns(pl.col("Age").cast(pl.String)), schema)
    with pytest.raises(InvalidExpression, match="there is no column 'Age'"):
        old.mask(FRAME.drop("Age"))


def test_a_python_function_is_a_condition_too() -> None:
    """Its nulls are unknown, it is evaluated beside others, and its identity is its author's."""
    old = Slice.by("old", lambda frame: frame["Age"] > 60, identity="tests.old/1")
    found = evaluate([old, Slice.of("men", "Sex == 'M'")], FRAME)
    assert [each.mask.to_list() for each in found] == [
        [True, False, False, False, True],
        [False, True, False, False, False],
    ]
    assert (found[0].unknown, old.expression, old.identity) == (1, None, "python:tests.old/1")
    assert old.mask(FRAME).to_list() == found[0].mask.to_list()
    assert old.check(SliceSchema.of_frame(FRAME)) == ()
    assert old == Slice.by("old", lambda _: pl.Series([True]), identity="tests.old/1")


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda frame: frame["nothing"] > 1, "failed: ColumnNotFoundError"),
        (lambda frame: frame["Age"], "returned Int64"),
        (lambda _: [True], "returned list"),
        (lambda _: None, "returned NoneType"),
        (lambda _: pl.Series([True]), "returned 1 values for 5 rows"),
    ],
)
def test_a_python_function_that_answers_wrongly_is_told(
    function: Callable[[pl.DataFrame], pl.Series], problem: str
) -> None:
    """Errors of the function, other types and other lengths name the slice."""
    with pytest.raises(InvalidArgument, match=rf"The function of slice 'mine' {problem}"):
        Slice.by("mine", function, identity="x").mask(FRAME)


@pytest.mark.parametrize("name", ["", " x", "x\n", "x" * 101, "a\x00b"])
def test_a_name_is_printable_and_short(name: str) -> None:
    """Names stand on pages and in files."""
    with pytest.raises(InvalidArgument, match="The slice name"):
        Slice.of(name, "Age > 60")


def test_slices_are_told_apart_by_name_and_meaning() -> None:
    """Layout makes no difference; two of one name, or one without identity, are refused."""
    assert Slice.of("old", "Age>60") == Slice.of("old", "(Age > 60)")
    assert Slice.of("old", "Age>60") != Slice.of("old", "Age > 61")
    assert len({Slice.of("old", "Age>60"), Slice.of("old", "Age > 60")}) == 1
    with pytest.raises(InvalidArgument, match="Two slices are named 'old'"):
        evaluate([Slice.of("old", "Age>60"), Slice.of("old", "Age > 61")], FRAME)
    with pytest.raises(InvalidArgument, match="has no identity"):
        Slice.by("old", lambda frame: frame["Age"] > 60, identity="")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "(a*)*c", "(.*)(.*)(.*)(.*)x"])
def test_no_pattern_takes_long(pattern: str) -> None:
    """What backtracking engines need ages for is searched in time that grows with the text."""
    frame = pl.DataFrame({"text": ["a" * 20_000 + "!"] * 10})
    started = time.perf_counter()
    Slice.of("it", f'contains(text, "{pattern}")').mask(frame)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("bert", "BERT", True),
        ("(?-i)bert", "BERT", False),
        ("straße", "STRASSE", False),
        (r"^\d+$", "123", True),
        (r"\\\\", "a\\b", True),
        ('say \\"no\\"', 'say "no"', True),
        ("", "anything", True),
        ("a|b$", "ab", True),
    ],
)
def test_patterns_are_searched_in_capitals_or_not(pattern: str, text: str, found: bool) -> None:  # noqa: FBT001 - what is expected
    """Patterns match anywhere and whatever the capitals, unless they say otherwise."""
    frame = pl.DataFrame({"text": [text, None]})
    assert Slice.of("it", f'contains(text, "{pattern}")').mask(frame).to_list() == [found, False]


def test_thousands_of_digits_are_a_number_or_refused() -> None:
    """Python's limit on reading digits never surfaces."""
    frame = pl.DataFrame({"x": [1.0, 2.0]})
    assert Slice.of("it", f"x > {'0' * 6000}1").mask(frame).to_list() == [False, True]
    with pytest.raises(InvalidExpression, match="too large"):
        Slice.of("it", f"x > {'9' * 6000}")
