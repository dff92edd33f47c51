"""Fisher's exact test of few hits, against exact oracles."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from modeldesk.drift import fisher


def mid_p(hits: int, rows: int, before: int, reference_rows: int) -> float:
    """Return SciPy's p-value less half of the tables that are as likely."""
    table = np.array([[hits, rows - hits], [before, reference_rows - before]])
    law = stats.hypergeom(rows + reference_rows, hits + before, rows)
    likely = law.pmf(np.arange(hits + before + 1))
    alike = likely[np.isclose(likely, law.pmf(hits), rtol=1e-6)].sum()
    return float(stats.fisher_exact(table).pvalue - alike / 2)


@pytest.mark.parametrize(
    ("hits", "rows", "before", "reference_rows"),
    [
        (12, 40, 10, 160),
        (20, 60, 20, 60),
        (25, 100, 140, 1000),
        (140, 1000, 5, 100),
        (975, 1000, 95, 100),
    ],
)
def test_many_hits_have_the_mid_p_value(
    hits: int, rows: int, before: int, reference_rows: int
) -> None:
    """From 21 hits on it is Fisher's test, less half of the tables as likely as the observed."""
    expected = mid_p(hits, rows, before, reference_rows)
    found = fisher.same_share(hits, rows, before, reference_rows)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("hits", "rows", "before", "reference_rows"),
    [(3, 12, 0, 20), (1, 8, 4, 9), (0, 6, 5, 30), (5, 10, 5, 10), (14, 15, 10, 15)],
)
def test_few_hits_have_the_chance_of_a_mid_p_value_as_small(
    hits: int, rows: int, before: int, reference_rows: int
) -> None:
    """The p-value is that of the mid-p-value, at the share of both samples together."""
    share = (hits + before) / (rows + reference_rows)
    chances = np.outer(
        stats.binom.pmf(np.arange(rows + 1), rows, share),
        stats.binom.pmf(np.arange(reference_rows + 1), reference_rows, share),
    )
    observed = mid_p(hits, rows, before, reference_rows) * (1 + 1e-6)
    expected = sum(
        chances[now, then]
        for now, then in product(range(rows + 1), range(reference_rows + 1))
        if mid_p(now, rows, then, reference_rows) <= observed
    )
    found = fisher.same_share(hits, rows, before, reference_rows)
    assert found == pytest.approx(expected, rel=1e-6)


def test_it_does_not_matter_which_side_is_which() -> None:
    """Samples may change places, and so may hits and misses."""
    expected = fisher.same_share(3, 40, 1, 160)
    assert fisher.same_share(1, 160, 3, 40) == pytest.approx(expected, rel=1e-9)
    assert fisher.same_share(37, 40, 159, 160) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("rows", "reference_rows"), [(100, 100), (30, 300), (300, 60)])
@pytest.mark.parametrize("share", [0.01, 0.03, 0.08])
def test_false_alarms_of_every_share(rows: int, reference_rows: int, share: float) -> None:
    """Where the share is the same, p-values are hardly ever smaller than they may be."""
    hits, before = (_likely_hits(size, share) for size in (rows, reference_rows))
    for level in (0.05, 0.01, 0.001):
        alarms = sum(
            float(stats.binom.pmf(now, rows, share) * stats.binom.pmf(then, reference_rows, share))
            for now, then in product(hits.tolist(), before.tolist())
            if now + then and fisher.same_share(now, rows, then, reference_rows) <= level
        )
        assert alarms <= 1.15 * level


def _likely_hits(rows: int, share: float) -> NDArray[np.int64]:
    law = stats.binom(rows, share)
    return np.arange(int(law.ppf(1e-5)), int(law.ppf(1 - 1e-5)) + 1)
