"""Directions in which the shares of bins are looked at: up and down, apart, outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift.split import Split
from modeldesk.drift.verdict import Aspect

Floats = NDArray[np.float64]

_SLIGHT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Scores of bins, and what of a difference they leave over."""

    weights: Floats
    """Mean share per bin, shape ``(bins,)``."""
    aspects: tuple[Aspect, ...]
    scores: Floats
    """A number per aspect and bin, shape ``(aspects, bins)``."""
    blocks: int
    """How often each value is counted, see `Split.blocks`."""
    projected: Floats
    """Scores with mean 0, variance 1 and no correlation, shape ``(lines, bins)``."""

    @property
    def scales(self) -> Floats:
        """Variance of each aspect's score of a single value, shape ``(aspects,)``."""
        means = self.scores @ self.weights
        spread = np.square(self.scores - means[:, np.newaxis]) @ self.weights
        return np.asarray(np.maximum(spread, _SLIGHT))

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the remainder."""
        filled = int(np.count_nonzero(self.weights))
        return max(filled - self.blocks - len(self.projected), 1)

    def remainder(self, apart: Floats) -> float:
        """Return the sum of squared differences by share, less what the lines explain."""
        filled = self.weights > 0
        whole = float(np.sum(apart[filled] ** 2 / self.weights[filled]))
        return self.blocks * max(whole - float(np.square(self.projected @ apart).sum()), 0.0)


def lines_of(split: Split, mean: Floats) -> Lines:
    """Choose scores: position and its square for values in order, and bins by themselves.

    Parameters
    ----------
    split
        The comparison whose bins these are.
    mean
        Mean share per bin over past windows, shape ``(bins,)``.
    """
    weights = (mean + split.shares[1]) / 2
    aspects: list[Aspect] = []
    straight: list[Floats] = []
    if split.ordered:
        within = weights[: split.ordered]
        middles = np.cumsum(within) - within / 2
        for aspect, power in ((Aspect.SHIFT, 1), (Aspect.SPREAD, 2)):
            raw = np.zeros(weights.size)
            raw[: split.ordered] = (middles - 0.5) ** power
            line = _straight(raw, weights, straight)
            if line is not None:
                aspects.append(aspect)
                straight.append(line)
    places = [_places(weights.size, split.outside)]
    aspects.append(Aspect.RANGE if split.ordered else Aspect.NEW_CATEGORIES)
    if split.unread is not None:
        places.append(_places(weights.size, (split.unread,)))
        aspects.append(Aspect.TYPE)
    return Lines(
        weights=weights,
        aspects=tuple(aspects),
        scores=np.stack([*straight, *places]),
        blocks=split.blocks,
        projected=np.array(straight).reshape(len(straight), weights.size),
    )


def _straight(line: Floats, weights: Floats, others: Sequence[Floats]) -> Floats | None:
    """Return a score with mean 0, variance 1 and no correlation with others, if one is left."""
    line = line - line @ weights
    for other in others:
        line = line - other * float((line * other) @ weights)
    variance = float(np.square(line) @ weights)
    return line / np.sqrt(variance) if variance > _SLIGHT else None


def _places(size: int, places: Sequence[int]) -> Floats:
    found = np.zeros(size)
    found[list(places)] = 1.0
    return found
