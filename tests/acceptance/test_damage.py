"""Bytes that rotted in the database harm the rows in them, and no others."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from modeldesk.store.tables import chunks
from tests.support.iris import ROW, iris_frame, iris_model
from tests.support.ledger import tell
from tests.support.load import Load
from tests.support.server import running_server

DAMAGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda payload: payload[:-1] + bytes([payload[-1] ^ 1]),
    lambda payload: payload[: len(payload) // 2],
    lambda payload: payload[:3],
    lambda payload: b"X" + payload[1:],
)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for a database of each kind, with the model published."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    settings = Settings.load(home=tmp_path / "home", database_url=url)
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return settings


def test_damaged_chunks_do_not_stop_the_server(settings: Settings) -> None:
    """Flipped and truncated chunks are named; all other rows are profiled, once."""
    with Desk.open(settings) as desk:
        lost = [desk.predictor.predict("iris", [ROW]).predictions[0] for _ in DAMAGES]
        (whole,) = desk.predictor.predict("iris", [ROW]).predictions
        for found, damage in zip(lost, DAMAGES, strict=True):
            damage_chunk(desk, found.prediction_id.partition("-")[0], damage)
    environment = {"MODELDESK_JOB_SECONDS": "0.05"} | (
        {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    )
    with (
        running_server(settings.home, arguments=["--no-ui"], environment=environment) as server,
        httpx.Client(base_url=f"{server.url}/api/v1/", trust_env=False, timeout=30.0) as client,
    ):
        with Load([server.url]) as load:
            load.wait_for_answers(30)
        wait_until_profiled(client, 1 + len(load.answered))
        assert client.get(f"predictions/{whole.prediction_id}").status_code == httpx.codes.OK
        for found in lost:
            answer = client.get(f"predictions/{found.prediction_id}")
            assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
            assert answer.json()["error"]["code"] == "corrupt"
    with Desk.open(settings) as desk:
        named = " ".join(found.where for found in desk.check.run().findings)
    tell(f"{len(DAMAGES)} chunks damaged: {load}; the check names {named}")
    assert all(found.prediction_id.partition("-")[0] in named for found in lost)
    assert not load.improper
    assert not load.refused


def damage_chunk(desk: Desk, key: str, damage: Callable[[bytes], bytes]) -> None:
    """Change the bytes of one chunk behind the program's back."""
    with desk.store.writing() as connection:
        payload = connection.scalar(sa.select(chunks.c.payload).where(chunks.c.key == key))
        assert isinstance(payload, bytes)
        connection.execute(
            sa.update(chunks).where(chunks.c.key == key).values(payload=damage(payload))
        )


def wait_until_profiled(client: httpx.Client, rows: int) -> None:
    """Return when exactly so many rows are profiled."""
    deadline = time.monotonic() + 30
    profiled = 0
    while profiled < rows:
        assert time.monotonic() < deadline, f"{profiled} of {rows} rows are profiled"
        profiled = client.get("models/iris").json()["profiled"]
        time.sleep(0.05)
    assert profiled == rows
