"""On how many cores models compute."""

from __future__ import annotations

import importlib
from importlib.util import find_spec


def use_one_core() -> None:
    """Have OpenMP's loops run in the calling thread alone from now on; others are as they were.

    For a few rows that is quicker: boosted trees of scikit-learn's begin a loop for each tree,
    and wake the threads of other cores each time. It holds for libraries that are loaded by now.
    """
    if find_spec("threadpoolctl") is None:  # it comes with scikit-learn
        return
    loaded = importlib.import_module("threadpoolctl").ThreadpoolController()
    loaded.select(user_api="openmp").limit(limits=1)
