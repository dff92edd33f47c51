"""Combining p-values of tests that depend on each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modeldesk.drift.combination import Evidence, combined


def of(*chances: float, weights: tuple[float, ...] | None = None) -> float:
    """Combine p-values."""
    shares = weights or (1.0,) * len(chances)
    found = combined(
        [Evidence(p_value=p, weight=w, aspects=()) for p, w in zip(chances, shares, strict=True)]
    )
    assert found is not None
    return found


def test_agrees_with_the_cauchy_distribution() -> None:
    """It is the tail of a Cauchy distribution beyond the weighted mean of its quantiles."""
    chances, weights = np.array([0.03, 0.2, 0.0004]), np.array([1.0, 2.0, 1.0])
    expected = stats.cauchy.sf((weights / 4) @ stats.cauchy.isf(chances))
    assert of(*chances, weights=tuple(weights)) == pytest.approx(expected, rel=1e-9)


def test_one_test_is_itself() -> None:
    """A single small p-value is kept, however small."""
    for p_value in (0.3, 0.01, 1e-10, 1e-40, 1e-200):
        assert of(p_value) == pytest.approx(p_value, rel=1e-6)


def test_agreeing_tests_lose_nothing() -> None:
    """Tests that say the same are no weaker together than one alone."""
    assert of(0.004, 0.004, 0.004) == pytest.approx(0.004)


def test_large_p_values_do_not_cancel_small_ones() -> None:
    """An exact test that saw nothing costs its weight and no more."""
    assert of(0.001, 1.0) == pytest.approx(0.002, rel=0.01)
    assert of(0.7, 1.0) == 0.7
    assert of(1.0) == 1.0


def test_nothing_says_nothing() -> None:
    """Without a test there is no p-value."""
    assert combined([]) is None


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.95])
def test_the_error_rate_holds_for_dependent_tests(correlation: float) -> None:
    """Of four correlated tests where nothing changed at most 1.3 % are found at 1 %."""
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(20_000, 1))
    own = rng.normal(size=(20_000, 4))
    z = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    found = np.array([of(*row) for row in 2 * stats.norm.sf(np.abs(z))])
    assert (found <= 0.01).mean() <= 0.013
