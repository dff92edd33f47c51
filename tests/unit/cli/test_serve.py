"""`serve`: addresses, a clean stop, and what `--url` of other commands reaches."""

from __future__ import annotations

import json
import subprocess
import sys
from signal import SIGINT, SIGTERM
from typing import TYPE_CHECKING

import pytest

from tests.support.server import running_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from signal import Signals

    from typer.testing import Result

ROW = json.dumps(
    {"sepal_length_cm": 7, "sepal_width_cm": 3, "petal_length_cm": 6, "petal_width_cm": 2.2}
)


def test_serve_answers_other_commands(run: Callable[..., Result], home: Path) -> None:
    """`predict --url` and `models --url` ask the server; a taken port ends with 2."""
    with running_server(home, arguments=["--no-ui"]) as server:
        assert f"modeldesk is ready at {server.url}" in server.output
        told = json.loads(run("predict", "iris", ROW, "--url", server.url, "--json").stdout)
        assert told["predictions"][0]["prediction"] == "Iris-virginica"
        assert "iris" in run("models", "--url", server.url).stdout
        second = subprocess.run(
            [sys.executable, "-m", "modeldesk", "serve", "--port", server.url.rsplit(":")[-1]],
            cwd=home,
            check=False,
            capture_output=True,
            text=True,
        )
    assert second.returncode == 2
    assert "in use by another program" in second.stderr
    assert "--port" in second.stderr


@pytest.mark.parametrize("signal", [SIGINT, SIGTERM])
def test_serve_stops_cleanly(home: Path, signal: Signals) -> None:
    """Ctrl-C and SIGTERM end the server in order: status 0, no stack trace."""
    with running_server(home, arguments=["--no-ui"]) as server:
        assert server.stop(signal) == 0
        assert "Stopped." in server.output
        assert "Traceback" not in server.output


def test_serve_refuses_to_be_reached_from_outside(run: Callable[..., Result], home: Path) -> None:
    """Without a login, no address but this machine's own is bound."""
    found = run("serve", "--host", "0.0.0.0", "--home", home)  # noqa: S104  # refused
    assert found.exit_code == 2
    assert "There is no login yet" in found.stderr


def test_a_wrong_setting_is_named(
    run: Callable[..., Result], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that makes no sense is named with every place it can come from."""
    monkeypatch.setenv("MODELDESK_PORT", "many")
    found = run("serve", "--home", home)
    assert found.exit_code == 2
    assert "MODELDESK_PORT" in found.stderr
