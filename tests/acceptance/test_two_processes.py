"""Several processes on one database: everything is counted once, and nobody waits for ever."""

import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model
from tests.support.ledger import Ledger, tell
from tests.support.load import Load
from tests.support.requirements import ROOT
from tests.support.server import running_server

pytestmark = pytest.mark.timeout(180)

ANSWERS = 300
CHUNKS = 150
CHUNK_ROWS = 20
FIRST = datetime.now(UTC) - timedelta(days=4)
"""Recent, for profiles of hours expire."""


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for a database of each kind, with the model published."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    settings = Settings.load(home=tmp_path / "home", database_url=url)
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return settings


def test_two_servers_share_a_database(settings: Settings) -> None:
    """Both answer, both roll up and judge; each row is in the log and in the profiles once."""
    environment = {"MODELDESK_JOB_SECONDS": "0.05"} | (
        {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    )
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                running_server(settings.home, arguments=["--no-ui"], environment=environment)
            )
            for _ in range(2)
        ]
        loads = [
            stack.enter_context(Load([server.url], label=f"server-{number}", keyed=number == 0))
            for number, server in enumerate(servers)
        ]
        for load in loads:
            load.wait_for_answers(ANSWERS, seconds=60.0)
    with Desk.open(settings) as desk:
        ledger = Ledger.of(desk)
    tell(f"two servers: {'; '.join(map(str, loads))}; {ledger}")
    assert not any(load.improper for load in loads)
    ledger.check(loads[0].answered | loads[1].answered)
    # Both servers print into one file.
    tell(f"failed background jobs: {servers[0].output.count('background job failed')}")
    assert "deadlock" not in servers[0].output


def test_two_roll_ups_run_at_once(settings: Settings) -> None:
    """Each row is profiled by one of them: what both say that they did is all there is."""
    command = [sys.executable, "-m", "tests.support.rolling", "--home", str(settings.home)]
    if settings.database_url:
        command += ["--database-url", settings.database_url]
    rolling = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for process in rolling:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        with Desk.open(settings) as desk:
            for number in range(CHUNKS):
                desk.backfill.log("iris", rows(number))
        said = [process.communicate(timeout=60)[0].split() for process in rolling]
    finally:
        for process in rolling:
            process.kill()
            process.wait()
    with Desk.open(settings) as desk:
        ledger = Ledger.of(desk)
    tell(f"two roll-ups: rows and repeated runs {said}; {ledger}")
    ledger.check({})
    assert ledger.read == CHUNKS * CHUNK_ROWS
    assert sum(int(profiled) for profiled, _ in said) == ledger.read


def rows(number: int) -> pl.DataFrame:
    """Return predictions of three recent days, so that many chunks meet in few windows."""
    hours = [(number * 7 + row * 5) % 72 for row in range(CHUNK_ROWS)]
    return iris_frame()[number % 100 : number % 100 + CHUNK_ROWS].with_columns(
        pl.Series("timestamp", [FIRST + timedelta(hours=hour) for hour in hours]),
        pl.Series("row_id", [f"{number}-{row}" for row in range(CHUNK_ROWS)]),
    )
