"""Which types of a skops file are vouched for, and loading those that are.

skops loads a file without running code from it, and only types that were vouched for. What it
does not trust by itself is trusted here when it is a class of the installed scikit-learn, or the
estimator of a boosting library and what that keeps its trees in, or stands in a short list here;
anything else is refused by name.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from modeldesk.errors import Corrupt, UnsafeArtefact

_ESTIMATORS = {
    "xgboost.sklearn": "XGB",
    "lightgbm.sklearn": "LGBM",
    "catboost.core": "CatBoost",
}
"""How the names of classes begin that these modules offer as estimators."""
_PLAIN = {
    "xgboost.core.Booster",
    "lightgbm.basic.Booster",
    "collections.OrderedDict",
    "collections.defaultdict",
    "numpy.dtype",
    # What a selection of features ranked them by; arithmetic on two arrays, and nothing else.
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.feature_selection._univariate_selection.r_regression",
}


def load_skops(path: Path) -> object:
    """Load an estimator from a skops file.

    Raises
    ------
    UnsafeArtefact
        When the file holds types that are neither trusted by skops nor vouched for here.
    Corrupt
        When the file is not a skops file.
    """
    sio = importlib.import_module("skops.io")
    try:
        found = sio.get_untrusted_types(file=path)
    except Exception as error:
        message = f"{path.name} cannot be read as a skops file: {error}."
        raise Corrupt(message, hint="Write it with skops.io.dump.") from error
    refused = refused_types(found)
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


def refused_types(names: list[str]) -> list[str]:
    """Return those of the types that skops asks about that are not vouched for."""
    return [name for name in names if name not in _PLAIN and not _is_vouched_class(name)]


def _is_vouched_class(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    estimator = module in _ESTIMATORS and attribute.startswith(_ESTIMATORS[module])
    if not estimator and module.split(".", maxsplit=1)[0] != "sklearn":
        return False
    try:
        return isinstance(getattr(importlib.import_module(module), attribute), type)
    except (ImportError, AttributeError):
        return False
