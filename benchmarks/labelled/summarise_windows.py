"""Summarise windows and slices with modeldesk, and measure them all: KIND ROWS WINDOWS."""

from __future__ import annotations

import sys

from benchmarks.labelled.rows import QUANTILES, SLICES, Kind, Rows, windows
from benchmarks.measuring.stages import Spent, Stages, peak_bytes
from modeldesk.performance import (
    Classification,
    Figure,
    Reading,
    Regression,
    State,
    decode,
    measure_all,
    merge,
)

_WARM = 1000


def main() -> None:
    """Build a state of each window and slice, measure each and the merged ones, and report.

    Making rows is not counted. States are kept as the bytes that would be stored.
    """
    kind, rows, count = Kind(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    _warm_up(kind)
    summarising, measuring = Spent(), Spent()
    stored: list[list[bytes]] = [[] for _ in range(len(SLICES) + 1)]
    summarised = 0
    for window, masks in windows(kind, rows, count):
        with summarising.counted():
            parts = [window, *(window.kept(mask) for mask in masks)]
            for kept, part in zip(stored, parts, strict=True):
                kept.append(summary(kind, part).encode())
        summarised += sum(len(part.labels) for part in parts)
    with measuring.counted():
        readings = measured(stored)
    Stages().report(
        summarise_wall_s=summarising.wall_s,
        summarise_cpu_s=summarising.cpu_s,
        measure_wall_s=measuring.wall_s,
        measure_cpu_s=measuring.cpu_s,
        peak_mb=peak_bytes() / 1e6,
        rows=summarised,
        states=sum(map(len, stored)),
        state_kb=sum(len(data) for kept in stored for data in kept) / sum(map(len, stored)) / 1000,
        measures=len({each.measure for each in readings}),
        figures=sum(isinstance(each.result, Figure) for each in readings),
        undefined=sum(not isinstance(each.result, Figure) for each in readings),
    )


def summary(kind: Kind, rows: Rows) -> State:
    """Return the state of rows."""
    if kind is Kind.NUMBERS:
        quantiles = dict(zip(QUANTILES, rows.scores.values(), strict=True))
        return Regression.of(rows.labels, rows.predictions, quantiles)
    return Classification.of(rows.labels, rows.predictions, rows.scores)


def measured(stored: list[list[bytes]]) -> list[Reading]:
    """Return all measures of all states, and of each slice's windows together."""
    readings: list[Reading] = []
    for kept in stored:
        states = [decode(data) for data in kept]
        together = states[0]
        for state in states[1:]:
            together = merge(together, state)
        for state in (*states, together):
            readings += measure_all(state)
    return readings


def _warm_up(kind: Kind) -> None:
    """Load the modules that are needed, so that they do not count as work on the rows."""
    for window, _ in windows(kind, _WARM, 1):
        measured([[summary(kind, window).encode()]])


if __name__ == "__main__":
    main()
