"""Laws that every sketch obeys for all inputs: neutral element, merge, bytes."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.sketches import Counts, Distinct, Frequent, Moments, Quantiles

NUMBERS = st.lists(st.floats(width=64), max_size=60)
FINITE = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=60)
WORDS = st.dictionaries(st.text(max_size=200), st.integers(1, 10**6), max_size=40)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Draw counts that do not contradict themselves."""
    missing, nan = draw(st.integers(0, 2**50)), draw(st.integers(0, 9))
    whole, fractions = draw(st.integers(0, 2**50)), draw(st.integers(0, 9))
    rows = missing + nan + whole + fractions
    infinite = draw(st.integers(0, fractions))
    return Counts(
        rows=rows,
        missing=missing + nan,
        nan=nan,
        infinite=infinite,
        integers=whole,
        fractions=fractions,
    )


def moments(values: list[float]) -> Moments:
    """Summarise a list."""
    return Moments.of(np.array(values, dtype=np.float64))


def quantiles(values: list[float]) -> Quantiles:
    """Summarise a list."""
    return Quantiles.of(np.array(values, dtype=np.float64))


def close(a: Moments, b: Moments) -> bool:
    """Whether two summaries agree up to rounding, measured by the size of the numbers."""
    size = max(abs(a.minimum), abs(a.maximum), 1e-300) if a.count else 0.0
    same = (a.count, a.minimum, a.maximum, a.zeros, a.negatives) == (
        b.count, b.minimum, b.maximum, b.zeros, b.negatives,
    )  # fmt: skip
    mean = math.isclose(a.mean, b.mean, rel_tol=1e-9, abs_tol=1e-9 * size)
    finite = math.isfinite(a.m2) and math.isfinite(b.m2)
    spread = not finite or math.isclose(
        a.m2, b.m2, rel_tol=1e-9, abs_tol=min(1e-9 * size * size * max(a.count, 1), 1e308)
    )
    return same and mean and spread


@given(counts(), counts(), counts())
def test_counts(a: Counts, b: Counts, c: Counts) -> None:
    """Counts merge in any order, and bytes lead back."""
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(Counts()) == a
    assert Counts.decode(a.encode()) == a


@given(NUMBERS, NUMBERS, NUMBERS)
def test_moments(a: list[float], b: list[float], c: list[float]) -> None:
    """Moments of parts merge, in any order, to those of the whole, and bytes lead back."""
    x, y, z = moments(a), moments(b), moments(c)
    assert close(x.merge(y), moments(a + b))
    assert close(x.merge(y), y.merge(x))
    assert close(x.merge(y).merge(z), x.merge(y.merge(z)))
    assert x.merge(Moments()) == Moments().merge(x) == x
    assert Moments.decode(x.merge(y).encode()) == x.merge(y)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.floats(-1e9, 1e9))
def test_variance_does_not_depend_on_where_the_numbers_lie(
    values: list[float], offset: float
) -> None:
    """Moving all numbers moves the mean and leaves the variance of the moved numbers right."""
    moved = np.array(values) + offset
    variance = moments(moved.tolist()).variance
    assert variance is not None
    expected = float(np.var((moved - moved[0]), ddof=1))
    assert variance == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(FINITE, FINITE, FINITE)
def test_quantiles(a: list[float], b: list[float], c: list[float]) -> None:
    """While exact, quantiles of parts merge, in any order, to those of the whole."""
    x, y, z = quantiles(a), quantiles(b), quantiles(c)
    assert x.merge(y) == y.merge(x) == quantiles(a + b)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(Quantiles()) == x
    assert Quantiles.decode(x.encode()) == x


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_quantiles_are_numpys(values: list[float]) -> None:
    """Quantiles and shares are those of the sorted numbers."""
    shares = [0.0, 0.25, 0.5, 0.9, 1.0]
    expected = np.quantile(np.array(values), shares, method="inverted_cdf")
    assert quantiles(values).quantiles(shares) == expected.tolist()
    assert quantiles(values).shares_up_to([values[0]]) == pytest.approx(
        [float(np.mean(np.array(values) <= values[0]))]
    )


@given(st.lists(st.text(max_size=20), max_size=60), st.lists(st.text(max_size=20), max_size=60))
def test_distinct(a: list[str], b: list[str]) -> None:
    """Few different values are counted as a set counts them, merged or not."""
    x, y = Distinct.of(a), Distinct.of(b)
    assert x.merge(y) == y.merge(x) == Distinct.of(a + b)
    assert x.merge(x) == x
    assert round(x.merge(y).estimate) == len(set(a) | set(b))
    assert Distinct.decode(x.encode()) == x


@given(WORDS, WORDS, WORDS)
def test_frequent(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    """While exact, counts of parts add up, in any order, and bytes lead back."""
    x, y, z = Frequent.of(a), Frequent.of(b), Frequent.of(c)
    together: Counter[str] = Counter()
    for part in (a, b):
        for value, count in part.items():
            together[value[:128]] += count
    assert {item.value: item.count for item in x.merge(y).items()} == dict(together)
    assert x.merge(y) == y.merge(x)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(Frequent()) == x
    assert Frequent.decode(x.encode()) == x
