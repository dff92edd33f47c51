"""What the benchmark of decisions rests on: its samples, its single tests, its rates."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.deciding.laws import BATCH, CASES, LAWS, NORMAL, Case, Law, samples
from benchmarks.deciding.rates import power_at
from benchmarks.deciding.single_tests import statistics_of
from benchmarks.deciding.statistical import statistical
from modeldesk import compare, profile
from modeldesk.drift import Status, Thresholds

RANDOM = np.random.default_rng(20260312)
X, Y = RANDOM.normal(size=80), RANDOM.normal(0.3, 1.2, size=200)


def statistics(x: Iterable[object], y: Iterable[object]) -> dict[str, float]:
    """Return the statistics of two columns."""
    return statistics_of(pl.Series("x", x), pl.Series("x", y))


def test_a_program_that_cannot_tell_finds_what_the_level_allows() -> None:
    """Evidence from one law on both sides is found at the level that was asked for."""
    null, same = RANDOM.normal(size=20_000), RANDOM.normal(size=20_000)
    assert power_at(0.01, null, same) == pytest.approx(0.01, abs=0.002)
    assert power_at(0.01, null, same + 10) == 1.0


def test_the_level_is_right_on_average_with_few_samples() -> None:
    """With 300 samples for the limit there are, on average, as many false alarms as asked for."""
    rates = [power_at(0.01, RANDOM.normal(size=300), RANDOM.normal(size=3000)) for _ in range(400)]
    assert np.mean(rates) == pytest.approx(0.01, abs=0.001)


def test_columns_with_equal_evidence_are_drawn_by_lot() -> None:
    """Of columns with the evidence of a fifth of the unchanged ones, half make up a tenth."""
    null = np.array([0.0] * 80 + [1.0] * 20)
    assert power_at(0.1, null, null) == pytest.approx(0.1, abs=0.01)
    assert power_at(0.1, null, np.ones(50)) == pytest.approx(0.5, abs=0.05)
    assert power_at(0.1, null, np.full(50, 2.0)) == 1.0
    assert power_at(0.1, null, np.zeros(50)) == 0.0


def test_statistics_of_ranks_agree_with_scipy() -> None:
    """The statistics that are computed by rank order samples as SciPy's do, here by value."""
    found = statistics(X, Y)
    n, m = X.size, Y.size
    assert found["Kolmogorov-Smirnov"] == pytest.approx(stats.ks_2samp(X, Y).statistic)
    assert found["Cramer-von Mises"] * n * m / (n + m) == pytest.approx(
        stats.cramervonmises_2samp(X, Y).statistic
    )
    above = stats.mannwhitneyu(X, Y).statistic
    assert found["Mann-Whitney"] * n == pytest.approx(abs(above - n * m / 2))


def test_the_statistic_of_anderson_and_darling_grows_with_scipys() -> None:
    """For samples of the same sizes it is SciPy's, up to one factor and one constant."""
    pairs = [(RANDOM.normal(size=40), RANDOM.normal(0.5, size=90)) for _ in range(8)]
    ours = [statistics(x, y)["Anderson-Darling"] for x, y in pairs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's p-value, which is not asked for, is a bound
        theirs = [float(stats.anderson_ksamp([x, y], midrank=False).statistic) for x, y in pairs]
    assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1.0, abs=1e-9)


def test_statistics_of_counts_agree_with_scipy() -> None:
    """The chi-square statistics are those of SciPy's tables of counts, without correction."""
    x, y = ["a"] * 30 + ["b"] * 50 + ["new"] * 3, ["a"] * 90 + ["b"] * 60
    found = statistics(x, y)
    table = np.array([[30, 90], [50, 60], [3, 0]])
    assert found["chi-square"] == pytest.approx(
        stats.chi2_contingency(table, correction=False).statistic
    )
    assert found["new categories (Fisher)"] == 3
    lost = statistics([None] * 7 + list(range(40)), [None] * 2 + list(range(120)))
    assert lost["missing share (chi-square)"] == pytest.approx(
        stats.chi2_contingency(np.array([[7, 2], [40, 120]]), correction=False).statistic
    )


def test_samples_are_the_same_each_time_and_differ_between_batches_and_roles() -> None:
    """What is judged is decided by law, size, batch and role alone."""
    again = samples(NORMAL, 50, 3, role="current")
    assert again.equals(samples(NORMAL, 50, 3, role="current"))
    assert again.width == BATCH
    assert not again.equals(samples(NORMAL, 50, 4, role="current"))
    assert not again.equals(samples(NORMAL, 50, 3, role="reference"))


@pytest.mark.parametrize("law", [*LAWS, *(case.now for case in CASES)], ids=lambda law: law.name)
def test_samples_have_the_levels_and_gaps_of_their_law(law: Law) -> None:
    """Strings have no more levels than the law, and as many values are missing as it says."""
    frame = samples(law, 2000, 0, role="current")
    missing = sum(series.null_count() for series in frame) / (2000 * BATCH)
    assert missing == pytest.approx(law.missing, abs=0.005)
    if law.levels:
        seen = set().union(*(series.unique().to_list() for series in frame))
        assert len(seen) == law.levels
    else:
        assert frame.schema.dtypes()[0].is_numeric()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.now.name)
def test_cases_differ_in_the_way_they_are_named(case: Case) -> None:
    """The case of two peaks keeps mean and spread; the others move what their name says."""
    frame = samples(case.now, 20_000, 0, role="current")
    values = pl.concat([series.alias("x").drop_nulls() for series in frame.get_columns()])
    if values.dtype == pl.String:
        assert (values == "level 010").mean() == pytest.approx(0.02, abs=0.002)
        return
    name = case.now.name
    mean = float(name.split()[1]) if name.startswith("shift") else 0.0
    spread = 1.25 if name.startswith("spread") else 1.0
    assert values.to_numpy().mean() == pytest.approx(mean, abs=0.005)
    assert values.to_numpy().std() == pytest.approx(spread, abs=0.005)


def test_the_statistical_decision_asks_for_no_size_of_a_change() -> None:
    """A shift that is certain and small is reported by it, and not by the defaults."""
    rows = np.arange(50_000.0)
    current, reference = profile({"x": rows + 400}), profile({"x": rows})
    statuses = [
        compare(current, reference, thresholds=thresholds).columns[0].verdict.status
        for thresholds in (statistical(), Thresholds())
    ]
    assert statuses == [Status.CHANGED, Status.STABLE]
    assert statistical(0.05).false_alarm_rate == 0.05
    assert statistical().min_rows == Thresholds().min_rows
