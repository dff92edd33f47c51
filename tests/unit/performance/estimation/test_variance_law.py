"""How much errors vary with their size, and what that does to estimates of wild ones."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.performance.estimation import Estimate, RegressionEstimator, learn_regression
from modeldesk.performance.estimation.variance_law import VarianceLaw


def test_the_power_is_that_of_the_law() -> None:
    """Counts have 1, sizes of errors 2; what varies less than counts counts as 1."""
    random = np.random.default_rng(3)
    means = np.exp(random.normal(size=20_000))
    counts = random.poisson(20 * means) / 20
    assert VarianceLaw.of(means, counts).power == pytest.approx(1.0, abs=0.1)
    sizes = means * np.abs(random.normal(size=means.size)) * np.sqrt(np.pi / 2)
    assert VarianceLaw.of(means, sizes).power == pytest.approx(2.0, abs=0.1)
    assert VarianceLaw.of(means, means + 0.1 * random.normal(size=means.size)).power == 1.0


def test_means_that_are_all_the_same_tell_nothing() -> None:
    """Then, and of a handful of rows, residuals are weighed alike."""
    law = VarianceLaw.of(np.ones(100), np.arange(100.0))
    assert law.power == 1.0
    assert (law.weights(np.array([0.1, 5.0])) == 1.0).all()
    assert VarianceLaw.of(np.array([1.0]), np.array([2.0])).power == 1.0


def test_wild_errors_do_not_tell_what_the_others_mean() -> None:
    """With heavy tails the estimate of rows with small errors is within a tenth of the truth."""
    off = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        x = random.uniform(0, 3, 6000)
        errors = np.exp(1.5 * x) * random.standard_t(2.5, 6000)
        found = learn_regression(np.zeros(6000), errors, columns={"x": x})
        assert isinstance(found, RegressionEstimator)
        few = random.uniform(0, 0.5, 2000)
        told = found.estimate(found.condense(np.zeros(2000), {"x": few}))["mae"]
        assert isinstance(told, Estimate)
        of_the_law = float(np.abs(np.random.default_rng(0).standard_t(2.5, 1_000_000)).mean())
        off.append(abs(told.value / (np.exp(1.5 * few).mean() * of_the_law) - 1))
    assert float(np.mean(off)) < 0.1
