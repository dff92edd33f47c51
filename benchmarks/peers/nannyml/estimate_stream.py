"""Let NannyML estimate a stream: FOLDER TASK CHUNK, in its own environment.

Everything is left at its default: CBPE with isotonic calibration where its own check finds that
it helps, and for regression DLE with LightGBM.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import nannyml
import pandas as pd

from benchmarks.measuring.stages import Stages

CLASSIFYING = ["roc_auc", "f1", "accuracy", "precision", "recall"]
REGRESSING = ["mae", "rmse"]


def main() -> None:
    """Fit on the reference, estimate all chunks, and report estimates and figures."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    folder, task, chunk = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    stages = Stages()
    with stages.measured("read"):
        reference = pd.read_parquet(folder / "reference.parquet")
        analysis = pd.read_parquet(folder / "analysis.parquet").drop(columns="label")
    measures = REGRESSING if task == "regression" else CLASSIFYING
    with stages.measured("estimate"):
        estimator = _estimator(task, chunk, measures, reference)
        found = estimator.fit(reference).estimate(analysis).filter(period="analysis").to_df()
    facts = {
        name: {
            "estimates": found[name]["value"].astype(float).tolist(),
            "lower": found[name]["lower_confidence_boundary"].astype(float).tolist(),
            "upper": found[name]["upper_confidence_boundary"].astype(float).tolist(),
        }
        for name in measures
    }
    stages.report(measures=facts)


def _estimator(task: str, chunk: int, measures: list[str], reference: pd.DataFrame) -> Any:  # noqa: ANN401
    scores = [name for name in reference.columns if name.startswith("score")]
    features = [name for name in reference.columns if name not in {*scores, "label", "predicted"}]
    if task == "regression":
        return nannyml.DLE(
            feature_column_names=features,
            y_pred="predicted",
            y_true="label",
            metrics=measures,
            chunk_size=chunk,
        )
    binary = task == "binary"
    return nannyml.CBPE(
        y_pred_proba="score" if binary else {int(name[6:]): name for name in scores},
        y_pred="predicted",
        y_true="label",
        problem_type="classification_binary" if binary else "classification_multiclass",
        metrics=measures,
        chunk_size=chunk,
    )


if __name__ == "__main__":
    main()
