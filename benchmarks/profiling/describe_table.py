"""Describe a Parquet file with Polars, whose `describe` knows counts, moments and quartiles."""

from __future__ import annotations

import sys

import polars as pl

from benchmarks.measuring.stages import Stages


def main() -> None:
    """Read the file that is the first argument, describe it, and report the figures."""
    stages = Stages()
    with stages.measured("read"):
        table = pl.read_parquet(sys.argv[1])
    with stages.measured("profile"):
        table.describe()
    stages.report(cells=table.height * table.width)


if __name__ == "__main__":
    main()
