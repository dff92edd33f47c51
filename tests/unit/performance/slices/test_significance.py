"""Chance, intervals and corrections of the finder agree with independent computations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.stats

from modeldesk.performance.slices.significance import chance_of_higher, higher_by, holm


@pytest.mark.parametrize(
    ("hits", "rows", "rest_hits", "rest_rows"),
    [(3, 4, 1, 4), (0, 9, 5, 9), (9, 9, 0, 9), (40, 100, 300, 1000), (7, 200, 20, 90_000)],
)
def test_right_and_wrong_are_judged_by_fishers_exact_test(
    hits: int, rows: int, rest_hits: int, rest_rows: int
) -> None:
    """Losses of 0 and 1 have the one-sided p-value of the hypergeometric law."""
    inside, outside = np.zeros(rows), np.zeros(rest_rows)
    inside[:hits], outside[:rest_hits] = 1, 1
    table = np.array([[hits, rows - hits], [rest_hits, rest_rows - rest_hits]])
    expected = scipy.stats.fisher_exact(table, alternative="greater").pvalue
    assert chance_of_higher(inside, outside) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_other_losses_are_judged_as_all_ways_to_draw_them() -> None:
    """The approximation is near the share of all draws with a sum as high, or above it."""
    losses = np.array([0.1, 0.3, 0.35, 0.5, 0.8, 0.9, 1.4, 1.5, 2.2, 2.7, 3.1, 3.3, 4.0, 5.1])
    sums = np.array([sum(drawn) for drawn in itertools.combinations(losses, 6)])
    for inside in ([1.4, 2.2, 3.1, 3.3, 4.0, 5.1], [0.9, 1.5, 2.2, 2.7, 3.1, 5.1]):
        outside = np.array([loss for loss in losses if loss not in inside])
        exact = float((sums >= sum(inside) - 1e-9).mean())
        found = chance_of_higher(np.array(inside), outside)
        assert exact * 0.7 < found < exact * 1.6 + 0.003


@pytest.mark.parametrize("scale", [1e-90, 1.0, 1e90])
def test_the_unit_of_losses_makes_no_difference(scale: float) -> None:
    """Losses in cents and in billions are judged alike, without a warning."""
    random = np.random.default_rng(3)
    inside, outside = random.gamma(2, 1.3, 50), random.gamma(2, 1, 500)
    plain = chance_of_higher(inside, outside)
    assert chance_of_higher(inside * scale, outside * scale) == pytest.approx(plain, rel=1e-9)


def test_one_enormous_loss_is_no_evidence() -> None:
    """A single row that is wrong by a million does not make its slice a worse one."""
    random = np.random.default_rng(4)
    inside = np.append(random.random(30), 1e6)
    assert chance_of_higher(inside, random.random(500)) > 0.05


@pytest.mark.parametrize(
    ("inside", "outside"),
    [([], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([1.0, 2.0], [1.0]), ([2.5, 2.5], [2.5, 2.5])],
)
def test_of_too_few_or_equal_losses_nothing_is_told(
    inside: list[float], outside: list[float]
) -> None:
    """With fewer than two losses on a side, or none that differs, anything may be chance."""
    assert chance_of_higher(np.array(inside), np.array(outside)) == 1.0


def test_an_interval_holds_the_true_difference_as_often_as_it_says() -> None:
    """Of 95 % intervals of shares and of skewed means, 93 to 97 % hold the difference."""
    random = np.random.default_rng(5)
    times = 800
    held = {"shares": 0, "means": 0}
    for _ in range(times):
        shares = higher_by(
            (random.random(80) < 0.3).astype(float), (random.random(400) < 0.1).astype(float)
        )
        means = higher_by(random.gamma(2, 1.5, 80), random.gamma(2, 1, 400))
        assert shares.interval is not None
        assert means.interval is not None
        held["shares"] += shares.interval.holds(0.2)
        held["means"] += means.interval.holds(1.0)
    assert all(0.93 <= number / times <= 0.98 for number in held.values()), held


def test_corrected_p_values_are_holms() -> None:
    """Each is the largest of the smaller ones times the number of those not below it."""
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.4, 0.4]) == pytest.approx([0.8, 0.8])
    assert holm([]) == []
