"""The quick way gives what the careful way gives, or nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.errors import InvalidRows
from modeldesk.schema import Column, ColumnRows, Kind, RowDecoder, Signature
from modeldesk.schema.quick import QuickRow, quick_table
from modeldesk.schema.rows import polars_type

COLUMNS = (
    Column(name="yes", kind=Kind.BOOLEAN),
    Column(name="count", kind=Kind.INTEGER),
    Column(name="size", kind=Kind.FLOAT),
    Column(name="colour", kind=Kind.CATEGORICAL, optional=True),
    Column(name="words", kind=Kind.TEXT),
)
TYPES = {column.name: polars_type(column) for column in COLUMNS}
DECODER = RowDecoder(Signature(inputs=COLUMNS))
RIGHT = {"yes": True, "count": 3, "size": 1.5, "colour": "red", "words": "a b"}

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.integers(), max_size=2),
)
near = st.fixed_dictionaries(
    {
        "yes": st.booleans() | values,
        "count": st.integers(-5, 5) | values,
        "size": st.floats(0, 1) | st.integers(0, 9) | values,
        "colour": st.sampled_from(["red", "blue", None]) | values,
        "words": st.just("word") | values,
    },
    optional={"more": values},
)


@given(st.lists(near, min_size=1, max_size=5))
def test_both_ways_agree(rows: list[dict[str, object]]) -> None:
    """A table of the quick way is that of the careful way; what it refuses quickly is right."""
    quick = quick_table(rows, COLUMNS, TYPES)
    try:
        careful = DECODER.frame(DECODER.decode(rows))
    except InvalidRows:
        assert quick is None
    else:
        if quick is not None:
            assert quick.equals(careful)
            assert quick.schema == careful.schema


@given(st.lists(near, min_size=1, max_size=5))
def test_columns_are_read_as_their_rows(rows: list[dict[str, object]]) -> None:
    """Whatever is in them, and however many there are."""
    names = set(rows[0])
    alike = [row for row in rows if set(row) == names]
    columns = ColumnRows({name: [row[name] for row in alike] for name in names})
    assert columns == alike
    assert columns[-1] == alike[-1]
    assert columns[1:] == alike[1:]
    quick, expected = quick_table(columns, COLUMNS, TYPES), quick_table(alike, COLUMNS, TYPES)
    assert (quick is None) == (expected is None)
    assert quick is None or (expected is not None and quick.equals(expected))


def test_columns_without_a_feature_are_left_to_the_careful_way() -> None:
    """As rows are that lack one, or have another instead."""
    known = {name: [value] for name, value in RIGHT.items()}
    assert quick_table(ColumnRows(known), COLUMNS, TYPES) is not None
    del known["size"]
    assert quick_table(ColumnRows(known), COLUMNS, TYPES) is None
    assert quick_table(ColumnRows(known | {"seize": [1.5]}), COLUMNS, TYPES) is None
    assert quick_table(ColumnRows({}), COLUMNS, TYPES) is None
    with pytest.raises(IndexError):
        ColumnRows({})[0]


@given(near)
def test_a_row_is_read_alike(row: dict[str, object]) -> None:
    """What the quick way reads of one row is what the careful way reads."""
    found = QuickRow(COLUMNS).read(row)
    if found is not None:
        assert list(found) == [row[column.name] for column in COLUMNS]
        assert DECODER.decode([row]) == [found]
        assert DECODER.frame([found]).height == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1, None, "1", True])
def test_one_odd_number_among_many_is_seen(value: object) -> None:
    """Whatever the numbers beside it are."""
    columns = [Column(name=name, kind=Kind.FLOAT) for name in "abc"]
    quick = QuickRow(columns)
    assert quick.read({"a": 1.0, "b": 2.0, "c": 3.0}) == (1.0, 2.0, 3.0)
    assert quick.read({"a": 1e308, "b": value, "c": -1e308}) is None
    assert quick.read({"a": 1.0, "b": 2.0, "d": 3.0}) is None


def test_plain_rows_go_the_quick_way() -> None:
    """Whole numbers for floats and nothing for what is optional are plain enough."""
    rows = [RIGHT, RIGHT | {"size": 2, "colour": None}]
    found = quick_table(rows, COLUMNS, TYPES)
    assert found is not None
    assert found.rows() == [(True, 3, 1.5, "red", "a b"), (True, 3, 2.0, None, "a b")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"yes": 1},
        {"count": True},
        {"count": 2**64},
        {"size": "1"},
        {"size": math.inf},
        {"size": math.nan},
        {"size": 10**400},
        {"words": None},
        {"words": "\ud800"},
        {"more": 1},
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_way(wrong: dict[str, object]) -> None:
    """Which then says what is wrong."""
    assert quick_table([RIGHT, RIGHT | wrong], COLUMNS, TYPES) is None
    with pytest.raises(InvalidRows):
        DECODER.table([RIGHT] * 100 + [RIGHT | wrong])


def test_other_kinds_are_left_to_the_careful_way() -> None:
    """Times and vectors have many forms."""
    columns = (Column(name="at", kind=Kind.DATETIME),)
    types = {"at": polars_type(columns[0])}
    assert quick_table([{"at": "2026-01-01T00:00:00Z"}], columns, types) is None
    assert quick_table([{}], columns, types) is None
    assert quick_table([7], columns, types) is None
