"""Distances between profiles: against SciPy and NumPy on raw data, and their laws."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import spatial, stats

from modeldesk.drift import DISTANCES, compare, distance
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.profiles import ColumnProfile, profile
from modeldesk.schema import Kind

RNG = np.random.default_rng(11)
LARGE = RNG.gamma(2.0, size=50_000), RNG.gamma(2.0, size=40_000) * 1.1 + 0.1
SMALL = RNG.normal(0.4, 1.3, 300), RNG.normal(size=400)
PAIRS = pytest.mark.parametrize(("current", "reference"), [SMALL, LARGE], ids=["exact", "sketched"])


def column(values: Iterable[object], kind: Kind | None = None) -> ColumnProfile:
    """Profile one column."""
    return profile({"x": values}, kinds={} if kind is None else {"x": kind}).column("x")


def far(
    current: Iterable[object], reference: Iterable[object], name: str, kind: Kind | None = None
) -> float:
    """Measure, where there is something to measure."""
    found = distance(column(current, kind), column(reference, kind), name)
    assert found is not None
    return found


def on_deciles(current: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count raw values between the reference's deciles, with open bins beyond its range."""
    edges = np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf")
    edges = np.array([-np.inf, np.nextafter(reference.min(), -np.inf), *edges, reference.max()])
    found = (
        np.diff([*(np.sum(side <= edge) for edge in edges), side.size])
        for side in (current, reference)
    )
    return tuple(found)  # type: ignore[return-value]


def smoothed(counts: np.ndarray) -> np.ndarray:
    """Add one half to each count of the bins, with two more for what is no number."""
    shares = np.append(counts, [0, 0]) + 0.5
    return np.asarray(shares / shares.sum())


@PAIRS
def test_divergences_agree_with_scipy(current: np.ndarray, reference: np.ndarray) -> None:
    """On reference deciles every divergence is that of the raw counts."""
    p, q = on_deciles(current, reference)
    here, there = p / p.sum(), q / q.sum()
    root = spatial.distance.euclidean(np.sqrt(here), np.sqrt(there)) / np.sqrt(2)
    forth, back = (stats.entropy(*pair) for pair in _both(smoothed(p), smoothed(q)))
    expected = {
        "hellinger": root,
        "jensen_shannon": spatial.distance.jensenshannon(here, there, base=2),
        "total_variation": spatial.distance.cityblock(here, there) / 2,
        "kl": forth,
        "psi": forth + back,
    }
    for name, value in expected.items():
        assert far(current, reference, name) == pytest.approx(value, rel=0.03, abs=0.006), name


def _both(p: np.ndarray, q: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    return (p, q), (q, p)


@PAIRS
def test_ordered_distances_agree_with_scipy(current: np.ndarray, reference: np.ndarray) -> None:
    """Wasserstein and Kolmogorov-Smirnov are those of the raw values, within the sketch's error."""
    moved = stats.wasserstein_distance(current, reference) / reference.std(ddof=1)
    assert far(current, reference, "wasserstein") == pytest.approx(moved, rel=0.02)
    gap = stats.ks_2samp(current, reference).statistic
    assert far(current, reference, "ks") == pytest.approx(gap, abs=0.006)


@PAIRS
def test_hellinger_of_whylogs(current: np.ndarray, reference: np.ndarray) -> None:
    """It is that of thirty equally wide bins from the least to the largest of all values."""
    both = np.concatenate([current, reference])
    edges = np.linspace(both.min(), both.max() + abs(both.max()) * 1e-7, 31)
    p, q = (np.histogram(side, edges)[0] / side.size for side in (current, reference))
    expected = np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2)
    assert far(current, reference, "hellinger_whylogs") == pytest.approx(expected, abs=0.03)


def test_hellinger_of_whylogs_for_few_and_equal_values() -> None:
    """Four values a bin, two bins at least; one value on both sides is no distance."""
    assert far([1.0, 2.0], [1.0, 2.0], "hellinger_whylogs") == 0.0
    assert far([1.0, 1.1], [1.9, 2.0], "hellinger_whylogs") == 1.0
    assert far([5.0] * 9, [5.0] * 4, "hellinger_whylogs") == 0.0
    assert far([0.0] * 9, [0.0] * 4, "hellinger_whylogs") == 0.0


def test_tables_agree_with_scipy() -> None:
    """Chi-square and Cramer's V of categories are those of the contingency table."""
    current = RNG.choice(list("abcd"), 300, p=[0.4, 0.3, 0.2, 0.1])
    reference = RNG.choice(list("abce"), 700, p=[0.3, 0.3, 0.3, 0.1])
    names = sorted({*current, *reference})
    table = [[int(np.sum(side == name)) for name in names] for side in (current, reference)]
    expected = stats.chi2_contingency(table, correction=False).statistic
    assert far(current, reference, "chi_square") == pytest.approx(expected)
    association = stats.contingency.association(np.array(table), method="cramer")
    assert far(current, reference, "cramers_v") == pytest.approx(association)


@PAIRS
def test_tables_of_numbers_are_on_deciles(current: np.ndarray, reference: np.ndarray) -> None:
    """For numbers the table has the bins between the reference's deciles."""
    table = np.stack(on_deciles(current, reference))
    table = table[:, table.sum(axis=0) > 0]
    expected = stats.chi2_contingency(table, correction=False).statistic
    assert far(current, reference, "chi_square") == pytest.approx(expected, rel=0.08)


def test_shares_of_rows() -> None:
    """Missing, new, outside, of another type, more rows: as they are counted by hand."""
    assert far([1.0, None, None, 2.0], [1.0, None, 2.0, 3.0], "missing") == 0.25
    assert far(list("aabx"), list("aabb"), "unseen_categories") == 0.25
    assert far([0.0, 5.0, 9.0, math.inf], [1.0, 8.0], "out_of_range") == 0.75
    mixed, numbers = column(["a", "1", "2", "3"], Kind.FLOAT), column([1.0, 2.0])
    assert distance(mixed, numbers, "type_change") == 1.0
    assert far([1, 2], [1.5, 2.5], "type_change") == 0.0
    assert far([1.0] * 6, [1.0] * 4, "volume_ratio") == 1.5


def test_texts() -> None:
    """Words that the reference lacks, and words that are more frequent, are measured."""
    old = ["the cat sat on the mat"] * 5
    new = ["the dog sat on the mat"] * 5
    assert far(new, old, "out_of_vocabulary", Kind.TEXT) == pytest.approx(1 / 6)
    assert far(old, old, "words", Kind.TEXT) == 0.0
    many = ["red green blue"] * 90, ["red green pink"] * 90
    assert far(*many, "words", Kind.TEXT) > 0.4
    assert far(["a" * 9] * 5, ["a" * 9, "b" * 3], "ks", Kind.TEXT) == 0.5


def test_vectors() -> None:
    """Centroids are as far apart as their means, in units of the spread."""
    rng = np.random.default_rng(1)
    old = rng.normal(size=(400, 6))
    new = old[:300] + np.array([2.0, 0, 0, 0, 0, 0])
    apart = np.linalg.norm(new.mean(axis=0) - old.mean(axis=0))
    expected = apart / np.sqrt(old.var(axis=0, ddof=1).sum())
    found = far(new.tolist(), old.tolist(), "centroid", Kind.VECTOR)
    assert found == pytest.approx(expected)
    assert far(old.tolist(), old.tolist(), "centroid", Kind.VECTOR) == 0.0
    assert 0.1 < far(new.tolist(), old.tolist(), "hellinger", Kind.VECTOR) < 1
    constant = [[1.0, 1.0]] * 3, [[2.0, 2.0]] * 3
    assert far(*constant, "centroid", Kind.VECTOR) == math.inf


def test_the_distance_shown_is_the_one_by_name() -> None:
    """A comparison's distance is `hellinger`."""
    here, there = (profile({"x": side}) for side in SMALL)
    shown = compare(here, there).column("x").distance
    assert shown == distance(here.column("x"), there.column("x"), "hellinger")


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_are_documented_and_named(name: str) -> None:
    """Every distance says its formula, its range and what it is for."""
    found = DISTANCES[name]
    assert found.name == name
    assert found.formula
    assert found.measure.__doc__
    assert found.low < found.high
    assert set(found.applies_to) <= {"any", "numbers", "categories", "texts", "vectors"}


NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=1, max_size=60)
LETTERS = st.lists(st.sampled_from("abcde") | st.none(), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.tuples(NUMBERS, NUMBERS), st.tuples(LETTERS, LETTERS)))
def test_laws(pair: tuple[list[object], list[object]]) -> None:
    """Distances keep their range, are nothing between equals, and are symmetric where so said."""
    kind = Kind.CATEGORICAL if any(isinstance(v, str) for v in pair[0] + pair[1]) else Kind.FLOAT
    here, there = (column(side, kind) for side in pair)
    for name, known in DISTANCES.items():
        found = distance(here, there, name)
        if found is None:
            continue
        assert known.low <= found <= known.high, name
        if name == "volume_ratio":
            assert distance(here, here, name) == 1.0
        elif name != "unseen_categories":
            assert distance(here, here, name) == pytest.approx(0.0, abs=1e-7), name
        if known.symmetric:
            assert distance(there, here, name) == pytest.approx(found, abs=1e-9), name


@given(st.floats(-10, 10), st.floats(0.1, 10))
@settings(max_examples=20, deadline=None)
def test_scale_free(offset: float, scale: float) -> None:
    """Numbers in other units are as far apart."""
    assume(scale > 0)
    for name in ("hellinger", "jensen_shannon", "ks", "wasserstein", "psi"):
        here, there = (side * scale + offset for side in SMALL)
        assert far(here, there, name) == pytest.approx(far(SMALL[0], SMALL[1], name), abs=1e-6), (
            name
        )


@pytest.mark.parametrize(
    ("current", "reference"),
    [
        ([None], [1.0]),
        ([1.0], [None]),
        ([1.5], ["a"]),
        ([math.inf], [1.0]),
        ([1.7e308], [-1.7e308]),
        ([1e308, -1e308] * 4, [1e308, -1e308] * 4),
        ([2**63 - 1], [-(2**63)]),
        ([[1.0, 2.0]], [[1.0]]),
        ([True], [1.0]),
    ],
)
def test_degenerate_columns(current: list[object], reference: list[object]) -> None:
    """Nothing, one value, other types and the ends of the range: a number or none, no warning."""
    here, there = column(current), column(reference)
    for name, known in DISTANCES.items():
        found = distance(here, there, name)
        assert found is None or known.low <= found <= known.high, name


def test_wrong_arguments_are_refused() -> None:
    """An unknown name, or a profile in place of a column, is told."""
    day = profile({"x": [1.0]})
    with pytest.raises(NotFound, match=r"'cosine'.*Known distances: hellinger"):
        distance(day.column("x"), day.column("x"), "cosine")
    with pytest.raises(InvalidArgument, match="Take a column"):
        distance(day, day, "ks")  # type: ignore[arg-type]
