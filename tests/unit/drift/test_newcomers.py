"""Tests of categories that the reference lacks, against exact oracles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modeldesk.drift.newcomers import newcomers

KNOWN = {"red": 100, "blue": 100, "green": 100}


def test_nothing_is_new() -> None:
    """Without a new category there is nothing to be surprised by."""
    found = newcomers(KNOWN, KNOWN)
    assert (found.largest, found.together, found.p_value) == (1.0, 1.0, 1.0)


def test_one_large_category_is_unlikely_by_chance() -> None:
    """A new category of twenty values is more than chance, however many known ones there are."""
    found = newcomers({"red": 40, "new": 20}, {"red": 60, "blue": 100})
    assert found.largest < 1e-6
    assert found.together == 1.0
    assert found.p_value < 1e-5


def test_few_small_ones_are_chance_and_many_are_not() -> None:
    """What counts is how many values small new categories hold in all."""
    few = newcomers({"red": 98, "a": 1, "b": 1}, {"red": 200})
    many = newcomers({"red": 40, **{f"new {i}": 1 for i in range(60)}}, {"red": 200})
    assert few.p_value > 0.05
    assert many.largest > 0.5
    assert many.p_value < 1e-6


def test_the_largest_has_the_chance_of_drawing() -> None:
    """All values of one of two categories as large fall into one sample as in a draw."""
    here, there = {"red": 10, "a": 3}, {"red": 15, "b": 3}
    alone = stats.hypergeom(31, 3, 13).pmf(3)
    assert newcomers(here, there).largest == pytest.approx(1.5 * alone, rel=1e-9)
    assert newcomers(here, there).expected == pytest.approx(2 * alone, rel=1e-6)


def test_small_ones_have_the_chance_of_their_sum() -> None:
    """The number of values in small new categories is a sum of binomial numbers."""
    names = [f"pair {i}" for i in range(6)]
    here = {"red": 20, **dict.fromkeys(names[:3], 2)}
    there = {"red": 20, **dict.fromkeys(names[3:], 2)}
    chance = stats.hypergeom(52, 2, 26).pmf(2)
    law = stats.binom(6, chance)
    assert newcomers(here, there).together == pytest.approx(law.sf(3) + law.pmf(3) / 2, rel=1e-9)


def test_it_is_irrelevant_where_no_category_is_rare() -> None:
    """Where every category is common the tests keep out of the way; a rare one brings them in."""
    assert newcomers(KNOWN, KNOWN).relevance < 0.01
    assert newcomers({**KNOWN, "a": 1}, KNOWN).relevance == 1.0
    assert 0.1 < newcomers({**KNOWN, "a": 12}, KNOWN).relevance < 1.0


@pytest.mark.parametrize(
    "rare",
    [[0.01], [0.004] * 5, [0.005] * 60, (0.25 * 0.7 ** np.arange(14)).tolist()],
    ids=["one", "five", "many", "ever rarer"],
)
@pytest.mark.parametrize(("rows", "reference_rows"), [(100, 100), (60, 400)])
def test_false_alarms_of_rare_categories(rare: list[float], rows: int, reference_rows: int) -> None:
    """Whatever rare categories there are, p-values are not smaller than they may be."""
    rng = np.random.default_rng(11)
    shares = [*rare, 1 - sum(rare)]
    rounds = 1500
    sides = zip(
        rng.multinomial(rows, shares, rounds),
        rng.multinomial(reference_rows, shares, rounds),
        strict=True,
    )
    found = np.array(
        [
            newcomers(*({str(i): int(c) for i, c in enumerate(side) if c} for side in pair)).p_value
            for pair in sides
        ]
    )
    for level in (0.1, 0.02):
        assert (found <= level).mean() <= 1.3 * level
