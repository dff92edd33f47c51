"""How well documents were ranked for queries, as a mergeable state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance import joint_moments
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.reading import Column, numbers_of, same_length, series_of
from modeldesk.performance.sealing import need, seal, unseal

KIND = b"K"
CUTOFFS = (1, 3, 5, 10, 20)
"""How many documents from the top are looked at, unless told otherwise."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def _no_queries() -> JointMoments:
    return JointMoments.none(3 * len(CUTOFFS) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What all measures of a ranking need to know about a set of queries.

    A query belongs to one state as a whole: where its rows are split over two, it counts twice.

    Parameters
    ----------
    rows
        Pairs of a query and a document.
    unlabelled
        Those whose relevance is not known; they count for nothing else.
    unscored
        Others without a score: they are ranked last.
    queries
        Queries with known relevances.
    irrelevant
        Queries without any relevant document; nothing can be measured on them.
    cutoffs
        How many documents from the top are looked at.
    per_query
        Moments per query with relevant documents: precision, recall and NDCG at each cutoff,
        then the reciprocal rank.

    Examples
    --------
    >>> state = Ranking.of(["q", "q", "q"], [0.9, 0.5, 0.1], [0, 1, 0], cutoffs=(1, 2))
    >>> state.per_query.means.round(3).tolist()
    [0.0, 0.5, 0.0, 1.0, 0.0, 0.631, 0.5]
    """

    rows: int = 0
    unlabelled: int = 0
    unscored: int = 0
    queries: int = 0
    irrelevant: int = 0
    cutoffs: tuple[int, ...] = CUTOFFS
    per_query: JointMoments = field(default_factory=_no_queries)

    @staticmethod
    def of(
        queries: Column,
        scores: Column,
        relevances: Column,
        *,
        cutoffs: Sequence[int] = CUTOFFS,
    ) -> Ranking:
        """Summarise pairs of a query and a document.

        Documents with equal scores share their places: each counts for the mean of them. For
        the reciprocal rank the relevant ones come last among them.

        Parameters
        ----------
        queries
            What tells the queries apart, one per row.
        scores
            The higher, the nearer to the top; gaps are ranked last.
        relevances
            0 for irrelevant, more for more relevant; gaps are left out.
        cutoffs
            How many documents from the top are looked at; up to 20 whole numbers from 1 on.

        Raises
        ------
        InvalidData
            When a column cannot be read, columns differ in length, a query is missing, or a
            relevance is negative or infinite.
        InvalidArgument
            When the cutoffs are not such numbers.
        """
        looked = _cutoffs(cutoffs)
        asked = series_of(queries, "queries")
        score, gain = numbers_of(scores, "scores"), numbers_of(relevances, "relevances")
        rows = same_length({"queries": len(asked), "scores": score.size, "relevances": gain.size})
        if asked.null_count():
            message = f"{asked.null_count()} rows have no query."
            raise InvalidData(message, hint="A ranking is measured query by query.")
        if (gain < 0).any() or np.isinf(gain).any():
            message = "A relevance is negative or infinite."
            raise InvalidData(message, hint="0 means irrelevant, more is more relevant.")
        known = ~np.isnan(gain)
        codes = (asked.rank("dense") - 1).cast(int).to_numpy()[known] if rows else known.astype(int)
        score, gain = score[known], gain[known]
        missing = np.isnan(score)
        codes = np.unique(codes, return_inverse=True)[1]
        table, irrelevant = _measured(codes, np.where(missing, -np.inf, score), gain, looked)
        return Ranking(
            rows=rows,
            unlabelled=rows - gain.size,
            unscored=int(np.count_nonzero(missing)),
            queries=int(codes.max()) + 1 if codes.size else 0,
            irrelevant=irrelevant,
            cutoffs=looked,
            per_query=JointMoments.of(table),
        )

    @property
    def labelled(self) -> int:
        """Queries that are measured."""
        return self.per_query.count

    def merge(self, other: Ranking) -> Ranking:
        """Return the state of both sets of queries together.

        Raises
        ------
        Incompatible
            When both have rows and look at other cutoffs.
        """
        if not self.rows or not other.rows:
            return self if self.rows else other
        if self.cutoffs != other.cutoffs:
            message = f"One side looks at the first {self.cutoffs}, the other at {other.cutoffs}."
            raise Incompatible(message, hint="Build both with the same cutoffs.")
        return Ranking(
            rows=self.rows + other.rows,
            unlabelled=self.unlabelled + other.unlabelled,
            unscored=self.unscored + other.unscored,
            queries=self.queries + other.queries,
            irrelevant=self.irrelevant + other.irrelevant,
            cutoffs=self.cutoffs,
            per_query=self.per_query.merge(other.per_query),
        )

    def encode(self) -> bytes:
        """Return the state as bytes."""
        body = _Body(
            rows=self.rows,
            unlabelled=self.unlabelled,
            unscored=self.unscored,
            queries=self.queries,
            irrelevant=self.irrelevant,
            cutoffs=self.cutoffs,
            per_query=self.per_query.pack(),
        )
        return seal(KIND, body)

    @staticmethod
    def decode(data: bytes) -> Ranking:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        body = unseal(KIND, data, _Body)
        left_out = (body.unlabelled, body.unscored, body.irrelevant)
        need(min(left_out) >= 0 and sum(left_out[:2]) <= body.rows, "rows do not add up")
        need(0 < len(body.cutoffs) <= len(CUTOFFS) * 4, "there are too many cutoffs")
        moments = joint_moments.unpack(body.per_query, 3 * len(body.cutoffs) + 1)
        need(body.queries == moments.count + body.irrelevant, "queries do not add up")
        return Ranking(
            rows=body.rows,
            unlabelled=body.unlabelled,
            unscored=body.unscored,
            queries=body.queries,
            irrelevant=body.irrelevant,
            cutoffs=body.cutoffs,
            per_query=moments,
        )


class _Body(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    rows: int
    unlabelled: int
    unscored: int
    queries: int
    irrelevant: int
    cutoffs: tuple[int, ...]
    per_query: tuple[int, bytes, bytes]


def _cutoffs(cutoffs: Sequence[int]) -> tuple[int, ...]:
    found = tuple(sorted({int(each) for each in cutoffs}))
    if not found or found[0] < 1 or len(found) > len(CUTOFFS) * 4:
        message = f"The cutoffs {tuple(cutoffs)} are not up to 20 whole numbers from 1 on."
        raise InvalidArgument(message, hint=f"Usual are {CUTOFFS}.")
    return found


def _measured(
    queries: Counts, scores: Floats, gains: Floats, cutoffs: tuple[int, ...]
) -> tuple[list[Floats], int]:
    """Return a column of each measure, one row per query, and how many queries have none.

    ``queries`` numbers them from 0 without gaps.
    """
    count = int(queries.max()) + 1 if queries.size else 0
    order = np.lexsort((-scores, queries))
    query, score, gain = queries[order], scores[order], gains[order]
    places = _places(query)
    relevant = gain > 0
    all_relevant = np.bincount(query, weights=relevant, minlength=count)
    ties = np.cumsum(_starts(query, score)) - 1
    sizes = np.bincount(ties)
    best = gains[np.lexsort((-gains, queries))]
    discounts = 1.0 / np.log2(places + 2.0)
    some = all_relevant > 0
    columns: list[list[Floats]] = [[], [], []]
    for cutoff in cutoffs:
        top = (places < cutoff).astype(np.float64)
        shared = (np.bincount(ties, weights=top) / sizes)[ties]
        found = np.bincount(query, weights=relevant * shared, minlength=count)[some]
        weight = (np.bincount(ties, weights=top * discounts) / sizes)[ties]
        gained = np.bincount(query, weights=gain * weight, minlength=count)[some]
        ideal = np.bincount(query, weights=best * top * discounts, minlength=count)[some]
        columns[0].append(found / cutoff)
        columns[1].append(found / all_relevant[some])
        columns[2].append(gained / ideal)
    first = _first_relevant(query, places, ties, relevant)[some]
    return [*columns[0], *columns[1], *columns[2], 1.0 / first], int(count - some.sum())


def _starts(query: Counts, score: Floats) -> NDArray[np.bool_]:
    """Return where a run of equal scores within a query begins."""
    same = (query[1:] == query[:-1]) & (score[1:] == score[:-1])
    return np.concatenate([np.ones(min(query.size, 1), dtype=np.bool_), ~same])


def _places(query: Counts) -> Counts:
    """Return the place of each row within its query, from 0; rows are in order of queries."""
    sizes = np.bincount(query)
    return np.arange(query.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _first_relevant(
    query: Counts, places: Counts, ties: Counts, relevant: NDArray[np.bool_]
) -> Floats:
    """Return the rank of each query's first relevant document, from 1; last among equals."""
    count = int(query[-1]) + 1 if query.size else 0
    sizes = np.bincount(ties)
    hits = np.bincount(ties, weights=relevant)
    begins = np.cumsum(sizes) - sizes
    rank = places[begins] + sizes - hits + 1
    first = np.full(count, np.inf)
    with_hit = hits > 0
    np.minimum.at(first, query[begins[with_hit]], rank[with_hit])
    return first
