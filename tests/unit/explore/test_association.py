"""Associations are those of SciPy, and where none is defined the reason is told."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
import scipy.stats

from modeldesk.explore import ExploredTable, Measure, association
from modeldesk.schema import Kind

RNG = np.random.default_rng(11)
X = RNG.normal(size=200)
Y = 0.4 * X + RNG.normal(size=200)
GROUPS = RNG.choice(["a", "b", "c"], size=200, p=[0.6, 0.3, 0.1])
SHIFTED = X + np.where(GROUPS == "a", 0.0, 0.7)
OTHER = np.where(RNG.random(200) < 0.5, GROUPS, RNG.choice(["k", "l"], size=200))


def test_two_numbers_are_correlated_as_scipy_says() -> None:
    """Pearson with its interval and Spearman, both with their p-values."""
    found = association(ExploredTable.of({"x": X, "y": Y}), "x", "y")
    pearson, spearman = found.figures
    oracle = scipy.stats.pearsonr(X, Y)
    interval = oracle.confidence_interval(0.95)
    assert pearson.measure is Measure.PEARSON
    assert (pearson.value, pearson.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert (pearson.low, pearson.high) == pytest.approx((interval.low, interval.high))
    ranked = scipy.stats.spearmanr(X, Y)
    assert (spearman.value, spearman.p_value) == pytest.approx((ranked.statistic, ranked.pvalue))
    assert spearman.low is not None
    assert spearman.high is not None
    assert spearman.low < spearman.value < spearman.high
    assert found.rows == 200


def test_ties_are_ranked_by_their_average() -> None:
    """Whole numbers with many ties give SciPy's rho as well."""
    x, y = RNG.integers(0, 4, 80), RNG.integers(0, 3, 80)
    found = association(ExploredTable.of({"x": x, "y": y}), "x", "y")
    assert found.figures[1].value == pytest.approx(scipy.stats.spearmanr(x, y).statistic)


def test_numbers_by_groups_have_the_correlation_ratio() -> None:
    """Its square is the share of variance between groups; the p-value is that of the F test."""
    table = ExploredTable.of({"x": SHIFTED, "group": GROUPS.tolist()})
    parts = [SHIFTED[name == GROUPS] for name in ("a", "b", "c")]
    between = sum(len(part) * (part.mean() - SHIFTED.mean()) ** 2 for part in parts)
    for pair in (("x", "group"), ("group", "x")):
        figure = association(table, *pair).figure
        assert figure is not None
        assert figure.measure is Measure.ETA
        assert figure.value**2 == pytest.approx(between / ((SHIFTED - SHIFTED.mean()) ** 2).sum())
        assert figure.p_value == pytest.approx(scipy.stats.f_oneway(*parts).pvalue)


def test_categories_have_cramers_v_without_chance() -> None:
    """Bergsma's correction, by hand, and the p-value of the chi-square test."""
    table = ExploredTable.of({"a": GROUPS.tolist(), "b": OTHER.tolist()})
    figure = association(table, "a", "b").figure
    assert figure is not None
    counts = scipy.stats.contingency.crosstab(GROUPS, OTHER).count
    test = scipy.stats.chi2_contingency(counts, correction=False)
    rows, (high, wide) = 200, counts.shape
    phi = max(0.0, test.statistic / rows - (high - 1) * (wide - 1) / (rows - 1))
    room = min(high - (high - 1) ** 2 / (rows - 1), wide - (wide - 1) ** 2 / (rows - 1)) - 1
    assert figure.measure is Measure.CRAMERS_V
    assert figure.value == pytest.approx(math.sqrt(phi / room))
    assert figure.p_value == pytest.approx(test.pvalue)


def test_chance_alone_gives_categories_no_association_on_average() -> None:
    """Without the correction, twenty categories each would look associated."""
    random = np.random.default_rng(3)
    values = []
    for _ in range(40):
        table = ExploredTable.of(
            pl.DataFrame({"a": random.integers(0, 20, 300), "b": random.integers(0, 20, 300)}),
            kinds={"a": Kind.CATEGORICAL, "b": Kind.CATEGORICAL},
        )
        figure = association(table, "a", "b").figure
        assert figure is not None
        values.append(figure.value)
    assert np.mean(values) < 0.08
    assert min(values) == 0


def test_rows_without_a_value_are_left_out() -> None:
    """Null, NaN and infinity alike, on both sides."""
    table = ExploredTable.of(
        {
            "x": [1.0, 2.0, 3.0, 4.0, 5.0, None, math.nan, math.inf],
            "y": [2.0, 1.0, 4.0, 3.0, None, 1.0, 2.0, 3.0],
        }
    )
    found = association(table, "x", "y")
    assert found.rows == 4
    assert found.figures[0].value == pytest.approx(np.corrcoef([1, 2, 3, 4], [2, 1, 4, 3])[0, 1])


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"x": [1, 1, 1, 1], "y": [1, 2, 3, 4]}, "x is constant"),
        ({"x": [1, 2, 3, 4], "y": ["a"] * 4}, "y is constant"),
        ({"x": ["a", "a", "b", "b"], "y": ["k"] * 4}, "y is constant"),
        ({"x": [1, 2, None], "y": [1, 2, 3]}, "only 2 rows have both values"),
        ({"x": [1, None], "y": [None, 3]}, "no row has both values"),
        ({"x": [1, 2, 3, 4], "y": ["a", "b", "c", "d"]}, "as many values as there are rows"),
        ({"x": list("abcd"), "y": list("abcd")}, "as many values as rows"),
        ({"x": [1, 2], "y": [[1.0, 2.0], [2.0, 3.0]]}, "y holds vectors"),
        ({"x": range(40), "y": [f"some longer text {n}" for n in range(40)]}, "y is free text"),
    ],
)
def test_where_nothing_is_defined_the_reason_is_told(
    columns: dict[str, list[object]], reason: str
) -> None:
    """There is no NaN in disguise."""
    found = association(ExploredTable.of(columns), "x", "y")
    assert found.figure is None
    assert found.strength == -1
    assert reason in found.why_not


def test_perfect_and_extreme_numbers() -> None:
    """A perfect line has an interval without width; huge and tiny values do not overflow."""
    x = np.array([1.0, 2.0, 3.0, 5.0])
    for factor in (1.0, 1e300, 1e-300):
        found = association(ExploredTable.of({"x": x * factor, "y": -x}), "x", "y").figures[0]
        assert (found.value, found.low, found.high, found.p_value) == (-1.0, -1.0, -1.0, 0.0)
    close = 1e15 + np.array([0.0, 1.0, 2.0, 3.0, 5.0])
    other = np.array([0.0, 1.0, 3.0, 2.0, 4.0])
    found = association(ExploredTable.of({"x": close, "y": other}), "x", "y").figures[0]
    assert found.value == pytest.approx(np.corrcoef(close - 1e15, other)[0, 1])
