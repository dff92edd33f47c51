"""Compute measures of two classes with scikit-learn from the rows themselves: ROWS WINDOWS."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    cohen_kappa_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
    roc_auc_score,
)

from benchmarks.labelled.rows import POSITIVE, Flags, Floats, Kind, windows
from benchmarks.measuring.stages import Spent, Stages

_WARM = 1000

Codes = NDArray[np.int8]


def main() -> None:
    """Compute the measures of each window and slice, and report the time.

    Labels come as 0 and 1, with which scikit-learn is quickest; making them is not counted. It
    knows no intervals and no merging: the rows of each slice, and of all windows together, would
    have to be read again. Windows together are left out here, to its favour.
    """
    rows, count = int(sys.argv[1]), int(sys.argv[2])
    _each(_WARM, 1)
    spent, figures = _each(rows, count)
    Stages().report(wall_s=spent.wall_s, cpu_s=spent.cpu_s, figures=figures)


def _each(rows: int, count: int) -> tuple[Spent, int]:
    spent, figures = Spent(), 0
    for window, masks in windows(Kind.BINARY, rows, count):
        labels, predictions = (
            (column == POSITIVE).to_numpy().astype(np.int8)
            for column in (window.labels, window.predictions)
        )
        scores = window.scores[POSITIVE]
        every: tuple[Flags | slice, ...] = (slice(None), *masks)
        with spent.counted():
            for keep in every:
                figures += len(sklearn_measures(labels[keep], predictions[keep], scores[keep]))
    return spent, figures


def sklearn_measures(labels: Codes, predictions: Codes, scores: Floats) -> list[float]:
    """Return the measures of two classes that scikit-learn has, shapes ``(n,)``."""
    found = [
        accuracy_score(labels, predictions),
        balanced_accuracy_score(labels, predictions),
        matthews_corrcoef(labels, predictions),
        cohen_kappa_score(labels, predictions),
        roc_auc_score(labels, scores),
        average_precision_score(labels, scores),
        log_loss(labels, scores),
        brier_score_loss(labels, scores),
    ]
    for average in (None, "macro", "weighted"):
        parts = precision_recall_fscore_support(
            labels, predictions, average=average, zero_division=0
        )
        found += [value for part in parts[:3] for value in np.atleast_1d(part).tolist()]
    # It has the curve, not the error; the mean distance stands for it.
    truth, said = calibration_curve(labels, scores, n_bins=10)
    found.append(np.abs(truth - said).mean())
    return [float(value) for value in found]


if __name__ == "__main__":
    main()
