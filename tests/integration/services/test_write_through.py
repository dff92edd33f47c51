"""How soon the disk has what was committed, by the setting that decides it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from modeldesk.desk import Desk
from modeldesk.services.write_through import WriteThrough
from modeldesk.settings import Durability, Settings
from modeldesk.store import ChunkLog, Store
from tests.support.iris import ROW, iris_frame, iris_model

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30


def alone(home: Path) -> int:
    """Return how many chunks the database's file holds without its write-ahead log."""
    copy = home / "alone.db"
    shutil.copy(home / "modeldesk.db", copy)
    with closing(sqlite3.connect(copy)) as opened:
        try:
            found: tuple[int] = opened.execute("SELECT count(*) FROM chunks").fetchone()
        except sqlite3.DatabaseError:
            return 0  # the tables themselves are not there yet, or were half copied
    return found[0]


def test_the_disk_has_a_committed_row_soon(tmp_path: Path) -> None:
    """By default a prediction does not wait for that, and the file has it a moment later."""
    settings = Settings.load(home=tmp_path)
    assert settings.durability is Durability.COMMIT
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.predictor.predict("iris", [ROW])
        deadline = time.monotonic() + PATIENCE
        while alone(tmp_path) != 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("durability", list(Durability))
def test_a_closed_desk_has_everything_in_its_file(tmp_path: Path, durability: Durability) -> None:
    """However soon it is closed after the answer."""
    settings = Settings.load(home=tmp_path, durability=durability)
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for _ in range(3):
            desk.predictor.predict("iris", [ROW])
    assert alone(tmp_path) == 3


def test_where_the_disk_is_waited_for_nothing_runs_beside(tmp_path: Path) -> None:
    """With ``disk`` every commit is written through by itself."""
    settings = Settings.load(home=tmp_path, durability="disk")
    with Desk.open(settings) as desk:
        with desk.store.writing() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        through = WriteThrough(ChunkLog(desk.store))
        through.soon()
        through.close()


def test_a_disk_that_fails_for_a_while_is_tried_again(tmp_path: Path) -> None:
    """The log says so, and what is missing is written through as soon as that works."""

    class Failing(ChunkLog):
        calls = 0

        def sync(self) -> None:
            self.calls += 1
            if self.calls == 1:
                with self._store.writing() as connection:
                    connection.exec_driver_sql("SELECT * FROM nothing")
            super().sync()

    with (
        Desk.open(Settings.load(home=tmp_path)),
        Store(f"sqlite:///{tmp_path}/modeldesk.db") as store,
    ):
        log = Failing(store, synced=False)
        with capture_logs() as logs:
            through = WriteThrough(log, seconds=0.01)
            through.soon()
            deadline = time.monotonic() + PATIENCE
            while log.calls < 2:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            through.close()
        assert [line["event"] for line in logs] == ["the log is not written through yet"]
