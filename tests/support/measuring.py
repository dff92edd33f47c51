"""What is measured of coverage: servers that tests start, and which tests count for nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]

REPEATS = pytest.mark.no_cover
"""For a test that does hundreds of times what others do once: what it runs counts for no coverage.

To be measured made such a test take half as long again, or twice as long.
"""


@contextlib.contextmanager
def measured_servers() -> Iterator[None]:
    """Measure the processes that are started in the block, which makes them half as fast.

    For pages, which nothing else runs; the rest is measured in the tests' own processes.
    """
    if coverage.Coverage.current() is None:
        yield
        return
    variables = {
        "COVERAGE_PROCESS_START": str(_ROOT / "pyproject.toml"),
        "COVERAGE_FILE": str(_ROOT / ".coverage"),
    }
    with mock.patch.dict(os.environ, variables):
        yield
