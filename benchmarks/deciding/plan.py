"""Which cells are computed, with how many repetitions, and computing them side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

from benchmarks.measuring.runs import single_threaded

Key = TypeVar("Key")
Answer = TypeVar("Answer")

LARGE = 100_000
"""From so many rows a sample on, there are fewer repetitions."""
MIDDLE = 10_000
FIXED = 10_000
"""Size of the reference where it is not that of the current sample."""
CHUNKS = 10
"""How many times as large as the current sample the reference of the second setting is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is computed."""

    sizes: tuple[int, ...]
    """Rows of the current sample where nothing changed."""
    power_sizes: tuple[int, ...]
    """Rows of the current sample where something did."""
    unchanged: int
    """Repetitions where nothing changed, by modeldesk, up to 3000 rows."""
    changed: int
    """Repetitions of every case, by every program."""
    peers: int
    """Repetitions where nothing changed, by the peers."""

    def ours(self, n: int) -> int:
        """Return the repetitions where nothing changed, by modeldesk."""
        if n >= LARGE:
            return max(self.unchanged // 5, 50)
        return self.unchanged // 2 if n >= MIDDLE else self.unchanged

    def theirs(self, m: int) -> int:
        """Return the same by a peer with so large a reference, for its limit of evidence."""
        return max(self.peers // 2, 50) if m >= LARGE else self.peers

    def shown(self, m: int) -> int:
        """Return the same for the table of its false alarms, which needs fewer."""
        return max(self.changed // 3, 50) if m >= LARGE else self.changed


FULL = Plan(
    sizes=(100, 500, 1000, 3000, 10_000, 100_000),
    power_sizes=(100, 500, 1000, 3000, 10_000),
    unchanged=2000,
    changed=300,
    peers=600,
)
QUICK = Plan(sizes=(100, 1000), power_sizes=(100, 1000), unchanged=300, changed=100, peers=100)


def computed(
    tasks: Mapping[Key, tuple[Callable[..., Answer], Sequence[object]]], title: str
) -> dict[Key, Answer]:
    """Return what each function returns, one process per core at work at a time.

    Parameters
    ----------
    tasks
        Per key a function and its arguments; the first begin first.
    title
        What is computed, to be shown while it is.
    """
    os.environ.update(single_threaded())
    done: dict[Key, Answer] = {}
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        running: dict[Future[Answer], Key] = {
            pool.submit(function, *arguments): key for key, (function, arguments) in tasks.items()
        }
        for future in as_completed(running):
            done[running[future]] = future.result()
            _show(f"{title}: {len(done)} of {len(tasks)}", last=len(done) == len(tasks))
    return {key: done[key] for key in tasks}


def _show(text: str, *, last: bool) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if last else "", file=sys.stderr, flush=True)
