"""`serve`: addresses, a clean stop, and what `--url` of other commands reaches."""

from __future__ import annotations

import json
import subprocess
import sys
from signal import SIGINT, SIGTERM
from typing import TYPE_CHECKING

import httpx
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
    """No address but this machine's own is bound where others are not meant to come."""
    found = run("serve", "--host", "0.0.0.0", "--home", home)  # noqa: S104  # refused
    assert found.exit_code == 2
    assert "only with --public" in found.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "there is no administrator yet"),
        ({"MODELDESK_AUTH": "none"}, "does not start with auth = 'none'"),
        (
            {"MODELDESK_OIDC_ISSUER": "https://login.example.org"},
            "must know the names under which it is reached",
        ),
    ],
)
def test_a_public_server_does_not_start_open(
    run: Callable[..., Result],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    sentence: str,
) -> None:
    """What is missing is said in one sentence, with the way to it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = run("serve", "--public", "--host", "0.0.0.0", "--port", "0", "--home", home)  # noqa: S104 - that is the test
    assert found.exit_code == 2
    first, second = found.stderr.splitlines()[-2:]
    assert sentence in first
    assert second


def test_anybody_is_let_in_by_any_name_only_where_one_has_to_sign_in(
    run: Callable[..., Result], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise pages of other sites could use the server by having their name lead here."""
    monkeypatch.setenv("MODELDESK_ALLOWED_HOSTS", '["*"]')
    found = run("serve", "--port", "0", "--home", home)
    assert found.exit_code == 2
    assert "'*' only where callers must sign in" in found.stderr


def test_a_public_server_lets_in_who_has_a_key(run: Callable[..., Result], tmp_path: Path) -> None:
    """With a key for administrators and a name it starts, and warns that nothing is encrypted."""
    home = tmp_path / "home"
    key = run("keys", "create", "first", "--scope", "admin,read", "--home", home).stdout.strip()
    with running_server(
        home,
        arguments=["--public", "--host", "0.0.0.0", "--no-ui"],  # noqa: S104 - that is the test
        environment={"MODELDESK_ALLOWED_HOSTS": '["127.0.0.1", "models.example.org"]'},
    ) as server:
        assert "unencrypted" in server.output
        refused = run("models", "--url", server.url, "--json")
        assert refused.exit_code == 2
        assert "needs an API key" in refused.stderr
        monkey = pytest.MonkeyPatch()
        with monkey.context() as environment:
            environment.setenv("MODELDESK_API_KEY", key)
            assert run("models", "--url", server.url, "--json").stdout == "[]\n"
            assert "key.created" in run("audit", "--url", server.url).stdout


def test_forwarded_headers_count_from_trusted_proxies_only(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """Who is not trusted can neither claim TLS nor another address."""
    password = "a few random words"  # noqa: S105 - of a test
    home = tmp_path / "home"
    added = run(
        "users", "add", "anna", "--role", "admin", "--password-stdin", "--home", home, text=password
    )
    assert added.exit_code == 0
    form = {"name": "anna", "password": password}
    for trusted in ("[]", '["127.0.0.1"]'):
        with running_server(home, environment={"MODELDESK_TRUSTED_PROXIES": trusted}) as server:
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
            origin = {"Origin": server.url}
            answer = httpx.post(
                f"{server.url}/login", data=form, headers=headers | origin, trust_env=False
            )
            assert answer.status_code == httpx.codes.SEE_OTHER
            secure = "__Host-modeldesk_session" in str(answer.headers)
            assert secure == (trusted != "[]")


def test_a_wrong_setting_is_named(
    run: Callable[..., Result], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that makes no sense is named with every place it can come from."""
    monkeypatch.setenv("MODELDESK_PORT", "many")
    found = run("serve", "--home", home)
    assert found.exit_code == 2
    assert "MODELDESK_PORT" in found.stderr
