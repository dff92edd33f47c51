"""scikit-learn estimators and pipelines, kept as skops files."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import InvalidData, ModelFailed, UnsafeArtefact
from modeldesk.models.adapters.parts import (
    mark_fitted,
    modules_of,
    of_sklearn_alone,
    only_computes,
    wants_pandas,
)
from modeldesk.models.adapters.spreading import Spread
from modeldesk.models.adapters.tables import pandas_frame
from modeldesk.models.adapters.vouching import load_skops, refused_types
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, single_values
from modeldesk.schema import Signature

SKOPS = "model.skops"
_JOBLIB = "model.joblib"
_FRAMES = "frames.json"
_LIKELIEST = frozenset(
    {
        "DecisionTreeClassifier",
        "ExtraTreeClassifier",
        "ExtraTreesClassifier",
        "HistGradientBoostingClassifier",
        "RandomForestClassifier",
    }
)
_FEW = 1024
"""Rows that one thread turns into a matrix sooner than several."""


class SklearnModel:
    """A fitted estimator with the kind of table it was trained on.

    Parameters
    ----------
    estimator
        What predicts.
    frames
        What it was trained on.
    spread
        Predicts many rows; by default on all cores where that is quicker.
    """

    def __init__(
        self,
        estimator: Any,  # noqa: ANN401  # untyped library
        *,
        frames: Frames,
        spread: Spread | None = None,
    ) -> None:
        self._estimator = estimator
        self._frames = frames
        self._likeliest = _answers_the_likeliest(estimator)
        self._steady = only_computes(estimator)
        # Other libraries have threads of their own, which make better use of the cores.
        self._spread = spread or Spread(None if of_sklearn_alone(estimator) else 1)
        # Finding these out takes as long as a tree takes to predict a row.
        self._classes = _classes(estimator)
        self._scores = bool(self._classes) and hasattr(estimator, "predict_proba")

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names that the estimator saw when it was fitted."""
        names = getattr(self._estimator, "feature_names_in_", None)
        return None if names is None else tuple(str(name) for name in names)

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """The classifier's labels as plain Python values."""
        return self._classes

    @property
    def declared(self) -> Signature | None:
        """An estimator says nothing of types: they are told from the reference."""
        return None

    @property
    def steady(self) -> bool:
        """Whether it has no parts or functions but those of libraries that only compute."""
        return self._steady

    @property
    def numbers(self) -> Numbers | None:
        """The same, of an estimator that was fitted on an array."""
        return self._answered_numbers if self._frames is Frames.NUMPY else None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call ``predict`` and, where there is one, ``predict_proba``."""
        return self._spread.predict(inputs, self._predicted)

    def _predicted(self, inputs: pl.DataFrame) -> Predicted:
        return self._answered(self._table(inputs))

    def _answered_numbers(self, rows: npt.NDArray[np.float64]) -> Predicted:
        # Where all are finite the estimator would look once more, in each of its steps.
        finite = np.isfinite(rows).all()
        with self._spread.narrow(), _settings(assume_finite=True) if finite else nullcontext():
            return self._answered(rows)

    def _answered(self, table: Any) -> Predicted:  # noqa: ANN401  # of any library
        try:
            scores = None
            if self._scores:
                scores = np.asarray(self._estimator.predict_proba(table), dtype=np.float64)
            if scores is not None and self._likeliest:
                values = self._estimator.classes_[np.argmax(scores, axis=1)]
            else:
                values = np.asarray(self._estimator.predict(table))
        except Exception as error:
            message = f"The model raised {type(error).__name__}: {error}."
            raise ModelFailed(message, hint=self._hint()) from error
        return Predicted(values=single_values(values, len(table)), scores=scores)

    def _table(self, inputs: pl.DataFrame) -> object:
        if self.features is None:
            expected = getattr(self._estimator, "n_features_in_", inputs.width)
            if expected != inputs.width:
                message = f"The model was fitted on {expected} columns, not {inputs.width}."
                hint = f"The reference gives: {', '.join(inputs.columns)}."
                raise InvalidData(message, hint=hint)
        if self._frames is Frames.NUMPY:
            return _matrix(inputs)
        return inputs if self._frames is Frames.POLARS else pandas_frame(inputs)

    def _hint(self) -> str:
        others = " or ".join(kind for kind in Frames if kind is not self._frames)
        return (
            f"It was given {self._frames} tables; if it was trained on others, publish it with "
            f"--frames {others}."
        )


def _classes(estimator: object) -> tuple[bool | int | float | str, ...]:
    classes = getattr(estimator, "classes_", None)
    if not isinstance(classes, np.ndarray) or classes.ndim != 1:
        return ()
    return tuple(classes.tolist())


def _settings(**changed: bool) -> AbstractContextManager[None]:
    """Change scikit-learn's settings in this thread, until the block ends."""
    context: AbstractContextManager[None] = sys.modules["sklearn"].config_context(**changed)
    return context


def _answers_the_likeliest(estimator: object) -> bool:
    """Whether ``predict`` would only work out the probabilities once more, and take the largest.

    Support vectors, for one, do not: their probabilities come from another fit.
    """
    steps = getattr(estimator, "steps", None)
    if type(estimator).__name__ == "Pipeline" and steps:
        estimator = steps[-1][1]
    of_sklearn = type(estimator).__module__.startswith("sklearn.")
    return of_sklearn and type(estimator).__name__ in _LIKELIEST


def _matrix(inputs: pl.DataFrame) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Return a table as NumPy's; few numbers without waiting for Polars' other threads."""
    if inputs.height > _FEW or any(dtype != pl.Float64 for dtype in inputs.dtypes):
        return inputs.to_numpy()
    return np.column_stack([column.to_numpy() for column in inputs.get_columns()])


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

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around a fitted estimator."""
        return SklearnModel(thing, frames=_frames_for(thing, frames))

    def describe(self, thing: object) -> Facts:
        """Return the estimator's own parameters and the modules of its parts."""
        parameters: dict[str, object] = thing.get_params()  # type: ignore[attr-defined]  # see `accepts`
        return Facts(modules=("numpy", *modules_of(thing)), parameters=parameters)

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write a skops file; joblib only for types that skops refuses, and only if trusted."""
        (folder / _FRAMES).write_text(json.dumps(_frames_for(thing, frames)))
        data, refused = _as_skops(thing)
        if not refused:
            (folder / SKOPS).write_bytes(data)
            return
        if not trust_pickle:
            message = f"The model holds types that are not vouched for: {', '.join(refused)}."
            hint = "Use scikit-learn's own types, or publish with --trust-pickle if you made it."
            raise UnsafeArtefact(message, hint=hint)
        importlib.import_module("joblib").dump(thing, folder / _JOBLIB)

    def load(self, folder: Path) -> Model:
        """Read the estimator back."""
        frames = Frames(json.loads((folder / _FRAMES).read_text()))
        if (folder / _JOBLIB).exists():
            estimator = importlib.import_module("joblib").load(folder / _JOBLIB)
        else:
            estimator = load_skops(folder / SKOPS)
        model = SklearnModel(estimator, frames=frames)
        mark_fitted(estimator)
        return model


def _as_skops(estimator: object) -> tuple[bytes, list[str]]:
    """Return an estimator as a skops file, and the types in it that nobody vouches for."""
    sio = importlib.import_module("skops.io")
    try:
        data = sio.dumps(estimator)
    except importlib.import_module("skops.io.exceptions").UnsupportedTypeException as error:
        return b"", [str(error).rstrip(".")]
    return data, refused_types(sio.get_untrusted_types(data=data))


def _frames_for(estimator: object, told: Frames | None) -> Frames:
    """Return what an estimator is given: as it was fitted, as was told, or as suits it best."""
    if hasattr(estimator, "n_features_in_") and not hasattr(estimator, "feature_names_in_"):
        return Frames.NUMPY
    pandas = wants_pandas(estimator) and find_spec("pandas") is not None
    return told or (Frames.PANDAS if pandas else Frames.POLARS)
