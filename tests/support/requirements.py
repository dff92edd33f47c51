"""What a test needs of the machine, and what happens where the machine lacks it."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]


def lacking(reason: str) -> NoReturn:
    """Skip the test with the reason; in continuous integration, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def library(name: str) -> None:
    """Skip the test where an optional library is not installed; in continuous integration, fail."""
    if find_spec(name) is None:
        lacking(f"{name} is not installed")


def first_program(*names: str) -> Path | None:
    """Return the first of the programs that is on the PATH."""
    return next((Path(found) for name in names if (found := shutil.which(name))), None)
