"""Profile a Parquet file with modeldesk, without ever having it in memory as a whole."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring.stages import Stages
from benchmarks.profiling.files import profile_of_file


def main() -> None:
    """Profile the file that is the first argument, and report the figures."""
    stages = Stages()
    with stages.measured("stream"):
        streamed = profile_of_file(Path(sys.argv[1]))
    stages.report(rows=streamed.rows, cells=streamed.rows * len(streamed.columns))


if __name__ == "__main__":
    main()
