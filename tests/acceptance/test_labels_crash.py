"""A server that is killed while labels arrive has kept every one that it answered, once."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from modeldesk.store import LabelRecords
from modeldesk.store.label_tables import label_days, labels
from tests.support.iris import iris_frame, iris_model
from tests.support.ledger import Ledger, tell
from tests.support.server import running_server

if TYPE_CHECKING:
    from pathlib import Path

CYCLES = int(os.environ.get("MODELDESK_CRASH_CYCLES", "3"))
ROWS = 3_000
AT_ONCE = 20
"""Labels of one request."""
FIRST = 10
"""Requests that are answered before the server may be killed."""
CLASSES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for an empty database of each kind."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    return Settings.load(home=tmp_path / "home", database_url=url)


def sent_until_it_dies(
    url: str, keys: list[str], chance: random.Random, killer: threading.Timer
) -> dict[str, str]:
    """Send labels of keys in turn, some until the killer is started; return what was answered."""
    answered: dict[str, str] = {}
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
        for first in range(0, len(keys), AT_ONCE):
            part = {key: chance.choice(CLASSES) for key in keys[first : first + AT_ONCE]}
            body = {"columns": {"row_id": [*part], "label": [*part.values()]}}
            try:
                answer = client.post("/api/v1/models/iris/labels", json=body)
            except httpx.TransportError:
                break
            assert answer.status_code == 200, answer.text
            answered |= part
            if first == FIRST * AT_ONCE:
                killer.start()
    killer.join()
    return answered


@pytest.mark.timeout(60 + CYCLES * 60)
def test_labels_survive_kill_9(settings: Settings) -> None:
    """What was answered is the present label; counts and due days are those of the labels."""
    keys = [f"order-{number}" for number in range(ROWS)]
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    environment = {"MODELDESK_JOB_SECONDS": "0.05"} | (
        {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    )
    chance = random.Random(5)
    answered: dict[str, str] = {}
    for cycle in range(CYCLES):
        # Some keys are logged by now: the other labels wait, and join in a later cycle.
        with Desk.open(settings) as desk:
            mine = pl.Series("row_id", keys[cycle::CYCLES])
            rows = iris_frame().sample(len(mine), with_replacement=True, seed=cycle)
            desk.backfill.log("iris", rows.with_columns(mine))
        started = running_server(settings.home, arguments=["--no-ui"], environment=environment)
        with started as server:
            killer = threading.Timer(chance.uniform(0.1, 1.5), server.kill)
            order = chance.sample(keys, len(keys))
            answered |= sent_until_it_dies(server.url, order, chance, killer)
    with Desk.open(settings) as desk:
        ledger = Ledger.of(desk)
        assert not ledger.problems, ledger.problems
        tell(f"{CYCLES} x kill -9: {len(answered)} keys answered; {ledger}")
        wrong = {
            key: label
            for key, label in answered.items()
            if [found.labels[0].value for found in desk.reader.by_row_id("iris", key)] != [label]
        }
        # A request that was broken off may have been written after an answered one.
        assert len(wrong) <= CYCLES * AT_ONCE, f"{len(wrong)} answered labels are not there"
        check_once(desk)


def check_once(desk: Desk) -> None:
    """Fail where a label is there twice, or a day with labels was never marked or evaluated."""
    with desk.store.reading() as connection:
        places = Counter(
            (row.chunk_key, row.row, row.batch_id) for row in connection.execute(sa.select(labels))
        )
        marked = {row.day for row in connection.execute(sa.select(label_days))}
    assert places
    assert set(places.values()) == {1}
    windows = desk.labels.maturity("iris").windows
    assert {window.window.start for window in windows} <= marked
    desk.jobs.run()
    assert LabelRecords(desk.store).due() == ()
    windows = desk.labels.maturity("iris").windows
    report = desk.performance.report("iris")
    assert {window.window.start: window.labelled for window in report.windows} == {
        window.window.start: window.labelled for window in windows if window.labelled
    }
