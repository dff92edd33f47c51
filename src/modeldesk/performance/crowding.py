"""Scores that lie too close together for a histogram, beside others that are far apart.

A model that says nearly the same of most rows, and something else of some, fills one bin with
most of its rows. The order of the scores in such a bin is then kept by two sketches: of the rows
of the class, and of the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.sketches import Quantiles

CROWDED = 1e-3
"""A bin with this share of all pairs of a row of the class and another may hide too much."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The order of all scores, by whether a row is of the class."""

    negatives: Quantiles
    positives: Quantiles

    @staticmethod
    def of(scores: Floats, truth: Flags) -> Crowd:
        """Sketch scores, shapes ``(n,)``."""
        return Crowd(negatives=Quantiles.of(scores[~truth]), positives=Quantiles.of(scores[truth]))

    @staticmethod
    def of_bins(scores: Floats, negatives: Counts, positives: Counts) -> Crowd:
        """Sketch the bins of a histogram as if all scores of a bin were one, shapes ``(b,)``."""
        return Crowd(
            negatives=Quantiles.of_sorted(scores[negatives > 0], negatives[negatives > 0]),
            positives=Quantiles.of_sorted(scores[positives > 0], positives[positives > 0]),
        )

    def merge(self, other: Crowd) -> Crowd:
        """Return the sketches of both sets of rows together."""
        return Crowd(
            negatives=self.negatives.merge(other.negatives),
            positives=self.positives.merge(other.positives),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Rows by score, ascending, as finely as they are known; each array has the shape ``(s,)``."""

    positives: Floats
    negatives: Floats
    thresholds: Floats
    """The smallest score of each step."""
    alone: Flags
    """Whether all scores of a step are the same, or count as the same."""

    @property
    def hidden(self) -> float:
        """By how much the share of pairs in order may be off, because of crowded steps."""
        full = crowded_part(self)
        if not full.any():
            return 0.0
        pairs = float((self.positives[full] * self.negatives[full]).sum())
        return pairs / float(self.positives.sum()) / float(self.negatives.sum()) / 2


def crowded(positives: Counts | Floats, negatives: Counts | Floats, alone: Flags) -> Flags:
    """Return which bins with scores that differ hold too many pairs, shapes ``(b,)``."""
    total = float(positives.sum()) * float(negatives.sum())
    return ~alone & (positives.astype(np.float64) * negatives > CROWDED * max(total, 1.0))


def crowded_part(steps: Steps) -> Flags:
    """Return which steps hold too many pairs, shape ``(s,)``."""
    return crowded(steps.positives, steps.negatives, steps.alone)


def resolved(steps: Steps, crowd: Crowd) -> Steps:
    """Return the steps with crowded ones replaced by what the sketches kept of them."""
    full = crowded_part(steps)
    ends = np.append(steps.thresholds[1:], np.inf)
    columns: list[Floats] = [
        steps.thresholds[~full],
        steps.positives[~full],
        steps.negatives[~full],
    ]
    alone = [steps.alone[~full]]
    for place in np.flatnonzero(full).tolist():
        low, high = float(steps.thresholds[place]), float(ends[place])
        sides = (crowd.positives, crowd.negatives)
        totals = float(steps.positives[place]), float(steps.negatives[place])
        found = [_within(side, low, high, total) for side, total in zip(sides, totals, strict=True)]
        scores = np.unique(np.concatenate([values for values, _ in found]))
        parts = [np.zeros(scores.size), np.zeros(scores.size)]
        for part, (values, weights) in zip(parts, found, strict=True):
            np.add.at(part, np.searchsorted(scores, values), weights)
        columns = [
            np.concatenate([old, new]) for old, new in zip(columns, [scores, *parts], strict=True)
        ]
        alone.append(np.ones(scores.size, dtype=np.bool_))
    order = np.argsort(columns[0], kind="stable")
    return Steps(
        thresholds=columns[0][order],
        positives=columns[1][order],
        negatives=columns[2][order],
        alone=np.concatenate(alone)[order],
    )


def _within(sketch: Quantiles, low: float, high: float, total: float) -> tuple[Floats, Floats]:
    """Return the kept scores of a bin, and their weights so that they add up to its rows."""
    pairs = [(score, weight) for score, weight in sketch.kept if low <= score < high]
    if not pairs:
        return np.array([low]), np.array([total])
    scores, weights = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    return scores, weights * (total / float(weights.sum()))
