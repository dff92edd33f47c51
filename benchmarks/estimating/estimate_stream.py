"""Estimate a stream with modeldesk: FOLDER TASK CHUNK."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.measuring.stages import Stages
from modeldesk.performance.estimation import (
    Estimate,
    Estimates,
    Unlearned,
    learn_classification,
    learn_regression,
)

CLASSIFYING = ("roc_auc", "f1", "accuracy", "precision", "recall")
REGRESSING = ("mae", "rmse")
_LEVEL = 0.9973
"""That of three standard deviations, as NannyML's."""

Columns = Mapping[str, NDArray[np.generic]]


def main() -> None:
    """Learn from the reference, estimate all chunks, and report estimates and figures."""
    folder, task, chunk = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    stages = Stages()
    with stages.measured("read"):
        reference = pl.read_parquet(folder / "reference.parquet")
        analysis = pl.read_parquet(folder / "analysis.parquet").drop("label")
    with stages.measured("estimate"):
        found = (_regression if task == "regression" else _classification)(
            reference, analysis, chunk
        )
    measures = REGRESSING if task == "regression" else CLASSIFYING
    stages.report(measures={name: _told(name, found) for name in measures})


def _classification(reference: pl.DataFrame, analysis: pl.DataFrame, chunk: int) -> list[Estimates]:
    classes = [str(place) for place in range(max(2, len(_scores(reference).T)))]
    learned = learn_classification(
        _scores(reference),
        reference["predicted"].to_numpy(),
        reference["label"].to_numpy(),
        classes=classes,
        columns=_inputs(reference),
    )
    assert not isinstance(learned, Unlearned)
    return [
        learned.estimate(
            learned.condense(_scores(part), part["predicted"].to_numpy(), _inputs(part)),
            level=_LEVEL,
        )
        for part in analysis.iter_slices(chunk)
    ]


def _regression(reference: pl.DataFrame, analysis: pl.DataFrame, chunk: int) -> list[Estimates]:
    learned = learn_regression(
        reference["predicted"].to_numpy(),
        reference["label"].to_numpy(),
        columns=_inputs(reference),
    )
    assert not isinstance(learned, Unlearned)
    return [
        learned.estimate(
            learned.condense(part["predicted"].to_numpy(), _inputs(part)), level=_LEVEL
        )
        for part in analysis.iter_slices(chunk)
    ]


def _scores(frame: pl.DataFrame) -> NDArray[np.float64]:
    names = [name for name in frame.columns if name.startswith("score")]
    return frame.select(names).to_numpy()


def _inputs(frame: pl.DataFrame) -> Columns:
    return {
        name: frame[name].to_numpy()
        for name in frame.columns
        if name not in {"label", "predicted"} and not name.startswith("score")
    }


def _told(name: str, found: list[Estimates]) -> dict[str, list[float]]:
    estimates = [each[name] for each in found]
    return {
        part: [
            float(getattr(each, attribute)) if isinstance(each, Estimate) else float("nan")
            for each in estimates
        ]
        for part, attribute in (("estimates", "value"), ("lower", "lower"), ("upper", "upper"))
    }


if __name__ == "__main__":
    main()
