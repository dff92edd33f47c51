"""The two models that are served, and the rows that are sent to them.

Every server trains its model in its own environment, from the same data: what one version of
scikit-learn keeps cannot be read by all others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

BODIES = 1000
"""Different rows that are sent, over and over."""

WIDTH = 30
_ROWS = 4000


class Task(StrEnum):
    """A model and its data."""

    IRIS = "iris"
    """A support vector classifier of four measures of flowers."""
    WIDE = "wide"
    """Gradient boosted trees of 30 columns."""


def write_data(folder: Path) -> None:
    """Write the training data and the rows to send of both tasks, as ``TASK.npz``."""
    from sklearn.datasets import load_iris  # noqa: PLC0415 - not in every environment

    chance = np.random.default_rng(7)
    flowers, kinds = load_iris(return_X_y=True)
    jitter = chance.normal(0, 0.1, (BODIES, flowers.shape[1]))
    asked = np.round(flowers[chance.integers(0, len(flowers), BODIES)] + jitter, 2)
    _write(folder, Task.IRIS, flowers, kinds, asked)
    features = np.round(chance.normal(size=(_ROWS, WIDTH)), 4)
    score = features[:, :6] @ np.array([1.0, -1.0, 0.8, 0.6, -0.5, 0.4])
    target = (score + 0.5 * features[:, 6] * features[:, 7] > 0).astype(np.int64)
    _write(folder, Task.WIDE, features, target, np.round(chance.normal(size=(BODIES, WIDTH)), 4))


def _write(folder: Path, task: Task, features: Any, target: Any, asked: Any) -> None:  # noqa: ANN401
    np.savez(folder / f"{task}.npz", features=features, target=target, asked=asked)


def data(folder: Path, task: Task, part: str) -> Any:  # noqa: ANN401 - an array of either type
    """Return ``features``, ``target`` or ``asked`` of a task."""
    return np.load(folder / f"{task}.npz")[part]


def names(width: int) -> list[str]:
    """Return the features' names.

    >>> names(2)
    ['f_00', 'f_01']
    """
    return [f"f_{place:02}" for place in range(width)]


def fitted(folder: Path, task: Task) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Return a task's model, trained here and now."""
    features, target = (data(folder, task, part) for part in ("features", "target"))
    if task is Task.IRIS:
        from sklearn.svm import SVC  # noqa: PLC0415 - each task loads what it needs

        return SVC().fit(features, target)
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    return HistGradientBoostingClassifier(random_state=0).fit(features, target)


def rows(folder: Path, task: Task) -> list[dict[str, float]]:
    """Return the rows to send, by name."""
    asked = data(folder, task, "asked")
    labels = names(asked.shape[1])
    return [dict(zip(labels, row, strict=True)) for row in asked.tolist()]


def write_bodies(
    path: Path, rows_to_send: list[dict[str, float]], form: Callable[[dict[str, float]], object]
) -> None:
    """Write one request's body a line, as a server wants it."""
    lines = [json.dumps(form(row), separators=(",", ":")) for row in rows_to_send]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
