"""The two streams of a command: answers go to the standard output, talk to standard error."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from modeldesk.errors import ModeldeskError

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_OF_FILES = 160
"""Characters per line where nobody watches (in a file or a pipe) and COLUMNS is not set."""


def answers() -> Console:
    """Return the console of the standard output."""
    return _console(stderr=False)


def talk() -> Console:
    """Return the console of standard error."""
    return _console(stderr=True)


def write_json(document: bytes) -> None:
    """Write one JSON document and a line end to the standard output."""
    sys.stdout.write(document.decode() + "\n")


def show_error(error: ModeldeskError) -> None:
    """Say in one sentence what went wrong, and on the next line the way out."""
    console = talk()
    console.print(f"Error: {error.message}", style="red", markup=False, highlight=False)
    if error.hint:
        console.print(error.hint, markup=False, highlight=False)


def show_defect(error: Exception, *, trace: bool) -> None:
    """Say that the program itself failed, with the stack trace where it was asked for."""
    console = talk()
    if trace:
        console.print_exception()
    sentence = f"Error: modeldesk failed unexpectedly: {type(error).__name__}: {error}"
    console.print(sentence, style="red", markup=False, highlight=False)
    if not trace:
        hint = (
            "This is a defect of modeldesk: report it with what `modeldesk --traceback ...` says."
        )
        console.print(hint, markup=False, highlight=False)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # a letter that is not known there is no failure
    console = Console(stderr=stderr)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDTH_OF_FILES
    return console
