"""Measures of ten million labelled rows in windows and slices, and of a page of 1,000 windows.

Rows of two classes are made window by window; of each window and of each of ten slices of it a
state is built and kept as the bytes that would be stored. Then all measures with their intervals
are taken of all states, and of each slice's windows merged. Each program gets one thread on one
core and a process of its own; making rows, starting and importing are not counted, memory is the
most that the process had in use at any time, rows included. Five classes and numbers have fewer
rows. scikit-learn computes what it has of the same measures, without intervals, from the rows of
a tenth of the size, beside modeldesk on the same rows.

A page of 1,000 windows: states of 2,000 rows each are read from their bytes, and what a model's
page charts is measured with intervals. Areas under the ROC curve are compared with exact ones at
100,000 rows, for scores of many shapes.
"""

from __future__ import annotations

import argparse

from benchmarks.labelled.rows import SLICES, Kind
from benchmarks.labelled.shapes import PARTS, ROWS, SEEDS, SHAPES, area_errors, drawn
from benchmarks.measuring import report
from benchmarks.measuring.runs import Run, run

WINDOWS = 20
LABELLED = 10_000_000
QUICK_LABELLED = 1_000_000
PAGE_WINDOWS = 1000
PAGE_ROWS = 2000
GOALS = {"seconds": 60, "mb": 1000, "page_ms": 300, "error": 0.002}


def main() -> None:
    """Run every measurement, print the tables and the result."""
    rows = _arguments().rows
    report.heading(
        f"Measuring {rows:,} labelled rows, {WINDOWS} windows, {len(SLICES)} slices",
        "modeldesk",
        "numpy",
        "polars",
        "scikit-learn",
    )
    ours = {
        (kind, size): _summarised(kind, size)
        for kind, size in (
            (Kind.BINARY, rows),
            (Kind.BINARY, rows // 10),
            (Kind.CLASSES, rows // 5),
            (Kind.NUMBERS, rows // 5),
        )
    }
    theirs = run("benchmarks.labelled.sklearn_windows", rows // 10, WINDOWS)
    page = run("benchmarks.labelled.read_page", PAGE_WINDOWS, PAGE_ROWS)
    errors = {name: _worst(name) for name in SHAPES}
    _print_speed(ours)
    speedup = theirs.number("cpu_s") / _seconds(ours[Kind.BINARY, rows // 10])
    _print_peer(rows // 10, ours[Kind.BINARY, rows // 10], theirs, speedup)
    _print_page(page)
    _print_errors(errors)
    report.result(
        seconds_10m=_seconds(ours[Kind.BINARY, rows]),
        peak_mb=ours[Kind.BINARY, rows].number("peak_mb"),
        windows_1000_ms=page.number("cpu_ms"),
        auc_error=max(max(pair) for pair in errors.values()),
        speedup_vs_sklearn=speedup,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-performance", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--rows", type=int, default=LABELLED, help="rows of all windows together")
    parser.add_argument(
        "--quick",
        action="store_const",
        dest="rows",
        const=QUICK_LABELLED,
        help=f"take {QUICK_LABELLED:,} rows; figures that are named for more are then of fewer",
    )
    return parser.parse_args()


def _summarised(kind: Kind, rows: int) -> Run:
    return run("benchmarks.labelled.summarise_windows", kind.value, rows, WINDOWS)


def _seconds(measured: Run) -> float:
    return measured.number("summarise_cpu_s") + measured.number("measure_cpu_s")


def _worst(name: str) -> tuple[float, float]:
    """Return the largest errors of a shape over the seeds: at once, and of merged parts."""
    found = [area_errors(*drawn(name, seed)) for seed in range(SEEDS)]
    return max(once for once, _ in found), max(merged for _, merged in found)


def _print_speed(runs: dict[tuple[Kind, int], Run]) -> None:
    report.table(
        "All measures with intervals, one thread on one core",
        (
            "rows of",
            "rows",
            "with slices",
            "states",
            "KB each",
            "summarise, CPU s",
            "measure, CPU s",
            "wall s",
            "measures",
            "figures",
            "peak MB",
        ),
        [
            (
                kind.value,
                f"{rows:,}",
                f"{each.number('rows'):,.0f}",
                f"{each.number('states'):.0f}",
                f"{each.number('state_kb'):.1f}",
                f"{each.number('summarise_cpu_s'):.2f}",
                f"{each.number('measure_cpu_s'):.2f}",
                f"{each.number('summarise_wall_s') + each.number('measure_wall_s'):.2f}",
                f"{each.number('measures'):.0f}",
                f"{each.number('figures'):,.0f}",
                f"{each.number('peak_mb'):.0f}",
            )
            for (kind, rows), each in runs.items()
        ],
    )
    print(f"Wanted: {LABELLED:,} rows of two classes within {GOALS['seconds']} s and")
    print(f"{GOALS['mb']:,} MB. Measuring reads the states from their bytes, and merges them.\n")


def _print_peer(rows: int, ours: Run, theirs: Run, speedup: float) -> None:
    report.table(
        f"The same of {rows:,} rows by scikit-learn",
        ("program", "CPU s", "figures", "with intervals", "CPU ratio"),
        [
            (
                "modeldesk",
                f"{_seconds(ours):.2f}",
                f"{ours.number('figures'):,.0f}",
                "yes",
                "1.0 x",
            ),
            (
                "scikit-learn",
                f"{theirs.number('cpu_s'):.2f}",
                f"{theirs.number('figures'):,.0f}",
                "no",
                f"{speedup:.1f} x",
            ),
        ],
    )


def _print_page(page: Run) -> None:
    lines = {
        "processor time, median": "cpu_ms",
        "wall time, median": "median_ms",
        "of which reading the states": "decode_ms",
        "wall time, slowest twentieth": "slow_ms",
        "wall time of the first, with what it imports": "first_ms",
    }
    report.table(
        f"A page of {page.number('windows'):,.0f} windows from stored states",
        ("time", "ms"),
        [(text, f"{page.number(fact):.0f}") for text, fact in lines.items()],
    )
    print(f"Of {page.number('times'):.0f} times; wanted are {GOALS['page_ms']} ms. A state has")
    print(f"{page.number('state_kb'):.1f} KB.\n")


def _print_errors(errors: dict[str, tuple[float, float]]) -> None:
    report.table(
        f"ROC AUC at {ROWS:,} rows: the largest distance from the exact one, {SEEDS} samples",
        ("scores", "at once", f"merged from {PARTS} parts"),
        [(name, f"{once:.2g}", f"{merged:.2g}") for name, (once, merged) in errors.items()],
    )
    print(f"Wanted is {GOALS['error']:g} at most.\n")


if __name__ == "__main__":
    main()
