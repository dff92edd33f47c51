"""The folder that the demo lives in: made anew every time, but never somebody else's."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from modeldesk.errors import Conflict, InvalidArgument

if sys.platform != "win32":
    import fcntl

HOME = Path("modeldesk-demo")
MARKER = ".modeldesk-demo"
_NOTE = "modeldesk made this folder for its demo and empties it when the demo runs again.\n"


@contextmanager
def demo_home(folder: Path) -> Iterator[Path]:
    """Offer a fresh folder for the demo, without what an earlier demo left in it.

    Parameters
    ----------
    folder
        Does not exist yet, is empty, or was made by an earlier demo, which is told by the
        file `MARKER` in it.

    Yields
    ------
    pathlib.Path
        The folder's absolute path. It is kept when the block ends.

    Raises
    ------
    Conflict
        When the folder has something in it and was not made by the demo, or when a demo is
        running in it.
    InvalidArgument
        When the folder cannot be made or emptied.
    """
    folder = folder.absolute()
    marker = folder / MARKER
    if folder.exists() and not marker.is_file() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} exists already and was not made by the demo."
        raise Conflict(message, hint="Give another folder with --home, or move this one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = marker.open("a+", encoding="utf-8")
    except OSError as error:
        raise _unusable(folder, error) from error
    with lock:
        _take(lock, folder)
        try:
            _empty(folder)
            marker.write_text(_NOTE, encoding="utf-8")
        except OSError as error:
            raise _unusable(folder, error) from error
        yield folder


def _take(lock: IO[str], folder: Path) -> None:
    """Make sure that no other process plays here; the lock ends with the file's closing."""
    if sys.platform == "win32":  # an open file cannot be deleted there: emptying would fail
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"A demo is running in {folder}."
        hint = "Stop it with Ctrl-C, or give another folder with --home."
        raise Conflict(message, hint=hint) from error


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name == MARKER:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _unusable(folder: Path, error: OSError) -> InvalidArgument:
    message = f"The folder {folder} cannot be used: {error.strerror}."
    return InvalidArgument(message, hint="Give another folder with --home.")
