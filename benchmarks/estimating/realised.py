"""What the measures of a stream's chunks turned out to be, by scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from sklearn import metrics

from benchmarks.estimating.plan import Task


def realised(folder: Path, task: Task, chunk: int) -> dict[str, list[float]]:
    """Return each measure of each chunk; NaN where it is not defined.

    A measure of many classes is the mean over the classes; that of a class that was never
    predicted, or never came, is not defined.
    """
    frame = pl.read_parquet(folder / "analysis.parquet")
    of = {Task.BINARY: _binary, Task.MANY: _many, Task.REGRESSION: _regression}[task]
    found = [of(part) for part in frame.iter_slices(chunk)]
    return {name: [each[name] for each in found] for name in found[0]}


def _binary(part: pl.DataFrame) -> dict[str, float]:
    truth, guess = part["label"].to_numpy(), part["predicted"].to_numpy()
    nan = float("nan")
    return {
        "roc_auc": float(metrics.roc_auc_score(truth, part["score"].to_numpy())),
        "f1": float(metrics.f1_score(truth, guess, zero_division=nan)),
        "accuracy": float(metrics.accuracy_score(truth, guess)),
        "precision": float(metrics.precision_score(truth, guess, zero_division=nan)),
        "recall": float(metrics.recall_score(truth, guess, zero_division=nan)),
    }


def _many(part: pl.DataFrame) -> dict[str, float]:
    truth, guess = part["label"].to_numpy(), part["predicted"].to_numpy()
    scores = part.select(name for name in part.columns if name.startswith("score")).to_numpy()
    places = range(scores.shape[1])
    nan = float("nan")
    whole = {
        "roc_auc": np.mean([metrics.roc_auc_score(truth == c, scores[:, c]) for c in places]),
        "accuracy": metrics.accuracy_score(truth, guess),
    }
    for name in ("f1", "precision", "recall"):
        of = getattr(metrics, f"{name}_score")
        whole[name] = np.mean(of(truth, guess, labels=places, average=None, zero_division=nan))
    return {name: float(value) for name, value in whole.items()}


def _regression(part: pl.DataFrame) -> dict[str, float]:
    truth, guess = part["label"].to_numpy(), part["predicted"].to_numpy()
    return {
        "mae": float(metrics.mean_absolute_error(truth, guess)),
        "rmse": float(metrics.root_mean_squared_error(truth, guess)),
    }
