"""Profiling a table of 30 columns: speed, memory, size and accuracy, against whylogs and Polars.

The table has 20 columns of numbers and 10 of strings with 10 to 1000 levels; some values are
missing. Every program gets one thread on one core and a process of its own, reads the table
before the clock starts, and is told by its processor time. modeldesk counts what whylogs counts:
rows, missing values, types, range, moments, quantiles, distinct and frequent values; Polars'
`describe` counts less and stands here for scale.

Memory is what is in use at the peak beyond what was in use when the table had been read, in a
run of its own in which freed memory is given back at once, so that memory left over from
reading cannot be mistaken for the table.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.data.tables import COLUMNS, table_file
from benchmarks.measuring import report
from benchmarks.measuring.runs import Run, run
from benchmarks.peers.environments import Peer, python_of, variables
from benchmarks.profiling.accuracy import GOALS, SHARES, TOP, errors, with_hard_columns

ROWS = 1_000_000
QUICK_ROWS = 100_000
REPEATS = {100_000: 5, 1_000_000: 3}
"""How often a table of so many rows is profiled; the fastest counts. Once, if it is larger."""
PARTS = 10

_GIVE_BACK = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"}
"""Has the allocator inside Polars give freed memory back at once."""


def main() -> None:
    """Run every measurement, print the tables and the result."""
    rows = _arguments().rows
    report.heading(f"Profiling {rows:,} rows x {COLUMNS} columns", "modeldesk", "polars", "numpy")
    with tempfile.TemporaryDirectory() as folder:
        encoded = Path(folder) / "profile"
        ours = _profiled(rows, encoded)
        extra_mb = _memory(rows, encoded)
        size_kb = encoded.stat().st_size / 1000
        growth = {
            size: ours if size == rows else _profiled(size, Path(folder) / "other")
            for size in (rows // 10, rows, rows * 10)
        }
    theirs = run(
        "benchmarks.peers.whylogs.profile_table",
        table_file(rows),
        python=python_of(Peer.WHYLOGS),
        variables=variables(),
    )
    described = run("benchmarks.profiling.describe_table", table_file(rows))
    streamed = run("benchmarks.profiling.stream_file", table_file(rows * 10))
    _print_speed(
        {"modeldesk": ours, f"whylogs {Peer.WHYLOGS.version}": theirs, "Polars describe": described}
    )
    _print_growth(growth)
    _print_memory(rows, extra_mb, streamed, size_kb, theirs)
    _print_accuracy(rows)
    report.result(
        cells_per_s=_speed(ours),
        speedup_vs_whylogs=_seconds(theirs) / _seconds(ours),
        peak_extra_mb=extra_mb,
        stream_10m_peak_mb=streamed.peak_mb,
        encoded_kb=size_kb,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-profile", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the table")
    parser.add_argument(
        "--quick",
        action="store_const",
        dest="rows",
        const=QUICK_ROWS,
        help=f"take {QUICK_ROWS:,} rows; figures that are named for more are then of fewer",
    )
    return parser.parse_args()


def _profiled(rows: int, encoded: Path) -> Run:
    return run(
        "benchmarks.profiling.profile_table", table_file(rows), REPEATS.get(rows, 1), encoded
    )


def _memory(rows: int, encoded: Path) -> float:
    lean = run(
        "benchmarks.profiling.profile_table",
        table_file(rows),
        1,
        encoded,
        variables=os.environ | _GIVE_BACK,
    )
    return lean.steps["profile"].extra_mb


def _seconds(measured: Run) -> float:
    return measured.steps["profile"].cpu_s


def _speed(measured: Run) -> float:
    return measured.number("cells") / _seconds(measured)


def _print_speed(runs: dict[str, Run]) -> None:
    ours = next(iter(runs.values()))
    report.table(
        "One thread on one core",
        ("program", "CPU s", "wall s", "million cells/s", "modeldesk is faster"),
        [
            (
                name,
                f"{_seconds(each):.2f}",
                f"{each.steps['profile'].wall_s:.2f}",
                f"{_speed(each) / 1e6:.2f}",
                f"{_seconds(each) / _seconds(ours):.1f} x",
            )
            for name, each in runs.items()
        ],
    )


def _print_growth(growth: dict[int, Run]) -> None:
    smallest = min(growth)
    report.table(
        "Growth",
        ("rows", "CPU s", "million cells/s", "time against the smallest, per row"),
        [
            (
                f"{rows:,}",
                f"{_seconds(each):.3f}",
                f"{_speed(each) / 1e6:.2f}",
                f"{_seconds(each) / _seconds(growth[smallest]) * smallest / rows:.2f}",
            )
            for rows, each in sorted(growth.items())
        ],
    )
    times = [_seconds(each) for _, each in sorted(growth.items())]
    power = math.log(times[-1] / times[0]) / math.log(max(growth) / smallest)
    print(f"Time grows with rows to the power of {power:.2f}; 1 is linear.\n")


def _print_memory(rows: int, extra_mb: float, streamed: Run, size_kb: float, theirs: Run) -> None:
    step = streamed.steps["stream"]
    pace = streamed.number("cells") / step.cpu_s / 1e6
    whylogs_kb = theirs.number("encoded_bytes") / 1000
    report.table(
        "Memory and size",
        ("what", "figure"),
        [
            (f"profiling {rows:,} rows, peak over the table", f"{extra_mb:.0f} MB"),
            ("the same by whylogs", f"{theirs.steps['profile'].extra_mb:.0f} MB"),
            (
                f"streaming a Parquet file of {int(streamed.number('rows')):,} rows, whole process",
                f"{streamed.peak_mb:.0f} MB",
            ),
            ("of which before the file is opened", f"{step.before_mb:.0f} MB"),
            ("streaming, reading included", f"{pace:.2f} million cells/s"),
            ("profile as bytes", f"{size_kb:.0f} KB"),
            ("the same of whylogs", f"{whylogs_kb:.0f} KB"),
        ],
    )


def _print_accuracy(rows: int) -> None:
    table = with_hard_columns(pl.read_parquet(table_file(rows)))
    once, merged = errors(table), errors(table, PARTS)
    lines = {
        f"quantiles at {len(SHARES)} shares: rank error": "rank",
        "distinct values: relative error": "distinct",
        f"{TOP} most frequent strings: not in their place": "top",
        "mean: relative error": "mean",
        "variance: relative error": "variance",
    }
    report.table(
        f"Accuracy at {rows:,} rows: the worst column",
        ("statistic", "goal", "at once", f"merged from {PARTS} parts"),
        [
            (text, *(f"{getattr(each, name):.2g}" for each in (GOALS, once, merged)))
            for text, name in lines.items()
        ],
    )
    print("The table has two columns more here: numbers with mean 1e9 and standard deviation 1,")
    print("and strings of 100,000 levels.\n")


if __name__ == "__main__":
    main()
