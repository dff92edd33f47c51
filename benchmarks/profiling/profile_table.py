"""Profile a Parquet file with modeldesk: FILE REPEATS PROFILE, where the last one is written."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.measuring.stages import Stages
from modeldesk import profile


def main() -> None:
    """Read the file, profile it, write the bytes of the profile, and report the figures.

    The first profile tells the memory, the fastest the time.
    """
    file, repeats, answer = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    stages = Stages()
    _warm_up()
    with stages.measured("read"):
        table = pl.read_parquet(file)
    for _ in range(repeats):
        with stages.measured("profile"):
            result = profile(table)
    answer.write_bytes(result.encode())
    stages.report(cells=table.height * table.width, encoded_bytes=answer.stat().st_size)


def _warm_up() -> None:
    """Load the modules that profiling needs, so that they do not count as work on the table."""
    profile(pl.DataFrame({"number": [1.0, None], "string": ["a", "b"]}))


if __name__ == "__main__":
    main()
