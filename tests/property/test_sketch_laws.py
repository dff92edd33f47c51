"""Laws that every sketch obeys for all inputs: neutral element, merge, bytes."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.errors import Corrupt, Incompatible
from modeldesk.sketches import (
    Correlations,
    Counts,
    Distinct,
    Frequent,
    Lengths,
    Moments,
    Quantiles,
    VectorSummary,
)
from tests.support.measuring import REPEATS

pytestmark = REPEATS

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
    positive = draw(st.integers(0, infinite))
    return Counts(
        positive_infinite=positive,
        negative_infinite=draw(st.integers(0, infinite - positive)),
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


COLUMNS = st.lists(
    st.tuples(*[st.one_of(st.floats(-1e6, 1e6), st.just(math.nan), st.just(math.inf))] * 3),
    max_size=30,
)


def correlations(rows: list[tuple[float, ...]], names: str = "abc") -> Correlations:
    """Summarise rows of three numbers."""
    return Correlations.of(list(names), list(np.array(rows).reshape(-1, 3).T))


def alike(a: Correlations, b: Correlations) -> bool:
    """Whether two summaries agree up to rounding."""
    same = a.names == b.names and (a.count == b.count).all()
    pairs = ((a.means, b.means), (a.squares, b.squares), (a.products, b.products))
    return bool(same) and all(np.allclose(x, y, rtol=1e-9, atol=1e-2) for x, y in pairs)


@given(COLUMNS, COLUMNS, COLUMNS)
def test_correlations(
    a: list[tuple[float, ...]], b: list[tuple[float, ...]], c: list[tuple[float, ...]]
) -> None:
    """Co-moments of parts merge, in any order, to those of the whole, and bytes lead back."""
    x, y, z = correlations(a), correlations(b), correlations(c, "bcd")
    assert alike(x.merge(y), correlations(a + b))
    assert alike(x.merge(y), y.merge(x))
    assert alike(x.merge(y).merge(z), x.merge(y.merge(z)))
    assert x.merge(Correlations()) == Correlations().merge(x) == x
    assert Correlations.decode(x.merge(z).encode()) == x.merge(z)
    before = x.encode(), y.encode()
    x.merge(y)
    assert (x.encode(), y.encode()) == before


POINTS = st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), max_size=30)


def vectors(points: list[tuple[float, float]]) -> VectorSummary:
    """Summarise vectors of two dimensions."""
    return VectorSummary.of(np.array(points, dtype=np.float64).reshape(-1, 2))


def near(a: VectorSummary, b: VectorSummary) -> bool:
    """Whether two summaries agree up to rounding."""
    pairs = ((a.means, b.means), (a.squares, b.squares))
    return (
        close(a.norm, b.norm)
        and a.norm_quantiles == b.norm_quantiles
        and all(np.allclose(x, y, rtol=1e-9, atol=1e-6) for x, y in pairs)
        and a.count == b.count
    )


@given(POINTS, POINTS, POINTS)
def test_vectors(
    a: list[tuple[float, float]], b: list[tuple[float, float]], c: list[tuple[float, float]]
) -> None:
    """Summaries of vectors merge, in any order, to that of all, and bytes lead back."""
    x, y, z = vectors(a), vectors(b), vectors(c)
    assert near(x.merge(y), vectors(a + b))
    assert near(x.merge(y), y.merge(x))
    assert near(x.merge(y).merge(z), x.merge(y.merge(z)))
    assert x.merge(vectors([])) == vectors([]).merge(x) == x
    assert VectorSummary.decode(x.encode()) == x
    with pytest.raises(Incompatible):
        x.merge(VectorSummary.of(np.zeros((1, 3))))


SIZES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4)), max_size=30)


def lengths(sizes: list[tuple[int, int]]) -> Lengths:
    """Summarise lengths in characters and words."""
    characters, words = np.array(sizes, dtype=np.float64).reshape(-1, 2).T
    return Lengths(
        characters=Moments.of(characters),
        words=Moments.of(words),
        word_quantiles=Quantiles.of(words),
    )


@given(SIZES, SIZES, SIZES)
def test_lengths(
    a: list[tuple[int, int]], b: list[tuple[int, int]], c: list[tuple[int, int]]
) -> None:
    """Lengths merge, in any order, to those of all strings, and bytes lead back."""
    x, y, z = lengths(a), lengths(b), lengths(c)
    whole = lengths(a + b)
    assert close(x.merge(y).characters, whole.characters)
    assert x.merge(y).word_quantiles == whole.word_quantiles
    assert close(x.merge(y).merge(z).words, x.merge(y.merge(z)).words)
    assert x.merge(lengths([])) == lengths([]).merge(x) == x
    assert Lengths.decode(x.encode()) == x


@given(st.integers(0, 9000), st.integers(0, 4000), st.integers(0, 4000))
def test_sketches_of_many_values_merge_within_their_error(a: int, b: int, c: int) -> None:
    """Beyond what is kept exactly, any order of merging answers within the stated errors."""
    numbers = np.split(np.arange(float(a + b + c)), [a, a + b])
    x, y, z = map(Quantiles.of, numbers)
    whole = a + b + c
    for merged in (x.merge(y).merge(z), x.merge(y.merge(z)), z.merge(x).merge(y)):
        assert merged.count == whole
        if whole:
            assert merged.shares_up_to([whole / 2])[0] == pytest.approx(0.5, abs=1 / whole + 0.02)
    u, v, w = map(Distinct.of_numbers, numbers)
    assert u.merge(v).merge(w) == u.merge(v.merge(w)) == w.merge(u).merge(v)
    assert u.merge(v) == Distinct.of_numbers(np.concatenate(numbers[:2]))
    assert u.merge(v).merge(w).estimate == pytest.approx(whole, rel=0.05, abs=0.5)


STORED = [
    Quantiles.of(np.arange(3000.0)).encode(),
    Quantiles.of(np.arange(20.0)).encode(),
    Distinct.of(range(5)).encode(),
    Distinct.of(range(100)).encode(),
    Distinct.of_numbers(np.arange(200_000)).encode(),
    Frequent.of({f"value {n}": n + 1 for n in range(50)}).encode(),
    moments([1.0, 2.0]).encode(),
    Counts(rows=3, missing=1).encode(),
    correlations([(1.0, 2.0, 3.0), (2.0, 1.0, 5.0)]).encode(),
    vectors([(1.0, 2.0), (3.0, 4.0)]).encode(),
    lengths([(3, 1), (9, 2)]).encode(),
]
READERS = (
    Quantiles.decode, Distinct.decode, Frequent.decode, Moments.decode, Counts.decode,
    Correlations.decode, VectorSummary.decode, Lengths.decode,
)  # fmt: skip


@given(st.sampled_from(STORED), st.data())
def test_forged_sketches_are_corrupt_or_sound(stored: bytes, data: st.DataObject) -> None:
    """Changed, cut or lengthened bytes are refused by every reader, or can be worked with."""
    forged = bytearray(stored)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, max(len(forged) - 1, 0)))
        forged[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    for read in READERS:
        try:
            sketch = read(bytes(forged))
        except Corrupt:
            continue
        assert read(sketch.encode()) == sketch
        sketch.merge(sketch)  # type: ignore[arg-type]  # of one type
