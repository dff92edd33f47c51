"""Real data that stands beside the repository: ``../shared/data``, or where a variable says."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "MODELDESK_SHARED_DATA"
_BESIDE = Path(__file__).parents[3] / "shared" / "data"


def shared_file(name: str) -> Path:
    """Return the path of a shared file.

    Raises
    ------
    FileNotFoundError
        When it is not there; the message says where it was looked for.
    """
    folder = Path(os.environ.get(VARIABLE, _BESIDE))
    if not (folder / name).is_file():
        message = f"{name} is not in {folder}. Put it there, or set {VARIABLE} to its folder."
        raise FileNotFoundError(message)
    return folder / name
