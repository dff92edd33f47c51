"""The command ``modeldesk``: the only place that prints or exits."""

from __future__ import annotations

import sys

from modeldesk.cli.app import app
from modeldesk.cli.exits import ExitCode
from modeldesk.cli.screen import show_defect

__all__ = ["app", "main"]


def main() -> None:
    """Run the command that the command line names, and exit with its status."""
    try:
        app(prog_name="modeldesk")
    except Exception as error:  # noqa: BLE001  # the boundary: nobody is behind a command
        show_defect(error, trace="--traceback" in sys.argv)
        sys.exit(ExitCode.FAILED)
