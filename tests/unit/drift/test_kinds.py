"""Verdicts about types, texts, vectors, times and identifiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from modeldesk.drift import Aspect, Direction, Status, Thresholds, Verdict, compare
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind

WORDS = ["red", "green", "blue", "pink", "gray", "dark", "pale", "wide", "long", "tall"]


def verdict(
    current: Iterable[object],
    reference: Iterable[object],
    kind: Kind | None = None,
    now: Kind | None = None,
) -> Verdict:
    """Compare one column, of one kind or of two."""
    sides = ((current, now or kind), (reference, kind))
    here, there = (profile({"x": v}, kinds={"x": k} if k else {}) for v, k in sides)
    return compare(here, there).column("x").verdict


def texts(rng: np.random.Generator, words: list[str], rows: int = 200, size: int = 6) -> list[str]:
    """Return texts of some words."""
    return [" ".join(rng.choice(words, size)) for _ in range(rows)]


def vectors(seed: int, rows: int = 300, dimension: int = 24) -> np.ndarray:
    """Return normally distributed vectors."""
    return np.random.default_rng(seed).normal(size=(rows, dimension))


@pytest.mark.parametrize(
    ("current", "reference", "told"),
    [
        (["a", "b"] * 60, [1.5, 2.5] * 60, "Values are categories instead of numbers; p < 0.001."),
        ([1.5, 2.5] * 60, ["a", "b"] * 60, "Values are numbers instead of categories; p < 0.001."),
        ([True, False] * 60, [1, 2] * 60, "Values are true or false instead of whole numbers"),
        ([date(2026, 3, 1)] * 99, [1.5, 2.5] * 60, "Values are dates instead of numbers"),
        ([timedelta(hours=1)] * 99, [1.5, 2.5] * 60, "Values are durations instead of numbers"),
        (
            [[1.0, 2.0, 3.0]] * 99,
            [[1.0, 2.0]] * 99,
            "Values are vectors of length 3 instead of vectors of length 2",
        ),
    ],
)
def test_another_type_is_a_verdict(
    current: Iterable[object], reference: Iterable[object], told: str
) -> None:
    """Values of another type are a change of type, as large as can be, and no error."""
    found = verdict(current, reference)
    assert found.status is Status.CHANGED
    assert found.aspects == (Aspect.TYPE,)
    assert found.distance == 1.0
    assert found.sentence.startswith(told)


def test_few_values_of_another_type_are_not_enough() -> None:
    """Three strings instead of numbers are too few to call it a change."""
    found = verdict(["a"] * 3, [1.5, 2.5] * 60)
    assert found.sentence == "Not enough data: n = 3, needs about 30."


def test_one_type_under_two_kinds_compares() -> None:
    """Codes that one side takes for numbers, and texts for categories, are compared."""
    codes = [1, 2, 3] * 100
    assert verdict(codes, codes, Kind.CATEGORICAL, Kind.INTEGER).status is Status.STABLE
    moved = verdict([1, 2, 2, 2] * 80, codes, Kind.CATEGORICAL, Kind.INTEGER)
    assert moved.aspects == (Aspect.SHARES,)
    names = ["ab", "cd"] * 80
    assert verdict(names, names, Kind.CATEGORICAL, Kind.TEXT).status is Status.STABLE
    days = [date(2026, 3, 1) + timedelta(days=i % 9) for i in range(200)]
    times = [datetime(2026, 3, 1) + timedelta(days=i % 9) for i in range(200)]  # noqa: DTZ001
    assert verdict(days, times).status is Status.STABLE


def test_some_unreadable_values() -> None:
    """Part of a column that cannot be read is told by its share."""
    found = verdict([*["n/a"] * 40, *["1.5", "2.5"] * 80], [1.5, 2.5] * 100, Kind.FLOAT)
    assert found.aspects[0] is Aspect.TYPE
    assert "20.0 % of values cannot be read as numbers (reference: none)" in found.sentence


def test_identifiers_are_not_compared() -> None:
    """Every identifier is new by nature; that some are missing is told all the same."""
    names = [f"id-{i}" for i in range(300)]
    others = [f"id-{i}" for i in range(900, 1200)]
    found = verdict(others, names, Kind.IDENTIFIER)
    assert found.status is Status.NOT_COMPARED
    assert found.sentence == "Not compared: identifier."
    assert (found.distance, found.p_value) == (None, None)
    gaps = verdict([*others[:150], *[None] * 150], names, Kind.IDENTIFIER)
    assert gaps.status is Status.CHANGED
    assert gaps.direction is Direction.MORE
    assert gaps.sentence == "50.0 % of values are missing (reference: none); p < 0.001."


def test_texts_with_other_words() -> None:
    """Other words of the same length are a change of words, told by the word that tells most."""
    rng = np.random.default_rng(1)
    old, same = texts(rng, WORDS), texts(rng, WORDS)
    new = texts(rng, [*WORDS[:5], "loud", "cold", "warm", "soft", "hard"])
    assert verdict(same, old, Kind.TEXT).status is Status.STABLE
    found = verdict(new, old, Kind.TEXT)
    assert found.aspects == (Aspect.WORDS,)
    assert found.distance is not None
    assert found.distance > 0.4
    assert "% of words are unusual in the reference; Hellinger distance 0." in found.sentence


def test_longer_texts() -> None:
    """Texts with more words are longer."""
    rng = np.random.default_rng(2)
    found = verdict(texts(rng, WORDS, size=8), texts(rng, WORDS, size=6), Kind.TEXT)
    assert found.aspects[0] in {Aspect.SHIFT, Aspect.RANGE}
    assert found.direction is Direction.HIGHER
    shorter = verdict(
        texts(rng, WORDS, size=7), texts(rng, WORDS, size=6) + texts(rng, WORDS, size=9), Kind.TEXT
    )
    assert shorter.status is Status.CHANGED


def test_texts_about_one_thing_each_are_not_a_change() -> None:
    """A text repeats its own words; that many repetitions are one observation."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(40):
        old, new = ([" ".join([word] * 30) for word in rng.choice(WORDS, 100)] for _ in range(2))
        alarms += verdict(new, old, Kind.TEXT).status is Status.CHANGED
    assert alarms <= 2


def test_texts_without_words() -> None:
    """Empty texts have lengths but no words."""
    found = verdict([""] * 90, ["a b", "c d e"] * 45, Kind.TEXT)
    assert found.status is Status.CHANGED
    assert verdict([""] * 90, [" "] * 90, Kind.TEXT).status is not Status.NOT_COMPARED


def test_vectors_that_moved() -> None:
    """A centre that moved is a shift, measured in units of the spread."""
    old, new = vectors(1), vectors(2) + 0.4
    assert verdict(vectors(3).tolist(), old.tolist(), Kind.VECTOR).status is Status.STABLE
    found = verdict(new.tolist(), old.tolist(), Kind.VECTOR)
    assert found.status is Status.CHANGED
    assert Aspect.SHIFT in found.aspects
    assert "he centre of the vectors moved by 0.4" in found.sentence


def test_vectors_that_grew() -> None:
    """Vectors around the same centre that are longer are told by their norm."""
    found = verdict((vectors(1) * 1.5).tolist(), vectors(2).tolist(), Kind.VECTOR)
    assert found.status is Status.CHANGED
    assert "ectors are longer: mean norm 7." in found.sentence
    back = verdict(vectors(2).tolist(), (vectors(1) * 1.5).tolist(), Kind.VECTOR)
    assert "ectors are shorter: mean norm 4." in back.sentence


def test_vectors_in_other_places() -> None:
    """Vectors with the same centre and norms in two clusters are seen on the directions."""
    rng = np.random.default_rng(5)
    ends = np.where(rng.random((300, 1)) < 0.5, -1.0, 1.0) * np.ones((1, 24))
    found = verdict(ends.tolist(), (vectors(6)).tolist(), Kind.VECTOR)
    assert found.status is Status.CHANGED
    same = verdict([[1.0, 1.0]] * 50, [[1.0, 1.0]] * 50, Kind.VECTOR)
    assert same.status is Status.STABLE
    moved = verdict([[1.0, 1.0]] * 50, [[2.0, 1.0]] * 50, Kind.VECTOR)
    assert moved.status is Status.CHANGED


def test_vectors_raise_no_more_false_alarms_than_promised() -> None:
    """Of correlated vectors where nothing changed at most a few in a hundred are called changed."""
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(12, 12))
    limits = Thresholds(min_distance=0.0)
    alarms = 0
    for _ in range(60):
        sides = ((rng.standard_t(4, (n, 12)) @ mixing).tolist() for n in (80, 150))
        here, there = (profile({"x": side}, kinds={"x": Kind.VECTOR}) for side in sides)
        found = compare(here, there, thresholds=limits).column("x").verdict
        alarms += found.status is Status.CHANGED
    assert alarms <= 4


def test_times_and_durations_are_told_in_their_units() -> None:
    """Medians of times are dates, of durations hours."""
    rng = np.random.default_rng(8)
    hours = [timedelta(hours=float(h)) for h in rng.normal(20, 3, 300)]
    later = [each + timedelta(hours=3) for each in hours]
    assert "Values are higher: median 22." in verdict(later, hours).sentence
    assert " hours instead of 19." in verdict(later, hours).sentence
    days = [date(2026, 3, 1) + timedelta(days=int(d)) for d in rng.integers(0, 60, 300)]
    late = [day + timedelta(days=20) for day in days]
    assert "are later than the reference's last, 2026-04-29" in verdict(late, days).sentence
    back = verdict(days, late).sentence
    assert "are earlier than the reference's first, 2026-03-21" in back
    moved = [date(2026, 3, 1) + timedelta(days=int(d)) for d in rng.beta(3, 1, 300) * 59]
    assert "Values are later: median 2026-04-" in verdict(moved, days).sentence


def test_columns_without_a_single_vector_are_alike() -> None:
    """Where neither side has a vector there is nothing to compare, and nothing changed."""
    found = verdict(["a"] * 90, ["b"] * 90, Kind.VECTOR)
    assert found.status is Status.NOT_ENOUGH_DATA
    assert found.sentence == "Not enough data: one side has no values."


def test_texts_of_profiles_that_knew_no_words() -> None:
    """Texts of a profile that has neither words nor lengths are compared by their characters."""
    rng = np.random.default_rng(4)
    old, same = (profile({"x": texts(rng, WORDS)}, kinds={"x": Kind.TEXT}) for _ in range(2))
    bare = Profile(rows=old.rows, columns=(replace(old.column("x"), words=None, lengths=None),))
    for current, reference in ((same, bare), (bare, same)):
        found = compare(current, reference).column("x").verdict
        assert found.status is Status.STABLE
    half = Profile(rows=old.rows, columns=(replace(old.column("x"), lengths=None),))
    assert compare(same, half).column("x").verdict.status is Status.STABLE
