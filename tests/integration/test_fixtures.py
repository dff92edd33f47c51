"""The machinery of the tests themselves: database servers, browsers and server processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import psycopg
import pytest
from threadpoolctl import ThreadpoolController

from tests.support.browser import BrowserRecord, guarded_page
from tests.support.postgres import PostgresServer, throwaway_database, throwaway_server
from tests.support.server import ServerDidNotStartError, running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A stand-in for the server: it answers the health check and says in its output how it ended.
STAND_IN = """
import http.server, signal, sys
port = int(sys.argv[sys.argv.index("--port") + 1])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/v1/health" else 404)
        self.end_headers()
def leave(*_):
    print("told to stop", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, leave)
print("serving", sys.argv[1:], flush=True)
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


def plain(url: str) -> str:
    """Return a SQLAlchemy URL as psycopg itself reads it."""
    return url.replace("+psycopg", "", 1)


def test_linear_algebra_takes_as_many_threads_as_the_environment_says() -> None:
    """Which is one, unless somebody says otherwise: the setting came before the libraries."""
    assert np.linalg.inv(np.eye(2)).tolist() == [[1, 0], [0, 1]]
    loaded = ThreadpoolController().select(user_api="blas").info()
    assert {library["num_threads"] for library in loaded} == {
        int(os.environ["OPENBLAS_NUM_THREADS"])
    }


def test_postgres_answers(postgres_url: str) -> None:
    """The PostgreSQL server of the tests answers a query."""
    with psycopg.connect(plain(postgres_url)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_postgres_is_not_run_by_root(postgres_server: PostgresServer) -> None:
    """The server's process belongs to an ordinary user."""
    assert Path(f"/proc/{postgres_server.process.pid}").stat().st_uid != 0


def test_every_database_is_fresh(postgres_server: PostgresServer) -> None:
    """What one test writes is gone for the next, even while a connection is still open."""
    with throwaway_database(postgres_server) as first:
        left_open = psycopg.connect(plain(first))
        left_open.execute("create table kept (x int)")
        left_open.commit()
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("select 1")
    left_open.close()
    with (
        throwaway_database(postgres_server) as second,
        psycopg.connect(plain(second)) as connection,
    ):
        assert first != second
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)


def test_a_postgres_server_leaves_nothing_behind() -> None:
    """When a throw-away server ends, its process and its files are gone."""
    with throwaway_server() as server, psycopg.connect(server.address("postgres")) as connection:
        row = connection.execute("show data_directory").fetchone()
        assert row is not None
        folder = Path(row[0])
        assert folder.exists()
    assert server.process.returncode == 0
    assert not folder.parent.exists()


def test_chromium_renders_a_local_page(browser_page: Page, tmp_path: Path) -> None:
    """A local page runs its script and can be clicked."""
    path = tmp_path / "page.html"
    path.write_text("<button onclick='this.textContent = 6 * 7'>ask</button>", encoding="utf-8")
    browser_page.goto(path.as_uri())
    browser_page.get_by_role("button", name="ask").click()
    assert browser_page.get_by_role("button").inner_text() == "42"


def test_chromium_reaches_a_local_server(browser_page: Page, tmp_path: Path) -> None:
    """Requests to this machine are not blocked."""
    command = [sys.executable, "-c", STAND_IN]
    with running_server(tmp_path, command=command) as server:
        response = browser_page.goto(f"{server.url}/api/v1/health")
        assert response is not None
        assert response.status == httpx.codes.OK


@pytest.mark.parametrize(
    "script",
    [
        "fetch('https://example.org/data').catch(() => {})",
        "fetch('http://localhost.example.org/data').catch(() => {})",
        "fetch('http://192.0.2.1/data').catch(() => {})",
        "new WebSocket('wss://example.org/socket')",
    ],
)
def test_chromium_blocks_and_records_what_leaves_this_machine(
    browser_page: Page, browser_record: BrowserRecord, script: str
) -> None:
    """A foreign request is refused, and recorded under its address."""
    browser_page.goto("about:blank")
    browser_page.evaluate(f"() => {{ {script} }}")
    browser_page.wait_for_timeout(200)
    assert len(browser_record.foreign_requests) == 1
    assert browser_record.foreign_requests[0] in script
    browser_record.foreign_requests.clear()
    browser_record.console_errors.clear()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("setTimeout(() => { throw new Error('lost') })", "errors in the page: .*lost"),
        ("console.error('bad')", "errors in the console: .*bad"),
        ("fetch('https://example.org/').catch(() => {})", "left this machine"),
    ],
)
def test_what_goes_wrong_in_a_page_fails_its_test(
    chromium: Browser, script: str, message: str
) -> None:
    """An uncaught error, a console error or a foreign request fails the test at its end."""
    record = BrowserRecord()

    def visit() -> None:
        with guarded_page(chromium, record) as page:
            page.goto("about:blank")
            page.evaluate(f"() => {{ {script} }}")
            page.wait_for_timeout(200)

    with pytest.raises(AssertionError, match=message):
        visit()


def test_a_server_runs_until_its_block_ends(tmp_path: Path) -> None:
    """The server is started on its folder, answers, and is asked to stop at the end."""
    command = [sys.executable, "-c", STAND_IN]
    with running_server(tmp_path / "home", command=command, arguments=["--extra"]) as server:
        assert httpx.get(f"{server.url}/api/v1/health", trust_env=False).is_success
    assert server.process.returncode == 7
    assert f"'--home', '{tmp_path / 'home'}'" in server.output
    assert "'--extra'" in server.output
    assert "told to stop" in server.output


def test_a_server_can_be_killed(tmp_path: Path) -> None:
    """A killed server gets no chance to say goodbye."""
    with running_server(tmp_path, command=[sys.executable, "-c", STAND_IN]) as server:
        server.kill()
    assert server.process.returncode == -9
    assert "told to stop" not in server.output


def test_a_server_that_ends_early_is_reported_with_its_output(tmp_path: Path) -> None:
    """The error carries the exit code and what the server printed."""
    command = [sys.executable, "-c", "import sys; print('no disk'); sys.exit(3)"]
    with (
        pytest.raises(ServerDidNotStartError, match=r"exit code 3:\nno disk"),
        running_server(tmp_path, command=command),
    ):
        pytest.fail("the server cannot have started")


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """Waiting ends after the given time, and the process is ended."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        pytest.raises(ServerDidNotStartError, match=r"within 0\.5 s"),
        running_server(tmp_path, command=command, seconds=0.5),
    ):
        pytest.fail("the server cannot have started")


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed"), ("", "1 skipped")])
def test_a_missing_program_fails_in_ci_and_skips_elsewhere(
    tmp_path: Path, ci: str, outcome: str
) -> None:
    """Without Chromium on the PATH its tests are skipped; in continuous integration they fail."""
    test = tmp_path / "test_browser.py"
    test.write_text(
        "from tests.support.browser import executable\n\ndef test():\n    executable()\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", str(test)],
        env={"PATH": str(tmp_path), "CI": ci},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
        text=True,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
    assert "Chromium is not installed" in done.stdout
