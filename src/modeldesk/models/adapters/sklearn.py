"""scikit-learn estimators and pipelines, kept as skops files.

skops loads a file without running code from it, and only types that were vouched for. What
it does not trust by itself (private classes of scikit-learn, for example) is trusted here
when it is a class of the installed scikit-learn; anything else is refused by name.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modeldesk.errors import Corrupt, InvalidData, ModelFailed, UnsafeArtefact
from modeldesk.models.port import Model, Predicted

_SKOPS = "model.skops"
_JOBLIB = "model.joblib"
_FRAMES = "frames.json"


class SklearnModel:
    """A fitted estimator with the kind of table it was trained on."""

    def __init__(self, estimator: Any, *, frames: str) -> None:  # noqa: ANN401  # untyped library
        self._estimator = estimator
        self._frames = frames

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names that the estimator saw when it was fitted."""
        names = getattr(self._estimator, "feature_names_in_", None)
        return None if names is None else tuple(str(name) for name in names)

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """The classifier's labels as plain Python values."""
        classes = getattr(self._estimator, "classes_", None)
        if not isinstance(classes, np.ndarray) or classes.ndim != 1:
            return ()
        return tuple(classes.tolist())

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call ``predict`` and, where there is one, ``predict_proba``."""
        table = self._table(inputs)
        try:
            values = np.asarray(self._estimator.predict(table))
            scores = None
            if self.classes and hasattr(self._estimator, "predict_proba"):
                scores = np.asarray(self._estimator.predict_proba(table), dtype=np.float64)
        except Exception as error:
            message = f"The model raised {type(error).__name__}: {error}."
            raise ModelFailed(message) from error
        if values.shape != (inputs.height,):
            message = f"The model answered shape {values.shape} for {inputs.height} rows."
            raise ModelFailed(message, hint="One value per row is expected.")
        return Predicted(values=values, scores=scores)

    def _table(self, inputs: pl.DataFrame) -> object:
        if self.features is None:
            expected = getattr(self._estimator, "n_features_in_", inputs.width)
            if expected != inputs.width:
                message = f"The model was fitted on {expected} columns, not {inputs.width}."
                hint = f"The reference gives: {', '.join(inputs.columns)}."
                raise InvalidData(message, hint=hint)
            return inputs.to_numpy()
        if self._frames == "polars":
            return inputs
        pandas = importlib.import_module("pandas")
        return pandas.DataFrame({name: inputs[name].to_numpy() for name in inputs.columns})


class SklearnAdapter:
    """Serves whatever is a scikit-learn estimator."""

    @property
    def flavor(self) -> str:
        """Return ``sklearn``."""
        return "sklearn"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is an estimator that predicts."""
        base = sys.modules.get("sklearn.base")
        return (
            base is not None and isinstance(thing, base.BaseEstimator) and hasattr(thing, "predict")
        )

    def wrap(self, thing: object, *, frames: str) -> Model:
        """Return a model around a fitted estimator."""
        return SklearnModel(thing, frames=frames)

    def save(self, thing: object, folder: Path, *, frames: str, trust_pickle: bool) -> None:
        """Write a skops file; joblib only for types that skops refuses, and only if trusted."""
        sio = importlib.import_module("skops.io")
        (folder / _FRAMES).write_text(json.dumps(frames))
        data = sio.dumps(thing)
        refused = _refused(sio.get_untrusted_types(data=data))
        if not refused:
            (folder / _SKOPS).write_bytes(data)
            return
        if not trust_pickle:
            message = f"The model holds types that are not vouched for: {', '.join(refused)}."
            hint = "Use scikit-learn's own types, or publish with --trust-pickle if you made it."
            raise UnsafeArtefact(message, hint=hint)
        importlib.import_module("joblib").dump(thing, folder / _JOBLIB)

    def load(self, folder: Path) -> Model:
        """Read the estimator back."""
        frames = json.loads((folder / _FRAMES).read_text())
        if (folder / _JOBLIB).exists():
            estimator = importlib.import_module("joblib").load(folder / _JOBLIB)
        else:
            estimator = load_skops(folder / _SKOPS)
        return SklearnModel(estimator, frames=frames)


def load_skops(path: Path) -> object:
    """Load an estimator from a skops file.

    Raises
    ------
    UnsafeArtefact
        When the file holds types that are neither trusted by skops nor scikit-learn's own.
    Corrupt
        When the file is not a skops file.
    """
    sio = importlib.import_module("skops.io")
    try:
        found = sio.get_untrusted_types(file=path)
    except Exception as error:
        message = f"{path.name} cannot be read as a skops file: {error}."
        raise Corrupt(message, hint="Write it with skops.io.dump.") from error
    refused = _refused(found)
    if refused:
        message = f"{path.name} holds types that are not vouched for: {', '.join(refused)}."
        raise UnsafeArtefact(message, hint="Load it yourself and publish the object.")
    try:
        loaded: object = sio.load(path, trusted=found)
    except Exception as error:
        message = f"{path.name} cannot be loaded: {error}."
        raise Corrupt(
            message, hint="Load it with the library versions it was made with."
        ) from error
    return loaded


def _refused(types: list[str]) -> list[str]:
    return [name for name in types if not _is_sklearn_class(name)]


def _is_sklearn_class(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    if module.split(".", maxsplit=1)[0] != "sklearn":
        return False
    try:
        return isinstance(getattr(importlib.import_module(module), attribute), type)
    except (ImportError, AttributeError):
        return False
