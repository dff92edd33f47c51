"""What a process has in use, told by the system, and whether that grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy import stats

_KB = 1024 / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What a process has in use."""

    memory_mb: float
    """Resident memory."""
    own_mb: float
    """Of that, what is not a file's: data, not programs."""
    handles: int
    """Open files, connections and the like."""
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How much a figure grows within an hour: the median of the slopes of all pairs (Theil-Sen)."""

    per_h: float
    low_per_h: float
    high_per_h: float
    """Both: 95 % interval, as if each sample knew nothing of the one before."""


def vitals(pid: int) -> Vitals:
    """Return what a process has in use now.

    Raises
    ------
    FileNotFoundError
        When it has ended.
    """
    process = Path(f"/proc/{pid}")
    lines = (process / "status").read_text(encoding="ascii", errors="replace").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return Vitals(
        memory_mb=int(told["VmRSS"].split()[0]) * _KB,
        own_mb=int(told["RssAnon"].split()[0]) * _KB,
        handles=sum(1 for _ in (process / "fd").iterdir()),
        threads=int(told["Threads"]),
    )


def growth(at_s: Sequence[float], values: Sequence[float]) -> Growth:
    """Return how much a figure grows within an hour.

    A few samples that are far off, such as those while something large is worked on, do not
    matter.

    Parameters
    ----------
    at_s
        When each sample was taken, in seconds.
    values
        The samples, at least two.
    """
    found = stats.theilslopes(values, at_s)
    return Growth(
        per_h=float(found.slope) * 3600,
        low_per_h=float(found.low_slope) * 3600,
        high_per_h=float(found.high_slope) * 3600,
    )
