"""Measures of rankings: means over queries that have relevant documents, Student's interval.

References
----------
Jarvelin, Kekalainen: Cumulated gain-based evaluation of IR techniques, 2002 (NDCG).
Voorhees: The TREC-8 question answering track report, 1999 (reciprocal rank).
"""

from __future__ import annotations

from modeldesk.performance.figures import Result, Undefined, counted, figure
from modeldesk.performance.intervals import of_mean
from modeldesk.performance.measures.definition import State
from modeldesk.performance.ranking import Ranking

_TWO = 2


def cutoffs(state: State) -> tuple[str, ...]:
    """Return how many documents from the top can be looked at."""
    return tuple(map(str, state.cutoffs)) if isinstance(state, Ranking) else ()


def precision_at(state: Ranking, cutoff: str, confidence: float) -> Result:
    """Return the share of relevant documents among the first k.

    Of a query with fewer than k documents the missing ones count as irrelevant.

    >>> state = Ranking.of(["q", "q", "q"], [0.9, 0.5, 0.1], [0, 1, 0], cutoffs=(1, 2))
    >>> precision_at(state, "2", 0.95).value
    0.5
    """
    return _at(state, 0, cutoff, confidence)


def recall_at(state: Ranking, cutoff: str, confidence: float) -> Result:
    """Return the share of a query's relevant documents that are among the first k.

    >>> state = Ranking.of(["q", "q", "q"], [0.9, 0.5, 0.1], [0, 1, 0], cutoffs=(1, 2))
    >>> recall_at(state, "2", 0.95).value
    1.0
    """
    return _at(state, 1, cutoff, confidence)


def ndcg_at(state: Ranking, cutoff: str, confidence: float) -> Result:
    r"""Return the discounted gain of the first k documents by that of the best order.

    .. math:: \frac{\sum_{i \le k} r_i / \log_2(i + 1)}{\sum_{i \le k} r^*_i / \log_2(i + 1)}

    where r are the relevances in the order of the scores, and r* in falling order.

    >>> state = Ranking.of(["q", "q", "q"], [0.9, 0.5, 0.1], [0, 1, 0], cutoffs=(1, 2))
    >>> round(ndcg_at(state, "2", 0.95).value, 3)
    0.631
    """
    return _at(state, 2, cutoff, confidence)


def mrr(state: Ranking, confidence: float) -> Result:
    """Return the mean over queries of 1 by the rank of the first relevant document.

    >>> mrr(Ranking.of(["q", "q", "q"], [0.9, 0.5, 0.1], [0, 1, 0]), 0.95).value
    0.5
    """
    return _mean(state, 3 * len(state.cutoffs), confidence)


def _at(state: Ranking, family: int, cutoff: str, confidence: float) -> Result:
    known = cutoffs(state)
    if cutoff not in known:
        return Undefined(because=f"the first {cutoff} are not looked at, but {', '.join(known)}")
    return _mean(state, family * len(known) + known.index(cutoff), confidence)


def _mean(state: Ranking, which: int, confidence: float) -> Result:
    moments = state.per_query
    value = float(moments.means[which])
    limits = None
    if moments.count >= _TWO:
        variance = float(moments.variances[which])
        low, high = of_mean(value, variance, moments.count, confidence)
        limits = max(low, 0.0), min(high, 1.0)
    note = counted(
        state.irrelevant,
        "{} query without a relevant document is left out.",
        "{} queries without a relevant document are left out.",
    )
    return figure(value, limits, moments.count, confidence=confidence, method="Student", note=note)
