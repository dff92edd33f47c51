"""Decode two stored profiles and compare them, over and over: REFERENCE CURRENT."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from benchmarks.measuring.stages import Stages
from modeldesk import Profile, compare

MOST = 300
SECONDS = 20.0


def main() -> None:
    """Report the median and the slowest twentieth of the times, in milliseconds."""
    reference, current = (Path(argument).read_bytes() for argument in sys.argv[1:])
    stages = Stages()
    times: list[float] = []
    cpu_times: list[float] = []
    end = time.perf_counter() + SECONDS
    with stages.measured("compare"):
        while len(times) < MOST and time.perf_counter() < end:
            start, cpu_start = time.perf_counter(), time.process_time()
            compare(Profile.decode(current), Profile.decode(reference))
            times.append((time.perf_counter() - start) * 1000)
            cpu_times.append((time.process_time() - cpu_start) * 1000)
    times.sort()
    stages.report(
        median_ms=statistics.median(times),
        cpu_ms=statistics.median(cpu_times),
        slow_ms=times[-1 - len(times) // 20],
        times=len(times),
    )


if __name__ == "__main__":
    main()
