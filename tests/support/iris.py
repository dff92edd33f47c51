"""The Iris data and a classifier trained on it, for tests that need a real model."""

from __future__ import annotations

import copy
import functools

import numpy as np
import polars as pl
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.svm import SVC

FEATURES = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
CLASSES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
ROW: dict[str, object] = {
    "sepal_length_cm": 6.3,
    "sepal_width_cm": 3.3,
    "petal_length_cm": 6.0,
    "petal_width_cm": 2.5,
}


def iris_frame() -> pl.DataFrame:
    """Return the 150 rows with their class."""
    features, target = load_iris(return_X_y=True)
    frame = pl.DataFrame(features, schema=list(FEATURES))
    return frame.with_columns(pl.Series("class", np.array(CLASSES)[target]))


def iris_model(frame: pl.DataFrame | None = None) -> CalibratedClassifierCV:
    """Return a classifier with probabilities, fitted on the frame's features by name."""
    return copy.deepcopy(_iris_model()) if frame is None else _fitted(frame)


@functools.cache
def _iris_model() -> CalibratedClassifierCV:
    return _fitted(iris_frame())


def _fitted(frame: pl.DataFrame) -> CalibratedClassifierCV:
    model = CalibratedClassifierCV(SVC(), ensemble=False)
    return model.fit(frame.select(FEATURES), frame["class"].to_numpy())
