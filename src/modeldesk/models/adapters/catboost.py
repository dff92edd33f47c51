"""CatBoost's estimators, kept in CatBoost's own binary format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import Corrupt, ModelFailed, UnsupportedModel
from modeldesk.models.adapters.tables import needed, number_array, object_array
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, not_of, single_values
from modeldesk.schema import Signature

CBM = "model.cbm"


class CatboostModel:
    """A fitted estimator of CatBoost's."""

    def __init__(self, estimator: Any) -> None:  # noqa: ANN401  # untyped library
        self._estimator = estimator
        names = tuple(str(name) for name in estimator.feature_names_)
        numbers = tuple(str(position) for position in range(len(names)))
        self._features = None if names == numbers else names
        self._classes = tuple(np.asarray(estimator.classes_).tolist())
        self._plain = not (
            estimator.get_cat_feature_indices() or estimator.get_text_feature_indices()
        )

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names that the model was trained on."""
        return self._features

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
        """The same, of a model that knows no categories or texts."""
        return self._answered if self._plain else None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call ``predict``, and of a classifier ``predict_proba``."""
        return self._answered(number_array(inputs) if self._plain else object_array(inputs))

    def _answered(self, table: npt.NDArray[np.generic]) -> Predicted:
        try:
            values = np.asarray(self._estimator.predict(table))
            scores = np.asarray(self._estimator.predict_proba(table)) if self._classes else None
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            message = f"The model raised {type(error).__name__}: {reason}."
            raise ModelFailed(message) from error
        return Predicted(values=single_values(values, len(table)), scores=scores)


class CatboostAdapter:
    """Serves CatBoost's estimators."""

    @property
    def flavor(self) -> str:
        """Return ``catboost``."""
        return "catboost"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is one of CatBoost's estimators."""
        catboost = sys.modules.get("catboost")
        return catboost is not None and isinstance(thing, catboost.CatBoost)

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around a fitted estimator."""
        del frames
        if not self.accepts(thing):
            raise not_of(thing, "CatBoost")
        if not thing.is_fitted():  # type: ignore[attr-defined]  # see `accepts`
            message = f"The {type(thing).__name__} is not fitted."
            raise UnsupportedModel(message, hint="Call fit first.")
        return CatboostModel(_as_estimator(thing))

    def describe(self, thing: object) -> Facts:
        """Return the parameters that were set."""
        return Facts(modules=("catboost", "numpy"), parameters=thing.get_params())  # type: ignore[attr-defined]  # see `accepts`

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the model in CatBoost's format, which holds no code."""
        del frames, trust_pickle
        thing.save_model(str(folder / CBM))  # type: ignore[attr-defined]  # see `accepts`

    def load(self, folder: Path) -> Model:
        """Read the model back."""
        return CatboostModel(load_catboost(folder / CBM))


def load_catboost(path: Path) -> Any:  # noqa: ANN401  # untyped library
    """Load an estimator from a file that CatBoost wrote (``.cbm``).

    Raises
    ------
    Corrupt
        When CatBoost cannot read it.
    NotFound
        When CatBoost is not installed.
    """
    catboost = needed("catboost", extra="catboost")
    try:
        return _as_estimator(catboost.CatBoost().load_model(str(path)))
    except catboost.CatBoostError as error:
        reason = str(error).strip().splitlines()[0]
        message = f"{path.name} cannot be read by CatBoost: {reason}."
        raise Corrupt(message, hint="Write it with save_model.") from error


def _as_estimator(thing: Any) -> Any:  # noqa: ANN401  # untyped library
    """Return a model of unknown kind as a classifier where it has classes."""
    catboost = sys.modules["catboost"]
    if hasattr(thing, "predict_proba") or not len(thing.classes_):
        return thing
    classifier = catboost.CatBoostClassifier()
    # What `load_model` does, from what is in memory already.
    return classifier.load_model(blob=thing._serialize_model())  # noqa: SLF001  # no public way
