"""Several servers start at once on a database of an earlier release."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from modeldesk.store import Store
from tests.support.first_release import AGES, KEY, PEOPLE, write
from tests.support.ledger import tell
from tests.support.server import RunningServer, running_server

STARTERS = 3

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for a database of each kind that the first release wrote."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    settings = Settings.load(home=tmp_path / "home", database_url=url)
    with Store(settings.database) as store:
        write(store)
    return settings


def test_one_migrates_and_the_others_wait(settings: Settings) -> None:
    """All of them come up, on one migrated database with every row, copied once before."""
    with started_at_once(settings) as servers:
        for server in servers:
            answer = httpx.get(f"{server.url}/api/v1/predictions/{KEY}-1", trust_env=False)
            assert answer.json()["inputs"]["age"] == AGES[1]
            (model,) = httpx.get(f"{server.url}/api/v1/models", trust_env=False).json()["models"]
            assert (model["predictions"], model["profiled"]) == (3, 3)
        assert all(server.process.poll() is None for server in servers)
    if settings.database_url is None:
        (copy,) = settings.home.glob("modeldesk.db.before-*")
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("select version_num from alembic_version").fetchone() == ("0001",)
    with Desk.open(settings) as desk:
        assert desk.rebuild.run(PEOPLE).days == 1
        found = desk.check.run()
    tell(f"{STARTERS} servers started at once: {found.rows} rows, findings {found.findings}")
    assert (found.rows, found.findings) == (3, ())


@contextmanager
def started_at_once(settings: Settings) -> Iterator[list[RunningServer]]:
    """Run several servers on one database, none of which waits for another's start."""
    environment = {"MODELDESK_DATABASE_URL": settings.database_url or ""}
    with ExitStack() as stack, ThreadPoolExecutor(STARTERS) as threads:
        starting = [
            running_server(
                settings.home,
                arguments=["--no-ui"],
                environment=environment if settings.database_url else {},
            )
            for _ in range(STARTERS)
        ]
        yield list(threads.map(stack.enter_context, starting))
