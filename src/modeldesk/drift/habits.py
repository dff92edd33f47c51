"""What a column is like from window to window: the yardstick of streams that vary by nature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modeldesk.drift.combination import Evidence, combined
from modeldesk.drift.lines import Floats, Lines, lines_of
from modeldesk.drift.split import Split
from modeldesk.drift.traces import ColumnTrace
from modeldesk.drift.verdict import Aspect
from modeldesk.drift.wobble import Turbulence, Wobble, turbulence, wobble
from modeldesk.profiles import ColumnProfile

ENOUGH = 14
"""From so many past windows on their variation is learned: two weeks of days."""
_FEWEST = 30
"""Windows with fewer values are passed over."""
_SLIGHT = 1e-6
_WHOLE = (Aspect.SHIFT, Aspect.SPREAD, Aspect.SHAPE, Aspect.SHARES, Aspect.WORDS)
"""Aspects that are judged by all bins together where they have no line of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How much a column varies between windows."""

    missing: Wobble
    values: _Values | None
    """``None`` where too few windows had values."""

    def chances(
        self, current: ColumnProfile, reference: ColumnProfile, split: Split | None
    ) -> dict[Aspect, float]:
        """Return per aspect how unlikely the current window is among windows like the past.

        Aspects in which past windows vary no more than sampling explains are left out.
        """
        found: dict[Aspect, float] = {}
        if current.rows and reference.rows:
            now, before = current.missing_share, reference.missing_share
            rows = current.rows + reference.rows
            share = (current.missing + reference.missing) / rows
            sampling = _binomial(share) * (1 / current.rows + 1 / reference.rows)
            sides = (np.array([value]) for value in (now, before, sampling))
            if self.missing.varies[0]:
                found[Aspect.MISSING] = float(self.missing.chances(*sides)[0])
        if split is not None and self.values is not None:
            found |= self.values.chances(split)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """How much the distribution of values varies between windows."""

    lines: Lines
    along: Wobble
    """Of the aspects that have a line, in its order."""
    bins: Wobble
    """Of the share of each bin."""
    beside: Turbulence
    """Of all that the lines leave over."""

    def chances(self, split: Split) -> dict[Aspect, float]:
        now, before = split.shares
        sampling = float(1 / split.current.sum() + 1 / split.reference.sum())
        found: dict[Aspect, float] = {}
        if self.beside.varies or self.bins.varies.any():
            found |= dict.fromkeys(_WHOLE, self._whole(now, before, sampling))
        scores = self.lines.scores
        along = self.along.chances(scores @ now, scores @ before, self.lines.scales * sampling)
        own = zip(self.lines.aspects, self.along.varies, along, strict=True)
        for aspect, varies, chance in own:
            found.pop(aspect, None)
            if varies:
                found[aspect] = float(chance)
        return found

    def _whole(self, now: Floats, before: Floats, sampling: float) -> float:
        """Return the p-value of the distribution, bin by bin and as a whole."""
        whole = self.beside.chance(self.lines.remainder(now - before) / sampling, sampling)
        sizes = self.lines.blocks * np.stack([now, before, self.lines.weights])
        each = self.bins.chances(sizes[0], sizes[1], _variances(sizes[2]) * sampling)
        tests = [Evidence(p_value=whole, weight=1.0, aspects=())]
        tests += [
            Evidence(p_value=float(p_value), weight=float(weight), aspects=())
            for p_value, weight in zip(each, self.lines.weights, strict=True)
            if weight > 0
        ]
        return combined(tests) or 0.0


def learned(past: Sequence[ColumnTrace], split: Split | None) -> Habit | None:
    """Learn a column's normal variation; ``None`` where there are too few past windows.

    Parameters
    ----------
    past
        The column in past windows.
    split
        The current comparison, whose bins those of the past are.
    """
    rows = [window for window in past if window.rows >= _FEWEST]
    if len(rows) < ENOUGH:
        return None
    shares = np.array([window.missing_share for window in rows])
    sizes = np.array([float(window.rows) for window in rows])
    sampling = _binomial(float(shares.mean())) / sizes
    missing = wobble(shares[:, np.newaxis], sampling[:, np.newaxis])
    return Habit(missing=missing, values=_learned(rows, split))


def _learned(rows: Sequence[ColumnTrace], split: Split | None) -> _Values | None:
    if split is None:
        return None
    same = [w.counts for w in rows if w.counts is not None and w.counts.size == split.current.size]
    counts = [count for count in same if count.sum() >= _FEWEST]
    if len(counts) < ENOUGH:
        return None
    sizes = np.stack(counts).sum(axis=1)
    shares = np.stack(counts) / sizes[:, np.newaxis]
    mean = shares.mean(axis=0)
    lines = lines_of(split, mean)
    statistics = np.array([lines.remainder(share - mean) for share in shares]) * sizes
    each = 1 / sizes[:, np.newaxis]
    return _Values(
        lines=lines,
        along=wobble(shares @ lines.scores.T, lines.scales * each),
        bins=wobble(lines.blocks * shares, _variances(lines.blocks * lines.weights) * each),
        beside=turbulence(statistics, sizes, lines.freedom),
    )


def _variances(shares: Floats) -> Floats:
    return np.asarray(np.maximum(shares * (1 - shares), _SLIGHT))


def _binomial(share: float) -> float:
    return max(share * (1 - share), _SLIGHT)
