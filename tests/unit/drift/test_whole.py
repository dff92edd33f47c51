"""The verdict over all columns, and the correlations that no single column shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from modeldesk.drift import Aspect, Direction, Status, Thresholds, compare
from modeldesk.drift.dependence import kurtosis
from modeldesk.errors import InvalidArgument
from modeldesk.profiles import Profile, profile


def related(rng: np.random.Generator, rows: int, share: float) -> dict[str, np.ndarray]:
    """Return three columns, the first two of which share some of their variance."""
    common = rng.normal(size=rows)
    own = rng.normal(size=(3, rows))
    return {
        "a": np.sqrt(share) * common + np.sqrt(1 - share) * own[0],
        "b": np.sqrt(share) * common + np.sqrt(1 - share) * own[1],
        "c": own[2],
    }


def test_a_broken_correlation_is_seen() -> None:
    """Each column is as before, but two of them no longer go together."""
    rng = np.random.default_rng(1)
    found = compare(profile(related(rng, 800, 0.0)), profile(related(rng, 900, 0.8)))
    assert found.changed == ()
    assert found.dependence is not None
    (pair,) = found.dependence.pairs
    assert pair.columns == ("a", "b")
    assert pair.reference_correlation == pytest.approx(0.8, abs=0.05)
    assert pair.correlation == pytest.approx(0.0, abs=0.1)
    assert pair.p_value < 0.001
    told = found.dependence.verdict
    assert told.aspects == (Aspect.CORRELATION,)
    assert told.sentence.startswith("The correlation of 'a' and 'b' is ")
    assert " instead of 0.8" in told.sentence
    assert found.verdict.status is Status.CHANGED
    assert found.verdict.sentence == f"None of 3 columns changed. {told.sentence}"
    assert found.verdict.aspects == (Aspect.CORRELATION,)


def test_more_than_one_pair_is_counted() -> None:
    """The largest change is told, the others counted."""
    rng = np.random.default_rng(2)
    base = rng.normal(size=(600, 1))
    old = {name: base[:, 0] + 0.3 * rng.normal(size=600) for name in "abc"}
    new = {name: rng.normal(size=600) * 1.04 for name in "abc"}
    found = compare(profile(new), profile(old)).dependence
    assert found is not None
    assert len(found.pairs) == 3
    assert found.verdict.sentence.endswith("; 2 more pairs changed.")
    changes = [abs(pair.correlation - pair.reference_correlation) for pair in found.pairs]
    assert changes == sorted(changes, reverse=True)


def test_small_changes_of_correlation_stay_quiet() -> None:
    """What is certain but small does not matter, unless one asks for it."""
    rng = np.random.default_rng(3)
    new, old = (profile(related(rng, 20_000, share)) for share in (0.5, 0.65))
    calm = compare(new, old).dependence
    assert calm is not None
    assert calm.verdict.sentence.startswith("Correlations changed more than chance, but too little")
    strict = compare(new, old, thresholds=Thresholds(min_correlation_change=0.1)).dependence
    assert strict is not None
    assert strict.verdict.status is Status.CHANGED


HEAVY: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: np.stack(list(related(rng, n, 0.6).values())),
    "log-normal": lambda rng, n: np.exp(np.stack(list(related(rng, n, 0.6).values()))),
    "elliptical, t with 3 degrees": lambda rng, n: (
        np.stack(list(related(rng, n, 0.6).values())) / np.sqrt(rng.chisquare(3, n) / 3)
    ),
    "Cauchy": lambda rng, n: rng.standard_cauchy((3, n)),
    "mostly zero": lambda rng, n: (rng.random(n) < 0.1) * rng.exponential(size=(3, n)),
}


@pytest.mark.parametrize("law", HEAVY)
@pytest.mark.parametrize(("n", "m"), [(150, 150), (400, 3000)])
def test_correlations_raise_no_false_alarms(law: str, n: int, m: int) -> None:
    """Where nothing changed, whatever the tails, next to no comparison reports a pair."""
    rng = np.random.default_rng(4)
    limits = Thresholds(min_correlation_change=0.0)
    alarms = 0
    for _ in range(40):
        here, there = (
            profile(dict(zip("abc", HEAVY[law](rng, size), strict=True))) for size in (n, m)
        )
        found = compare(here, there, thresholds=limits).dependence
        alarms += found is not None and found.verdict.status is Status.CHANGED
    assert alarms <= 2


def test_kurtosis() -> None:
    """It is 3 for normal numbers, and infinite where a few values make it or there are none."""
    rng = np.random.default_rng(5)
    columns = profile(
        {
            "normal": rng.normal(size=5000),
            "uniform": rng.random(5000),
            "outlier": np.append(np.zeros(4999), 1e9),
            "constant": np.ones(5000),
            "zero": np.zeros(5000),
        }
    )
    assert kurtosis(columns.column("normal")) == pytest.approx(3, abs=0.4)
    assert kurtosis(columns.column("uniform")) == pytest.approx(1.8, abs=0.1)
    for name in ("outlier", "constant", "zero"):
        assert kurtosis(columns.column(name)) == np.inf
    assert kurtosis(profile({"x": [1.0, 2.0]}).column("x")) == np.inf


def test_too_few_rows_for_correlations() -> None:
    """Few rows in common are said to be few; without two varying columns there is no answer."""
    rng = np.random.default_rng(6)
    few = compare(profile(related(rng, 20, 0.5)), profile(related(rng, 500, 0.5))).dependence
    assert few is not None
    assert few.verdict.status is Status.NOT_ENOUGH_DATA
    assert few.verdict.sentence == (
        "Not enough data: pairs of columns need about 30 rows in common."
    )
    single = profile({"a": rng.normal(size=100)})
    assert compare(single, single).dependence is None
    constant = profile({"a": rng.normal(size=100), "b": np.ones(100)})
    assert compare(constant, constant).dependence is None
    apart = profile({"a": rng.normal(size=100), "z": rng.normal(size=100)})
    both = profile({"a": rng.normal(size=100), "b": rng.normal(size=100)})
    assert compare(apart, both).dependence is None


def moved(**shifts: float) -> Profile:
    """Return columns that are moved by some standard deviations."""
    rng = np.random.default_rng(7)
    return profile({name: rng.normal(shift, 1, 400) for name, shift in shifts.items()})


def test_the_whole_is_summed_up_with_the_culprits_first() -> None:
    """One sentence counts the changed columns and names the worst of them."""
    old = moved(a=0, b=0, c=0, d=0, e=0, f=0)
    found = compare(moved(a=0, b=1, c=3, d=2, e=5, f=0), old)
    assert [column.name for column in found.changed] == ["e", "c", "d", "b"]
    assert found.verdict.status is Status.CHANGED
    assert found.verdict.direction is Direction.HIGHER
    assert found.verdict.distance == found.changed[0].distance
    assert found.verdict.p_value == min(
        c.verdict.p_value for c in found.columns if c.verdict.p_value is not None
    )
    assert found.verdict.sentence.startswith(
        "4 of 6 columns changed, most of all 'e', 'c', 'd' and 1 more."
    )
    single = compare(moved(a=0, b=3), moved(a=0, b=0))
    assert single.verdict.sentence == "1 of 2 columns changed: 'b'."
    calm = compare(moved(a=0, b=0), moved(a=0, b=0))
    assert calm.verdict.status is Status.STABLE
    assert calm.verdict.sentence == "None of 2 columns changed."


def test_missing_values_count_in_the_order() -> None:
    """A column that lost half of its values ranks before one that moved a little."""
    rng = np.random.default_rng(8)
    values = rng.normal(size=(2, 1000))
    old = profile({"gaps": values[0], "moved": values[1]})
    gaps = np.where(np.arange(1000) % 2, values[0], np.nan)
    found = compare(profile({"gaps": gaps, "moved": values[1] + 0.5}), old)
    assert [column.name for column in found.changed] == ["gaps", "moved"]
    assert found.column("gaps").size > 0.3 > found.column("moved").size
    assert found.column("moved").size == pytest.approx(found.column("moved").distance)


def test_single_columns_may_have_thresholds_of_their_own() -> None:
    """An override makes one column strict and leaves the others as they are."""
    old, new = moved(a=0, b=0), moved(a=0.16, b=0.16)
    assert compare(new, old).changed == ()
    strict = Thresholds(min_distance=0.02, false_alarm_rate=0.05)
    found = compare(new, old, overrides={"b": strict})
    assert [column.name for column in found.changed] == ["b"]
    with pytest.raises(InvalidArgument, match=r"unknown columns: z\. Known columns: a, b"):
        compare(new, old, overrides={"z": strict})
