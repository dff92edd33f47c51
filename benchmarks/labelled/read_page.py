"""Read stored windows and measure what a model's page charts, over and over: WINDOWS ROWS."""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks.labelled.rows import Kind, windows
from benchmarks.labelled.summarise_windows import summary
from benchmarks.measuring.stages import Stages
from modeldesk.performance import Result, State, decode, measure

CHARTED = (
    "accuracy",
    "f1",
    "precision",
    "recall",
    "roc_auc",
    "pr_auc",
    "log_loss",
    "brier",
    "calibration_error",
)
MOST = 100
SECONDS = 30.0


def main() -> None:
    """Report medians and the slowest twentieth, in milliseconds, and the size of the states.

    The first time loads what the measures need and is told by itself.
    """
    count, rows = map(int, sys.argv[1:])
    stored = [
        summary(Kind.BINARY, window).encode()
        for window, _ in windows(Kind.BINARY, count * rows, count)
    ]
    first, *_ = _timed(stored)
    times: list[tuple[float, float, float]] = []
    end = time.perf_counter() + SECONDS
    while not times or (len(times) < MOST and time.perf_counter() < end):
        times.append(_timed(stored))
    walls = sorted(wall for wall, _, _ in times)
    Stages().report(
        median_ms=statistics.median(walls),
        decode_ms=statistics.median(decoding for _, decoding, _ in times),
        cpu_ms=statistics.median(cpu for _, _, cpu in times),
        slow_ms=walls[-1 - len(walls) // 20],
        first_ms=first,
        times=len(times),
        state_kb=sum(map(len, stored)) / count / 1000,
        windows=count,
    )


def charted(states: list[State]) -> list[tuple[Result, ...]]:
    """Return what is charted of each window."""
    return [tuple(measure(state, name) for name in CHARTED) for state in states]


def _timed(stored: list[bytes]) -> tuple[float, float, float]:
    """Return the milliseconds of a page, of reading its states, and of processor time."""
    start, cpu = time.perf_counter(), time.process_time()
    states = [decode(data) for data in stored]
    read = time.perf_counter()
    charted(states)
    end, cpu_end = time.perf_counter(), time.process_time()
    return (end - start) * 1000, (read - start) * 1000, (cpu_end - cpu) * 1000


if __name__ == "__main__":
    main()
