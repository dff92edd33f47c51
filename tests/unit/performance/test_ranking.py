"""Measures of rankings agree with scikit-learn and with counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance import Ranking, Undefined, measure, measure_all
from tests.unit.performance.populations import figure, value

RNG = np.random.default_rng(12)
COUNT, DOCUMENTS = 60, 15
GAINS = (RNG.random((COUNT, DOCUMENTS)) < 0.3) * RNG.integers(1, 4, (COUNT, DOCUMENTS))
GAINS[:, 0] = np.maximum(GAINS[:, 0], 1)
SCORES = np.round(GAINS + 2 * RNG.normal(size=GAINS.shape), 1)
QUERIES = np.repeat(np.arange(COUNT), DOCUMENTS)
SHUFFLED = RNG.permutation(QUERIES.size)
STATE = Ranking.of(QUERIES[SHUFFLED], SCORES.ravel()[SHUFFLED], GAINS.ravel()[SHUFFLED])


@pytest.mark.parametrize("k", [1, 3, 5, 10, 20])
def test_ndcg_agrees_with_scikit_learn(k: int) -> None:
    """Equal scores included, whatever the order of the rows."""
    assert value(STATE, "ndcg_at", str(k)) == pytest.approx(
        metrics.ndcg_score(GAINS, SCORES, k=k), abs=1e-9
    )


def test_precision_and_recall_are_counted_query_by_query() -> None:
    """Without equal scores they are what counting by hand gives."""
    scores = SCORES + 1e-3 * RNG.random(SCORES.shape)
    state = Ranking.of(QUERIES, scores.ravel(), GAINS.ravel())
    order = np.argsort(-scores, axis=1)
    relevant = np.take_along_axis(GAINS > 0, order, axis=1)
    first = 1 / (relevant.argmax(axis=1) + 1)
    assert value(state, "mrr") == pytest.approx(first.mean())
    for k in (1, 5, 20):
        found = relevant[:, :k].sum(axis=1)
        assert value(state, "precision_at", str(k)) == pytest.approx((found / k).mean())
        share = found / relevant.sum(axis=1)
        assert value(state, "recall_at", str(k)) == pytest.approx(share.mean())


def test_a_ranking_that_says_nothing_gains_nothing_from_the_order_of_rows() -> None:
    """With equal scores each document counts for the mean of the places, and the worst first."""
    state = Ranking.of(["q"] * 4, [1.0] * 4, [1, 0, 0, 0], cutoffs=(1, 2))
    assert value(state, "precision_at", "1") == 0.25
    assert value(state, "recall_at", "2") == 0.5
    assert value(state, "mrr") == 0.25


def test_queries_without_relevant_documents_are_left_out_and_counted() -> None:
    """They are told in the note; where there are no others nothing is defined."""
    state = Ranking.of(["a", "a", "b"], [2.0, 1.0, 1.0], [0, 1, 0])
    found = figure(state, "mrr")
    assert (found.value, found.rows, found.interval) == (0.5, 1, None)
    assert "1 query without a relevant document is left out." in found.note
    nothing = measure(Ranking.of(["a"], [1.0], [0]), "mrr")
    assert str(nothing) == "not defined, because none of 1 queries has a relevant document"


def test_gaps_are_counted() -> None:
    """Documents without relevance are left out, those without score are ranked last."""
    state = Ranking.of(["q", "q", "q"], [None, 0.2, 0.9], [1, 0, None])
    assert (state.rows, state.unlabelled, state.unscored) == (3, 1, 1)
    assert value(state, "mrr") == 0.5
    assert isinstance(measure(Ranking.of(["q"], [1.0], [None]), "mrr"), Undefined)


def test_merged_windows_measure_like_the_whole() -> None:
    """Parts of whole queries merge into the figures of all."""
    even = QUERIES % 2 == 0
    parts = [Ranking.of(QUERIES[k], SCORES.ravel()[k], GAINS.ravel()[k]) for k in (even, ~even)]
    merged = parts[0].merge(parts[1])
    for reading in measure_all(STATE):
        assert value(merged, reading.measure, reading.of) == pytest.approx(
            value(STATE, reading.measure, reading.of), abs=1e-12
        )


def test_wrong_input_is_refused_with_reasons() -> None:
    """Missing queries, negative relevances, wrong cutoffs and other cutoffs are told."""
    with pytest.raises(InvalidData, match="1 rows have no query"):
        Ranking.of(["q", None], [1.0, 1.0], [1, 1])
    with pytest.raises(InvalidData, match="negative or infinite"):
        Ranking.of(["q"], [1.0], [-1])
    with pytest.raises(InvalidArgument, match="whole numbers from 1 on"):
        Ranking.of(["q"], [1.0], [1], cutoffs=(0, 5))
    with pytest.raises(Incompatible, match="looks at the first"):
        STATE.merge(Ranking.of(["q"], [1.0], [1], cutoffs=(7,)))
    assert "the first 7 are not looked at" in str(measure(STATE, "ndcg_at", of="7"))
