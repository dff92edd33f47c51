"""Time limits that hold on a machine with enough cores for what it does."""

from __future__ import annotations

import os


def at_most(seconds: float) -> float:
    """Return a limit, longer by as much as the machine has more to do than it has cores."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
