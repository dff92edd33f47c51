"""How the scores of a class are distributed over rows that are of it and rows that are not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance import score_axis
from modeldesk.performance.crowding import Crowd, Steps, crowded, resolved
from modeldesk.performance.score_axis import Keys
from modeldesk.performance.sealing import (
    need,
    pack_counts,
    pack_floats,
    unpack_counts,
    unpack_floats,
)
from modeldesk.sketches import Quantiles

BINS = 1024
"""Bins that one histogram may have, unless many classes share them."""

_SAMPLE = 20_000
"""Scores that are looked at to guess the level; too fine a guess costs time, not accuracy."""
_DENSE = 1 << 18
"""A range of keys up to this long is counted without sorting."""

Packed = tuple[int, int, bytes, bytes, bytes, bytes, bytes, tuple[bytes, bytes] | None]
"""A histogram as numbers and bytes."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def _no_keys() -> Keys:
    return np.empty(0, dtype=np.int64)


def _no_numbers() -> Floats:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreHistogram:
    """Counts of scores from 0 to 1 on a fixed axis, by whether the row is of the class.

    The axis is the same for everything (see `score_axis`); how fine it is, the level, is the
    finest with which all scores fit into ``most`` bins. That depends only on which scores there
    are, so that histograms of parts merge into exactly the histogram of the whole, in any order.
    Few scores, of a tree or of rounded numbers, are each in a bin of their own.

    Parameters
    ----------
    most
        How many bins that hold anything there may be, at least 16.
    level
        How coarse the bins are, from 0 (every score has its own).
    keys
        The keys of the bins that hold anything, ascending, shape ``(b,)``.
    negatives, positives
        Rows not of the class and of the class, in each bin, shape ``(b,)``.
    sums
        The sum of the scores in each bin, shape ``(b,)``.
    only
        The score of a bin of which all scores are the same, else NaN; shape ``(b,)``.
    crowd
        Sketches that tell the scores of crowded bins apart; ``None`` where no bin is crowded.

    Examples
    --------
    >>> scores, truth = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    >>> histogram = ScoreHistogram.of(scores, truth)
    >>> histogram.positives.tolist(), histogram.negatives.tolist()
    ([0, 1, 0, 1], [1, 0, 1, 0])
    """

    most: int = BINS
    level: int = 0
    keys: Keys = field(default_factory=_no_keys)
    negatives: Counts = field(default_factory=_no_keys)
    positives: Counts = field(default_factory=_no_keys)
    sums: Floats = field(default_factory=_no_numbers)
    only: Floats = field(default_factory=_no_numbers)
    crowd: Crowd | None = None

    @staticmethod
    def of(scores: Floats, truth: NDArray[np.bool_], *, most: int = BINS) -> ScoreHistogram:
        """Count scores from 0 to 1 without NaN, and whether each row is of the class.

        Parameters
        ----------
        scores, truth
            Both of shape ``(n,)``.
        most
            How many bins there may be.
        """
        if not scores.size:
            return ScoreHistogram(most=most)
        keys = score_axis.keys_of(scores)
        some = np.unique(keys[:: max(1, scores.size // _SAMPLE)])
        level = score_axis.level_for(some, most)
        keys = score_axis.coarsened(keys, level)
        inner = keys[(keys != score_axis.ZERO) & (keys != score_axis.ONE)]
        low, high = (int(inner.min()), int(inner.max())) if inner.size else (0, 0)
        counted = (
            _counted_densely(keys, scores, truth, low, high)
            if high - low < _DENSE
            else _counted_by_key(keys, scores, truth)
        )
        found = _fitted(counted, level, most)
        return replace(found, crowd=Crowd.of(scores, truth)) if found.crowded else found

    @property
    def rows(self) -> int:
        """How many scores were counted."""
        return int(self.negatives.sum() + self.positives.sum())

    @property
    def counts(self) -> Counts:
        """Rows in each bin, shape ``(b,)``."""
        return self.negatives + self.positives

    @property
    def means(self) -> Floats:
        """The mean score of each bin, shape ``(b,)``; exact where a bin has one score."""
        return np.where(np.isnan(self.only), self.sums / self.counts, self.only)

    @property
    def thresholds(self) -> Floats:
        """The smallest score of each bin, shape ``(b,)``: a threshold just below the bin."""
        edges = score_axis.lower_edges(self.keys, self.level)
        return np.where(np.isnan(self.only), edges, self.only)

    @property
    def crowded(self) -> bool:
        """Whether some bin holds too many scores that differ."""
        return bool(crowded(self.positives, self.negatives, ~np.isnan(self.only)).any())

    @property
    def steps(self) -> Steps:
        """Rows by score, ascending, as finely as they are known."""
        found = Steps(
            positives=self.positives.astype(np.float64),
            negatives=self.negatives.astype(np.float64),
            thresholds=self.thresholds,
            alone=~np.isnan(self.only),
        )
        return found if self.crowd is None else resolved(found, self.crowd)

    def merge(self, other: ScoreHistogram) -> ScoreHistogram:
        """Return the histogram of both sets of rows together."""
        most = min(self.most, other.most)
        if most == self.most == other.most and not (self.keys.size and other.keys.size):
            return self if self.keys.size else other
        level = max(self.level, other.level)
        mine = score_axis.coarsened(self.keys, level - self.level)
        theirs = score_axis.coarsened(other.keys, level - other.level)
        both = _Counted(
            keys=np.concatenate([mine, theirs]),
            negatives=np.concatenate([self.negatives, other.negatives]),
            positives=np.concatenate([self.positives, other.positives]),
            sums=np.concatenate([self.sums, other.sums]),
            low=np.concatenate([self.only, other.only]),
            high=np.concatenate([self.only, other.only]),
        )
        found = _fitted(_grouped(both), level, most)
        return replace(found, crowd=_crowd(self).merge(_crowd(other))) if found.crowded else found

    def pack(self) -> Packed:
        """Return the histogram as numbers and bytes, for a sealed body."""
        ones = int(self.keys.size and self.keys[-1] == score_axis.ONE)
        inner = self.keys[: self.keys.size - ones] + 1
        steps = np.diff(inner, prepend=np.int64(0))
        alone = ~np.isnan(self.only)
        single = (
            pack_floats(self.only)
            if alone.all()
            else pack_counts(np.flatnonzero(alone)) + pack_floats(self.only[alone])
        )
        sums = b"" if alone.all() else pack_floats(self.sums)
        state = self.level | ones << 8 | int(alone.all()) << 9 | int(alone.sum()) << 10
        return (
            self.most,
            state,
            pack_counts(steps),
            pack_counts(self.negatives),
            pack_counts(self.positives),
            sums,
            single,
            None
            if self.crowd is None
            else (self.crowd.negatives.encode(), self.crowd.positives.encode()),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScoreHistogram) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> tuple[object, ...]:
        arrays = (self.keys, self.negatives, self.positives, self.sums, self.only)
        return (self.most, self.level, self.crowd, *(array.tobytes() for array in arrays))


def _crowd(histogram: ScoreHistogram) -> Crowd:
    """Return sketches of a histogram's scores, from its bins where it has none."""
    if histogram.crowd is not None:
        return histogram.crowd
    return Crowd.of_bins(histogram.means, histogram.negatives, histogram.positives)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Bins on their way into a histogram; ``low`` and ``high`` are the extreme scores of each."""

    keys: Keys
    negatives: Counts
    positives: Counts
    sums: Floats
    low: Floats
    high: Floats


def _counted_densely(
    keys: Keys, scores: Floats, truth: NDArray[np.bool_], low: int, high: int
) -> _Counted:
    """Count by a position for every key from ``low`` to ``high``, and one beyond either end."""
    width = high - low + 3
    codes = np.clip(keys, low - 1, high + 1) - (low - 1)
    counts = np.bincount(codes, minlength=width)
    filled = np.flatnonzero(counts)
    positives = np.bincount(codes[truth], minlength=width)[filled]
    some = np.zeros(width)
    some[codes] = scores
    mixed = np.bincount(codes[scores != some[codes]], minlength=width)[filled] > 0
    sums: Floats = np.bincount(codes, weights=scores, minlength=width)[filled].astype(np.float64)
    found = filled + (low - 1)
    found = np.where(filled == 0, score_axis.ZERO, found)
    only = np.where(mixed, np.nan, some[filled])
    return _Counted(
        keys=np.where(filled == width - 1, score_axis.ONE, found),
        negatives=counts[filled] - positives,
        positives=positives,
        sums=sums,
        low=only,
        high=only,
    )


def _counted_by_key(keys: Keys, scores: Floats, truth: NDArray[np.bool_]) -> _Counted:
    """Count by a hash table of the keys."""
    score = pl.col("score")
    found = (
        pl.DataFrame({"key": keys, "score": scores, "truth": truth})
        .group_by("key")
        .agg(
            pl.len().cast(pl.Int64).alias("rows"),
            pl.col("truth").sum().cast(pl.Int64).alias("positives"),
            score.sum().alias("sum"),
            score.min().alias("low"),
            score.max().alias("high"),
        )
        .sort("key")
    )
    positives = found["positives"].to_numpy()
    return _Counted(
        keys=found["key"].to_numpy(),
        negatives=found["rows"].to_numpy() - positives,
        positives=positives,
        sums=found["sum"].to_numpy(),
        low=found["low"].to_numpy(),
        high=found["high"].to_numpy(),
    )


def _grouped(bins: _Counted) -> _Counted:
    """Return bins in the order of their keys, those of one key put together."""
    order = np.argsort(bins.keys, kind="stable")
    keys = bins.keys[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return _Counted(
        keys=keys[starts],
        negatives=np.add.reduceat(bins.negatives[order], starts),
        positives=np.add.reduceat(bins.positives[order], starts),
        sums=np.add.reduceat(bins.sums[order], starts),
        low=np.minimum.reduceat(bins.low[order], starts),
        high=np.maximum.reduceat(bins.high[order], starts),
    )


def _fitted(bins: _Counted, level: int, most: int) -> ScoreHistogram:
    """Return the finest histogram of these bins, ascending, that has at most so many."""
    up = score_axis.level_for(bins.keys, most)
    if up:
        bins = _grouped(
            _Counted(
                keys=score_axis.coarsened(bins.keys, up),
                negatives=bins.negatives,
                positives=bins.positives,
                sums=bins.sums,
                low=bins.low,
                high=bins.high,
            )
        )
    only = np.where(bins.low == bins.high, bins.low, np.nan)
    counts = bins.negatives + bins.positives
    return ScoreHistogram(
        most=most,
        level=level + up,
        keys=bins.keys,
        negatives=bins.negatives,
        positives=bins.positives,
        # Where there is one score, so many times it: the same however the rows came together.
        sums=np.where(np.isnan(only), bins.sums, only * counts),
        only=only,
    )


def unpack(packed: Packed) -> ScoreHistogram:
    """Read what `ScoreHistogram.pack` wrote; `Corrupt` when it contradicts itself."""
    most, state, steps, negatives, positives, sums, single, sketches = packed
    level, ones, every, alone = state & 255, state >> 8 & 1, state >> 9 & 1, state >> 10
    inner = np.cumsum(unpack_counts(steps)) - 1
    keys = np.concatenate([inner, np.full(ones, score_axis.ONE, dtype=np.int64)])
    size = keys.size
    need(16 <= most <= 1 << 20 and size <= most, "a histogram has more bins than it may")  # noqa: PLR2004
    need(level <= score_axis.COARSEST, "a histogram is coarser than there is")
    need(size < 2 or bool((np.diff(inner) > 0).all()), "bins are not in order")  # noqa: PLR2004
    need(not inner.size or int(inner[-1]) <= score_axis.TOP >> level, "a bin lies beyond 1")
    only = np.full(size, np.nan)
    if every:
        only = unpack_floats(single)
    else:
        cut = len(single) - 8 * alone
        need(cut >= 1, "single scores are cut short")
        where, values = unpack_counts(single[:cut]), unpack_floats(single[cut:])
        need(where.size == values.size, "single scores do not fit their bins")
        need(not where.size or int(where.max()) < size, "a single score has no bin")
        only[where] = values
    counts = [unpack_counts(negatives), unpack_counts(positives)]
    need(all(part.size == size for part in (*counts, only)), "a histogram's parts differ in size")
    total = counts[0] + counts[1]
    need(bool((total > 0).all()), "a bin is empty")
    added = only * total if every else unpack_floats(sums)
    need(added.size == size, "a histogram's parts differ in size")
    need(bool(((added >= 0) & (added <= total * (1 + 1e-9))).all()), "a sum of scores is wrong")
    found = ScoreHistogram(
        most=most,
        level=level,
        keys=keys,
        negatives=counts[0],
        positives=counts[1],
        sums=added,
        only=only,
        crowd=None
        if sketches is None
        else Crowd(
            negatives=Quantiles.decode(sketches[0]), positives=Quantiles.decode(sketches[1])
        ),
    )
    need(found.crowded == (found.crowd is not None), "sketches of crowded scores are missing")
    return found
