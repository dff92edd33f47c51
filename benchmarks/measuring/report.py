"""Printing: on what machine, when, the tables, and the line with the results."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_BUSY = 0.5
"""From this load per core on, times are not to be trusted."""


def heading(title: str, *libraries: str) -> None:
    """Print what is measured, where, when and with which versions."""
    cores = len(os.sched_getaffinity(0))
    now = datetime.now(UTC)
    print(f"# {title}\n")
    print(f"{now:%Y-%m-%d %H:%M} UTC; {_processor()}, {cores} cores, {_memory_gb():.0f} GB;")
    named = ", ".join(f"{name} {version(name)}" for name in libraries)
    print(f"Python {platform.python_version()}, {named}.")
    load = os.getloadavg()[0]
    if load > _BUSY * cores:
        print(f"The machine is busy with something else: its load is {load:.1f}.")
    print(flush=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [
        max(len(row[place]) for row in [list(columns), *cells]) for place in range(len(columns))
    ]
    print(f"## {title}\n")
    print(_line([name.ljust(width) for name, width in zip(columns, widths, strict=True)]))
    print(
        _line(
            [
                "-" * width if not place else "-" * (width - 1) + ":"
                for place, width in enumerate(widths)
            ]
        )
    )
    for row in cells:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print(_line([first, *others]))
    print(flush=True)


def result(**figures: float) -> None:
    """Print the figures that this benchmark is about, as its last line."""
    told = " ".join(f"{name}={_figure(value)}" for name, value in figures.items())
    print(f"RESULT {told}", flush=True)


def _figure(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
