"""Measuring the steps of a program from within; needs nothing but the standard library.

A measured program runs in whatever environment it belongs to, and ends with one line of JSON
that `benchmarks.measuring.runs` reads.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "MEASURED "
"""What the line with the figures begins with."""

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Stages:
    """Wall time, CPU time and memory of named steps of this process.

    Examples
    --------
    >>> stages = Stages()
    >>> with stages.measured("add"):
    ...     total = 1 + 1
    >>> sorted(stages.figures["add"])
    ['before_mb', 'cpu_s', 'extra_mb', 'peak_mb', 'wall_s']
    """

    def __init__(self) -> None:
        self.figures: dict[str, dict[str, float]] = {}

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Measure a step; of a step that is repeated, the fastest time and the first memory.

        `before_mb` is the memory in use when the step begins, `peak_mb` the most that was in
        use during it, and `extra_mb` their difference.
        """
        before = _forget_peak()
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        peak = peak_bytes()
        figures = {
            "wall_s": wall,
            "cpu_s": cpu,
            "before_mb": before / 1e6,
            "peak_mb": peak / 1e6,
            "extra_mb": (peak - before) / 1e6,
        }
        known = self.figures.setdefault(name, figures)
        for time_of in ("wall_s", "cpu_s"):
            known[time_of] = min(known[time_of], figures[time_of])

    def report(self, **facts: object) -> None:
        """Print the figures and whatever else the program found out, as its last line."""
        print(MARK + json.dumps({"stages": self.figures, "facts": facts}))
        sys.stdout.flush()


class Spent:
    """Wall and processor time of work that is done in pieces, added up.

    Examples
    --------
    >>> adding = Spent()
    >>> for number in range(3):
    ...     with adding.counted():
    ...         total = number + 1
    >>> adding.wall_s > 0
    True
    """

    def __init__(self) -> None:
        self.wall_s = 0.0
        self.cpu_s = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Add the time of a piece."""
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += cpu_seconds() - cpu


def cpu_seconds() -> float:
    """Return the processor time of this process and of its children that ended."""
    own, children = (resource.getrusage(who) for who in _WHO)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def peak_bytes() -> int:
    """Return the most memory that was resident since the peak was last forgotten."""
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def resident_bytes() -> int:
    """Return the memory that is resident now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _forget_peak() -> int:
    """Let the peak begin anew, and return the memory that is resident now.

    Without that the peak of loading a table would hide that of the work on it.
    """
    _FORGET.write_text("5", encoding="ascii")
    return resident_bytes()
