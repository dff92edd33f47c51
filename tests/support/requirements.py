"""What a test needs of the machine, and what happens where the machine lacks it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]


def lacking(reason: str) -> NoReturn:
    """Skip the test with the reason; in continuous integration, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def first_program(*names: str) -> Path | None:
    """Return the first of the programs that is on the PATH."""
    return next((Path(found) for name in names if (found := shutil.which(name))), None)
