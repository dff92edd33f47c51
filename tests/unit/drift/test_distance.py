"""The Hellinger distance."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.drift.distance import hellinger


def test_ends_of_the_scale() -> None:
    """Equal shares are at distance 0, disjoint ones at distance 1, whatever the sizes."""
    assert hellinger(np.array([2.0, 6.0]), np.array([1.0, 3.0])) == 0.0
    assert hellinger(np.array([5.0, 0.0]), np.array([0.0, 9.0])) == 1.0


def test_agrees_with_the_formula_for_normal_distributions() -> None:
    """On fine bins the distance of two normal distributions is the one of the closed form."""
    edges = np.linspace(-8, 9, 2001)
    density = [np.exp(-((edges - mean) ** 2) / 2) for mean in (0.0, 1.0)]
    expected = np.sqrt(1 - np.exp(-1 / 8))
    assert hellinger(density[0], density[1]) == pytest.approx(expected, abs=1e-4)


def test_twenty_percent_in_a_new_place() -> None:
    """A fifth of the values where the reference has none gives about a third."""
    assert hellinger(np.array([8.0, 2.0]), np.array([10.0, 0.0])) == pytest.approx(0.325, abs=0.001)
