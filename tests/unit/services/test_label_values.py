"""What labels may be, by what a model predicts, and how they are kept."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from modeldesk.schema import Column, Kind, Role
from modeldesk.services.label_values import LONGEST_LABEL, checked_values, outcome, value_of

CLASS = Column(name="class", kind=Kind.CATEGORICAL, categories=("cat", "dog", "1"))
DIGIT = Column(name="digit", kind=Kind.INTEGER, categories=("0", "1", "2"))
PRICE = Column(name="price", kind=Kind.FLOAT, low=0.0, high=9.0)
COUNT = Column(name="count", kind=Kind.INTEGER)
TRUTH = Column(name="truth", kind=Kind.BOOLEAN, categories=("False", "True"))
TEXT = Column(name="text", kind=Kind.TEXT)
DAY = Column(name="day", kind=Kind.DATE)
MOMENT = Column(name="moment", kind=Kind.DATETIME)
VECTOR = Column(name="vector", kind=Kind.VECTOR, dimension=2)


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        (CLASS, ["cat", "dog"], ["cat", "dog"]),
        (CLASS, [1, 1], ["1", "1"]),
        (CLASS, [["dog", "cat", "dog"], ["1"]], ['["cat","dog"]', '["1"]']),
        (DIGIT, [0, 2], ["0", "2"]),
        (DIGIT, ["1", "2.0"], ["1", "2"]),
        (DIGIT, [1.0, 2.0], ["1", "2"]),
        (PRICE, [0.1, -1e300], ["0.1", "-1e+300"]),
        (PRICE, ["0.1", " 7 "], ["0.1", "7.0"]),
        (PRICE, [3, 4], ["3.0", "4.0"]),
        (COUNT, [2**62, -5], [str(2**62), "-5"]),
        (TRUTH, [True, False], ["true", "false"]),
        (TRUTH, ["True", "FALSE"], ["true", "false"]),
        (TEXT, ["anything", ""], ["anything", ""]),
        (DAY, [date(2026, 3, 1), date(1999, 1, 1)], ["2026-03-01", "1999-01-01"]),
        (MOMENT, [datetime(2026, 3, 1, 1, tzinfo=UTC)], ["2026-03-01T01:00:00.000000Z"]),
        (VECTOR, [[1.0, 2.5], [0.0, 1.0]], ["[1.0,2.5]", "[0.0,1.0]"]),
    ],
)
def test_labels_of_the_right_kind_are_kept(
    column: Column, given: list[object], kept: list[str]
) -> None:
    """Text is read as the kind that is predicted, as in a CSV file."""
    found = checked_values(pl.Series(given, strict=False), column)
    assert found.values.to_list() == kept
    assert found.reasons.null_count() == len(kept)


@pytest.mark.parametrize(
    ("column", "given", "reasons"),
    [
        (CLASS, ["cow", None], ["unknown class 'cow'", "missing"]),
        (CLASS, [float("nan"), 2.0], ["missing", "unknown class '2.0'"]),
        (CLASS, [["cat", "cow"]], ["""unknown class '["cat","cow"]'"""]),
        (DIGIT, [3, None], ["unknown class '3'", "missing"]),
        (DIGIT, ["one", "1.5"], ["wrong value ('one')", "wrong value ('1.5')"]),
        (PRICE, [float("nan"), float("inf")], ["missing", "wrong value ('inf')"]),
        (PRICE, ["NaN", "cheap"], ["wrong value ('NaN')", "wrong value ('cheap')"]),
        (COUNT, [0.5, None], ["wrong value ('0.5')", "missing"]),
        (TRUTH, ["yes", None], ["wrong value ('yes')", "missing"]),
        (TRUTH, [1, 0], ["wrong value ('1')", "wrong value ('0')"]),
        (TEXT, ["a\0", None], ["wrong value ('a\0')", "missing"]),
        (VECTOR, [[1.0]], ["wrong value ('[1.0]')"]),
        (VECTOR, ["[1, 2", None], ["wrong value ('[1, 2')", "missing"]),
    ],
)
def test_what_is_wrong_is_said(column: Column, given: list[object], reasons: list[str]) -> None:
    """Nothing wrong is kept, and each label has a reason of its own."""
    found = checked_values(pl.Series(given, strict=False), column)
    assert found.reasons.to_list() == reasons
    assert found.values.null_count() == len(reasons)


def test_nothing_but_nulls_and_long_texts() -> None:
    """A column without a type has no label; a text may have 10,000 characters."""
    nothing = checked_values(pl.Series([None, None]), CLASS)
    assert nothing.reasons.to_list() == ["missing", "missing"]
    texts = pl.Series(["x" * LONGEST_LABEL, "x" * (LONGEST_LABEL + 1)])
    assert checked_values(texts, TEXT).reasons.null_count() == 1


def test_what_is_expected_names_classes_not_ranges() -> None:
    """An outcome may lie beyond what was seen; of many classes the first are named."""
    assert checked_values(pl.Series([1.0]), PRICE).expected == "a number"
    assert checked_values(pl.Series(["x"]), CLASS).expected == "a known class: cat, dog, 1"
    many = Column(name="n", kind=Kind.CATEGORICAL, categories=tuple(map(str, range(30))))
    assert checked_values(pl.Series(["x"]), many).expected.endswith("9 and 20 more")


def test_classes_of_all_versions_are_known() -> None:
    """A class that only an older or a newer version knows is no mistake."""
    newer = Column(name="class", kind=Kind.CATEGORICAL, categories=("dog", "cow"))
    predicted = Column(
        name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION, categories=("cat",)
    )
    assert outcome([predicted, newer]).categories == ("cat", "dog", "cow")
    assert outcome([TEXT, newer]).categories == ()


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (CLASS, "cat", "cat"),
        (DIGIT, "2", 2),
        (DIGIT, '["1"]', '["1"]'),
        (PRICE, "0.1", 0.1),
        (COUNT, "-5", -5),
        (TRUTH, "true", True),
        (VECTOR, "[1.0,2.5]", (1.0, 2.5)),
        (DAY, "2026-03-01", "2026-03-01"),
    ],
)
def test_labels_are_read_back(column: Column, text: str, value: object) -> None:
    """As what they were; times as text."""
    found = value_of(text, column)
    assert (type(found), found) == (type(value), value)
