"""A server that is killed under load has kept everything that it answered."""

import contextlib
import threading
import time
from pathlib import Path

import pytest

import modeldesk
from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.settings import Settings
from tests.support.iris import ROW, iris_frame, iris_model
from tests.support.server import running_server

CONNECTIONS = 8


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for an empty database of each kind."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    return Settings.load(home=tmp_path / "home", database_url=url)


def send_until_it_fails(url: str, answered: list[str]) -> None:
    """Predict one row after the other until the server is gone."""
    with modeldesk.Client(url) as client, contextlib.suppress(ModeldeskError):
        for _ in range(10_000):
            found = client.predict("iris", ROW)
            answered.append(found.predictions[0].prediction_id)


def test_what_was_answered_survives_kill_9(settings: Settings) -> None:
    """Every answered prediction is in the log, and each row is profiled exactly once."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    answered: list[str] = []
    environment = {"MODELDESK_JOB_SECONDS": "0.05"} | (
        {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    )
    for _ in range(2):
        with running_server(
            settings.home, arguments=["--no-ui"], environment=environment
        ) as server:
            threads = [
                threading.Thread(target=send_until_it_fails, args=(server.url, answered))
                for _ in range(CONNECTIONS)
            ]
            for thread in threads:
                thread.start()
            enough = len(answered) + 20 * CONNECTIONS
            deadline = time.monotonic() + 30
            while len(answered) < enough and time.monotonic() < deadline:
                time.sleep(0.01)
            server.kill()
            for thread in threads:
                thread.join()
    assert len(answered) >= 40 * CONNECTIONS
    with Desk.open(settings) as desk:
        desk.jobs.run()
        assert all(desk.reader.prediction(found).inputs == ROW for found in answered)
        model = desk.overview.model("iris")
        assert model.predictions == model.profiled >= len(answered)
