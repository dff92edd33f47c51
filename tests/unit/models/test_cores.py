"""A thread that is told so computes on one core, and no other thread is."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import ThreadpoolController

from modeldesk.models import use_one_core


def cores() -> set[int]:
    """Return on how many cores OpenMP computes in this thread."""
    loaded = ThreadpoolController().select(user_api="openmp")
    return {library["num_threads"] for library in loaded.info()}


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="this machine has one core")
def test_only_the_thread_that_asks_computes_on_one_core() -> None:
    """Large tables, predicted in other threads, keep all of them."""
    assert HistGradientBoostingClassifier  # imported: with it OpenMP is
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        before = other.submit(cores).result()
        one.submit(use_one_core).result()
        assert one.submit(cores).result() == {1}
        assert other.submit(cores).result() == before != {1}
