"""The body of the predict route."""

from datetime import UTC, datetime

import pytest

from modeldesk.api.batches import Batch, moment, read_batch
from modeldesk.api.requests import InvalidRequest, TooLarge

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_one_row_takes_its_time_and_key_alone() -> None:
    """The singular words go together."""
    body: dict[str, object] = {
        "row": {"a": 1},
        "timestamp": "2026-01-31T13:00:00+01:00",
        "row_id": "k",
    }
    assert read_batch(body, most_rows=1) == Batch(rows=[{"a": 1}], timestamps=[NOON], row_ids=["k"])


def test_many_rows_take_lists_with_gaps() -> None:
    """A null among the times or keys means that this row has none."""
    body: dict[str, object] = {
        "rows": [{"a": 1}, {"a": 2}],
        "timestamps": [None, "2026-01-31 12:00:00Z"],
        "row_ids": ["k", None],
    }
    assert read_batch(body, most_rows=2) == Batch(
        rows=[{"a": 1}, {"a": 2}], timestamps=[None, NOON], row_ids=["k", None]
    )


def test_times_and_keys_may_be_null_altogether() -> None:
    """Null is the same as left out."""
    body: dict[str, object] = {"row": {}, "timestamp": None, "row_id": None}
    assert read_batch(body, most_rows=1) == Batch(rows=[{}])


@pytest.mark.parametrize(
    ("body", "field", "problem", "row"),
    [
        ({}, "row", "missing", 0),
        ({"age": 31}, "row", "missing", 0),
        ({"row": {}, "rowid": "k"}, "rowid", "unknown, did you mean 'row_id'?", 0),
        ({"rows": [{}], "row": {}}, "row", "unknown, did you mean 'rows'?", 0),
        ({"rows": {}}, "rows", "wrong type, an object", 0),
        ({"rows": []}, "rows", "empty", 0),
        ({"rows": [{}], "timestamps": "now"}, "timestamps", "wrong type, a string", 0),
        ({"rows": [{}], "timestamps": []}, "timestamps", "0 entries for 1 rows", 0),
        ({"rows": [{}], "row_ids": ["a", "b"]}, "row_ids", "2 entries for 1 rows", 0),
        ({"rows": [{}, {}], "row_ids": ["a", 5]}, "row_ids", "wrong type, a number", 1),
        ({"row": {}, "row_id": "x\x00"}, "row_id", "unusable ('x\\x00')", 0),
        ({"row": {}, "row_id": "k" * 501}, "row_id", f"unusable ('{'k' * 36}...)", 0),
        ({"row": {}, "timestamp": 5}, "timestamp", "wrong type, a number", 0),
        ({"row": {}, "timestamp": "soon"}, "timestamp", "not a time ('soon')", 0),
        (
            {"rows": [{}, {}], "timestamps": [None, "2026-01-31T12:00:00"]},
            "timestamps",
            "no time zone ('2026-01-31T12:00:00')",
            1,
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_field_and_row(
    body: dict[str, object], field: str, problem: str, row: int
) -> None:
    """Each mistake has words of its own."""
    with pytest.raises(InvalidRequest) as caught:
        read_batch(body, most_rows=10)
    (found,) = caught.value.problems
    assert (found.field, found.problem, found.row) == (field, problem, row)
    assert found.expected


def test_a_bare_row_is_told_how_to_be_wrapped() -> None:
    """The mistake that everybody makes first has a hint of its own."""
    with pytest.raises(InvalidRequest) as caught:
        read_batch({"age": 31}, most_rows=10)
    assert caught.value.hint == 'Wrap the features: {"row": {...}}.'


def test_too_many_rows_are_refused_with_the_limit() -> None:
    """The limit is named, and how to live with it."""
    with pytest.raises(TooLarge, match="has 3 rows; this server takes at most 2"):
        read_batch({"rows": [{}, {}, {}]}, most_rows=2)


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z"],
)
def test_times_that_no_window_holds_are_refused(text: str) -> None:
    """A year outside the calendar's middle is a mistake, and would break the roll-up."""
    with pytest.raises(InvalidRequest, match="out of range"):
        moment(text, "timestamp")
