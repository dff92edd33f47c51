"""Estimated performance without labels against the realised one, beside NannyML.

Each stream has a model, a reference with labels and chunks without. Both programs get the same
rows, scores, predictions and chunks, one thread on one core and a process of their own; NannyML
estimates classification by CBPE and regression by DLE, each with its defaults. An estimate's error
is its distance from what scikit-learn computes from the labels afterwards; a ratio is the mean
absolute error over all chunks and seeds, ours over theirs, for chunks where both have a value.

Processor time is that of learning from the reference and estimating all chunks; reading files,
starting and importing are not counted. Memory is the most that the process had in use.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data.shared import shared_file
from benchmarks.estimating.plan import ELECTRICITY, PLAN, Planned
from benchmarks.measuring import report
from benchmarks.measuring.runs import Run, run
from benchmarks.peers.environments import Peer, python_of, variables

SEEDS = 8
QUICK_SEEDS = 2
FIRST_SEED = 20
"""The method was chosen on seeds 0 to 3; what is reported is of others."""


@dataclass(slots=True)
class Errors:
    """Absolute errors of one measure of one stream, and how often intervals were right."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    inside: list[tuple[bool, bool]] = field(default_factory=list)
    by_seed: list[float] = field(default_factory=list)
    undefined: int = 0
    chunks: int = 0

    @property
    def ratio(self) -> float:
        """Our mean error over theirs."""
        return float(np.mean(self.ours) / np.mean(self.theirs))

    def add(self, ours: dict[str, Floats], theirs: dict[str, Floats], real: Floats) -> None:
        """Count the chunks of one seed."""
        known = np.isfinite(ours["estimates"]) & np.isfinite(theirs["estimates"])
        known &= np.isfinite(real)
        self.chunks += known.size
        self.undefined += int((~known).sum())
        mine, other = (np.abs(each["estimates"] - real)[known] for each in (ours, theirs))
        self.ours += mine.tolist()
        self.theirs += other.tolist()
        if known.any():
            self.by_seed.append(float(mine.mean() / other.mean()))
        hits = [(each["lower"] <= real) & (real <= each["upper"]) for each in (ours, theirs)]
        self.inside += list(zip(*(hit[known].tolist() for hit in hits), strict=True))


Floats = NDArray[np.float64]


def main() -> None:
    """Run every stream with every seed, print the tables and the result."""
    arguments = _arguments()
    report.heading("Estimated performance against the realised one", "modeldesk", "numpy", "polars")
    errors: dict[tuple[str, str], Errors] = {}
    runs: dict[str, list[tuple[Run, Run]]] = {}
    for stream in _possible():
        seeds = arguments.seeds if stream.seeds is None else min(arguments.seeds, stream.seeds)
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            pair = _measured(stream, seed, errors, quick=arguments.quick)
            runs.setdefault(stream.name, []).append(pair)
    _print(errors, runs)
    ratios = [each.ratio for each in errors.values()]
    ours, theirs = ([pair[place] for pairs in runs.values() for pair in pairs] for place in (0, 1))
    report.result(
        worst_mae_ratio_vs_nannyml=max(ratios),
        mean_mae_ratio_vs_nannyml=float(np.mean(ratios)),
        speedup_vs_nannyml=sum(map(_cpu, theirs)) / sum(map(_cpu, ours)),
        memory_ratio_vs_nannyml=max(each.peak_mb for each in ours)
        / max(each.peak_mb for each in theirs),
    )


def _possible() -> list[Planned]:
    """Return the planned streams, without the market where its data is not here."""
    try:
        shared_file("elec.csv")
    except FileNotFoundError as error:
        print(f"Without electricity: {error}\n")
        return [stream for stream in PLAN if stream is not ELECTRICITY]
    return list(PLAN)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-estimate", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seeds", type=int, help="how often each stream is drawn")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"a quarter of the rows and, unless told otherwise, {QUICK_SEEDS} seeds",
    )
    arguments = parser.parse_args()
    if arguments.seeds is None:
        arguments.seeds = QUICK_SEEDS if arguments.quick else SEEDS
    return arguments


def _measured(
    stream: Planned, seed: int, errors: dict[tuple[str, str], Errors], *, quick: bool
) -> tuple[Run, Run]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = run(
            "benchmarks.estimating.make_stream",
            folder,
            PLAN.index(stream),
            seed,
            int(quick),
            single=False,
        )
        given = (folder, stream.task.value, f"{made.number('chunk'):.0f}")
        ours = run("benchmarks.estimating.estimate_stream", *given)
        theirs = run(
            "benchmarks.peers.nannyml.estimate_stream",
            *given,
            python=python_of(Peer.NANNYML),
            variables=variables(),
        )
    real = made.facts["measures"]
    assert isinstance(real, dict)
    for measure, values in real.items():
        found = errors.setdefault((stream.name, measure), Errors())
        found.add(_arrays(ours, measure), _arrays(theirs, measure), np.asarray(values))
    return ours, theirs


def _arrays(measured: Run, measure: str) -> dict[str, Floats]:
    measures = measured.facts["measures"]
    assert isinstance(measures, dict)
    return {part: np.asarray(values, np.float64) for part, values in measures[measure].items()}


def _cpu(measured: Run) -> float:
    return measured.steps["estimate"].cpu_s


def _print(errors: dict[tuple[str, str], Errors], runs: dict[str, list[tuple[Run, Run]]]) -> None:
    report.table(
        "Mean absolute error of the estimates",
        (
            "stream",
            "measure",
            "modeldesk",
            f"NannyML {Peer.NANNYML.version}",
            "ratio",
            "ratio by seed",
            "within 3 sd, %",
            "theirs",
            "chunks",
            "left out",
        ),
        [
            (
                stream,
                measure,
                f"{np.mean(each.ours):.4f}",
                f"{np.mean(each.theirs):.4f}",
                f"{each.ratio:.3f}",
                f"{min(each.by_seed):.2f} to {max(each.by_seed):.2f}",
                f"{100 * np.mean([hit for hit, _ in each.inside]):.0f}",
                f"{100 * np.mean([hit for _, hit in each.inside]):.0f}",
                each.chunks,
                each.undefined,
            )
            for (stream, measure), each in errors.items()
        ],
    )
    report.table(
        "Learning and estimating, of one seed",
        ("stream", "CPU s", "NannyML", "faster", "peak MB", "NannyML"),
        [
            (
                stream,
                f"{np.mean([_cpu(ours) for ours, _ in pairs]):.2f}",
                f"{np.mean([_cpu(theirs) for _, theirs in pairs]):.2f}",
                f"{sum(_cpu(b) for _, b in pairs) / sum(_cpu(a) for a, _ in pairs):.1f} x",
                f"{max(ours.peak_mb for ours, _ in pairs):.0f}",
                f"{max(theirs.peak_mb for _, theirs in pairs):.0f}",
            )
            for stream, pairs in runs.items()
        ],
    )


if __name__ == "__main__":
    main()
