"""One adapter per library of models; a library is imported when its adapter is used."""

from __future__ import annotations

from modeldesk.errors import NotFound, UnsupportedModel
from modeldesk.models.adapters.catboost import CatboostAdapter
from modeldesk.models.adapters.function import FunctionAdapter
from modeldesk.models.adapters.lightgbm import LightgbmAdapter
from modeldesk.models.adapters.mlflow import MlflowAdapter
from modeldesk.models.adapters.onnx import OnnxAdapter
from modeldesk.models.adapters.sklearn import SklearnAdapter
from modeldesk.models.adapters.xgboost import XgboostAdapter
from modeldesk.models.port import Adapter

# Those of boosting libraries first: their estimators are estimators of scikit-learn's as well.
_LIBRARIES: tuple[Adapter, ...] = (
    XgboostAdapter(),
    LightgbmAdapter(),
    CatboostAdapter(),
    SklearnAdapter(),
)
ADAPTERS: tuple[Adapter, ...] = (
    *_LIBRARIES,
    OnnxAdapter(),
    FunctionAdapter(),
    MlflowAdapter(_LIBRARIES),
)


def adapter_for(thing: object) -> Adapter:
    """Return the adapter that accepts an object, or raise `UnsupportedModel`."""
    for adapter in ADAPTERS:
        if adapter.accepts(thing):
            return adapter
    message = f"A {type(thing).__module__}.{type(thing).__qualname__} cannot be published."
    hint = (
        "Publish a fitted scikit-learn estimator, or a function of an importable module, an "
        "XGBoost, LightGBM or CatBoost estimator, an ONNX model, or an mlflow: URI."
    )
    raise UnsupportedModel(message, hint=hint)


def adapter_named(flavor: str) -> Adapter:
    """Return the adapter of a stored version's flavor, or raise `NotFound`."""
    for adapter in ADAPTERS:
        if adapter.flavor == flavor:
            return adapter
    message = f"There is no adapter for models of flavor {flavor!r}."
    raise NotFound(message, hint="Upgrade modeldesk, or install the extra of that library.")
