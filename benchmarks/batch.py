"""Files as jobs: rows per second and peak memory, whatever the size of the file.

`modeldesk predict FILE --output` in a process of its own, on an embedded SQLite, of files with
six columns of random floats that are generated piece by piece: CSV, Parquet (row groups of
250,000 rows) and an Arrow stream (batches of 50,000). The model adds the features up, so that
reading, checking, logging and writing the result count. `--megabytes` says how large the files
are; a tenth of that is measured first, and the last line holds the growth of the peak.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from benchmarks.measuring.report import heading, result, table
from benchmarks.serving.adding import total
from modeldesk.desk import Desk
from modeldesk.settings import Settings

FEATURES = 6
ROWS = 250_000
KINDS = ("csv", "parquet", "arrows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One file through the model."""

    rows: int
    megabytes: float
    seconds: float
    peak: float
    """Megabytes."""


def main() -> None:
    """Measure a small file and a large one of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    given = parser.parse_args()
    heading("Files as jobs", "polars", "pyarrow")
    lines: list[list[object]] = []
    growth = 0.0
    for kind in given.kinds:
        small = measured(kind, given.megabytes / 10)
        large = measured(kind, given.megabytes)
        growth = max(growth, large.peak - small.peak)
        lines += [
            [kind, f"{run.megabytes:,.0f}", f"{run.rows:,}", f"{run.rows / run.seconds:,.0f}",
             f"{run.peak:,.0f}"]
            for run in (small, large)
        ]  # fmt: skip
    table("Files of random floats", ["file", "MB", "rows", "rows/s", "peak MB"], lines)
    result(peak_growth_mb=growth)


def measured(kind: str, megabytes: float) -> Run:
    """Make a file, predict it in a process of its own, and delete it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Desk.open(Settings.load(home=folder / "home")) as desk:
            desk.registry.publish(total, name="total", reference=_frame(100))
        source = folder / f"rows.{kind}"
        rows = _written(source, kind, megabytes * 1e6)
        arguments = ["predict", str(source), "--model", "total", "--home", str(folder / "home")]
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "modeldesk", *arguments, "--output", str(folder / "o.parquet")]
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(process.returncode)
        return Run(
            rows=rows,
            megabytes=source.stat().st_size / 1e6,
            seconds=time.perf_counter() - began,
            peak=usage.ru_maxrss * 1024 / 1e6,
        )


def _written(source: Path, kind: str, size: float) -> int:
    """Write pieces until the file is large enough; return its rows."""
    rows = 0
    schema = _frame(1).to_arrow().schema
    with source.open("wb") as file:
        if kind == "csv":
            while file.tell() < size:
                _frame(ROWS, rows).write_csv(file, include_header=not rows)
                rows += ROWS
            return rows
        if kind == "arrows":
            with pyarrow.ipc.new_stream(file, schema) as writer:
                while file.tell() < size:
                    writer.write_table(_frame(ROWS, rows).to_arrow(), max_chunksize=50_000)
                    rows += ROWS
            return rows
        with pa.parquet.ParquetWriter(file, schema) as writer:
            while file.tell() < size:
                writer.write_table(_frame(ROWS, rows).to_arrow())
                rows += ROWS
    return rows


def _frame(rows: int, seed: int = 0) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    return pl.DataFrame({f"f_{number}": chance.normal(size=rows) for number in range(FEATURES)})


if __name__ == "__main__":
    main()
