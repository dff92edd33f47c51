"""Predicting many rows on all cores: some of them in each of several threads."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from modeldesk.models.cores import on_one_core, use_one_core
from modeldesk.models.port import Predicted

LEAST_ROWS = 1_000
"""Rows of a part; for fewer it does not pay to wake a thread."""

_MOST_PARTS = 8
_LEAST_SECONDS = 0.005
"""What takes less is not spread."""
_TRIES = 2
"""So often each way is tried before one is chosen."""
_GAIN = 0.9
"""A way is left for the other only when that takes at most this share of the time."""
_FORGET = 1.02
"""By so much the shortest time of a way grows with each use, so that what has changed is seen."""

Predict = Callable[[pl.DataFrame], Predicted]


class Spread:
    """Has rows predicted part by part, each part in a thread that computes on one core.

    The loops of scikit-learn's own threads are short, one for each tree, and threads other than
    the program's first wait for each other after each of them; support vectors have no threads at
    all. What holds Python's lock while it computes is slower in parts. Which of the two a model
    is, its own times tell.

    Parameters
    ----------
    cores
        On how many cores; ``None``: as many as the program may use, at most eight.
    clock
        Tells seconds.
    """

    def __init__(
        self, cores: int | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._told = cores
        self._clock = clock
        self._whole = _Times()
        self._parts = _Times()

    def predict(self, rows: pl.DataFrame, predict: Predict) -> Predicted:
        """Return what is predicted of the rows, in their order.

        Parameters
        ----------
        rows
            A few of them are predicted in the calling thread, on one core.
        predict
            Predicts each row by itself; threads may call it at the same time.
        """
        if rows.height < 2 * LEAST_ROWS or self._cores == 1:
            with self.narrow():
                return predict(rows)
        spread = self._pays(rows.height)
        began = self._clock()
        found = self._in_parts(rows, predict) if spread else predict(rows)
        (self._parts if spread else self._whole).learn((self._clock() - began) / rows.height)
        return found

    def narrow(self) -> AbstractContextManager[object]:
        """Have a few rows computed on one core: waking the others takes longer than their work."""
        return nullcontext() if self._cores == 1 else on_one_core()

    def _pays(self, rows: int) -> bool:
        whole, parts = self._whole, self._parts
        if not whole.tries or whole.shortest * rows < _LEAST_SECONDS:
            return False
        if min(whole.tries, parts.tries) < _TRIES:
            return parts.tries < whole.tries
        return parts.shortest < _GAIN * whole.shortest

    def _in_parts(self, rows: pl.DataFrame, predict: Predict) -> Predicted:
        parts = min(self._cores, rows.height // LEAST_ROWS)
        bounds = [rows.height * part // parts for part in range(parts + 1)]
        pieces = [rows[begin:end] for begin, end in pairwise(bounds)]
        found = list(self._threads.map(predict, pieces))
        scores = [each.scores for each in found if each.scores is not None]
        return Predicted(
            values=np.concatenate([each.values for each in found]),
            scores=np.concatenate(scores) if scores else None,
        )

    @cached_property
    def _cores(self) -> int:
        if self._told is not None:
            return self._told
        usable: int = importlib.import_module("joblib").cpu_count()
        asked = os.environ.get("OMP_NUM_THREADS", "")
        return min(usable, int(asked) if asked.isdecimal() else usable, _MOST_PARTS) or 1

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """They end with the model that this belongs to."""
        return ThreadPoolExecutor(self._cores, "modeldesk-rows", initializer=use_one_core)


class _Times:
    """How long a row took at best."""

    def __init__(self) -> None:
        self.tries = 0
        self.shortest = float("inf")

    def learn(self, seconds: float) -> None:
        """Take note of one time, in seconds for each row."""
        self.tries += 1
        self.shortest = min(self.shortest * _FORGET, seconds)
