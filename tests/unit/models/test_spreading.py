"""Many rows are predicted on all cores where that is quicker."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from modeldesk.errors import ModelFailed
from modeldesk.models.adapters.parts import of_sklearn_alone
from modeldesk.models.adapters.sklearn import SklearnModel
from modeldesk.models.adapters.spreading import LEAST_ROWS, Spread
from modeldesk.models.port import Frames, Predicted

MANY = 4 * LEAST_ROWS
ROWS = pl.DataFrame({"x": range(MANY)})


class Watched:
    """A model whose time is told, and a clock that tells it.

    Parameters
    ----------
    whole, parts
        Seconds for all rows at once, and in parts.
    """

    def __init__(self, *, whole: float, parts: float) -> None:
        self.whole, self.parts = whole, parts
        self.now = 0.0
        self.heights: list[int] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        """Tell the time."""
        return self.now

    def predict(self, rows: pl.DataFrame) -> Predicted:
        """Double the numbers."""
        with self._lock:
            self.heights.append(rows.height)
            if rows.height == MANY:
                self.now += self.whole
            else:
                self.now += self.parts * rows.height / MANY
        values = rows["x"].to_numpy() * 2
        return Predicted(values=values, scores=np.column_stack([values, values]).astype(float))

    def used(self, spread: Spread, times: int) -> list[bool]:
        """Predict so many times, and return whether each was in parts."""
        found = []
        for _ in range(times):
            self.heights.clear()
            answer = spread.predict(ROWS, self.predict)
            assert answer.values.tolist() == [2 * place for place in range(MANY)]
            assert answer.scores is not None
            assert answer.scores.shape == (MANY, 2)
            found.append(self.heights != [MANY])
        return found


def test_the_quicker_way_is_found_and_kept() -> None:
    """Each is tried twice; then the times tell."""
    quicker = Watched(whole=0.05, parts=0.03)
    spread = Spread(4, clock=quicker.clock)
    assert quicker.used(spread, 8) == [False, True, False, True, True, True, True, True]
    slower = Watched(whole=0.05, parts=0.09)
    spread = Spread(4, clock=slower.clock)
    assert slower.used(spread, 8) == [False, True, False, True, False, False, False, False]


def test_a_small_gain_is_none() -> None:
    """Other requests need cores as well."""
    model = Watched(whole=0.05, parts=0.048)
    assert not any(model.used(Spread(4, clock=model.clock), 8)[4:])


def test_a_way_that_became_slow_is_left() -> None:
    """So that one lucky measurement does not decide for ever."""
    model = Watched(whole=0.05, parts=0.03)
    spread = Spread(4, clock=model.clock)
    assert model.used(spread, 6)[-1]
    model.parts = 0.2
    assert not model.used(spread, 60)[-1]


def test_what_is_quick_is_not_spread() -> None:
    """Waking threads would be most of it."""
    model = Watched(whole=0.004, parts=0.001)
    assert not any(model.used(Spread(4, clock=model.clock), 6))


@pytest.mark.parametrize(("cores", "rows"), [(1, MANY), (4, 2 * LEAST_ROWS - 1)])
def test_one_core_or_few_rows_are_predicted_at_once(cores: int, rows: int) -> None:
    """In the calling thread."""
    threads = set()

    def predict(some: pl.DataFrame) -> Predicted:
        threads.add(threading.current_thread())
        return Predicted(values=some["x"].to_numpy())

    clock = iter(range(1000))
    spread = Spread(cores, clock=lambda: next(clock))
    for _ in range(4):
        assert spread.predict(ROWS.head(rows), predict).values.shape == (rows,)
    assert threads == {threading.current_thread()}


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="this machine has one core")
def test_a_few_rows_wake_no_other_core() -> None:
    """But for models that have threads of their own."""

    def used(spread: Spread) -> set[int]:
        found: set[int] = set()

        def predict(some: pl.DataFrame) -> Predicted:
            found.add(_openmp_effective_n_threads())
            return Predicted(values=some["x"].to_numpy())

        with ThreadPoolExecutor(1) as other:
            other.submit(spread.predict, ROWS.head(10), predict).result()
        return found

    assert used(Spread(4)) == {1}
    assert used(Spread(1)) != {1}


def test_no_part_is_smaller_than_pays() -> None:
    """However many cores there are."""
    model = Watched(whole=0.05, parts=0.01)
    spread = Spread(64, clock=model.clock)
    model.used(spread, 2)
    assert sorted(model.heights) == [LEAST_ROWS] * 4


def test_a_failure_is_the_callers() -> None:
    """As if the rows had not been parted."""
    model = Watched(whole=0.05, parts=0.01)
    spread = Spread(4, clock=model.clock)
    model.used(spread, 1)

    def fail(some: pl.DataFrame) -> Predicted:
        raise ModelFailed(f"{some.height} rows", hint="None.")  # noqa: EM102, TRY003

    with pytest.raises(ModelFailed, match=f"{LEAST_ROWS} rows"):
        spread.predict(ROWS, fail)


@pytest.mark.parametrize("frames", list(Frames))
def test_estimators_answer_the_same_in_parts(frames: Frames) -> None:
    """Classes that are words, with their probabilities."""
    chance = np.random.default_rng(0)
    table = pl.DataFrame(chance.normal(size=(MANY, 3)), schema=["a", "b", "c"])
    classes = np.where(table["a"].to_numpy() > 0, "above", "at most")
    given = table.to_numpy() if frames is Frames.NUMPY else table.to_pandas()
    estimator = LogisticRegression().fit(given, classes)
    seconds = count()
    spread = Spread(3, clock=lambda: next(seconds))
    model = SklearnModel(estimator, frames=frames, spread=spread)
    whole, found = model.predict(table), model.predict(table)
    assert any(each.name.startswith("modeldesk-rows") for each in threading.enumerate())
    assert found.values.tolist() == whole.values.tolist()
    assert found.scores is not None
    assert whole.scores is not None
    np.testing.assert_allclose(found.scores, whole.scores, rtol=1e-12)


def test_only_what_is_of_scikit_learn_is_spread() -> None:
    """Other libraries have their own threads, and functions may do anything."""
    assert of_sklearn_alone(SVC())
    assert not of_sklearn_alone(FunctionTransformer(test_a_small_gain_is_none))
