"""Keys, users and the audit trail on the command line."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

PASSWORD = "a few random words"  # noqa: S105 - of a test


@pytest.fixture
def desk(tmp_path: Path, run: Callable[..., Result]) -> Callable[..., Result]:
    """Offer a way to run commands on a desk of its own."""

    def command(*arguments: str, text: str | None = None) -> Result:
        return run(*arguments, "--home", tmp_path / "home", text=text)

    return command


def test_a_key_is_shown_once_listed_and_revoked(desk: Callable[..., Result]) -> None:
    """The key alone is on the standard output, so that it can go straight into a variable."""
    made = desk("keys", "create", "nightly", "--scope", "ingest, read", "--expires", "30")
    assert made.exit_code == 0
    (key,) = made.stdout.splitlines()
    assert key.startswith("mdk_")
    assert "only time" in made.stderr
    listed = desk("keys", "list").stdout
    assert "ingest,read" in listed
    assert "never" in listed
    assert "good until" in listed
    assert key not in listed
    assert "revoked" in desk("keys", "revoke", "nightly").stdout
    (told,) = json.loads(desk("keys", "list", "--json").stdout)
    assert told["revoked_at"]
    assert told["prefix"] == key.rsplit("_", 1)[0]
    assert "revoked" in desk("keys", "list").stdout
    as_json = json.loads(desk("keys", "create", "b", "--scope", "read", "--json").stdout)
    assert as_json["view"]["models"] is None
    assert "good" in desk("keys", "list").stdout


def test_mistakes_with_keys_are_named(desk: Callable[..., Result]) -> None:
    """Unknown scopes, models and names end with 2 and what there is instead."""
    found = desk("keys", "create", "a", "--scope", "everything")
    assert (found.exit_code, "predict, ingest, read, admin" in found.stderr) == (2, True)
    found = desk("keys", "create", "a", "--scope", "read", "--model", "nothing")
    assert (found.exit_code, "There is no model 'nothing'" in found.stderr) == (2, True)
    assert "no API key yet" in desk("keys", "list").stdout
    found = desk("keys", "revoke", "a")
    assert (found.exit_code, "There is no key 'a'" in found.stderr) == (2, True)


def test_users_are_added_listed_changed_and_removed(desk: Callable[..., Result]) -> None:
    """Passwords are asked for twice, or read from the standard input; never shown."""
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    added = desk("users", "add", "anna", "--role", "editor", text=twice)
    assert added.exit_code == 0
    assert "asks everybody to sign in" in added.stdout
    assert PASSWORD not in added.output
    second = desk("users", "add", "otto", "--role", "viewer", "--password-stdin", text=PASSWORD)
    assert second.stdout == "Added the user 'otto' with the role viewer.\n"
    assert "has the role admin" in desk("users", "role", "anna", "admin").stdout
    assert "new password" in desk("users", "password", "anna", text=twice).stdout
    listed = desk("users", "list").stdout
    assert "anna" in listed
    assert "never" in listed
    told = json.loads(desk("users", "list", "--json").stdout)
    assert [(user["name"], user["role"]) for user in told] == [
        ("anna", "admin"),
        ("otto", "viewer"),
    ]
    assert "Removed" in desk("users", "remove", "anna").stdout
    assert "asks nobody" in desk("users", "remove", "otto").stdout
    assert "no user yet" in desk("users", "list").stdout


def test_mistakes_with_users_are_named(desk: Callable[..., Result]) -> None:
    """An unknown role, a short password, two that differ, a name that is not there."""
    found = desk("users", "add", "anna", "--role", "king", "--password-stdin", text=PASSWORD)
    assert (found.exit_code, "viewer, editor, admin" in found.stderr) == (2, True)
    found = desk("users", "add", "anna", "--role", "admin", "--password-stdin", text="short")
    assert (found.exit_code, "12 to 1000" in found.stderr) == (2, True)
    found = desk("users", "add", "anna", "--role", "admin", text=f"{PASSWORD}\nother\n")
    assert found.exit_code != 0
    assert "no user yet" in desk("users", "list").stdout
    found = desk("users", "role", "anna", "admin")
    assert (found.exit_code, "There is no user 'anna'" in found.stderr) == (2, True)


def test_the_trail_names_who_gave_the_command(desk: Callable[..., Result]) -> None:
    """What commands change is noted under the account that ran them, page by page."""
    desk("keys", "create", "a", "--scope", "read")
    assert "Nothing has been changed" in desk("audit", "--action", "policy").stdout
    desk("keys", "revoke", "a")
    desk("expire")
    told = json.loads(desk("audit", "--json").stdout)["entries"]
    assert [entry["action"] for entry in told] == ["rows.expired", "key.revoked", "key.created"]
    actor = f"command line {getpass.getuser()}"
    assert {entry["actor"] for entry in told} == {actor}
    shown = desk("audit", "--limit", "1", "--actor", actor).stdout
    assert "rows.expired" in shown
    cursor = shown.split("--cursor ")[1].strip(" .\n")
    assert "key.revoked" in desk("audit", "--cursor", cursor).stdout
