"""Train a task's model in MLflow's environment and keep it as an MLflow model."""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow.sklearn

from benchmarks.serving.tasks import Task, fitted

_TREES = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
"""What MLflow does not load from a file unless told that the file is one's own."""


def main() -> None:
    """Write the models of all tasks in the folder named first to the one named second."""
    source, target = map(Path, sys.argv[1:])
    for task in Task:
        mlflow.sklearn.save_model(
            fitted(source, task), str(target / task), skops_trusted_types=[_TREES]
        )


if __name__ == "__main__":
    main()
