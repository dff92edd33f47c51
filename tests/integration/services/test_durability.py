"""When a prediction is answered: when it is committed, or when it is made."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.desk import Desk
from modeldesk.errors import Overloaded, StoreUnavailable
from modeldesk.services.batch import PredictionBatch
from modeldesk.settings import Durability, Settings
from modeldesk.store import TIME, Chunk
from modeldesk.store.tables import chunks
from tests.support.iris import ROW, iris_frame, iris_model

PATIENCE = 30
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
AHEAD = 40


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    """Offer settings under which up to 40 rows are answered before they are committed."""
    return Settings.load(
        home=tmp_path / "home",
        database_url=migrated_url,
        durability=Durability.ASYNC,
        max_waiting_rows=AHEAD,
    )


@contextmanager
def locked_log(desk: Desk) -> Iterator[None]:
    """Keep others from writing to the log."""
    with desk.store.engine.connect() as connection:
        if desk.store.is_sqlite:
            connection.execution_options(modeldesk_writes=True)
            with connection.begin():
                yield
        else:
            with connection.begin():
                connection.execute(sa.text("LOCK TABLE chunks IN ACCESS EXCLUSIVE MODE"))
                yield


def logged(desk: Desk) -> int:
    """Count the rows of the log."""
    with desk.store.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.sum(chunks.c.rows))) or 0)


def settled(desk: Desk, rows: int) -> None:
    """Wait until the log has so many rows."""
    for _ in range(PATIENCE * 100):
        if logged(desk) == rows:
            return
        time.sleep(0.01)


def test_async_answers_do_not_wait_for_the_commit(desk: Desk, settings: Settings) -> None:
    """While nothing can be written, rows are answered; afterwards all of them are logged."""
    desk.predictor.predict("iris", [ROW])
    with locked_log(desk):
        answers = [desk.predictor.predict("iris", [ROW]) for _ in range(20)]
        assert all(answer.predictions[0].outputs["class"] for answer in answers)
    desk.close()
    with Desk.open(settings) as later:
        assert logged(later) == 21
        for answer in answers:
            found = later.reader.prediction(answer.predictions[0].prediction_id)
            assert found.inputs == ROW


def test_beyond_the_limit_answers_wait_again(desk: Desk) -> None:
    """The rows that are ahead of the commit are bounded; one more waits, and is answered then."""
    desk.predictor.predict("iris", [ROW])
    settled(desk, 1)
    waiting: list[Future[PredictionBatch]] = []
    with locked_log(desk):
        for _ in range(AHEAD // 10):
            desk.predictor.predict("iris", [ROW] * 10)
        waiting.append(desk.predictor.submit("iris", [ROW]))
        assert not wait(waiting, timeout=0.3).done
    assert not wait(waiting, timeout=PATIENCE).not_done
    error = waiting[0].exception()
    assert error is None or isinstance(error, StoreUnavailable)
    desk.predictor.predict("iris", [ROW])


def test_tables_are_committed_before_the_answer(desk: Desk) -> None:
    """What is logged from elsewhere is there when the call returns."""
    scores = {f"probability_{name}": pl.lit(1.0) for name in iris_frame()["class"].unique()}
    desk.backfill.log("iris", iris_frame().with_columns(**scores))
    assert logged(desk) == 150


def test_a_prediction_can_be_read_a_moment_later(desk: Desk) -> None:
    """What was answered is found as soon as the writer has come round."""
    (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    settled(desk, 1)
    assert desk.reader.prediction(answer.prediction_id).inputs == ROW


def test_by_default_an_answer_is_committed(migrated_url: str, tmp_path: Path) -> None:
    """Each row is in the log when it is answered."""
    settings = Settings.load(home=tmp_path / "home", database_url=migrated_url)
    assert settings.durability is Durability.COMMIT
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for answered in range(1, 6):
            desk.predictor.predict("iris", [ROW])
            assert logged(desk) == answered


def test_after_the_end_nothing_is_taken_and_nobody_waits(desk: Desk) -> None:
    """Rows that come too late are refused at once, also those that would go ahead."""
    desk.predictor.predict("iris", [ROW])
    desk.close()
    with pytest.raises(Overloaded, match="stopping"):
        desk.predictor.predict("iris", [ROW])
    frame = iris_frame().with_columns(pl.lit(1.0).alias("x"))
    chunk = Chunk(
        key=desk.commits.keys.new(NOW),
        model_id=1,
        version_id=1,
        committed_at=NOW,
        rows=frame,
    )
    for durable in (True, False):
        refused = desk.commits.append(chunk, durable=durable).exception(timeout=PATIENCE)
        assert isinstance(refused, Overloaded)


def test_a_commit_whose_answer_was_lost_is_not_called_lost(desk: Desk) -> None:
    """The same chunk once more is found to be there."""
    frame = iris_frame().head(3).with_columns(pl.lit(NOW).alias(TIME))
    record = desk.registry.record("iris")
    chunk = Chunk(
        key=desk.commits.keys.new(NOW),
        model_id=record.model_id,
        version_id=record.version_id,
        committed_at=NOW,
        rows=frame,
    )
    for _ in range(2):
        assert desk.commits.append(chunk, durable=True).exception(timeout=PATIENCE) is None
    assert logged(desk) == 3
