"""The express answers rows in the thread that asks, where that takes a moment, and only there."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from modeldesk.desk import Desk
from modeldesk.errors import Overloaded
from modeldesk.models.adapters.parts import only_computes
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.express import Express
from modeldesk.services.pace import Pace
from modeldesk.settings import Settings
from tests.support import functions
from tests.support.iris import FEATURES, ROW, iris_frame
from tests.support.patience import until

ROUNDS = 20
"""Batches that a busy machine is given to come back to the pace of a quick model."""


class Turns:
    """An event loop whose turns end when the test says so."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None], /) -> None:
        """Note what is to be called at the end of the turn."""
        self._due.append(callback)

    def call_later(self, delay: float, callback: Callable[[], None], /) -> None:
        """Note what is to be called at the end of a later turn."""
        assert 0 < delay < 1
        self._due.append(callback)

    def end(self) -> int:
        """End the turn; return how much was due."""
        due, self._due = self._due, []
        for what in due:
            what()
        return len(due)


def ask(
    desk: Desk,
    express: Express,
    name: str,
    rows: Sequence[object],
    row_ids: Sequence[str | None] | None = None,
) -> Future[PredictionBatch]:
    """Hand rows to the express; return who is told what becomes of them."""
    done: Future[PredictionBatch] = Future()
    desk.predictor.signature(name)  # what is known of the model is fresh
    assert desk.predictor.submit_here(
        name, rows, timestamps=None, row_ids=row_ids, done=done, express=express
    )
    return done


def until_idle(turns: Turns) -> None:
    """Let turns pass until nothing is due."""
    while turns.end():
        time.sleep(0.001)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Offer a desk with a quick model that has predicted before, and a function."""
    frame = iris_frame()
    model = SVC().fit(frame.select(FEATURES).to_numpy(), frame["class"].to_numpy())
    with Desk.open(Settings.load(home=tmp_path)) as opened:
        opened.registry.publish(model, name="iris", reference=frame.drop("class"))
        opened.registry.publish(functions.double, name="double", reference={"a": [1.0, 2.0]})
        for _ in range(ROUNDS):
            opened.predictor.predict("iris", [ROW])
        opened.predictor.predict("double", [{"a": 1.0}])
        yield opened


@pytest.fixture
def turns() -> Turns:
    """Offer an event loop."""
    return Turns()


@pytest.fixture
def express(desk: Desk, turns: Turns) -> Express:
    """Offer an express on that loop."""
    return desk.predictor.express(turns)


@pytest.fixture
def at_once(desk: Desk, express: Express, turns: Turns) -> None:
    """See to it that rows are committed at once, which begins when it is asked for."""
    asked = ask(desk, express, "iris", [ROW])
    turns.end()
    asked.result(30)
    until(lambda: desk.commits.at_once)


@pytest.mark.usefixtures("at_once")
def test_rows_of_one_turn_are_answered_at_its_end(
    desk: Desk, express: Express, turns: Turns
) -> None:
    """Together, committed, and without any other thread."""
    before = desk.overview.model("iris").predictions
    asked = [ask(desk, express, "iris", [ROW]) for _ in range(3)]
    assert not any(future.done() for future in asked)
    assert turns.end() == 1
    assert all(future.done() for future in asked)
    batches = [future.result() for future in asked]
    assert len({batch.chunk for batch in batches}) == 1
    assert [batch.start for batch in batches] == [0, 1, 2]
    assert desk.reader.prediction(f"{batches[0].chunk}-2").model == "iris"
    assert desk.overview.model("iris").predictions == before + 3


def test_a_function_never_holds_up_the_loop(desk: Desk, express: Express, turns: Turns) -> None:
    """It may wait for anything: its own thread predicts."""
    asked = ask(desk, express, "double", [{"a": 2.0}])
    assert turns.end() == 0
    assert asked.result(30).frame["prediction"].to_list() == [4.0]


def test_many_rows_go_to_the_thread(desk: Desk, express: Express, turns: Turns) -> None:
    """More than the model has shown to predict in a moment."""
    asked = [ask(desk, express, "iris", [ROW] * 1000) for _ in range(4)]
    turns.end()
    assert not all(future.done() for future in asked)
    assert [future.result(60).rows for future in asked] == [1000] * 4


def test_a_locked_database_is_not_waited_for(desk: Desk, express: Express, turns: Turns) -> None:
    """The rows are predicted, and committed as soon as others let go of the database."""
    with closing(sqlite3.connect(desk.settings.home / "modeldesk.db", isolation_level=None)) as one:
        one.execute("BEGIN IMMEDIATE")
        asked = ask(desk, express, "iris", [ROW])
        began = time.perf_counter()
        turns.end()
        assert time.perf_counter() - began < 1.0  # who waits for the database waits five seconds
        assert not asked.done()
        more = ask(desk, express, "iris", [ROW])
        turns.end()
        assert not more.done()
        one.execute("COMMIT")
    until_idle(turns)
    assert asked.result(30).rows == more.result(30).rows == 1


@pytest.mark.usefixtures("at_once")
def test_while_others_write_rows_are_committed(desk: Desk, express: Express, turns: Turns) -> None:
    """No writer is waited for, in this process or in another, and nothing is lost."""
    with closing(sqlite3.connect(desk.settings.home / "modeldesk.db", isolation_level=None)) as one:
        one.execute("BEGIN IMMEDIATE")
        asked = [ask(desk, express, "iris", [ROW])]
        assert turns.end() == 1
        assert asked[0].done()
        one.execute("COMMIT")
    with desk.store.writing():
        asked.append(ask(desk, express, "iris", [ROW]))
        assert turns.end() == 1
        assert asked[1].done()
    for future in asked:
        batch = future.result(0)
        assert desk.reader.prediction(f"{batch.chunk}-{batch.start}").model == "iris"


def test_before_that_rows_are_gathered_while_others_write(
    desk: Desk, express: Express, turns: Turns
) -> None:
    """A writer of this process is waited for a moment, and all that came meanwhile is one batch."""
    with desk.store.writing():
        first = ask(desk, express, "iris", [ROW])
        assert turns.end() == 1
        second = ask(desk, express, "iris", [ROW])
        assert not first.done()
    assert turns.end() == 1
    assert first.result(30).chunk == second.result(30).chunk


def test_nobody_is_waited_for_long(desk: Desk, express: Express, turns: Turns) -> None:
    """Rows that were gathered for longer go to the model's thread, and wait there."""
    with desk.store.writing():
        asked = ask(desk, express, "iris", [ROW])
        until_idle(turns)
        assert not asked.done()
    assert asked.result(30).rows == 1


def test_what_arrives_when_the_desk_closes_is_told(
    desk: Desk, express: Express, turns: Turns
) -> None:
    """Gathered rows are refused as any others are."""
    asked = ask(desk, express, "iris", [ROW])
    desk.predictor.close()
    turns.end()
    with pytest.raises(Overloaded, match="stopping"):
        asked.result(5)


def test_only_libraries_that_compute_are_steady() -> None:
    """A function of the user's own in a pipeline may wait for anything."""
    plain = make_pipeline(FunctionTransformer(), SVC())
    own = make_pipeline(FunctionTransformer(functions.double), SVC())
    assert only_computes(plain)
    assert not only_computes(own)


def test_a_slow_batch_is_forgotten_by_and_by() -> None:
    """One pause of the machine does not make a model slow for good."""
    pace = Pace()
    for _ in range(5):
        pace.learn(8, 0.001)
    pace.learn(8, 0.1)
    assert not pace.quick(8)
    for _ in range(20):
        pace.learn(8, 0.001)
    assert pace.quick(8)


def test_rows_with_keys_of_their_own_are_found(desk: Desk, express: Express, turns: Turns) -> None:
    """Their index is written by the log's thread; the answer comes when it is."""
    asked = ask(desk, express, "iris", [ROW], ["mine"])
    turns.end()
    batch = asked.result(30)
    found = desk.reader.prediction(f"{batch.chunk}-{batch.start}")
    assert found.row_id == "mine"
    assert isinstance(batch.frame, pl.DataFrame)
