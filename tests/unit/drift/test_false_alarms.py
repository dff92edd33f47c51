"""Where nothing changed, verdicts keep quiet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from modeldesk.drift import Status, Thresholds, compare
from modeldesk.profiles import profile
from modeldesk.schema import Kind
from tests.support.measuring import REPEATS

Draw = Callable[[np.random.Generator, int], np.ndarray]

NUMBERS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "rounded": lambda rng, n: rng.normal(5, 0.4, n).round(1),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.7, 0.0, rng.exponential(size=n)),
    "counts": lambda rng, n: rng.poisson(3, n),
    "missing": lambda rng, n: np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
}
CATEGORIES: dict[str, Draw] = {
    "three": lambda rng, n: rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]),
    "hundred": lambda rng, n: rng.integers(0, 100, n).astype(str),
    "rare": lambda rng, n: (rng.zipf(1.5, n) % 10**6).astype(str),
    "unique": lambda rng, n: rng.integers(0, 10**9, n).astype(str),
}
ANY_DISTANCE = Thresholds(min_distance=0.0, min_missing_change=0.0)
"""Chance alone decides, so that a large distance asked for cannot hide a wrong p-value."""


def alarms(draw: Draw, kind: Kind, *, n: int, m: int, rounds: int) -> int:
    """Return how often a column is called changed that has not changed."""
    rng = np.random.default_rng(n + m)
    found = 0
    for _ in range(rounds):
        here, there = (profile({"x": draw(rng, size)}, kinds={"x": kind}) for size in (n, m))
        verdict = compare(here, there, thresholds=ANY_DISTANCE).column("x").verdict
        found += verdict.status is Status.CHANGED
    return found


@REPEATS
@pytest.mark.parametrize(
    ("n", "m", "rounds"),
    [(30, 150, 60), (100, 150, 60), (100, 1000, 50), (1000, 150, 50), (5000, 5000, 15)],
)
def test_a_column_raises_no_more_false_alarms_than_promised(n: int, m: int, rounds: int) -> None:
    """Per column at most 1.5 % false alarms at a promised 1 %, whatever the distribution.

    The count may exceed that by three standard deviations of this test's own chance. Decision
    0003 has the figures of many more rounds.
    """
    found = sum(alarms(draw, Kind.FLOAT, n=n, m=m, rounds=rounds) for draw in NUMBERS.values())
    found += sum(
        alarms(draw, Kind.CATEGORICAL, n=n, m=m, rounds=rounds) for draw in CATEGORIES.values()
    )
    total = rounds * (len(NUMBERS) + len(CATEGORIES))
    assert found <= 0.015 * total + 3 * (0.015 * total) ** 0.5, f"{found} of {total}"


@REPEATS
def test_many_columns_raise_no_more_false_alarms_than_one() -> None:
    """Twenty columns together raise an alarm in about 1 % of the windows, not in 20 %."""
    rng = np.random.default_rng(8)
    windows = 80
    alarmed = 0
    for _ in range(windows):
        here, there = (
            profile({f"x{i}": rng.normal(size=size) for i in range(20)}) for size in (200, 500)
        )
        alarmed += bool(compare(here, there).changed)
    assert alarmed <= 4


@REPEATS
def test_a_change_that_matters_is_found() -> None:
    """Of windows of 150 against 150 rows nearly all are found in which a fifth lies outside."""
    rng = np.random.default_rng(9)
    found = 0
    for _ in range(50):
        values = rng.normal(size=150)
        values[:30] = 20.0
        here, there = profile({"x": values}), profile({"x": rng.normal(size=150)})
        found += bool(compare(here, there).changed)
    assert found == 50
