"""A few rows are predicted and logged without a table, and nobody can tell."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import SVC

from modeldesk.desk import Desk
from modeldesk.schema import FEW, FewRows, LogPolicy
from modeldesk.settings import Settings
from tests.support import functions
from tests.support.iris import FEATURES, ROW, iris_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from modeldesk.services.batch import PredictionBatch


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Offer an empty desk."""
    with Desk.open(Settings.load(home=tmp_path)) as opened:
        yield opened


def publish(desk: Desk, model: object, *, labels: str = "class") -> None:
    """Fit an estimator on arrays, and publish it."""
    frame = iris_frame()
    fitted: Any = model
    fitted.fit(frame.select(FEATURES).to_numpy(), frame[labels].to_numpy())
    desk.registry.publish(fitted, name="m", reference=frame.select(FEATURES))


def both(desk: Desk, row: Mapping[str, object]) -> tuple[PredictionBatch, PredictionBatch]:
    """Ask the same row by itself, and as a table with more rows than a handful."""
    few = desk.predictor.predict("m", [row])
    many = desk.predictor.predict("m", [row] * (FEW + 1))
    assert isinstance(few.whole, FewRows)
    assert isinstance(many.whole, pl.DataFrame)
    return few, many


@pytest.mark.parametrize(
    "model",
    [
        SVC(),
        LogisticRegression(max_iter=1000),
        HistGradientBoostingClassifier(max_iter=5),
        LinearRegression(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_answers_are_the_same(desk: Desk, model: object) -> None:
    """Types, values, scores, and what is read back from the log."""
    if isinstance(model, LinearRegression):
        frame = iris_frame()
        model.fit(frame.select(FEATURES).to_numpy(), frame[FEATURES[0]].to_numpy())
        desk.registry.publish(model, name="m", reference=frame.select(FEATURES))
    else:
        publish(desk, model)
    few, many = both(desk, ROW)
    (one,), other = few.predictions, many.predictions[0]
    assert one.inputs == other.inputs
    assert one.outputs == pytest.approx(other.outputs)
    assert few.frame.schema == many.frame.schema
    assert desk.reader.prediction(one.prediction_id).outputs == pytest.approx(one.outputs)


def test_missing_numbers_are_missing(desk: Desk) -> None:
    """To the model, in the log and in the answer."""
    frame = iris_frame()
    inputs = frame.select(FEATURES).to_numpy().copy()
    inputs[::7, 0] = np.nan
    model = HistGradientBoostingClassifier(max_iter=5).fit(inputs, frame["class"].to_numpy())
    reference = pl.DataFrame(inputs, schema=FEATURES).fill_nan(None)
    desk.registry.publish(model, name="m", reference=reference)
    few, many = both(desk, ROW | {FEATURES[0]: None})
    assert few.predictions[0].inputs[FEATURES[0]] is None
    assert few.predictions[0].outputs == pytest.approx(many.predictions[0].outputs)
    assert desk.reader.prediction(few.predictions[0].prediction_id).inputs[FEATURES[0]] is None


def test_a_model_that_wants_tables_gets_one(desk: Desk) -> None:
    """A function of a row is asked as ever; only its answer and its log need no table."""
    desk.registry.publish(functions.double, name="m", reference={"a": [1.0, 2.0]})
    few, many = both(desk, {"a": 2.0})
    assert few.predictions[0].outputs == many.predictions[0].outputs == {"prediction": 4.0}


@pytest.mark.parametrize("policy", [LogPolicy(drop=(FEATURES[0],)), LogPolicy(hash=(FEATURES[0],))])
def test_a_policy_that_changes_columns_needs_a_table(desk: Desk, policy: LogPolicy) -> None:
    """What is not to be written is not."""
    publish(desk, SVC())
    desk.registry.set_policy("m", policy)
    batch = desk.predictor.predict("m", [ROW])
    assert isinstance(batch.whole, pl.DataFrame)
    logged = desk.reader.prediction(batch.predictions[0].prediction_id)
    assert logged.inputs[FEATURES[0]] != ROW[FEATURES[0]]


def test_rows_with_times_need_a_table(desk: Desk) -> None:
    """A column of times is predicted and logged as ever, also from a single row."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start + timedelta(hours=hour) for hour in range(48)]
    desk.registry.publish(functions.hour_of, name="m", reference={"at": times})
    batch = desk.predictor.predict("m", [{"at": "2026-03-04T05:06:07Z"}])
    (told,) = batch.predictions
    assert isinstance(batch.whole, pl.DataFrame)
    assert told.outputs == {"prediction": 5}
    assert desk.reader.prediction(told.prediction_id).inputs == told.inputs


def test_long_texts_are_cut_in_the_log_only(desk: Desk) -> None:
    """The answer has the whole text."""
    desk.registry.publish(functions.letters, name="m", reference={"text": ["a", "b c"]})
    desk.registry.set_policy("m", LogPolicy(max_text_characters=5))
    (told,) = desk.predictor.predict("m", [{"text": "abcdefgh"}]).predictions
    assert told.inputs == {"text": "abcdefgh"}
    assert desk.reader.prediction(told.prediction_id).inputs == {"text": "abcde"}


def test_handfuls_and_tables_are_counted_alike(desk: Desk) -> None:
    """Every row is in the profile once, whichever way it came."""
    publish(desk, SVC())
    express = desk.predictor.express(_Now())
    for _ in range(30):
        desk.predictor.predict("m", [ROW])
    done: Future[PredictionBatch] = Future()
    desk.predictor.signature("m")
    assert desk.predictor.submit_here(
        "m", [ROW, ROW], timestamps=None, row_ids=None, done=done, express=express
    )
    assert done.result(30).rows == 2
    desk.predictor.predict("m", [ROW] * (FEW + 1))
    desk.predictor.predict("m", [ROW], row_ids=["mine"])
    assert desk.jobs.run() == 30 + 2 + FEW + 1 + 1
    assert desk.overview.model("m").profiled == 30 + 2 + FEW + 1 + 1


class _Now:
    """A loop that calls everything at once."""

    def call_soon(self, callback: Any, /) -> None:  # noqa: ANN401 - as the loop's
        callback()

    def call_later(self, delay: float, callback: Any, /) -> None:  # noqa: ANN401
        del delay
        callback()
