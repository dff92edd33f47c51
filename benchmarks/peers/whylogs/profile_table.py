"""Profile a Parquet file with whylogs, in its own environment."""

from __future__ import annotations

import sys

import pandas as pd
import whylogs as why

from benchmarks.measuring.stages import Stages


def main() -> None:
    """Read the file that is the first argument, profile it once, and report the figures."""
    stages = Stages()
    with stages.measured("read"):
        table = pd.read_parquet(sys.argv[1])
    with stages.measured("profile"):
        view = why.log(table).view()
    stages.report(cells=int(table.size), encoded_bytes=len(view.serialize()))


if __name__ == "__main__":
    main()
