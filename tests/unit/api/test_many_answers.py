"""Polars writes the answer of many rows as Python would, byte for byte."""

import math
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from modeldesk.api.encoding import encode
from modeldesk.api.many_answers import many_answered
from modeldesk.api.prediction_answers import Answers
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, TIME

ROWS = 1_000
_SIZE = Column(name="size", kind=Kind.FLOAT)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ODD: dict[str, tuple[Kind, list[object]]] = {
    "truths": (Kind.BOOLEAN, [True, False, None]),
    "numbers": (Kind.INTEGER, [0, -7, 2**63 - 1, -(2**63), None]),
    "floats": (Kind.FLOAT, [0.1, -0.0, 1e16, 1e-7, 5e-324, 1e300, math.nan, math.inf, 1 / 3, None]),
    "texts": (Kind.TEXT, ["é", 'a "b"\n\\', "\x00\x1f\x7f", "\u2028", "😀", "", "/", None]),
}


def batch(
    kind: Kind,
    values: list[object],
    times: list[datetime],
    *,
    keys: list[str | None] | None = None,
    labels: tuple[str, ...] = (),
) -> PredictionBatch:
    """Return an answer of many rows behind those of another request."""
    rows = max(ROWS, len(times))
    scores = tuple(
        Column(name=f"score_{place}", kind=Kind.FLOAT, role=Role.SCORE, label=label)
        for place, label in enumerate(labels)
    )
    prediction = Column(name="price", kind=kind, role=Role.PREDICTION)

    def many(some: list[object]) -> list[object]:
        return (some * (rows // len(some) + 1))[:rows]

    columns = {
        "price": pl.Series(many(values)),
        **{score.name: pl.Series(many([0.25, 1 / 3, None])) for score in scores},
        TIME: pl.Series(many([*times]), dtype=pl.Datetime("us", "UTC")),
    }
    if keys is not None:
        columns[ROW_ID] = pl.Series(many([*keys]), dtype=pl.String)
    return PredictionBatch(
        model='the "model"',
        version=3,
        signature=Signature(inputs=(_SIZE,), outputs=(prediction, *scores)),
        chunk="01k9z7c3f2w8e5t6r4q1m0n2bd",
        start=7,
        rows=rows - 7,
        whole=pl.DataFrame(columns),
        offset=7,
    )


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("labels", [(), ("yes", "no"), ('a "b"', "prediction", "1")])
def test_values_are_written_alike(kind: str, labels: tuple[str, ...]) -> None:
    """Numbers to the last digit, text that needs escapes, what JSON cannot say, nothing."""
    asked = batch(*ODD[kind], [NOON], labels=labels)
    assert many_answered(asked) == encode(Answers().batch(asked))


@pytest.mark.parametrize(
    "times",
    [
        [NOON],
        [NOON + timedelta(microseconds=1)],
        [NOON, NOON + timedelta(microseconds=120), NOON - timedelta(days=36_500)],
        [datetime(1000, 1, 1, tzinfo=UTC), datetime(8999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)],
    ],
)
@pytest.mark.parametrize("keys", [None, ["a", None, '"b"']])
def test_times_and_keys_are_written_alike(
    times: list[datetime], keys: list[str | None] | None
) -> None:
    """One time for all rows, or one for each, with parts of a second only where there are any."""
    asked = batch(Kind.INTEGER, [1, 2], times, keys=keys, labels=("yes", "no"))
    assert many_answered(asked) == encode(Answers().batch(asked))


def test_what_polars_writes_otherwise_is_left_to_python() -> None:
    """Dates and lists, two classes of one name, and a few rows."""
    assert many_answered(batch(Kind.DATE, [date(2026, 3, 1)], [NOON])) is None
    assert many_answered(batch(Kind.VECTOR, [[1.0, 2.0]], [NOON])) is None
    assert many_answered(batch(Kind.INTEGER, [1], [NOON], labels=("1", "1"))) is None
    asked = batch(Kind.INTEGER, [1], [NOON])
    few = PredictionBatch(
        model=asked.model,
        version=asked.version,
        signature=asked.signature,
        chunk=asked.chunk,
        start=0,
        rows=10,
        whole=asked.whole,
        offset=0,
    )
    assert many_answered(few) is None
