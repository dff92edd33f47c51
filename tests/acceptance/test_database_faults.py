"""The database fails under load: 503 or going on, recovery by itself, nothing lost or twice."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from signal import SIGINT, SIGQUIT, Signals

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from modeldesk.desk import Desk
from modeldesk.server import running_server as serving_thread
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model
from tests.support.ledger import Ledger, tell
from tests.support.load import Load
from tests.support.patience import at_most
from tests.support.postgres import (
    PostgresServer,
    RestartableServer,
    restartable_server,
    throwaway_database,
)
from tests.support.server import RunningServer, running_server

pytestmark = pytest.mark.timeout(180)

SOME = 30
"""Answers that show that a server works."""

PATIENCE = 60.0
"""Seconds within which a server must have recovered, on a machine that has more to do."""

HEALTHY_SECONDS = 2.0
"""The health route's longest answer while everything else waits for the database."""


@contextmanager
def served(home: Path, database_url: str | None = None) -> Iterator[RunningServer]:
    """Run a server in a process of its own, with roll-ups in quick succession."""
    environment = {"MODELDESK_JOB_SECONDS": "0.1"}
    if database_url is not None:
        environment["MODELDESK_DATABASE_URL"] = database_url
    with running_server(home, arguments=["--no-ui"], environment=environment) as server:
        yield server


def published(home: Path, database_url: str | None = None) -> Settings:
    """Publish the model in an empty database; return the settings."""
    settings = Settings.load(home=home, database_url=database_url, job_seconds=0.1, port=0)
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return settings


def checked(settings: Settings, load: Load, fault: str) -> None:
    """Count everything after the fault, and print it."""
    with Desk.open(settings) as desk:
        ledger = Ledger.of(desk)
    tell(f"{fault}: {load}; {ledger}")
    assert not load.improper
    assert ledger.read <= load.sent
    ledger.check(load.answered)


def fail_and_recover(load: Load) -> None:
    """Wait until the load is refused; nothing is answered from then on."""
    load.wait(lambda load: load.refused["store_unavailable"] >= SOME, seconds=PATIENCE)
    before = len(load.answered)
    time.sleep(0.5)
    assert len(load.answered) == before


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[tuple[RestartableServer, str]]:
    """Offer a PostgreSQL server of this test's own, and a database on it."""
    del tmp_path
    with restartable_server() as server, throwaway_database(server.running) as url:
        yield server, url


@pytest.mark.parametrize("signal", [SIGINT, SIGQUIT])
def test_postgres_is_restarted_under_load(
    postgres: tuple[RestartableServer, str], tmp_path: Path, signal: Signals
) -> None:
    """Without its database the server answers 503, and it goes on when the database is back."""
    database, url = postgres
    settings = published(tmp_path / "home", url)
    with served(settings.home, url) as server, Load([server.url]) as load:
        load.wait_for_answers(SOME)
        database.stop(signal)
        fail_and_recover(load)
        health = httpx.get(f"{server.url}/api/v1/health", trust_env=False, timeout=30.0)
        assert health.status_code == httpx.codes.SERVICE_UNAVAILABLE
        database.start()
        started = time.monotonic()
        load.wait_for_answers(SOME, seconds=PATIENCE)
        recovered = time.monotonic() - started
    checked(settings, load, f"PostgreSQL restarted ({signal.name}), back in {recovered:.1f} s")


def test_postgres_connections_are_cut_under_load(
    postgres_database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """Requests on a cut connection get 503, the next ones a new connection."""
    settings = published(tmp_path / "home", postgres_database)
    name = sa.make_url(postgres_database).database
    cut = 0
    with served(settings.home, postgres_database) as server, Load([server.url]) as load:
        load.wait_for_answers(SOME)
        with psycopg.connect(postgres_server.address("postgres"), autocommit=True) as other:
            for _ in range(20):
                found = other.execute(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where datname = %s",
                    [name],
                ).fetchone()
                cut += found[0] if found else 0
                time.sleep(0.1)
        load.wait_for_answers(SOME, seconds=PATIENCE)
    checked(settings, load, f"{cut} connections cut")
    assert cut


def test_postgres_becomes_read_only_under_load(
    postgres_database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """As after a failover to a standby: 503 while nothing can be written, then on again."""
    settings = published(tmp_path / "home", postgres_database)
    name = sql.Identifier(str(sa.make_url(postgres_database).database))
    with (
        served(settings.home, postgres_database) as server,
        Load([server.url]) as load,
        psycopg.connect(postgres_server.address("postgres"), autocommit=True) as other,
    ):
        load.wait_for_answers(SOME)
        for read_only in ("on", "off"):
            setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
            other.execute(setting.format(name, sql.SQL(read_only)))
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                [sa.make_url(postgres_database).database],
            )
            if read_only == "on":
                fail_and_recover(load)
                health = httpx.get(f"{server.url}/api/v1/health", trust_env=False)
                assert health.status_code == httpx.codes.OK
        load.wait_for_answers(SOME, seconds=PATIENCE)
    checked(settings, load, "PostgreSQL read-only")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Offer a disk of 8 MB."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run([umount, str(place)], check=True)


def test_the_disk_is_full(small_disk: Path, tmp_path: Path) -> None:
    """Without room the server answers 503; when there is room again, it goes on."""
    url = f"sqlite:///{small_disk / 'modeldesk.db'}"
    settings = published(tmp_path / "home", url)
    filler = small_disk / "filler"
    with served(settings.home, url) as server, Load([server.url]) as load:
        load.wait_for_answers(SOME)
        with filler.open("wb", buffering=0) as file:
            fill(file.fileno())
            load.wait(lambda load: load.refused["store_unavailable"] >= SOME, seconds=PATIENCE)
            health = httpx.get(f"{server.url}/api/v1/health", trust_env=False, timeout=30.0)
            assert health.status_code == httpx.codes.OK
        filler.unlink()
        load.wait_for_answers(SOME, seconds=PATIENCE)
    checked(settings, load, "disk full")


def fill(file: int) -> None:
    """Write until there is no room for one more byte."""
    for size in (1 << 16, 1 << 12, 1):
        try:
            while os.write(file, b"\0" * size):
                pass
        except OSError:
            continue


@pytest.mark.parametrize(
    ("pragma", "undo"),
    [
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"),
    ],
    ids=["read-only", "full"],
)
def test_sqlite_refuses_to_write(tmp_path: Path, pragma: str, undo: str) -> None:
    """What a read-only file or a full disk makes SQLite say is answered with 503."""
    settings = published(tmp_path / "home")
    broken = threading.Event()

    def hinder(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(pragma if broken.is_set() else undo)

    with Desk.open(settings) as desk, ExitStack() as stack:
        sa.event.listen(sa.Pool, "checkout", hinder)
        stack.callback(sa.event.remove, sa.Pool, "checkout", hinder)
        desk.start_jobs()
        with serving_thread(desk, settings) as url, Load([url]) as load:
            load.wait_for_answers(SOME)
            broken.set()
            load.wait(lambda load: load.refused["store_unavailable"] >= SOME, seconds=PATIENCE)
            assert httpx.get(f"{url}/api/v1/health", trust_env=False).status_code == 200
            broken.clear()
            load.wait_for_answers(SOME, seconds=PATIENCE)
    checked(settings, load, pragma)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Keep everybody else from writing to the log until the block ends."""
    if settings.database_url is None:
        file = settings.home / "modeldesk.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    address = sa.make_url(settings.database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as other:
        other.execute("LOCK TABLE chunks, flags IN SHARE MODE")
        yield
        other.rollback()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_another_program_locks_the_database(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Who waits too long for the lock gets 503; the health route answers all the while."""
    url = str(request.getfixturevalue("postgres_database")) if kind == "postgres" else None
    settings = published(tmp_path / "home", url)
    slowest = 0.0
    with served(settings.home, url) as server, Load([server.url]) as load:
        load.wait_for_answers(SOME)
        prediction = next(iter(load.answered.values()))
        with (
            httpx.Client(base_url=server.url, trust_env=False, timeout=60.0) as client,
            locked(settings),
            flagging(client, prediction),
        ):
            before = len(load.answered)
            while load.refused["store_unavailable"] < 16:
                started = time.monotonic()
                answer = client.get("/api/v1/health")
                slowest = max(slowest, time.monotonic() - started)
                assert answer.status_code == httpx.codes.OK
                time.sleep(0.05)
            kept = len(load.answered) - before
        load.wait_for_answers(SOME, seconds=PATIENCE)
    assert kept <= 16, "only what was committed before the lock"
    checked(settings, load, f"{kind} locked, health within {slowest:.2f} s")
    assert slowest < at_most(HEALTHY_SECONDS)


@contextmanager
def flagging(client: httpx.Client, prediction: str) -> Iterator[None]:
    """Send more flags than the server has threads for, so that all of those wait."""

    def flag() -> None:
        client.post(f"/api/v1/predictions/{prediction}/flags", json={"reason": "other"})

    with ThreadPoolExecutor(50) as threads:
        waiting = [threads.submit(flag) for _ in range(50)]
        yield
        for future in waiting:
            future.result()
