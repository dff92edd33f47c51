"""A server that nobody has asked for anything has loaded no more than it needs for answering."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

UNUSED = (
    "aiohttp",  # the client of the library that speaks the pages' socket
    "alembic",  # a new database is made at once, a current one left alone
    "argon2",  # nobody signs in
    "authlib",
    "catboost",
    "datasketches",  # there is no traffic to look at
    "httpx",  # nobody signs in elsewhere
    "joblib",
    "lightgbm",
    "mlflow",
    "modeldesk.ui",  # nobody has opened a page
    "nicegui",
    "onnxruntime",
    "pandas",
    "psycopg",
    "pyarrow",
    "rich._emoji_codes",
    "scipy",
    "sklearn",
    "skops",
    "sqlalchemy.dialects.postgresql",
    "xgboost",
)
SERVE = """
import json, sys
from modeldesk.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
print(json.dumps(sorted(sys.modules)))
"""
CLIENT = """
import asyncio, sys
import modeldesk.ui.mount, engineio
assert "aiohttp" not in sys.modules
async def talk(url):
    client = engineio.AsyncClient()
    await client.connect(
        url,
        headers={"Origin": url},
        transports=[sys.argv[2]],
        engineio_path="_nicegui_ws/socket.io",
    )
    print(client.state)
    await client.disconnect()
asyncio.run(talk(sys.argv[1]))
assert "aiohttp" in sys.modules
"""


@contextmanager
def served(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `modeldesk serve` on a home without models, and yield its address and its process."""
    command = [sys.executable, "-c", SERVE, "serve", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            assert httpx.get(f"{url}/api/v1/health", trust_env=False).status_code == 200
            yield url, process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Offer what a server had loaded when it ended."""
    with served(tmp_path_factory.mktemp("idle") / "home") as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        told = process.stdout.read()
        assert process.wait(timeout=20) == 0
    return frozenset(json.loads(told.splitlines()[-1]))


@pytest.mark.parametrize("name", UNUSED)
def test_an_idle_server_has_not_loaded_what_it_has_not_used(
    modules: frozenset[str], name: str
) -> None:
    """What takes megabytes and is not needed yet is not there yet."""
    assert {"modeldesk.server", "modeldesk.api.late", "fastapi", "uvicorn"} <= modules
    assert name not in modules


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Offer the address of a server with pages."""
    with served(tmp_path_factory.mktemp("pages") / "home") as (address, _):
        yield address


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_what_is_put_off_works_when_it_is_used(url: str, transport: str) -> None:
    """The socket's own client, which a server does without, connects once somebody uses it."""
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, url, transport],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("connected\n", 0), done.stderr
