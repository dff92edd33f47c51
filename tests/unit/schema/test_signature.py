"""Signatures, windows and identifiers."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from modeldesk.errors import Corrupt, InvalidArgument, NotFound
from modeldesk.schema import (
    ChunkKeys,
    Column,
    Granularity,
    Kind,
    Role,
    Signature,
    Window,
    parse_prediction_id,
    prediction_id,
)

AGE = Column(name="age", kind=Kind.FLOAT, example=31.0)
LABEL = Column(
    name="label", kind=Kind.INTEGER, role=Role.PREDICTION, categories=("0", "1"), example=1
)
SCORE = Column(name="score", kind=Kind.FLOAT, role=Role.SCORE, label="1")


def test_a_signature_survives_encoding() -> None:
    """Decoding gives an equal value; other bytes are refused."""
    signature = Signature(inputs=(AGE,), outputs=(LABEL, SCORE))
    assert Signature.decode(signature.encode()) == signature
    with pytest.raises(Corrupt, match="cannot be read"):
        Signature.decode(b"{}")


def test_columns_are_found_by_name_and_role() -> None:
    """Prediction and scores are told apart; class labels are profiled as categories."""
    signature = Signature(inputs=(AGE,), outputs=(LABEL, SCORE))
    assert (signature.prediction, signature.scores) == (LABEL, (SCORE,))
    assert signature.column("age") is AGE
    assert signature.kinds == {
        "age": Kind.FLOAT,
        "label": Kind.CATEGORICAL,
        "score": Kind.FLOAT,
    }
    assert signature.example() == {"age": 31.0}
    with pytest.raises(NotFound, match="Known columns: age, label, score"):
        signature.column("colour")
    with pytest.raises(NotFound, match="no prediction column"):
        _ = Signature(inputs=(AGE,)).prediction


def test_a_signature_without_inputs_or_with_a_name_twice_is_refused() -> None:
    """The error names the column."""
    with pytest.raises(InvalidArgument, match="'age' more than once"):
        Signature(inputs=(AGE, AGE))
    with pytest.raises(InvalidArgument, match="at least one input"):
        Signature(inputs=())


def test_a_signature_of_very_many_columns_is_made_at_once() -> None:
    """It takes no longer per column than a short one; an error lists some of the names."""
    began = time.process_time()
    signature = Signature(inputs=tuple(replace(AGE, name=f"f_{n}") for n in range(20_000)))
    assert time.process_time() - began < 2.0
    with pytest.raises(NotFound, match="f_49 and 19950 more") as found:
        signature.column("age")
    assert len(found.value.hint) < 1_000


def test_a_moment_falls_into_the_bucket_of_its_utc_time() -> None:
    """Zones are turned into UTC before the bucket is taken."""
    moment = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    day = Window.containing(moment, Granularity.DAY)
    assert day.start == datetime(2026, 2, 28, tzinfo=UTC)
    assert day.end - day.start == timedelta(days=1)


def test_a_window_needs_zones_and_a_positive_length() -> None:
    """Naive times and empty ranges are refused."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(InvalidArgument, match="ends"):
        Window(start=start, end=start)
    with pytest.raises(InvalidArgument, match="time zone"):
        Window(start=start.replace(tzinfo=None), end=start)
    with pytest.raises(InvalidArgument, match="no time zone"):
        Window.containing(start.replace(tzinfo=None), Granularity.HOUR)


def test_chunk_keys_grow_whatever_the_clock_does() -> None:
    """Also within a moment, and when time goes back; two makers do not collide."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    maker = ChunkKeys()
    keys = [maker.new(now + timedelta(seconds=second)) for second in (0, 5, 5, 2, 0, 9)]
    assert keys == sorted(set(keys))
    assert len({ChunkKeys().new(now) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "wrong", ["", "x", "01k9z7c3f2w8e5t6r4q1m0n2bd", "01k9z7c3f2w8e5t6r4q1m0n2bd-01", "-1"]
)
def test_an_identifier_that_is_none_is_not_found(wrong: str) -> None:
    """Whatever is not an identifier names no prediction."""
    with pytest.raises(NotFound):
        parse_prediction_id(wrong)


def test_an_identifier_gives_back_chunk_and_row() -> None:
    """Building and parsing are inverse."""
    key = ChunkKeys().new(datetime(2026, 3, 1, tzinfo=UTC))
    assert parse_prediction_id(prediction_id(key, 12)) == (key, 12)
