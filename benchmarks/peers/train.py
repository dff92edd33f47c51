"""Train a task's model in a peer's environment and keep it as a joblib file."""

from __future__ import annotations

import sys
from pathlib import Path

import joblib

from benchmarks.serving.tasks import Task, fitted


def main() -> None:
    """Write the models of all tasks in the folder named first to the one named second."""
    source, target = map(Path, sys.argv[1:])
    for task in Task:
        joblib.dump(fitted(source, task), target / f"{task}.joblib")


if __name__ == "__main__":
    main()
