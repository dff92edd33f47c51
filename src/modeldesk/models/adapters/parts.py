"""What a scikit-learn estimator is made of: its steps, the models inside, its functions."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

_PLAIN = frozenset({"sklearn", "numpy", "scipy", "builtins"})
_COMPUTING = _PLAIN | {"xgboost", "lightgbm", "catboost"}
_FITTED = "__sklearn_is_fitted__"
_LEAVES = (str, bytes, int, float, bool, type(None), np.ndarray, np.generic)


def parts(estimator: object) -> Iterator[object]:
    """Yield an estimator, every estimator within it, fitted or not, and every function it calls.

    Parameters
    ----------
    estimator
        Any object with ``get_params``, as scikit-learn's estimators have.
    """
    seen: set[int] = set()
    waiting: list[object] = [estimator]
    while waiting:
        found = waiting.pop()
        if isinstance(found, _LEAVES) or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list | tuple | set):
            waiting += found
        elif hasattr(found, "get_params") and not isinstance(found, type):
            yield found
            waiting += vars(found).values()
        elif callable(found):
            yield found


def modules_of(estimator: object) -> tuple[str, ...]:
    """Return the modules that an estimator's parts come from, each once."""
    found = (_module(part) for part in parts(estimator))
    return tuple(dict.fromkeys(module for module in found if module))


def only_computes(estimator: object) -> bool:
    """Whether all parts and functions come from libraries whose models compute and never wait."""
    return all(_root(part) in _COMPUTING for part in parts(estimator))


def of_sklearn_alone(estimator: object) -> bool:
    """Whether all parts and functions are scikit-learn's own, or of the libraries below it."""
    return not any(_foreign(part) for part in parts(estimator))


def mark_fitted(estimator: object) -> None:
    """Let scikit-learn's estimators say at once that they are fitted, where they are.

    Each call asks several times, and each time all attributes are looked through: 14 of the 140
    microseconds that support vectors take for one row. ``__sklearn_is_fitted__`` is the way
    that scikit-learn offers for it (its guide for developers of estimators).
    """
    asked = importlib.import_module("sklearn.utils.validation").check_is_fitted
    error = importlib.import_module("sklearn.exceptions").NotFittedError
    for part in [*parts(estimator)]:
        if _root(part) != "sklearn" or hasattr(part, _FITTED) or not hasattr(part, "__dict__"):
            continue
        with suppress(error, TypeError):
            asked(part)
            setattr(part, _FITTED, _yes)


def wants_pandas(estimator: object) -> bool:
    """Whether it may matter to an estimator that it is given pandas and no Polars frames.

    scikit-learn's own estimators take either. It matters to parts of other libraries, to what
    was told to hand on pandas frames, and to categories that were learned from pandas, where a
    missing string is NaN and not None.
    """
    return any(_foreign(part) or _hands_on_pandas(part) or _nan(part) for part in parts(estimator))


def _yes() -> bool:
    return True


def _module(part: object) -> str:
    told = part if hasattr(part, "__qualname__") else type(part)
    return str(getattr(told, "__module__", "") or "")


def _foreign(part: object) -> bool:
    return _root(part) not in _PLAIN


def _root(part: object) -> str:
    return _module(part).partition(".")[0]


def _hands_on_pandas(part: object) -> bool:
    config = getattr(part, "_sklearn_output_config", {})
    return isinstance(config, dict) and config.get("transform") == "pandas"


def _nan(part: object) -> bool:
    learned = getattr(part, "categories_", ())
    # NaN comes last: scikit-learn sorts the categories.
    return isinstance(learned, list | tuple) and any(
        isinstance(values, np.ndarray)
        and values.dtype.kind == "O"
        and values.size > 0
        and isinstance(values[-1], float)
        for values in learned
    )
