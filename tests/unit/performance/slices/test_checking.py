"""A condition is checked against the columns that there are before it meets a row."""

from __future__ import annotations

import polars as pl
import pytest

from modeldesk.errors import InvalidArgument, InvalidExpression
from modeldesk.performance.slices import SliceSchema, SpecialName, ValueType, check, parse
from modeldesk.schema import Column, Kind, Role, Signature

FRAME = pl.DataFrame(
    {
        "Age": [31, 47, 52],
        "height": [1.5, 1.6, 1.7],
        "Sex": ["F", "M", "F"],
        "text": [f"{'some long words ' * 10}{n}" for n in range(3)],
        "smoker": [True, False, None],
        "opened": ["2026-01-01", "2026-01-02", "2026-01-03"],
        "vector": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        "prediction": ["cat", "dog", "cat"],
        "label": ["cat", "cat", "dog"],
        "p": [0.1, 0.2, 0.3],
        "error": ["what was it", "nothing", "else"],
    }
).with_columns(pl.col("opened").str.to_date(), pl.lit("x" * 101 + "y").alias("note"))
SCHEMA = SliceSchema.of_frame(FRAME, scores={"cat": "p"})


@pytest.mark.parametrize(
    "text",
    [
        "Age > 60 and smoker",
        "not smoker and Sex in ('F', 'M')",
        "abs(height - 1.6) * 2 < Age / 3",
        "opened >= date('2026-01-02') and month(opened) == 1",
        "opened - date('2026-01-01') > 86400",
        "distance(vector, [0, 0]) < 3",
        "label == prediction and correct and confidence > 0.5 and score('cat') > 0.1",
        "text is null or words(text) < 8 or startswith(lower(text), 'a')",
        "Sex < 'G' and smoker == true",
        "(Age > 3) == smoker",
        "true",
    ],
)
def test_what_makes_sense_is_accepted(text: str) -> None:
    """Values of one type are compared, and functions take what they are for."""
    assert check(parse(text), SCHEMA, text=text) == ()


@pytest.mark.parametrize(
    ("text", "place", "problem", "hint"),
    [
        ("age > 60", (0, 3), "there is no column 'age'", "Did you mean Age?"),
        ("hieght > 60", (0, 6), "there is no column 'hieght'", "Did you mean height?"),
        ("labels == 'cat'", (0, 6), "there is no column 'labels'", "Did you mean label?"),
        ("zzzz > 60", (0, 4), "there is no column 'zzzz'", "Known are Age, height, Sex"),
        ("words > 8", (0, 5), "there is no column 'words'", "words(text)"),
        ("Sex == F", (7, 8), "there is no column 'F'", 'Put text in quotes: "F"'),
        ("smoker == True", (10, 14), "there is no column 'True'", "Write true."),
        ("Age == None", (7, 11), "there is no column 'None'", "is null"),
        ("Age == 'x'", (7, 10), 'Age is a number and "x" is text', "without quotes"),
        ("Sex == 3", (7, 8), "Sex is text and 3 is a number", "in quotes"),
        ("18 < Sex < 65", (5, 8), "18 is a number and Sex is text", "in quotes"),
        ("opened > '2026-01-02'", (9, 21), "a time and", 'date("2026-01-02")'),
        ("opened > 2026", (9, 13), "opened is a time and 2026 is a number", "year(...)"),
        ("smoker == 1", (10, 11), "smoker is true or false and 1 is a number", "true or false"),
        ("smoker == 'yes'", (10, 15), "true or false and", "without quotes"),
        ("Age in (1, 'x')", (11, 14), "Age is a number and", "without quotes"),
        ("smoker > false", (0, 14), "no order", "and, or, not"),
        ("vector == vector", (0, 16), "vectors cannot be compared", "distance"),
        ("vector in (1)", (0, 6), "vectors cannot be compared", "distance"),
        ("distance(vector, [1]) < 3", (17, 20), "2 and 1 numbers", "as the column has"),
        ("Age", (0, 3), "Age is a number and no condition", "Age > 0"),
        ("smoker and Sex", (11, 14), "Sex is text and no condition", "Sex == ..."),
        ("not Age", (4, 7), "Age is a number and no condition", "Age > 0"),
        ("'Age'", (0, 5), "no condition", "without quotes"),
        ("Age + Sex > 3", (6, 9), "+ does not work with text", "Sex is text"),
        ("Age * '3' > 3", (6, 9), "* does not work with text", "without quotes"),
        ("-Sex > 3", (1, 4), "- does not work with text", "Sex is text"),
        ("opened - 3 > 3", (9, 10), "3 is no time", "seconds"),
        ("opened + opened > 3", (0, 6), "+ does not work with a time", "opened is a time"),
        ("words(Age) > 3", (6, 9), "words wants text, and Age is a number", "words(text)"),
        ("hour(text) > 3", (5, 9), "hour wants a time, and text is text", "hour(time)"),
        ("contains(Age, 'x')", (9, 12), "contains wants text", "with text for text"),
        ("score('dog') > 0.5", (0, 12), "there is no score of 'dog'", "Known are cat."),
        ("error > 1", (0, 5), "error is not known here", "is written `error`"),
        ("time > date('2026-01-01')", (0, 4), "time is not known here", "no times"),
    ],
)
def test_what_makes_no_sense_is_told_with_place_and_hint(
    text: str, place: tuple[int, int], problem: str, hint: str
) -> None:
    """The error marks the part that does not fit and says what to write instead."""
    with pytest.raises(InvalidExpression) as told:
        check(parse(text), SCHEMA, text=text)
    error = told.value
    assert (error.start, error.end) == place
    assert problem in error.problem
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("Sex == 'X'", (7, 10), "'X' is no known value of Sex; known are 'F', 'M'."),
        ("'f' == Sex", (0, 3), "'f' is no known value of Sex; did you mean 'F'?"),
        ("Sex in ('F', 'X')", (13, 16), "'X' is no known value of Sex; known are 'F', 'M'."),
        ("prediction == 'cow'", (14, 19), "'cow' is no known value of prediction"),
    ],
)
def test_an_unknown_category_is_a_warning(text: str, place: tuple[int, int], message: str) -> None:
    """A category that the reference does not have may come, so it is no error."""
    (warned,) = check(parse(text), SCHEMA, text=text)
    assert (warned.start, warned.end) == place
    assert message in warned.message


def test_a_node_without_its_text_is_checked_by_its_canonical_text() -> None:
    """Places refer to the canonical text where the original is not given."""
    with pytest.raises(InvalidExpression) as told:
        check(parse("(  age>60  )"), SCHEMA)
    assert (told.value.text, told.value.start) == ("age > 60", 0)


@pytest.fixture
def signature() -> Signature:
    """Offer a signature with a feature that is called like something special."""
    return Signature(
        inputs=(
            Column(name="time", kind=Kind.INTEGER),
            Column(name="who", kind=Kind.IDENTIFIER, whole=True),
            Column(name="took", kind=Kind.DURATION),
        ),
        outputs=(
            Column(
                name="prediction",
                kind=Kind.CATEGORICAL,
                role=Role.PREDICTION,
                categories=("cat", "dog"),
            ),
            Column(name="probability_cat", kind=Kind.FLOAT, role=Role.SCORE, label="cat"),
        ),
    )


def test_a_signature_gives_features_outputs_labels_and_times(signature: Signature) -> None:
    """Special names are typed like the prediction; the target's name is one more for the label."""
    schema = SliceSchema.of_signature(signature, label="truth", time="at", target="animal")
    text = (
        "prediction == 'cat' and label == 'cat' and animal == 'cat' and score('cat') > 0.5 "
        "and `time` > 3 and time > date('2026-01-01') and who == 3 and took > 1.5 "
        "and probability_cat > 0.5 and correct"
    )
    (warned,) = check(parse(text), schema, text=text)
    assert warned.message == "time is not the column of that name, which is written `time`."
    label, animal = schema.special(SpecialName.LABEL), schema.column("animal")
    assert label is not None
    assert animal is not None
    assert (label.column, animal.column, animal.categories) == ("truth", "truth", ("cat", "dog"))
    assert schema.type_of(SpecialName.ERROR) is None
    assert [field.type for field in schema.columns[:3]] == [ValueType.NUMBER] * 3


def test_without_labels_conditions_cannot_ask_for_them(signature: Signature) -> None:
    """What the rows do not have is an error with the reason."""
    schema = SliceSchema.of_signature(signature)
    for text, hint in [("correct", "predictions and labels"), ("label == 'cat'", "no labels")]:
        with pytest.raises(InvalidExpression) as told:
            check(parse(text), schema, text=text)
        assert hint in told.value.hint


def test_a_special_name_must_have_values_that_it_can_have() -> None:
    """A time that is a number, two columns of one name and unknown scores are refused."""
    field = SliceSchema.of_types({"time": pl.Int64()}).columns[0]
    with pytest.raises(InvalidArgument, match="'time' must be a time"):
        SliceSchema(columns=(), specials=(field,))
    with pytest.raises(InvalidArgument, match="Two columns are named 'time'"):
        SliceSchema(columns=(field, field))
    with pytest.raises(InvalidArgument, match="no column 'q' with the scores of 'cat'"):
        SliceSchema.of_frame(FRAME, scores={"cat": "q"})
