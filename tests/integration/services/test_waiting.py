"""While the database does not take rows, they wait where they are counted, and not for ever."""

import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.errors import InvalidRows, Overloaded, StoreUnavailable
from modeldesk.services.batch import PredictionBatch
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import ROW, iris_frame, iris_model

LOCK_SECONDS = 5.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings for an embedded database and few waiting rows."""
    return Settings.load(home=tmp_path / "home", max_waiting_rows=10)


def test_rows_that_wait_for_the_database_count_as_waiting(settings: Settings) -> None:
    """While another program holds the lock, more than so many rows are refused at once."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.predictor.predict("iris", [ROW])
        with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            futures = [desk.predictor.submit("iris", [ROW])]
            while len(futures) < 100 and (more := accepted(desk)) is not None:
                futures.append(more)
            assert 10 <= len(futures) < 30, "ten wait, some are on their way"
            lock.execute("ROLLBACK")
        for future in futures:
            (answer,) = future.result(timeout=30).predictions
            assert desk.reader.prediction(answer.prediction_id) == answer
        assert desk.overview.model("iris").predictions == 1 + len(futures)


def test_a_slow_model_takes_no_more_than_it_can_answer_in_time(settings: Settings) -> None:
    """How long the rows that wait will take is judged by how quick the model was lately."""
    hasty = settings.model_copy(update={"max_waiting_rows": 100, "max_waiting_seconds": 0.5})
    with Desk.open(hasty) as desk:
        seen = pl.DataFrame({"seconds": [0.0, 0.3]})
        desk.registry.publish(served.patient, name="patient", reference=seen)
        for _ in range(2):
            desk.predictor.predict("patient", [{"seconds": 0.3}])
        futures: list[Future[PredictionBatch]] = []
        with pytest.raises(Overloaded, match=r"wait for 'patient' already, which take"):  # noqa: PT012
            for _ in range(50):
                futures.append(desk.predictor.submit("patient", [{"seconds": 0.3}]))
                desk.predictor.check_room("patient")
        assert len(futures) in range(2, 10)
        for future in futures:
            assert future.result(timeout=30).rows == 1
        desk.predictor.check_room("patient")


def accepted(desk: Desk) -> Future[PredictionBatch] | None:
    """Send one row; nothing where it is refused because too many wait."""
    try:
        return desk.predictor.submit("iris", [ROW])
    except Overloaded:
        return None


def test_those_who_wait_in_a_row_do_not_add_up_their_patience(settings: Settings) -> None:
    """Twenty writers that meet a lock are all told within the time of two."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        (answer,) = desk.predictor.predict("iris", [ROW]).predictions
        refused: list[float] = []

        def flag() -> None:
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                desk.feedback.flag(answer.prediction_id, reason="other")
            refused.append(time.monotonic() - started)

        threads = [threading.Thread(target=flag) for _ in range(20)]
        with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            lock.execute("ROLLBACK")
        assert len(refused) == len(threads)
        assert max(refused) < 3 * LOCK_SECONDS
        desk.feedback.flag(answer.prediction_id, reason="other")


def test_refused_rows_are_counted_when_the_database_is_back(settings: Settings) -> None:
    """A count that could not be written is written later, and the log goes on meanwhile."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.predictor.predict("iris", [ROW])
        with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            future = desk.predictor.submit("iris", [ROW])
            for _ in range(3):
                with pytest.raises(InvalidRows):
                    desk.predictor.submit("iris", [{"wrong": 1}])
            with pytest.raises(StoreUnavailable):
                future.result(timeout=30)
            lock.execute("ROLLBACK")
        desk.predictor.predict("iris", [ROW])
        deadline = time.monotonic() + 20
        while desk.overview.model("iris").refused < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert desk.overview.model("iris").refused == 3
        assert desk.overview.model("iris").predictions == 2


def test_a_desk_opens_while_another_program_writes(settings: Settings) -> None:
    """Nothing waits for the lock that only reads: opening, looking at models, reading the log."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with Desk.open(settings) as desk:
            assert desk.overview.model("iris").predictions == 1
            assert desk.reader.prediction(answer.prediction_id) == answer
        assert time.monotonic() - started < LOCK_SECONDS
        lock.execute("ROLLBACK")
