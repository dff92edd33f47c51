"""A server that is killed under load has kept everything that it answered.

By default it is killed six times on each database; `MODELDESK_CRASH_CYCLES=100` does so more
often.
"""

import os
import random
import time
from pathlib import Path

import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model
from tests.support.ledger import Ledger, tell
from tests.support.load import Load
from tests.support.patience import until
from tests.support.server import running_server

CYCLES = int(os.environ.get("MODELDESK_CRASH_CYCLES", "3"))
SECONDS_PER_CYCLE = 30
FIRST_ANSWERS = 10
PATIENCE = 60.0
"""Seconds within which a server answers, on a machine that has more to do."""
LONGEST_LIFE = 1.5
"""Seconds under load after which a server has been killed at the latest."""


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for an empty database of each kind."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    return Settings.load(home=tmp_path / "home", database_url=url)


def journals_in(settings: Settings) -> set[str]:
    """Return the names of the journals beside an embedded database."""
    return {each.name for each in settings.home.glob("*-fresh/*")}


def wait_for_another(settings: Settings, known: set[str]) -> None:
    """Wait until there is a journal that was not there before."""
    until(lambda: journals_in(settings) - known, seconds=PATIENCE)


@pytest.mark.timeout(60 + CYCLES * SECONDS_PER_CYCLE)
@pytest.mark.parametrize("keyed", [True, False])
def test_what_was_answered_survives_kill_9(settings: Settings, *, keyed: bool) -> None:
    """Every answered prediction is in the log, and each row is profiled exactly once.

    Rows with keys of their own are committed in the database, others in a journal beside it.
    """
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    environment = {"MODELDESK_JOB_SECONDS": "0.05"} | (
        {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    )
    chance = random.Random(7)
    answered: dict[str, str] = {}
    in_journals = settings.database_url is None and not keyed
    journals: set[str] = set()
    sent = unanswered = 0
    for cycle in range(CYCLES):
        with (
            running_server(settings.home, arguments=["--no-ui"], environment=environment) as server,
            Load([server.url], label=f"cycle-{cycle}", keyed=keyed) as load,
        ):
            load.wait_for_answers(FIRST_ANSWERS, seconds=PATIENCE)
            if in_journals:
                wait_for_another(settings, journals)
            time.sleep(chance.uniform(0.0, LONGEST_LIFE))
            server.kill()
        journals |= journals_in(settings)
        assert not load.improper
        assert not load.refused
        assert len(load.answered) >= FIRST_ANSWERS
        answered |= load.answered
        sent += load.sent
        unanswered += load.unanswered
    with Desk.open(settings) as desk:
        ledger = Ledger.of(desk)
    assert len(journals) == (CYCLES if in_journals else 0)
    assert journals_in(settings) == set()
    tell(
        f"{CYCLES} x kill -9: {sent} sent, {len(answered)} answered, {unanswered} broken off; "
        f"{ledger}"
    )
    assert ledger.read <= sent
    ledger.check(answered)
