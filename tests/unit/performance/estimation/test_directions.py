"""Directions among the inputs: found where something bends along them, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from modeldesk.performance.estimation import (
    Estimate,
    RegressionEstimator,
    learn_classification,
    learn_regression,
)
from modeldesk.performance.estimation.directions import DIRECTIONS, pursued
from tests.support.shifting import two_classes

Floats = NDArray[np.float64]


def alike(found: Floats, wanted: Floats) -> float:
    """Return the cosine of the angle between two directions, regardless of their signs."""
    return abs(float(found @ wanted)) / float(np.linalg.norm(found) * np.linalg.norm(wanted))


@pytest.mark.parametrize("curve", [np.sin, np.tanh, np.square, np.abs], ids=lambda f: f.__name__)
def test_a_planted_direction_is_found(curve: np.ufunc) -> None:
    """Odd or even, the direction along which the outcome bends is found, in correlated inputs."""
    for seed in range(5):
        random = np.random.default_rng(seed)
        values = random.normal(size=(4000, 5)) @ (np.eye(5) + 0.3 * random.normal(size=(5, 5)))
        wanted = random.normal(size=5)
        along = values @ wanted
        told = curve(1.5 * along / along.std()) + 0.3 * random.normal(size=4000)
        line = np.column_stack([np.ones(4000), values])
        left = told - line @ np.linalg.lstsq(line, told)[0]
        first, *_ = pursued(values, left)
        assert alike(first, wanted) > 0.97


def test_two_directions_are_found_one_after_the_other() -> None:
    """What the first leaves over is looked at again."""
    random = np.random.default_rng(2)
    values = random.normal(size=(6000, 4))
    one, other = np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, -1])
    left = 2 * np.sin(values @ one) + np.sin(values @ other) + 0.3 * random.normal(size=6000)
    found = pursued(values, left)
    assert len(found) >= 2
    assert max(alike(each, one) for each in found) > 0.97
    assert max(alike(each, other) for each in found) > 0.97


@pytest.mark.parametrize("heavy", [False, True])
def test_nothing_is_found_in_noise(heavy: bool) -> None:  # noqa: FBT001 - a parameter of pytest's
    """Of 60 references of noise, with tails or without, at most three have a direction."""
    found = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        values = random.normal(size=(1500, 6))
        noise = random.standard_t(4, 1500) if heavy else random.normal(size=1500)
        found += bool(pursued(values, noise))
    assert found <= 3


def test_mixing_the_inputs_does_not_matter() -> None:
    """Inputs that are mixed with each other have the same combination as direction."""
    random = np.random.default_rng(3)
    values = random.normal(size=(3000, 3))
    left = np.sin(values @ [1.0, -1.0, 0.5]) + 0.3 * random.normal(size=3000)
    mixed = values @ random.normal(size=(3, 3)) * [1.0, 5.0, 0.2]
    (one, *_), (other, *_) = pursued(values, left), pursued(mixed, left)
    assert abs(float(np.corrcoef(values @ one, mixed @ other)[0, 1])) > 0.999


def test_inputs_that_are_alike_or_still_do_no_harm() -> None:
    """Copies, constants and outcomes of nothing have directions of finite weights, or none."""
    random = np.random.default_rng(4)
    x = random.normal(size=2000)
    values = np.column_stack([x, x, random.normal(size=2000), np.zeros(2000)])
    left = np.sin(2 * x + 2 * values[:, 2])
    for found in (pursued(values, left), pursued(values, np.zeros(2000))):
        assert all(np.isfinite(each).all() for each in found)
    assert pursued(values, np.zeros(2000)) == []
    assert pursued(values[:, :2], left) == []  # one column, twice
    assert pursued(values[:, 3:], left) == []


def drawn(random: np.random.Generator, rows: int, shift: float) -> tuple[Floats, Floats]:
    """Draw inputs, shifted along a mixture, and labels with a wave along it."""
    along = np.array([1.0, 1, 1, 1, 1]) / 5**0.5
    inputs = random.normal(size=(rows, 5)) + shift * along
    spread = 0.3 * random.normal(size=rows)
    return inputs, inputs @ [1.0, 2, 0, 0, 1] + 2 * np.square(inputs @ along) + spread


def test_estimates_follow_a_shift_along_a_mixture() -> None:
    """What a linear model leaves over along a mixture of all inputs is foreseen to a twentieth."""
    random = np.random.default_rng(5)
    names = tuple("abcde")
    inputs, labels = drawn(random, 8000, 0.0)
    line = np.append(np.linalg.lstsq(np.column_stack([inputs, np.ones(8000)]), labels)[0], 0.0)
    weights, constant = line[:5], line[5]
    learned = learn_regression(
        inputs @ weights + constant, labels, columns=dict(zip(names, inputs.T, strict=True))
    )
    assert isinstance(learned, RegressionEstimator)
    assert 1 <= len(learned.reading.directions) <= DIRECTIONS
    for shift in (0.5, 1.0):
        inputs, labels = drawn(random, 4000, shift)
        predicted = inputs @ weights + constant
        window = learned.condense(predicted, dict(zip(names, inputs.T, strict=True)))
        told = learned.estimate(window)["mae"]
        assert isinstance(told, Estimate)
        assert told.value == pytest.approx(float(np.abs(labels - predicted).mean()), rel=0.05)


def test_missing_and_endless_numbers_have_a_place_along_a_direction() -> None:
    """Rows without some number, or with an infinite one, are estimated like the others."""
    random = np.random.default_rng(6)
    inputs, labels = drawn(random, 4000, 0.0)
    columns = dict(zip("abcde", inputs.T, strict=True))
    learned = learn_regression(np.zeros(4000), labels, columns=columns)
    assert isinstance(learned, RegressionEstimator)
    assert learned.reading.directions
    inputs[:500, 0], inputs[500:600, 1] = np.nan, np.inf
    told = learned.estimate(learned.condense(np.zeros(4000), columns))["mae"]
    assert isinstance(told, Estimate)
    assert np.isfinite([told.value, told.lower, told.upper]).all()


def test_a_classification_has_no_directions() -> None:
    """They are looked for among the errors of regressions only."""
    rows = two_classes(np.random.default_rng(7), 3000)
    found = learn_classification(
        rows.scores, rows.predicted, rows.labels, classes=["0", "1"], columns=rows.columns
    )
    reading = getattr(found, "reading", None)
    assert reading is None or reading.directions == ()
