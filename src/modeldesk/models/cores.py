"""On how many cores models compute."""

from __future__ import annotations

import importlib
import threading
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from importlib.util import find_spec
from typing import Any


class _Here(threading.local):
    """What is known of a thread."""

    narrow = False


_here = _Here()


def use_one_core() -> None:
    """Have OpenMP's loops run in the calling thread alone from now on; others are as they were.

    For a few rows that is quicker: boosted trees of scikit-learn's begin a loop for each tree,
    and wake the threads of other cores each time. It holds for libraries that are loaded by now.
    """
    loaded = _loaded()
    if loaded is not None:
        loaded.limit(limits=1)
        _here.narrow = True


def on_one_core() -> AbstractContextManager[object]:
    """Do the same until the block ends, for the OpenMP that scikit-learn brings.

    Examples
    --------
    >>> with on_one_core():
    ...     pass  # predict a few rows
    """
    loaded = None if _here.narrow else _of_sklearn()
    if loaded is None:
        return nullcontext()
    limited: AbstractContextManager[object] = loaded.limit(limits=1)
    return limited


def _loaded() -> Any:  # noqa: ANN401 - the library has no types
    """Return the OpenMP libraries of this process; finding them takes a while."""
    if find_spec("threadpoolctl") is None:  # it comes with scikit-learn
        return None
    controller = importlib.import_module("threadpoolctl").ThreadpoolController()
    return controller.select(user_api="openmp")


@cache
def _of_sklearn() -> Any:  # noqa: ANN401 - the library has no types
    """Return the same once for all: scikit-learn has loaded its own before it predicts."""
    return _loaded()
