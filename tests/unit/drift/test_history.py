"""Streams that differ from day to day by nature: what past windows teach."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from modeldesk.drift import Status, Thresholds, Trace, compare, trace
from modeldesk.drift.traces import traces
from modeldesk.drift.wobble import turbulence, wobble
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind

ROWS = 300
Day = Callable[[np.random.Generator, float], Profile]


def shifting(rng: np.random.Generator, effect: float) -> Profile:
    """Return a day whose mean is off by its own effect, and by a change."""
    return profile({"x": rng.normal(rng.normal(0, 0.3) + 3 * effect, 1, ROWS)})


def weekly(rng: np.random.Generator, effect: float) -> Profile:
    """Return a day that is a weekend or not."""
    mean = 0.8 if rng.random() < 2 / 7 else 0.0
    return profile({"x": rng.normal(mean + 4 * effect, 1, ROWS)})


def gaps(rng: np.random.Generator, effect: float) -> Profile:
    """Return a day whose share of missing values is beta distributed."""
    missing = rng.random(ROWS) < min(rng.beta(4, 36) + 0.5 * effect, 1)
    return profile({"x": np.where(missing, np.nan, rng.normal(size=ROWS))})


def shares(rng: np.random.Generator, effect: float) -> Profile:
    """Return a day whose shares of categories are Dirichlet distributed."""
    share = rng.dirichlet([30.0, 20.0, 10.0, 5.0, 3.0]) * (1 - effect)
    share[3] += effect
    values = rng.choice(list("abcde"), ROWS, p=share / share.sum())
    return profile({"x": values}, kinds={"x": Kind.CATEGORICAL})


DAYS = pytest.mark.parametrize("day", [shifting, weekly, gaps, shares])


def reference_of(day: Day, rng: np.random.Generator, days: int = 20) -> Profile:
    """Return the profile of some days together."""
    whole = Profile.empty()
    for _ in range(days):
        whole = whole.merge(day(rng, 0.0))
    return whole


def alarms(
    day: Day, history: int, *, effect: float, rounds: int, days: int = 20
) -> tuple[int, int]:
    """Return how many windows are called changed, with what past windows teach and without."""
    rng = np.random.default_rng(history + rounds + days)
    taught = untaught = 0
    for _ in range(rounds):
        reference = reference_of(day, rng, days)
        past = [trace(day(rng, 0.0), reference) for _ in range(history)]
        current = day(rng, effect)
        limits = Thresholds(min_distance=0.0, min_missing_change=0.0)
        taught += changed(current, reference, past, limits)
        untaught += changed(current, reference, (), limits)
    return taught, untaught


def changed(
    current: Profile,
    reference: Profile,
    past: Sequence[Profile | Trace],
    thresholds: Thresholds | None = None,
) -> bool:
    """Whether the column changed."""
    found = compare(current, reference, thresholds=thresholds, history=past)
    return found.column("x").verdict.status is Status.CHANGED


@DAYS
def test_days_that_differ_by_nature_are_no_change(day: Day) -> None:
    """Most days are a change by the rows alone, next to none by the measure of past days."""
    taught, untaught = alarms(day, 28, effect=0.0, rounds=40)
    assert untaught >= 8
    assert taught <= 3


@DAYS
def test_a_reference_of_one_day_is_no_change_either(day: Day) -> None:
    """Also where the reference is a day like any other."""
    taught, _ = alarms(day, 14, effect=0.0, rounds=30, days=1)
    assert taught <= 3


@DAYS
def test_real_changes_are_still_found(day: Day) -> None:
    """What is larger than days differ by is found."""
    taught, _ = alarms(day, 28, effect=0.6, rounds=15)
    assert taught >= 13


def test_few_past_windows_teach_nothing() -> None:
    """With thirteen the verdict is the same as with none; with fourteen it is not."""
    rng = np.random.default_rng(4)
    reference = reference_of(shifting, rng)
    past = [shifting(rng, 0.0) for _ in range(14)]
    current = profile({"x": rng.normal(0.4, 1, ROWS)})
    alone = compare(current, reference)
    assert compare(current, reference, history=past[1:]) == alone
    taught = compare(current, reference, history=past).column("x").verdict
    assert alone.column("x").verdict.status is Status.CHANGED
    assert taught.status is Status.STABLE
    assert taught.sentence.startswith("No change beyond chance and what past windows vary by; ")
    tiny = [profile({"x": rng.normal(size=9)}) for _ in range(40)]
    assert compare(current, reference, history=tiny) == alone
    empty = [profile({"x": [None] * 40}, kinds={"x": Kind.FLOAT}) for _ in range(40)]
    assert changed(current, reference, empty)
    other = [profile({"y": rng.normal(size=99)}) for _ in range(40)]
    assert compare(current, reference, history=other) == alone


def test_calm_windows_change_nothing() -> None:
    """Where days differ by chance alone, what they teach takes no change away."""
    rng = np.random.default_rng(5)
    reference = profile({"x": rng.normal(size=5000)})
    past = [profile({"x": rng.normal(size=ROWS)}) for _ in range(28)]
    current = profile({"x": rng.normal(0.45, 1, ROWS)})
    assert changed(current, reference, past)


def test_traces_stand_for_profiles() -> None:
    """A trace of a window teaches what its profile teaches."""
    rng = np.random.default_rng(6)
    reference = reference_of(shifting, rng)
    past = [shifting(rng, 0.0) for _ in range(20)]
    short = traces(past, reference)
    assert traces(short, reference) == short
    current = shifting(rng, 0.1)
    assert compare(current, reference, history=past) == compare(current, reference, history=short)
    assert short[0].columns["x"].missing_share == 0.0
    assert trace(Profile.empty(), reference).columns == {}
    none = trace(profile({"x": []}), reference).columns["x"]
    assert (none.missing_share, none.counts) == (0.0, None)


def test_a_lasting_difference_stays_a_change() -> None:
    """Where every window differs from the reference alike, that is no habit but a change."""
    rng = np.random.default_rng(7)
    reference = profile({"x": rng.normal(size=5000)})
    past = [profile({"x": rng.normal(1 + rng.normal(0, 0.05), 1, ROWS)}) for _ in range(28)]
    assert changed(profile({"x": rng.normal(1, 1, ROWS)}), reference, past)


def test_correlations_that_vary_by_nature() -> None:
    """A pair whose correlation swings from day to day is not reported for swinging."""
    rng = np.random.default_rng(8)

    def day(share: float) -> Profile:
        common = rng.normal(size=600)
        pair = (
            np.sqrt(share) * common + np.sqrt(1 - share) * own for own in rng.normal(size=(2, 600))
        )
        return profile(dict(zip("xy", pair, strict=True)))

    reference = day(0.5)
    past = [day(share) for share in rng.uniform(0.05, 0.95, 28)]
    swung = day(0.1)
    alone, taught = compare(swung, reference), compare(swung, reference, history=past)
    assert alone.dependence is not None
    assert alone.dependence.pairs
    assert taught.dependence is not None
    assert taught.dependence.pairs == ()
    lonely = [profile({"x": rng.normal(size=99), "z": rng.normal(size=99)}) for _ in range(20)]
    assert compare(swung, reference, history=lonely).dependence == alone.dependence


def test_vectors_that_vary_by_nature() -> None:
    """Vectors whose centre wanders from day to day are not reported for wandering."""
    rng = np.random.default_rng(9)

    def day(spread: float) -> Profile:
        values = rng.normal(size=(150, 8)) + rng.normal(0, spread, 8)
        return profile({"x": values.tolist()}, kinds={"x": Kind.VECTOR})

    reference = day(0.3)
    past = [day(0.3) for _ in range(28)]
    current = day(0.3)
    assert changed(current, reference, ())
    assert not changed(current, reference, past)
    assert changed(day(4.0), reference, past)


def test_what_is_learned_of_numbers() -> None:
    """The variance beyond sampling is found, and none where there is none; incidents are borne."""
    rng = np.random.default_rng(10)
    sampling = np.full((200, 2), 0.01)
    values = np.stack([rng.normal(0, 0.1, 200), rng.normal(0, np.hypot(0.1, 0.5), 200)], axis=1)
    values[:8, 1] = 40.0
    found = wobble(values, sampling)
    assert found.varies.tolist() == [False, True]
    assert found.variance[1] == pytest.approx(0.25, rel=0.35)
    far = found.chances(np.array([0.5, 0.5]), np.zeros(2), sampling[0])
    assert far[0] < 1e-6
    assert far[1] > 0.1


def test_what_is_learned_of_distributions() -> None:
    """A statistic that past windows reach as well is likely; one far beyond is not."""
    rng = np.random.default_rng(11)
    rows = np.full(40, 1000.0)
    calm = turbulence(rng.chisquare(9, 40), rows, 9)
    assert not calm.varies
    assert calm.chance(30.0, 2e-3) < 0.001
    wild = turbulence(rng.chisquare(9, 40) * 10, rows, 9)
    assert wild.varies
    assert wild.chance(30.0, 2e-3) > 0.1
    assert wild.chance(3000.0, 2e-3) < 0.001
