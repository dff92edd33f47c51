"""The demo as a newcomer runs it: a program of its own, its output, its exit status."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from signal import SIGINT
from typing import TYPE_CHECKING

import httpx

from tests.support.processes import end, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEMO = (sys.executable, "-m", "modeldesk", "demo")


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    """Make sure that somebody listens on a port, this test or whoever did before."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


def test_demo_exit_leaves_with_the_facts(tmp_path: Path) -> None:
    """`demo --exit` does the whole job, says in JSON what came out, and ends with 0."""
    first_day = datetime.now(UTC).date() - timedelta(days=3)
    with taken(8080):
        found = subprocess.run(
            [*DEMO, "--exit"], cwd=tmp_path, check=False, capture_output=True, text=True
        )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout.splitlines()[-1])
    assert (told["predictions"], told["profiled"]) == (450, 450)
    features = [alert for alert in told["alerts"] if alert["column"] != "class"]
    assert [alert["column"] for alert in features] == ["sepal_width_cm"]
    # The day is told by the clock when the demo ran, which may have been past midnight.
    days = [(first_day + timedelta(days=n)).isoformat() for n in (1, 2)]
    assert features[0]["day"] in days
    assert 0.1 < features[0]["distance"] <= 1
    assert told["flag_id"] == 1
    assert told["seconds"] > 0
    assert told["unmet"] == []
    assert "Port 8080 is taken" in found.stderr
    assert not told["url"].endswith(":8080")
    assert (tmp_path / "modeldesk-demo" / "modeldesk.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["modeldesk-demo"]


def test_demo_serves_until_it_is_stopped(tmp_path: Path) -> None:
    """Without `--exit` the pages stay up, a second demo keeps away, and Ctrl-C ends with 0."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    output = tmp_path / "output"
    command = [*DEMO, "--home", str(tmp_path / "demo"), "--port", str(port)]
    with output.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while "Ctrl-C" not in output.read_text() and time.monotonic() < deadline:
            assert process.poll() is None, output.read_text()
            time.sleep(0.1)
        assert httpx.get(f"{url}/models/iris", trust_env=False).status_code == httpx.codes.OK
        second = subprocess.run(command, check=False, capture_output=True, text=True)
        assert second.returncode == 1
        assert "A demo is running in" in second.stderr
        assert end(process, signal=SIGINT) == 0
    finally:
        end(process)
    shown = output.read_text()
    for page in ("/", "/models/iris", "/models/iris/monitor", "/models/iris/playground", "/docs"):
        assert f"  {url}{page}\n" in shown
    assert "Traceback" not in shown
