"""LightGBM's estimators and boosters, kept as the text that LightGBM writes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modeldesk.errors import Corrupt, ModelFailed, UnsupportedModel
from modeldesk.models.adapters.tables import needed, number_array, pandas_frame, texts
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, not_of, single_values
from modeldesk.schema import Signature

TEXT = "model.txt"
_CLASSES = "classes.json"
_UNNAMED = re.compile(r"Column_\d+")
_BINARY = ("binary", "cross_entropy", "xentropy")
_MULTICLASS = ("multiclass", "multiclassova")


class LightgbmModel:
    """A booster with the labels of its classes.

    Parameters
    ----------
    booster
        What LightGBM trained.
    classes
        Labels of a classifier; empty: numbers from 0 where the objective is a classifier's.
    """

    def __init__(self, booster: Any, *, classes: tuple[bool | int | float | str, ...]) -> None:  # noqa: ANN401  # untyped library
        told = booster.dump_model(num_iteration=1)
        self._booster = booster
        self._features: tuple[str, ...] = tuple(told["feature_names"])
        infos = told.get("feature_infos", {})
        self._categories = [
            position
            for position, name in enumerate(self._features)
            if infos.get(name, {}).get("values")
        ]
        objective = str(told.get("objective", "")).split(" ")[0]
        self._binary = objective in _BINARY
        number = 2 if self._binary else int(told["num_class"])
        classifies = self._binary or objective in _MULTICLASS
        if classes and not classifies:
            message = f"The classifier has the objective {objective or 'of its own'!r}."
            hint = "Only its probabilities tell classes: train it as binary or multiclass."
            raise UnsupportedModel(message, hint=hint)
        self._classes = classes or (tuple(range(number)) if classifies else ())

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names that the model was trained on."""
        unnamed = all(_UNNAMED.fullmatch(name) for name in self._features)
        return None if unnamed else self._features

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """The classifier's labels."""
        return self._classes

    @property
    def declared(self) -> Signature | None:
        """The types are told from the reference."""
        return None

    @property
    def steady(self) -> bool:
        """It computes, and waits for nothing."""
        return True

    @property
    def numbers(self) -> Numbers | None:
        """The same, of a model that knows no categories."""
        return None if self._categories else self._answered

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call the booster; of a classifier the most probable class is the answer."""
        learned = self._booster.pandas_categorical
        # By position: LightGBM writes other names where those of the training have spaces.
        coded = {inputs.columns[position] for position in self._categories} if learned else set()
        categories = set(texts(inputs)) | coded
        if categories:
            return self._answered(pandas_frame(inputs, categories=categories))
        return self._answered(number_array(inputs))

    def _answered(self, given: Any) -> Predicted:  # noqa: ANN401  # an array, or a class of an optional library
        try:
            found = np.asarray(self._booster.predict(given))
        except Exception as error:
            message = f"The model raised {type(error).__name__}: {error}."
            raise ModelFailed(message) from error
        if self._binary:
            found = np.column_stack([1 - found, found])
        if self._classes:
            labels = np.array(self._classes)
            return Predicted(values=labels[found.argmax(axis=1)], scores=found.astype(np.float64))
        return Predicted(values=single_values(found, len(given)))


class LightgbmAdapter:
    """Serves LightGBM's estimators and boosters."""

    @property
    def flavor(self) -> str:
        """Return ``lightgbm``."""
        return "lightgbm"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is one of LightGBM's."""
        lightgbm = sys.modules.get("lightgbm")
        return lightgbm is not None and isinstance(thing, lightgbm.LGBMModel | lightgbm.Booster)

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around a fitted estimator or a booster."""
        del frames
        if not self.accepts(thing):
            raise not_of(thing, "LightGBM")
        return LightgbmModel(_booster(thing), classes=_labels(thing))

    def describe(self, thing: object) -> Facts:
        """Return the estimator's parameters, or those that a booster was trained with."""
        told = thing.get_params() if hasattr(thing, "get_params") else thing.params  # type: ignore[attr-defined]  # see `accepts`
        return Facts(modules=("lightgbm", "numpy"), parameters=told)

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the trees as text, and the labels beside them."""
        del frames, trust_pickle
        _booster(thing).save_model(str(folder / TEXT))
        (folder / _CLASSES).write_text(json.dumps(_labels(thing)))

    def load(self, folder: Path) -> Model:
        """Read the trees back."""
        classes = tuple(json.loads((folder / _CLASSES).read_text()))
        return LightgbmModel(load_lightgbm(folder / TEXT), classes=classes)


def load_lightgbm(path: Path) -> Any:  # noqa: ANN401  # untyped library
    """Load a booster from the text that LightGBM wrote.

    Raises
    ------
    Corrupt
        When it is no such text.
    NotFound
        When LightGBM is not installed.
    """
    lightgbm = needed("lightgbm", extra="lightgbm")
    # LightGBM ends the process, or says nothing, when a file is something else.
    with path.open("rb") as file:
        begins = file.read(5)
    if begins.rstrip(b"\r") not in {b"tree\n", b"tree"}:
        message = f"{path.name} is no text that LightGBM wrote."
        raise Corrupt(message, hint="Write it with save_model.")
    try:
        return lightgbm.Booster(model_file=str(path))
    except Exception as error:
        message = f"{path.name} cannot be read by LightGBM: {error}."
        raise Corrupt(message, hint="Write it with save_model.") from error


def _booster(thing: Any) -> Any:  # noqa: ANN401  # untyped library
    if not hasattr(thing, "booster_") and hasattr(thing, "get_params"):
        message = f"The {type(thing).__name__} is not fitted."
        raise UnsupportedModel(message, hint="Call fit first.")
    return getattr(thing, "booster_", thing)


def _labels(thing: object) -> tuple[bool | int | float | str, ...]:
    classes = getattr(thing, "classes_", None)
    return () if classes is None else tuple(np.asarray(classes).tolist())
