"""Areas from bins are those of the rows, however the scores are distributed."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from modeldesk.performance import Classification, ScoreHistogram
from modeldesk.performance.score_histogram import BINS
from tests.unit.performance.populations import logistic, value

ROWS = 100_000
Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
Law = Callable[[np.random.Generator, Floats, Truth], Floats]


def _sometimes(rng: np.random.Generator, share: float, rare: Floats, usual: Floats) -> Floats:
    return np.where(rng.random(rare.size) < share, rare, usual)


LAWS: dict[str, Law] = {
    "even": lambda rng, z, y: np.clip(rng.random(z.size) * 0.8 + 0.2 * y, 0, 1),
    "logistic": lambda _, z, y: logistic(2 * z + y),
    "tiny, as of fraud": lambda _, z, y: logistic(-15 + 2 * z + 4 * y),
    "overconfident": lambda _, z, y: logistic(25 * z + 15 * y),
    "all within a millionth": lambda _, z, y: 0.3 + 1e-7 * (z + y),
    "all within 1e-12": lambda _, z, y: 0.3 + 1e-13 * (z + y),
    "all near 1": lambda _, z, y: 1 - 1e-9 * np.exp(z - y),
    "mostly exactly 0 and 1": lambda rng, _, y: np.where(
        y, rng.beta(0.012, 0.01, y.size), rng.beta(0.01, 0.012, y.size)
    ),
    "two digits": lambda _, z, y: np.round(logistic(z + y), 2),
    "one value": lambda _, z, y: np.full(z.size, 0.25) + 0 * y,
    "single precision": lambda _, z, y: logistic(z + y).astype(np.float32).astype(np.float64),
    "close together, 1 % elsewhere": lambda rng, z, y: _sometimes(
        rng, 0.01, rng.random(z.size), 0.3 + 1e-5 * (z + y)
    ),
    "close together, 10 % elsewhere": lambda rng, z, y: _sometimes(
        rng, 0.1, rng.random(z.size), 0.3 + 1e-3 * (z + y)
    ),
    "very close together, 10 % elsewhere": lambda rng, z, y: _sometimes(
        rng, 0.1, rng.random(z.size), 0.3 + 1e-6 * (z + y)
    ),
    "half exactly the base rate": lambda rng, z, y: _sometimes(
        rng, 0.5, logistic(z + y), np.full(z.size, 0.3)
    ),
}
EVERY_LAW = pytest.mark.parametrize("law", sorted(LAWS))


def drawn(law: str, rows: int = ROWS, positive: float = 0.3) -> tuple[Truth, Floats]:
    """Draw rows of a law."""
    rng = np.random.default_rng(len(law))
    truth = rng.random(rows) < positive
    return truth, np.clip(LAWS[law](rng, rng.normal(size=rows), truth), 0, 1)


def state(truth: Truth, scores: Floats) -> Classification:
    """Summarise rows."""
    return Classification.of(truth, scores > 0.5, {"true": scores})


@EVERY_LAW
@pytest.mark.parametrize("positive", [0.3, 0.01])
def test_areas_are_near_those_of_the_rows(law: str, positive: float) -> None:
    """Within 0.002 of the exact ROC AUC, and 0.003 of the exact average precision."""
    truth, scores = drawn(law, positive=positive)
    found = state(truth, scores)
    assert found.histograms[0].keys.size <= BINS
    area = metrics.roc_auc_score(truth, scores)
    assert value(found, "roc_auc") == pytest.approx(area, abs=0.002)
    precision = metrics.average_precision_score(truth, scores)
    assert value(found, "pr_auc") == pytest.approx(precision, abs=0.003)


@EVERY_LAW
def test_areas_of_merged_windows_are_near_those_of_the_rows(law: str) -> None:
    """Merged from 24 windows of different size they are as near."""
    truth, scores = drawn(law)
    ends = np.sort(np.random.default_rng(1).integers(0, ROWS, 23))
    windows = [
        state(t, s) for t, s in zip(np.split(truth, ends), np.split(scores, ends), strict=True)
    ]
    found = reduce(Classification.merge, windows)
    area = metrics.roc_auc_score(truth, scores)
    assert value(found, "roc_auc") == pytest.approx(area, abs=0.002)


@EVERY_LAW
def test_bins_of_merged_windows_are_those_of_the_whole(law: str) -> None:
    """Merging in any order gives the same bins and counts as counting all at once."""
    truth, scores = drawn(law, 20_000)
    whole = state(truth, scores).histograms[0]
    parts = [state(truth[place::5], scores[place::5]).histograms[0] for place in range(5)]
    for order in ((0, 1, 2, 3, 4), (3, 1, 4, 0, 2)):
        found = reduce(ScoreHistogram.merge, [parts[place] for place in order])
        assert found.level == whole.level
        for mine, theirs in (
            (found.keys, whole.keys),
            (found.positives, whole.positives),
            (found.negatives, whole.negatives),
        ):
            assert mine.tolist() == theirs.tolist()
        assert np.allclose(found.sums, whole.sums, rtol=1e-12)
        assert np.array_equal(found.only, whole.only, equal_nan=True)
        assert (found.crowd is None) == (whole.crowd is None)


def test_few_scores_have_bins_of_their_own() -> None:
    """Up to so many different scores nothing is lost, the ends and neighbours included."""
    scores = np.array([0.0, 5e-324, 0.3, np.nextafter(0.3, 1), 0.5, 1 - 1e-16, 1.0])
    found = ScoreHistogram.of(scores, np.arange(7) % 2 == 0)
    assert found.level == 0
    assert found.only.tolist() == scores.tolist()
    assert found.thresholds.tolist() == scores.tolist()
    assert found.rows == 7


def test_means_of_bins_are_exact() -> None:
    """The sum of the bins' means by their rows is that of the scores."""
    _, scores = drawn("logistic")
    found = ScoreHistogram.of(scores, scores > 0.5)
    assert float((found.means * found.counts).sum()) == pytest.approx(scores.sum(), rel=1e-12)
    assert (np.diff(found.means) > 0).all()
    assert (found.thresholds <= found.means).all()


def test_a_histogram_with_fewer_bins_is_coarser() -> None:
    """Merged with a coarser one, a histogram becomes as coarse."""
    truth, scores = drawn("logistic", 5000)
    fine, coarse = (ScoreHistogram.of(scores, truth, most=most) for most in (1024, 64))
    assert coarse.keys.size <= 64
    both = fine.merge(coarse)
    assert both.most == 64
    assert both.level == coarse.level
    assert both.positives.tolist() == (2 * coarse.positives).tolist()
    assert fine.merge(ScoreHistogram(most=64)).level == coarse.level
