"""A thread that is told so computes on one core, and no other thread is."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import ThreadpoolController

from modeldesk.models import use_one_core
from modeldesk.models.cores import on_one_core


def cores() -> set[int]:
    """Return on how many cores OpenMP computes in this thread."""
    loaded = ThreadpoolController().select(user_api="openmp")
    return {library["num_threads"] for library in loaded.info()}


def of_sklearn() -> int:
    """Return the same for scikit-learn's OpenMP alone: other libraries bring their own."""
    told: int = _openmp_effective_n_threads()
    return told


TWO_CORES = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="this machine has one core")


@TWO_CORES
def test_only_the_thread_that_asks_computes_on_one_core() -> None:
    """Large tables, predicted in other threads, keep all of them."""
    assert HistGradientBoostingClassifier  # imported: with it OpenMP is
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        before = other.submit(cores).result()
        one.submit(use_one_core).result()
        assert one.submit(cores).result() == {1}
        assert other.submit(cores).result() == before != {1}


@TWO_CORES
def test_a_thread_has_its_cores_back() -> None:
    """So that many rows of the next request, or of another library's model, have them."""

    def seen() -> list[int]:
        found = [of_sklearn()]
        with on_one_core():
            found.append(of_sklearn())
        return [*found, of_sklearn()]

    def seen_when_narrow() -> list[int]:
        use_one_core()
        return seen()

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        before, inside, after = one.submit(seen).result()
        assert inside == 1
        assert after == before > 1
        assert other.submit(seen_when_narrow).result() == [1, 1, 1]
