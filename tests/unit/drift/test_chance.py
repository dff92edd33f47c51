"""The two-sample tests, against exact oracles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modeldesk.drift import chance


def test_homogeneity_agrees_with_scipy() -> None:
    """It is Pearson's test as SciPy computes it, for samples of any sizes; empty bins fall out."""
    current = np.array([30.0, 50.0, 20.0, 0.0])
    reference = np.array([400.0, 350.0, 250.0, 0.0])
    expected = stats.chi2_contingency([current[:3], reference[:3]]).pvalue
    assert chance.homogeneity(current, reference) == pytest.approx(expected, rel=1e-9)


def test_homogeneity_of_nothing() -> None:
    """One bin, or an empty side, cannot differ."""
    one, two = np.array([5.0]), np.array([3.0, 2.0])
    assert chance.homogeneity(one, one) == 1.0
    assert chance.homogeneity(two, np.zeros(2)) == 1.0


def test_many_hits_are_tested_by_chi_square() -> None:
    """Where many are expected the two tests agree in substance."""
    exact = stats.fisher_exact(np.array([[60, 240], [100, 700]])).pvalue
    assert chance.same_share(60, 300, 100, 800) == pytest.approx(exact, rel=0.3)


def test_shares_that_cannot_differ() -> None:
    """All, none, or no rows: nothing to tell apart."""
    assert chance.same_share(0, 10, 0, 20) == 1.0
    assert chance.same_share(10, 10, 20, 20) == 1.0
    assert chance.same_share(0, 0, 5, 20) == 1.0


def test_values_all_from_the_current_sample() -> None:
    """The chance is the one of drawing without putting back."""
    expected = stats.hypergeom(25, 3, 10).pmf(3)
    assert float(chance.all_from_current(3.0, 10, 15)) == pytest.approx(expected, rel=1e-9)
    assert float(chance.all_from_current(11.0, 10, 15)) == 0.0
    assert float(chance.all_from_current(0.0, 10, 15)) == pytest.approx(1.0)


def test_beyond_the_range() -> None:
    """The p-value is at most the rate at which as many values fall beyond by chance."""
    rng = np.random.default_rng(7)
    samples = rng.random((20_000, 60))
    current, reference = samples[:, :30], samples[:, 30:]
    above = (current > reference.max(axis=1, keepdims=True)).sum(axis=1)
    below = (current < reference.min(axis=1, keepdims=True)).sum(axis=1)
    p_values = np.array(
        [chance.beyond_range(b, a, 30, 30) for b, a in zip(below, above, strict=True)]
    )
    for level in (0.2, 0.05, 0.01):
        assert (p_values <= level).mean() <= level * 1.15
    assert chance.beyond_range(0, 0, 30, 30) == 1.0
    assert chance.beyond_range(0, 30, 150, 150) < 1e-8


def test_adjusted_agrees_with_scipy() -> None:
    """Benjamini and Hochberg's correction is the one of SciPy."""
    p_values = [0.01, 0.8, 0.03, 0.03, 0.2, 1.0, 0.0]
    assert chance.adjusted(p_values) == pytest.approx(stats.false_discovery_control(p_values))
    assert chance.adjusted([]) == []
