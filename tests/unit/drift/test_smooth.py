"""The tests of ranks: against permutations, SciPy, and what they are made to see."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modeldesk.drift.pooled import Pooled
from modeldesk.drift.smooth import Moves, moves
from modeldesk.sketches import Quantiles
from tests.support.measuring import REPEATS


def pooled(current: np.ndarray, reference: np.ndarray) -> Pooled:
    """Put two samples in one order."""
    return Pooled.of(Quantiles.of(current.astype(float)), Quantiles.of(reference.astype(float)))


def tried(current: np.ndarray, reference: np.ndarray) -> Moves:
    """Test two samples."""
    return moves(pooled(current, reference))


@REPEATS
@pytest.mark.parametrize("ties", [False, True])
def test_p_values_are_those_of_permutations(ties: bool) -> None:  # noqa: FBT001
    """Dealing the same values out to two samples at random gives the p-values told."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=160)
    values[:60] += 0.35
    values = values.round(1) if ties else values
    told = tried(values[:60], values[60:])
    reached = np.zeros(3)
    rounds = 2000
    for _ in range(rounds):
        dealt = rng.permutation(values)
        by_chance = tried(dealt[:60], dealt[60:])
        reached += (
            abs(by_chance.location) >= abs(told.location),
            by_chance.low_chance <= told.low_chance,
            by_chance.high_chance <= told.high_chance,
        )
    expected = np.array([told.location_chance, told.low_chance, told.high_chance])
    assert reached / rounds == pytest.approx(expected, abs=0.03)


def test_a_score_of_two_values_is_the_chi_square_test() -> None:
    """Two values have one difference, and every test finds that one."""
    current, reference = np.repeat([0, 1], [60, 40]), np.repeat([0, 1], [90, 110])
    found = tried(current, reference)
    table = [[60, 40], [90, 110]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    for p_value in (found.location_chance, found.low_chance, found.high_chance):
        assert p_value == pytest.approx(expected, rel=0.02)
    assert found.location < 0


def test_location_agrees_with_the_test_of_normal_scores() -> None:
    """For samples without ties it is about as sure as Welch's test of normal numbers."""
    rng = np.random.default_rng(3)
    for shift in (0.2, 0.4):
        current, reference = rng.normal(shift, 1, 300), rng.normal(size=400)
        expected = stats.ttest_ind(current, reference, equal_var=False).pvalue
        found = tried(current, reference)
        assert np.log10(found.location_chance) == pytest.approx(np.log10(expected), abs=0.4)
        assert found.location == pytest.approx(shift, abs=0.2)


def test_each_sees_its_own() -> None:
    """A shift is a location, a spread is a spread, two peaks are a shape."""
    rng = np.random.default_rng(4)
    reference = rng.normal(size=800)
    shifted = tried(rng.normal(0.5, 1, 800), reference)
    spread = tried(rng.normal(0, 1.4, 800), reference)
    peaks = tried(np.where(rng.random(800) < 0.5, -0.9, 0.9) + rng.normal(0, 0.43, 800), reference)
    assert shifted.location_chance < 1e-6
    assert shifted.spread_chance > 0.01
    assert spread.spread_chance < 1e-6
    assert spread.location_chance > 0.01
    assert peaks.shape_chance < 1e-6
    assert peaks.location_chance > 0.01


def test_the_sign_tells_the_direction() -> None:
    """Higher and wider are above 0, lower and narrower below."""
    rng = np.random.default_rng(5)
    one, other = rng.normal(1, 2, 300), rng.normal(size=300)
    there, back = tried(one, other), tried(other, one)
    assert there.location > 0 > back.location
    assert there.spread > 0 > back.spread
    assert there.location == pytest.approx(-back.location)
    assert there.high_chance == pytest.approx(back.high_chance)


@pytest.mark.parametrize("size", [20, 20_000])
def test_constant_and_equal_samples_do_not_differ(size: int) -> None:
    """One value, or the same values twice, are certain not to differ."""
    same = np.random.default_rng(6).normal(size=size)
    for values in (np.full(size, 3.0), same):
        found = tried(values, values)
        chances = (found.location_chance, found.spread_chance, found.high_chance)
        assert chances == pytest.approx((1.0, 1.0, 1.0), abs=0.3)
    assert tried(np.full(size, 3.0), np.full(size, 3.0)).high_chance == 1.0


def test_scale_does_not_matter() -> None:
    """Ranks alone count: any growing transformation leaves the answer as it is."""
    rng = np.random.default_rng(7)
    one, other = rng.normal(0.3, 1, 200), rng.normal(size=150)
    assert tried(np.exp(one), np.exp(other)) == tried(one, other)


def test_sketches_are_not_taken_for_changes() -> None:
    """Two sketches of the same million numbers differ by their own error, and no more."""
    values = np.random.default_rng(8).normal(size=1_000_000)
    hours = [Quantiles.of(part) for part in np.array_split(values[::-1], 24)]
    merged = hours[0]
    for hour in hours[1:]:
        merged = merged.merge(hour)
    found = moves(Pooled.of(merged, Quantiles.of(values)))
    assert min(found.location_chance, found.spread_chance, found.high_chance) > 0.05


def test_the_common_order_keeps_every_number() -> None:
    """Counts per value sum to the sizes, and gaps are those of the distribution functions."""
    current, reference = np.array([1.0, 2.0, 2.0]), np.array([2.0, 3.0])
    both = pooled(current, reference)
    assert both.values.tolist() == [1.0, 2.0, 3.0]
    assert both.current.tolist() == [1.0, 2.0, 0.0]
    assert both.reference.tolist() == [0.0, 1.0, 1.0]
    assert both.gaps == pytest.approx([1 / 3, 0.5, 0.0])
    assert both.middles == pytest.approx([0.1, 0.5, 0.9])
    assert both.noise == 0.0
    expected = stats.ks_2samp(current, reference).statistic
    assert np.abs(both.gaps).max() == pytest.approx(expected)
