"""Time limits that hold on a machine with enough cores for what it does."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def at_most(seconds: float) -> float:
    """Return a limit, longer by as much as the machine has more to do than it has cores."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(found: Callable[[], object], *, seconds: float = 60.0) -> None:
    """Wait until something holds; fail when it does not in time.

    Parameters
    ----------
    found
        Asked again and again.
    seconds
        How long to wait, on a machine with nothing else to do.
    """
    deadline = time.monotonic() + at_most(seconds)
    while not found():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
