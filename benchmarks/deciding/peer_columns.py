"""What the peers say about each column, in their own environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.deciding.laws import Law, samples
from benchmarks.measuring.runs import run
from benchmarks.peers.environments import Peer, python_of, variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one calculator of a peer says about many columns, shape ``(columns,)`` each."""

    evidence: NDArray[np.float64]
    """How strongly a column speaks for a change: more is stronger."""
    alarms: NDArray[np.bool_]
    """Whether the calculator, left at its defaults, says that it changed."""


def judge(
    peer: Peer, reference: tuple[Law, int], currents: Sequence[tuple[Law, int, range]]
) -> list[Mapping[str, Judged]]:
    """Let a peer compare columns with those of a reference.

    Parameters
    ----------
    peer
        Which peer.
    reference
        The law of the reference, and the size of its samples.
    currents
        For each set of current samples its law, its size, and which batches are judged.

    Returns
    -------
    list of mapping
        Per set of current samples, what each of the peer's calculators says.
    """
    before, rows = reference
    most = max(len(batches) for _, _, batches in currents)
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.parquet" for number in range(len(currents) + 1)]
        _wide(before, rows, range(most), "reference").write_parquet(files[0])
        for file, (law, size, batches) in zip(files[1:], currents, strict=True):
            _wide(law, size, batches, "current").write_parquet(file)
        kind = "strings" if before.levels else "numbers"
        done = run(
            f"benchmarks.peers.{peer.value}.judge_columns",
            kind,
            *files,
            python=python_of(peer),
            variables=variables(),
            single=False,
        )
    answers = done.facts["judged"]
    assert isinstance(answers, list)
    return [{name: _judged(told) for name, told in answer.items()} for answer in answers]


def _wide(law: Law, rows: int, batches: range, role: str) -> pl.DataFrame:
    """Return the samples of several batches side by side."""
    columns = [
        series.alias(f"{series.name}_{batch:03}")
        for batch in batches
        for series in samples(law, rows, batch, role=role).get_columns()
    ]
    return pl.DataFrame(columns)


def _judged(told: Mapping[str, Sequence[float]]) -> Judged:
    evidence = np.array(told["evidence"], dtype=np.float64)
    return Judged(
        evidence=np.nan_to_num(evidence, nan=-np.inf), alarms=np.array(told["alarms"], dtype=bool)
    )
