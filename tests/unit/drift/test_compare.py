"""Verdicts about the columns of a profile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk.drift import (
    Aspect,
    Direction,
    Status,
    compare,
)
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind
from tests.support.iris import FEATURES, iris_frame
from tests.unit.drift.columns import normal, one


def two_peaks(seed: int, size: int = 1000) -> np.ndarray:
    """Return numbers with mean 0 and variance 1 that keep away from 0."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(size) < 0.5, -0.95, 0.95) + rng.normal(0, 0.3, size)


def test_iris_day_with_outliers_is_told_apart() -> None:
    """Of 150 flowers 30 with an impossible width: that feature changed, and no other."""
    frame = iris_frame()
    reference = profile(frame)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        width = frame["sepal_width_cm"].to_numpy().copy()
        width[rng.choice(150, 30, replace=False)] = rng.uniform(6, 60, 30)
        day = compare(profile(frame.with_columns(sepal_width_cm=pl.Series(width))), reference)
        assert [column.name for column in day.changed] == ["sepal_width_cm"]
        verdict = day.changed[0].verdict
        assert day.changed[0].distance == pytest.approx(0.33, abs=0.01)
        assert verdict.aspects == (Aspect.RANGE,)
        assert verdict.direction is Direction.HIGHER
        assert verdict.distance == day.changed[0].distance
        assert verdict.sentence.startswith(
            "20.0 % of values lie above the reference's maximum of 4.4 (reference: none); "
            "Hellinger distance 0.33, p < 0.001"
        )


def test_iris_day_like_the_reference_is_stable() -> None:
    """The same rows in another order are stable in every column, at distance 0."""
    frame = iris_frame()
    day = compare(profile(frame.sample(fraction=1, shuffle=True, seed=1)), profile(frame))
    assert [column.name for column in day.columns] == [*FEATURES, "class"]
    assert {column.verdict.status for column in day.columns} == {Status.STABLE}
    assert {column.distance for column in day.columns} == {0.0}
    assert (day.rows, day.reference_rows) == (150, 150)


@pytest.mark.parametrize("size", [2_000, 200_000])
def test_order_and_merging_do_not_matter(size: int) -> None:
    """The same values, shuffled and merged from hours, are stable: the sketch has an error."""
    values = normal(1, size)
    hours = np.array_split(np.random.default_rng(2).permutation(values), 24)
    day = Profile.empty()
    for hour in hours:
        day = day.merge(profile({"x": hour}))
    compared = compare(day, profile({"x": values})).column("x")
    assert compared.verdict.status is Status.STABLE
    assert compared.distance == pytest.approx(0, abs=0.02)
    assert compared.verdict.p_value is not None
    assert compared.verdict.p_value > 0.05


@pytest.mark.parametrize(
    ("current", "aspect", "told"),
    [
        (normal(1, mean=0.5), Aspect.SHIFT, "Values are higher: median 0.4"),
        (normal(1, mean=-0.5), Aspect.SHIFT, "Values are lower: median -0.5"),
        (normal(1) * 1.8, Aspect.SPREAD, "Values lie farther apart: the middle 80 % between -2"),
        (normal(1) * 0.4, Aspect.SPREAD, "Values lie closer together: the middle 80 % between -0"),
        (two_peaks(1), Aspect.SHAPE, "% of values lie between"),
        (np.full(1000, 0.01), Aspect.SPREAD, "100.0 % of values lie between"),
        (
            np.append(normal(1, 950), np.full(50, 30.0)),
            Aspect.RANGE,
            "% of values lie above the reference's maximum of 3.066 (reference: none)",
        ),
        (
            np.append(normal(1, 950), np.full(50, np.inf)),
            Aspect.RANGE,
            "5.0 % of values are infinite (reference: none)",
        ),
        (
            np.where(np.arange(1000) % 4, normal(1), np.nan),
            Aspect.MISSING,
            "25.0 % of values are missing (reference: none)",
        ),
    ],
)
def test_numbers_that_changed(current: np.ndarray, aspect: Aspect, told: str) -> None:
    """What changed about numbers is told in the sentence and by the aspect."""
    verdict = one(current, normal(0)).verdict
    assert verdict.status is Status.CHANGED
    assert aspect in verdict.aspects
    assert told in verdict.sentence
    assert verdict.p_value is not None
    assert verdict.p_value < 0.001


def test_both_ends_of_the_range_are_told() -> None:
    """Where values lie beyond both ends, both shares are told, the larger first."""
    current = np.concatenate([normal(1, 800), np.full(120, 30.0), np.full(80, -30.0)])
    sentence = one(current, normal(0)).verdict.sentence
    assert sentence.startswith("12.")
    assert " % of values lie above the reference's maximum of" in sentence
    assert "and 8.0 % of values lie below the reference's minimum of" in sentence


@pytest.mark.parametrize(
    ("current", "aspect", "told"),
    [
        (
            "aab" * 50 + "c" * 30,
            Aspect.NEW_CATEGORIES,
            "16.7 % of values are 'c', which the reference does not have (reference: none)",
        ),
        (
            "aab" * 50 + "cde" * 10,
            Aspect.NEW_CATEGORIES,
            "16.7 % of values are in 3 categories that the reference does not have ('c', 'd', 'e')",
        ),
        ("abb" * 50, Aspect.SHARES, "33.3 % of values are 'a' (reference: 66.7 %)"),
        ("b" * 150, Aspect.SHARES, "No values are 'a' (reference: 66.7 %)"),
        (
            "x" * 150,
            Aspect.NEW_CATEGORIES,
            "100.0 % of values are 'x', which the reference does not have (reference: none)",
        ),
    ],
)
def test_categories_that_changed(current: str, aspect: Aspect, told: str) -> None:
    """New categories and other shares are told by name."""
    compared = one(list(current), list("aab" * 100), Kind.CATEGORICAL)
    assert compared.verdict.status is Status.CHANGED
    assert compared.verdict.aspects == (aspect,)
    assert compared.verdict.sentence.startswith(told)


def test_flags_that_changed() -> None:
    """Flags are compared as categories."""
    verdict = one([True] * 90 + [False] * 60, [True, False] * 100 + [False] * 100).verdict
    assert verdict.status is Status.CHANGED
    assert verdict.sentence.startswith("60.0 % of values are 'true' (reference: 33.3 %)")


def test_whole_numbers_of_few_levels() -> None:
    """Repeated whole numbers keep their ties apart, and are told by value."""
    reference = [1, 2, 3] * 100
    assert one([3, 1, 2] * 70, reference).distance == 0.0
    verdict = one([1, 3] * 100, reference).verdict
    assert verdict.sentence.startswith("No values are 2 (reference: 33.3 %); Hellinger")
    verdict = one([15] * 100, range(100)).verdict
    assert verdict.sentence.startswith(
        "100.0 % of values lie between 10 and 19 (reference: 10.0 %)"
    )


def test_texts_are_compared_by_length() -> None:
    """Texts that get longer are told in characters."""
    short, long = (["x" * (size + i % 9) for i in range(200)] for size in (10, 60))
    verdict = one(long, short, Kind.TEXT).verdict
    assert "are longer than the reference's longest of 18 characters" in verdict.sentence
    assert "are shorter than" in one(short, long, Kind.TEXT).verdict.sentence


def test_times_are_told_as_dates() -> None:
    """Times outside the reference are told as dates."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    march, april = ([first + timedelta(days=m, hours=h) for h in range(48)] for m in (0, 31))
    assert "are later than the reference's last, 2026-03-02 23:00" in (
        one(april, march).verdict.sentence
    )
    assert (
        "are earlier than the reference's first, 2026-04-01" in one(march, april).verdict.sentence
    )


def test_missing_and_moved_are_told_together() -> None:
    """A column that changed in two ways says both."""
    current = np.where(np.arange(1000) % 2, normal(1, mean=9), np.nan)
    verdict = one(current, normal(0)).verdict
    assert verdict.aspects == (Aspect.RANGE, Aspect.MISSING)
    assert "lie above" in verdict.sentence
    assert "and 50.0 % of values are missing (reference: none)" in verdict.sentence


def test_values_that_come_back_are_told() -> None:
    """Fewer missing values than in the reference are a change as well."""
    verdict = one([1.0] * 100, [1.0, None] * 100).verdict
    assert verdict.sentence.startswith("No values are missing (reference: 50.0 %)")


def test_a_small_change_does_not_matter() -> None:
    """What is certain but small is stable, and the sentence says why."""
    verdict = one(normal(1, 20_000, mean=0.1), normal(0, 20_000)).verdict
    assert verdict.status is Status.STABLE
    assert verdict.sentence.startswith("More than chance, but too small to matter; Hellinger")
    strict = one(normal(1, 20_000, mean=0.1), normal(0, 20_000), min_distance=0.02).verdict
    assert strict.status is Status.CHANGED
    few = one([1.0] * 970 + [None] * 30, [1.0] * 1000)
    assert few.verdict.status is Status.STABLE
    assert one([1.0] * 970 + [None] * 30, [1.0] * 1000, min_missing_change=0.02).verdict.aspects


def test_large_but_possible_by_chance_is_stable() -> None:
    """Small samples lie far apart by chance; that alone is no change."""
    compared = one(normal(1, 40), normal(0, 40))
    assert compared.distance is not None
    assert compared.distance > 0.2
    assert compared.verdict.status is Status.STABLE
    assert compared.verdict.sentence.startswith("No change beyond chance; Hellinger distance 0.")


def test_long_categories_are_cut_in_sentences() -> None:
    """A category of many characters does not swamp the sentence."""
    verdict = one(["y" * 100] * 100, ["x" * 100] * 100, Kind.CATEGORICAL).verdict
    assert f"'{'y' * 39}…'" in verdict.sentence


def test_many_rare_categories_are_not_far_from_themselves() -> None:
    """Two samples of identifiers have nearly no value in common, and are not far apart."""
    rng = np.random.default_rng(3)
    here, there = ([str(i) for i in rng.integers(0, 10**6, 500)] for _ in range(2))
    compared = one(here, there, Kind.CATEGORICAL)
    assert compared.verdict.status is Status.STABLE
    assert compared.distance == pytest.approx(0, abs=0.1)


def test_more_categories_than_the_sketch_keeps() -> None:
    """Beyond the sketch's capacity the frequent categories still tell a change from none."""

    def sample(seed: int, shift: int) -> list[str]:
        values = np.random.default_rng(seed).zipf(1.3, 20_000) % 5_000
        return [str(value + shift) for value in values]

    assert one(sample(1, 0), sample(2, 0), Kind.CATEGORICAL).verdict.status is Status.STABLE
    changed = one(sample(1, 1), sample(2, 0), Kind.CATEGORICAL).verdict
    assert changed.status is Status.CHANGED


def test_changed_columns_come_by_distance() -> None:
    """The largest change comes first."""
    reference = profile({"a": normal(0), "b": normal(1), "c": normal(2)})
    current = profile({"a": normal(3, mean=1), "b": normal(4, mean=3), "c": normal(5)})
    assert [column.name for column in compare(current, reference).changed] == ["b", "a"]


def test_numbers_far_from_zero_are_told_apart() -> None:
    """Where medians differ in a late digit the sentence has so many digits."""
    verdict = one(1e9 + normal(1, mean=1), 1e9 + normal(0)).verdict
    assert "median 1000000001" in verdict.sentence
    now, before = verdict.sentence.split("median ")[1].split(";")[0].split(" instead of ")
    assert float(now) - float(before) == pytest.approx(1, abs=0.3)


def test_means_are_told_where_medians_are_equal() -> None:
    """More than half are zero on both sides; the others moved."""
    zeros = np.zeros(600)
    rare = np.append(zeros, normal(0, 400, mean=5)), np.append(zeros, normal(1, 400, mean=3.5))
    verdict = one(*rare).verdict
    assert Aspect.SHIFT in verdict.aspects
    assert "alues are higher: mean 1.985 instead of 1.367" in verdict.sentence


def test_whole_numbers_whose_centres_look_alike() -> None:
    """Where median and mean look the same the bin that changed most is told."""
    now, before = (np.repeat([1, 2, 3], times) for times in ((200, 350, 450), (400, 350, 250)))
    verdict = one(now, before).verdict
    assert Aspect.SHIFT in verdict.aspects
    assert verdict.sentence.startswith("20.0 % of values are 1 (reference: 40.0 %)")
