"""XGBoost's estimators, kept in XGBoost's own binary JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modeldesk.errors import Corrupt, ModelFailed, UnsupportedModel
from modeldesk.models.adapters.tables import needed, number_array, pandas_frame, texts
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, not_of, single_values
from modeldesk.schema import Signature

UBJ = "model.ubj"
_CLASSIFIERS = ("binary:", "multi:")


class XgboostModel:
    """A fitted estimator of XGBoost's."""

    def __init__(self, estimator: Any) -> None:  # noqa: ANN401  # untyped library
        self._estimator = estimator
        booster = estimator.get_booster()
        names, kinds = booster.feature_names, booster.feature_types or ()
        self._features = None if names is None else tuple(names)
        self._categories = {
            name for name, kind in zip(names or (), kinds, strict=False) if kind == "c"
        }
        if self._categories and not _knows_categories(booster):
            named = ", ".join(sorted(self._categories))
            message = f"The model holds only codes, and not the categories, of {named}."
            raise UnsupportedModel(message, hint="Train it with XGBoost 3.1 or newer.")

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names that the model was trained on."""
        return self._features

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """XGBoost's classes are the numbers from 0."""
        return tuple(range(getattr(self._estimator, "n_classes_", 0)))

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
        """Call ``predict``, and of a classifier ``predict_proba``."""
        categories = self._categories | set(texts(inputs))
        if categories:
            return self._answered(pandas_frame(inputs, categories=categories))
        return self._answered(number_array(inputs))

    def _answered(self, given: Any) -> Predicted:  # noqa: ANN401  # an array, or a class of an optional library
        try:
            values = np.asarray(self._estimator.predict(given, validate_features=False))
            scores = None
            if self.classes:
                scores = self._estimator.predict_proba(given, validate_features=False)
        except Exception as error:
            message = f"The model raised {type(error).__name__}: {error}."
            raise ModelFailed(message) from error
        return Predicted(
            values=single_values(values, len(given)),
            scores=None if scores is None else np.asarray(scores, dtype=np.float64),
        )


class XgboostAdapter:
    """Serves XGBoost's estimators."""

    @property
    def flavor(self) -> str:
        """Return ``xgboost``."""
        return "xgboost"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is one of XGBoost's estimators."""
        xgboost = sys.modules.get("xgboost")
        return xgboost is not None and isinstance(thing, xgboost.XGBModel)

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around a fitted estimator."""
        del frames
        if not self.accepts(thing):
            raise not_of(thing, "XGBoost")
        if not hasattr(thing, "_Booster") and not thing.__sklearn_is_fitted__():  # type: ignore[attr-defined]  # see `accepts`
            message = f"The {type(thing).__name__} is not fitted."
            raise UnsupportedModel(message, hint="Call fit first.")
        return XgboostModel(thing)

    def describe(self, thing: object) -> Facts:
        """Return the estimator's parameters."""
        return Facts(modules=("xgboost", "numpy"), parameters=thing.get_params())  # type: ignore[attr-defined]  # see `accepts`

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the model in XGBoost's format, which holds no code."""
        del frames, trust_pickle
        thing.save_model(folder / UBJ)  # type: ignore[attr-defined]  # see `accepts`

    def load(self, folder: Path) -> Model:
        """Read the model back."""
        return XgboostModel(load_xgboost(folder / UBJ))


def load_xgboost(path: Path) -> Any:  # noqa: ANN401  # untyped library
    """Load an estimator from a file that XGBoost wrote (``.ubj`` or ``.json``).

    Raises
    ------
    Corrupt
        When XGBoost cannot read it.
    NotFound
        When XGBoost is not installed.
    """
    xgboost = needed("xgboost", extra="xgboost")
    try:
        booster = xgboost.Booster(model_file=str(path))
        objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
        classifies = objective.startswith(_CLASSIFIERS)
        estimator = xgboost.XGBClassifier() if classifies else xgboost.XGBRegressor()
        estimator.load_model(str(path))
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        message = f"{path.name} cannot be read by XGBoost: {reason}."
        raise Corrupt(message, hint="Write it with save_model.") from error
    return estimator


def _knows_categories(booster: Any) -> bool:  # noqa: ANN401  # untyped library
    get = getattr(booster, "get_categories", None)
    return get is not None and get() is not None
