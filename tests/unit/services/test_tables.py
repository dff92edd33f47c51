"""Tables against a signature: what is read as what, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from modeldesk.errors import InvalidData, InvalidRows
from modeldesk.schema import (
    MOST_PROBLEMS,
    Column,
    Kind,
    LogPolicy,
    OddTimes,
    Signature,
    polars_type,
)
from modeldesk.services.fitting import fitted
from modeldesk.services.tables import CheckedTable, checked_table

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BEYOND = pl.Series([2**31 - 1, 0], dtype=pl.Int32).cast(pl.Date)
"""A day that Python's calendar does not have, and one that it has."""


def checked(
    data: dict[str, Any],
    kind: Kind = Kind.TEXT,
    *,
    time: str | None = None,
    row_id: str | None = None,
    optional: bool = False,
) -> CheckedTable:
    """Check a table for a model with the feature ``x``."""
    signature = Signature(inputs=(Column(name="x", kind=kind, optional=optional),))
    frame = pl.DataFrame(data)
    policy = LogPolicy()
    return checked_table(frame, signature, policy, NOW, time=time, row_id=row_id, longest=5)


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        (Kind.DURATION, pl.Series([5, -2]), [timedelta(seconds=5), timedelta(seconds=-2)]),
        (Kind.DURATION, pl.Series([1.5, 2.0]), [timedelta(seconds=1.5), timedelta(seconds=2)]),
        (Kind.DURATION, pl.Series(["5", "1.5"]), [timedelta(seconds=5), timedelta(seconds=1.5)]),
        (Kind.DURATION, pl.Series(["PT5S", " P1D"]), [timedelta(seconds=5), timedelta(days=1)]),
        (Kind.DATE, pl.Series(["2026-01-02"]), [date(2026, 1, 2)]),
        (Kind.FLOAT, pl.Series(["1.5", " 2"]), [1.5, 2.0]),
        (Kind.INTEGER, pl.Series(["15", "2.0"]), [15, 2]),
        (Kind.BOOLEAN, pl.Series(["True", "false"]), [True, False]),
        (Kind.TEXT, pl.Series(["01", " 2"]), ["01", " 2"]),
    ],
)
def test_values_are_read_as_rows_in_json_are(
    kind: Kind, given: pl.Series, wanted: list[object]
) -> None:
    """Numbers for durations are seconds; text is read in ISO 8601."""
    assert checked({"x": given}, kind).inputs["x"].to_list() == wanted


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Kind.DATE, pl.Series([7])),
        (Kind.DATETIME, pl.Series([7.5])),
        (Kind.BOOLEAN, pl.Series([1])),
        (Kind.DATE, pl.Series(["today"])),
        (Kind.DURATION, pl.Series(["soon"])),
        (Kind.DURATION, pl.Series([2**62])),
        (Kind.DURATION, pl.Series([2**64 - 1], dtype=pl.UInt64)),
        (Kind.DURATION, pl.Series([1e300])),
        (Kind.DURATION, pl.Series(["1e13"])),
        (Kind.DURATION, pl.Series(["P200000000D"])),
    ],
)
@pytest.mark.parametrize("optional", [True, False])
def test_what_rows_in_json_may_not_say_is_refused(
    kind: Kind, given: pl.Series, *, optional: bool
) -> None:
    """Also where the value may be missing."""
    with pytest.raises(InvalidRows, match="row 0, x: wrong value"):
        checked({"x": given}, kind, optional=optional)


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.DATETIME])
@pytest.mark.parametrize(
    "column",
    [
        BEYOND,
        pl.Series([2**62, 0]).cast(pl.Datetime("us")),
        pl.Series([2**62, 0]).cast(pl.Datetime("ms", "Asia/Tokyo")),
    ],
)
def test_days_beyond_the_calendar_are_refused_as_values_and_as_times(
    kind: Kind, column: pl.Series
) -> None:
    """Python cannot say them: they are none, wherever they stand."""
    with pytest.raises(InvalidRows, match="row 0, x: wrong value"):
        checked({"x": column}, kind)
    with pytest.raises(InvalidRows, match="row 0, time: wrong value"):
        checked({"x": ["a", "b"], "time": column}, time="time")


def test_times_to_the_nanosecond_are_times() -> None:
    """They do not reach beyond the calendar."""
    times = pl.Series([NOW]).cast(pl.Datetime("ns", "UTC"))
    assert list(checked({"x": ["a"], "time": times}).times) == [NOW]


def test_keys_are_text_or_whole_numbers() -> None:
    """Others would not be found again as they were written."""
    for keys in (["a", None], [1, 2], pl.Series(["a", "b"], dtype=pl.Categorical)):
        found = checked({"x": ["a", "b"], "row_id": keys})
        assert list(found.row_ids) == [None if key is None else str(key) for key in keys]
    for wrong in ([1.5], [True], [date(2026, 1, 1)], [[1]]):
        with pytest.raises(InvalidData, match="column 'key' cannot be read as keys"):
            checked({"x": ["a"], "key": wrong}, row_id="key")


@pytest.mark.parametrize("key", ["k" * 501, "a\x00"])
def test_keys_that_cannot_be_stored_are_refused(key: str) -> None:
    """Naming the column and the row."""
    with pytest.raises(InvalidRows, match="row 1, row_id: unusable as a key") as raised:
        checked({"x": ["a", "b"], "row_id": ["k" * 500, key]})
    assert raised.value.rows == 1


def test_long_texts_are_named_with_their_lengths() -> None:
    """The first thousand of them; all are counted."""
    with pytest.raises(InvalidRows, match="row 1, x: too long, 6 characters") as raised:
        checked({"x": ["short", *["longer"] * 1500]})
    assert len(raised.value.problems) == MOST_PROBLEMS
    assert raised.value.rows == 1500


def test_unknown_columns_are_refused_before_anything_is_read() -> None:
    """Whatever else is wrong."""
    with pytest.raises(InvalidData, match="does not know the columns y"):
        checked({"x": ["too long"], "y": [1], "time": [1.5]})


def test_names_of_the_logs_own_are_refused() -> None:
    """A column of such a name would become a time or a key."""
    signature = Signature(inputs=(Column(name="modeldesk:time", kind=Kind.TEXT),))
    frame = pl.DataFrame({"modeldesk:time": ["x"]})
    with pytest.raises(InvalidData, match="modeldesk:time, whose names are not free"):
        checked_table(frame, signature, LogPolicy(), NOW, time=None, row_id=None, longest=5)


def test_whole_identifiers_are_read_from_text() -> None:
    """A CSV has nothing else."""
    signature = Signature(inputs=(Column(name="id", kind=Kind.IDENTIFIER, whole=True),))
    found = fitted(pl.DataFrame({"id": ["17", "x"]}), signature)
    assert found.good["id"].to_list() == [17]
    assert found.bad.height == 1


TYPED = {
    "float": (Kind.FLOAT, pl.Series([1.5] * 1_000)),
    "single": (Kind.FLOAT, pl.Series([1.5] * 1_000, dtype=pl.Float32)),
    "text of floats": (Kind.FLOAT, pl.Series(["1.5"] * 1_000)),
    "whole for float": (Kind.FLOAT, pl.Series([3] * 1_000, dtype=pl.UInt8)),
    "integer": (Kind.INTEGER, pl.Series([3] * 1_000)),
    "small integer": (Kind.INTEGER, pl.Series([3] * 1_000, dtype=pl.Int16)),
    "text of integers": (Kind.INTEGER, pl.Series(["3"] * 1_000)),
    "boolean": (Kind.BOOLEAN, pl.Series([True] * 1_000)),
    "text": (Kind.TEXT, pl.Series(["abc"] * 1_000)),
    "vector": (Kind.VECTOR, pl.Series([[1.0, 2.0]] * 1_000)),
}


@pytest.mark.parametrize("given", TYPED)
@pytest.mark.parametrize("optional", [True, False])
def test_one_missing_value_among_many_is_seen(given: str, *, optional: bool) -> None:
    """It is refused where the feature is needed, and stays missing where it is not."""
    kind, values = TYPED[given]
    missing = values.head(1).clear(1)
    with_it = pl.concat([values, missing, values])
    plain = checked({"x": values}, kind, optional=optional).inputs["x"]
    assert plain.dtype == polars_type(Column(name="x", kind=kind))
    if optional:
        found = checked({"x": with_it}, kind, optional=True).inputs["x"]
        assert found.equals(pl.concat([plain, plain.clear(1), plain]))
        return
    with pytest.raises(InvalidRows, match="row 1000, x: wrong value"):
        checked({"x": with_it}, kind)


@pytest.mark.parametrize(
    ("kind", "given", "odd"),
    [
        (Kind.FLOAT, 1.5, float("nan")),
        (Kind.FLOAT, 1.5, float("inf")),
        (Kind.FLOAT, 1.5, float("-inf")),
        (Kind.FLOAT, "1.5", "much"),
        (Kind.FLOAT, "1.5", "nan"),
        (Kind.FLOAT, "1.5", "1e999"),
        (Kind.INTEGER, "3", "3.5"),
        (Kind.INTEGER, "3", str(2**63)),
        (Kind.TEXT, "abc", "abcdef"),
    ],
)
def test_one_odd_value_among_many_is_seen(kind: Kind, given: object, odd: object) -> None:
    """Whatever the values around it are."""
    values = [given] * 1_000 + [odd] + [given] * 1_000
    with pytest.raises(InvalidRows, match="row 1000, x"):
        checked({"x": pl.Series(values)}, kind)


def test_numbers_whose_sum_is_too_large_are_numbers() -> None:
    """And NaN is a missing value where the feature is optional."""
    values = [1e308, 1e308, -5.0]
    assert checked({"x": pl.Series(values)}, Kind.FLOAT).inputs["x"].to_list() == values
    some = pl.Series([1.0, float("nan"), None])
    found = checked({"x": some}, Kind.FLOAT, optional=True).inputs["x"]
    assert found.to_list() == [1.0, None, None]


@pytest.mark.parametrize("times", list(OddTimes))
def test_one_odd_time_among_many_is_seen(times: OddTimes) -> None:
    """It is accepted, clamped or refused as the policy says, at either end of the table."""
    odd = datetime(2031, 1, 1, tzinfo=UTC)
    signature = Signature(inputs=(Column(name="x", kind=Kind.FLOAT),))
    for place in (0, 500, 999):
        given = [NOW] * 1_000
        given[place] = odd
        frame = pl.DataFrame({"x": [1.0] * 1_000, "time": given})
        policy = LogPolicy(times=times)
        if times is OddTimes.REFUSE:
            with pytest.raises(InvalidRows, match=f"row {place}, time"):
                checked_table(frame, signature, policy, NOW, time=None, row_id=None, longest=5)
            continue
        found = checked_table(frame, signature, policy, NOW, time=None, row_id=None, longest=5)
        given[place] = odd if times is OddTimes.ACCEPT else NOW
        assert list(found.times) == given
