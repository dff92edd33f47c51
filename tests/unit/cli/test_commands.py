"""The command line as a whole: help, start-up, versions, errors and exit statuses."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from modeldesk import __version__, errors
from modeldesk.cli.exits import ExitCode, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

COMMANDS = (
    "demo",
    "serve",
    "publish",
    "predict",
    "log",
    "profile",
    "compare",
    "models",
    "backup",
    "restore",
    "export",
    "check",
    "rebuild-profiles",
    "vacuum",
    "migrate",
    "audit",
    "version",
)
GROUPS = {
    "keys": ("create", "list", "revoke"),
    "users": ("add", "list", "role", "password", "remove"),
}
HEAVY = ("alembic", "fastapi", "nicegui", "numpy", "polars", "sklearn", "sqlalchemy")

LOOK = """
import json, sys
from modeldesk.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(run: Callable[..., Result], command: str) -> None:
    """`--help` of every command explains it and shows a command line to copy."""
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert command == "version" or f"Example: modeldesk {command}" in shown.stdout


@pytest.mark.parametrize("group", GROUPS)
def test_each_command_of_a_group_has_help_with_an_example(
    run: Callable[..., Result], group: str
) -> None:
    """The group lists its commands, and each shows a command line to copy."""
    assert all(command in run(group, "--help").stdout for command in GROUPS[group])
    for command in GROUPS[group]:
        shown = run(group, command, "--help")
        assert shown.exit_code == 0
        assert f"Example: modeldesk {group} {command}" in shown.stdout


def test_help_lists_the_commands_and_the_exit_statuses(run: Callable[..., Result]) -> None:
    """The help of the program names every command and what the exit statuses mean."""
    shown = run("--help").stdout
    assert all(command in shown for command in COMMANDS)
    assert "Exit status: 0" in shown


def test_version(run: Callable[..., Result]) -> None:
    """`version` names modeldesk's version and Python's."""
    shown = run("version")
    assert shown.exit_code == 0
    assert shown.stdout == f"modeldesk {__version__} (Python {platform.python_version()})\n"


@pytest.mark.parametrize("arguments", [["version"], ["--help"], ["demo", "--help"]])
def test_the_quick_commands_load_no_heavy_library(arguments: list[str]) -> None:
    """Version and help answer without loading the web stack, tables, models or a database."""
    found = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], check=True, capture_output=True, text=True
    )
    modules = json.loads(found.stdout.splitlines()[-1])
    assert "typer" in modules
    assert not set(HEAVY) & set(modules)


def test_python_dash_m_does_the_same() -> None:
    """`python -m modeldesk` is the command line."""
    found = subprocess.run(
        [sys.executable, "-m", "modeldesk", "version"], check=False, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout.split()[0]) == (0, "modeldesk")


@pytest.mark.parametrize("arguments", [["predcit"], ["publish"], ["serve", "--port", "many"]])
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str]) -> None:
    """Unknown commands, missing options and wrong values end with 2, help in reach."""
    found = subprocess.run(
        [sys.executable, "-m", "modeldesk", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 2
    assert "--help" in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_an_error_is_one_sentence_and_the_way_out(run: Callable[..., Result]) -> None:
    """What goes wrong is said on standard error, with a hint and without a stack trace."""
    found = run("profile", "nothing-here.csv")
    assert found.exit_code == 2
    assert found.stdout == ""
    first, second = found.stderr.splitlines()
    assert first == "Error: There is no file nothing-here.csv."
    assert "spelling" in second


def test_the_stack_trace_is_there_for_who_asks(run: Callable[..., Result]) -> None:
    """`--traceback` shows where in the program an error came from."""
    found = run("--traceback", "profile", "nothing-here.csv")
    assert found.exit_code == 2
    assert "Traceback" in found.stderr
    assert "Error: There is no file nothing-here.csv." in found.stderr


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidData(""), ExitCode.USAGE),
        (errors.NotFound(""), ExitCode.USAGE),
        (errors.UnsafeArtefact(""), ExitCode.USAGE),
        (errors.ServerUnreachable(""), ExitCode.UNREACHABLE),
        (errors.StoreUnavailable(""), ExitCode.UNREACHABLE),
        (errors.Overloaded(""), ExitCode.UNREACHABLE),
        (errors.ModelFailed(""), ExitCode.FAILED),
        (errors.Conflict(""), ExitCode.FAILED),
    ],
)
def test_what_the_status_says(error: errors.ModeldeskError, status: ExitCode) -> None:
    """The exit status tells a script whether to mend the call or to try again later."""
    assert exit_code(error) is status


DEFECT = """
import sys
from modeldesk.cli import app, main

@app.command()
def broken() -> None:
    raise ZeroDivisionError("no parts")

main()
"""


@pytest.mark.parametrize(("flags", "expected"), [([], "report it"), (["--traceback"], "in broken")])
def test_a_defect_is_owned_up_to(flags: list[str], expected: str) -> None:
    """An exception that nobody foresaw ends with 1, one sentence, and a trace on request."""
    found = subprocess.run(
        [sys.executable, "-c", DEFECT, *flags, "broken"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 1
    assert "modeldesk failed unexpectedly: ZeroDivisionError: no parts" in found.stderr
    assert expected in found.stderr
    assert ("Traceback" in found.stderr) is bool(flags)


INTERRUPTED = """
from modeldesk.cli import app, main

@app.command()
def patient() -> None:
    raise KeyboardInterrupt

main()
"""


def test_an_interrupted_command_ends_with_130() -> None:
    """Ctrl-C before a command is done ends with the status that shells expect, quietly."""
    found = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "patient"], check=False, capture_output=True, text=True
    )
    assert found.returncode == 130
    assert "Traceback" not in found.stderr
