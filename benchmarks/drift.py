"""A full comparison of two tables of 30 columns, reading included, against Evidently and NannyML.

Both sides have the same number of rows; five of the 30 columns differ. Every program gets one
thread on one core and a process of its own, reads both Parquet files, compares all columns and
writes a report: Evidently and modeldesk a page, Evidently its data too, NannyML its table.
Processor time is that of the steps from opening the files to the written report; starting the
program and importing libraries is not counted. Memory is the most that the process had in use.

From stored profiles: the time to decode both and compare them, the median of many.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.data.tables import CHANGED, COLUMNS, Side, table_file
from benchmarks.measuring import report
from benchmarks.measuring.runs import Run, run
from benchmarks.peers.environments import Peer, python_of, variables

ROWS = 1_000_000
QUICK_ROWS = 50_000


def main() -> None:
    """Run every measurement, print the table and the result."""
    rows = _arguments().rows
    report.heading(
        f"Comparing {rows:,} rows x {COLUMNS} columns on both sides", "modeldesk", "polars", "numpy"
    )
    with tempfile.TemporaryDirectory() as folder:
        files = table_file(rows), table_file(rows, Side.CURRENT)
        ours = run("benchmarks.comparing.compare_tables", *files, folder)
        stored = run(
            "benchmarks.comparing.compare_profiles",
            Path(folder) / "reference.profile",
            Path(folder) / "current.profile",
        )
        evidently, nannyml = (
            run(
                f"benchmarks.peers.{peer.value}.compare_tables",
                *files,
                folder,
                python=python_of(peer),
                variables=variables(),
            )
            for peer in (Peer.EVIDENTLY, Peer.NANNYML)
        )
    _print(
        {
            "modeldesk": ours,
            f"Evidently {Peer.EVIDENTLY.version}": evidently,
            f"NannyML {Peer.NANNYML.version}": nannyml,
        }
    )
    print(f"{len(CHANGED)} columns differ: {', '.join(CHANGED)}.")
    print(f"modeldesk finds more than chance in {_names(ours, 'certain')};")
    print(f"it calls large enough to matter {_names(ours, 'names')}.\n")
    print(
        f"From stored profiles: median {stored.number('median_ms'):.1f} ms "
        f"({stored.number('cpu_ms'):.1f} ms of processor time), slowest twentieth "
        f"{stored.number('slow_ms'):.1f} ms of {stored.number('times'):.0f} times.\n"
    )
    report.result(
        cpu_speedup_vs_evidently=_cpu(evidently) / _cpu(ours),
        memory_ratio_vs_evidently=ours.peak_mb / evidently.peak_mb,
        cpu_speedup_vs_nannyml=_cpu(nannyml) / _cpu(ours),
        from_profiles_ms=stored.number("median_ms"),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-drift", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of either table")
    parser.add_argument(
        "--quick",
        action="store_const",
        dest="rows",
        const=QUICK_ROWS,
        help=f"take {QUICK_ROWS:,} rows",
    )
    return parser.parse_args()


def _cpu(measured: Run) -> float:
    return sum(step.cpu_s for step in measured.steps.values())


def _names(measured: Run, fact: str) -> str:
    names = measured.facts[fact]
    assert isinstance(names, list)
    return ", ".join(sorted(names)) or "none"


def _print(runs: dict[str, Run]) -> None:
    ours = next(iter(runs.values()))
    report.table(
        "From two Parquet files to a written report",
        ("program", "CPU s", "wall s", "peak MB", "report KB", "columns that drift", "CPU ratio"),
        [
            (
                name,
                f"{_cpu(each):.2f}",
                f"{sum(step.wall_s for step in each.steps.values()):.2f}",
                f"{each.peak_mb:.0f}",
                f"{each.number('report_kb'):.0f}",
                f"{each.number('changed'):.0f}",
                f"{_cpu(each) / _cpu(ours):.1f} x",
            )
            for name, each in runs.items()
        ],
    )


if __name__ == "__main__":
    main()
