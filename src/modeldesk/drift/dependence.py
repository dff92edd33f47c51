"""Whether columns vary together as they did: a change that no single column shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift import wording
from modeldesk.drift.habits import ENOUGH
from modeldesk.drift.special import ndtr
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.verdict import Aspect, Dependence, PairChange, Status, Verdict
from modeldesk.drift.wobble import wobble
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.sketches import Correlations

Floats = NDArray[np.float64]

_FEWEST = 30
"""Pairs with fewer rows in common, on either side, are passed over."""
_EXTREME = 0.999999
"""Correlations are kept within this, where Fisher's transformation is finite."""
_POINTS = 256
_PAIRS_TOLD = 10
_NORMAL_KURTOSIS = 3.0
_UNRELIABLE = 0.5
"""Part of the largest possible kurtosis, the number of values, from which on a column's squares
are ruled by a few values, and its correlations say nothing."""


def compare_dependence(
    current: Profile,
    reference: Profile,
    *,
    thresholds: Thresholds,
    history: Sequence[Correlations] = (),
) -> Dependence | None:
    r"""Test whether the correlation of any two numeric columns changed.

    Fisher's transformation :math:`z = \operatorname{artanh} r` has about the variance
    :math:`1 / (n - 3)` for normal columns. With heavier tails it is larger: for elliptical
    distributions by the factor :math:`\kappa / 3`, with the kurtosis :math:`\kappa` of the
    columns. Co-moments do not tell which law a pair follows, so the variance is taken times
    :math:`\max(1, \kappa / 3)` times a half more, with the larger of both columns' kurtosis and
    of both sides'; columns whose kurtosis rests on a few values are left out. So the test is
    quiet rather than sharp: it is for correlations that break or appear, not for small moves.

    Parameters
    ----------
    current, reference
        Both profiles.
    thresholds
        How sure one must be, and which change of a correlation matters.
    history
        Correlations of past windows, from which their normal variation is learned when there
        are enough of them.

    Returns
    -------
    Dependence or None
        ``None`` where fewer than two numeric columns vary on both sides.

    References
    ----------
    Fisher: On the probable error of a coefficient of correlation, 1921. Muirhead: Aspects of
    multivariate statistical theory, 1982, section 5.1.4, for elliptical distributions.
    """
    here, there = current.correlations, reference.correlations
    if here is None or there is None:
        return None
    tails = {
        name: max(_tail(profile, name) for profile in (current, reference))
        for name in here.names
        if name in there.names
    }
    pairs = _pairs(here, there, tails)
    if pairs is None:
        return None
    limits = thresholds
    if not pairs.names:
        sentence = f"Not enough data: pairs of columns need about {_FEWEST} rows in common."
        return Dependence(verdict=Verdict(status=Status.NOT_ENOUGH_DATA, sentence=sentence))
    chances = _chances(pairs, history)
    corrected = np.minimum(chances * chances.size, 1.0)
    changes = _changes(pairs, corrected)
    certain = [change for change in changes if change.p_value <= limits.false_alarm_rate]
    large = [change for change in certain if _moved(change) >= limits.min_correlation_change]
    return Dependence(
        verdict=_verdict(large, certain, float(corrected.min())), pairs=tuple(large[:_PAIRS_TOLD])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """All pairs of columns that can be compared, shape ``(pairs,)`` each."""

    names: tuple[tuple[str, str], ...]
    now: Floats
    before: Floats
    variance: Floats
    """Of the difference of both sides' transformed correlations."""


def _pairs(here: Correlations, there: Correlations, tails: Mapping[str, float]) -> _Pairs | None:
    """Pair the columns whose kurtosis on both sides can be trusted."""
    names = sorted(name for name, tail in tails.items() if np.isfinite(tail))
    if len(names) < 2:  # noqa: PLR2004
        return None
    upper = np.triu_indices(len(names), 1)
    now, n = _part(here, names, upper)
    before, m = _part(there, names, upper)
    heavy = np.array([tails[name] for name in names])
    factor = 1.5 * np.maximum(np.maximum(heavy[upper[0]], heavy[upper[1]]) / _NORMAL_KURTOSIS, 1.0)
    kept = np.isfinite(now) & np.isfinite(before) & (np.minimum(n, m) >= _FEWEST)
    variance = factor * (1 / np.maximum(n - 3, 1) + 1 / np.maximum(m - 3, 1))
    places = np.flatnonzero(kept)
    return _Pairs(
        names=tuple((names[upper[0][place]], names[upper[1][place]]) for place in places),
        now=now[kept],
        before=before[kept],
        variance=variance[kept],
    )


def _part(
    some: Correlations, names: Sequence[str], upper: tuple[NDArray[np.intp], ...]
) -> tuple[Floats, Floats]:
    """Return correlation and number of rows of each pair."""
    places = [some.names.index(name) for name in names]
    chosen = np.ix_(places, places)
    return some.matrix()[chosen][upper], some.count[chosen][upper].astype(np.float64)


def _tail(profile: Profile, name: str) -> float:
    """Return a column's kurtosis; infinite where it cannot be trusted or is not known."""
    column = next((each for each in profile.columns if each.name == name), None)
    return np.inf if column is None else kurtosis(column)


def kurtosis(column: ColumnProfile) -> float:
    """Return the kurtosis of a column's numbers, 3 for normal ones, from their quantiles.

    Infinite where there are fewer than four numbers, where they do not vary, and where it rests
    on a few values: for heavy tails the kurtosis of a sample grows with its size.
    """
    sketch = column.quantiles
    if sketch is None or sketch.count < 4:  # noqa: PLR2004
        return np.inf
    size = min(sketch.count, _POINTS)
    points = np.array(sketch.quantiles(((np.arange(size) + 0.5) / size).tolist()))
    points[0], points[-1] = sketch.minimum or 0.0, sketch.maximum or 0.0
    largest = float(np.abs(points).max())
    if not largest or not np.isfinite(largest):
        return np.inf
    apart = points / largest - (points / largest).mean()
    squares = np.square(apart)
    second = float(squares.mean())
    if not second:
        return np.inf
    found = float(squares @ squares) / size / second**2
    return np.inf if found > _UNRELIABLE * size else found


def _chances(pairs: _Pairs, history: Sequence[Correlations]) -> Floats:
    """Return each pair's p-value, raised to what it is among windows that vary by nature."""
    apart = _transformed(pairs.now) - _transformed(pairs.before)
    chances = 2 * ndtr(-np.abs(apart) / np.sqrt(pairs.variance))
    if len(history) < ENOUGH:
        return np.asarray(chances)
    names = sorted({name for pair in pairs.names for name in pair})
    ends = np.array([[names.index(name) for name in pair] for pair in pairs.names])
    past = [_of(window, names, ends) for window in history]
    found, rows = (np.stack(side) for side in zip(*past, strict=True))
    known = (rows >= _FEWEST) & np.isfinite(found)
    patterns, pattern = np.unique(known, axis=1, return_inverse=True)
    for number, windows in enumerate(patterns.T):
        if windows.sum() >= ENOUGH:
            places = np.flatnonzero(pattern == number)
            block = np.ix_(windows, places)
            learned = wobble(_transformed(found[block]), 1 / (rows[block] - 3))
            now, before = _transformed(pairs.now[places]), _transformed(pairs.before[places])
            limits = learned.chances(now, before, pairs.variance[places])
            limits[~learned.varies] = 0.0
            chances[places] = np.maximum(chances[places], limits)
    return np.asarray(chances)


def _of(
    window: Correlations, names: Sequence[str], pairs: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return a past window's correlation and number of rows of each pair, shape ``(pairs,)``.

    The pairs are places in `names`, shape ``(pairs, 2)``. Both results are 0 where the window
    lacks a column.
    """
    if not window.names:
        return np.zeros(len(pairs)), np.zeros(len(pairs))
    there = {name: place for place, name in enumerate(window.names)}
    places = np.array([there.get(name, -1) for name in names])[pairs]
    lacking = np.asarray(places.min(axis=1) < 0)
    first, second = np.where(lacking[:, np.newaxis], 0, places).T
    rows = np.where(lacking, 0, window.count[first, second]).astype(np.float64)
    return np.where(lacking, 0.0, window.matrix()[first, second]), rows


def _transformed(correlation: Floats) -> Floats:
    return np.asarray(np.arctanh(np.clip(correlation, -_EXTREME, _EXTREME)))


def _changes(pairs: _Pairs, corrected: Floats) -> list[PairChange]:
    found = [
        PairChange(
            columns=names,
            correlation=float(now),
            reference_correlation=float(before),
            p_value=float(p_value),
        )
        for names, now, before, p_value in zip(
            pairs.names, pairs.now, pairs.before, corrected, strict=True
        )
    ]
    return sorted(found, key=lambda change: -_moved(change))


def _moved(change: PairChange) -> float:
    return abs(change.correlation - change.reference_correlation)


def _verdict(large: Sequence[PairChange], certain: Iterable[PairChange], p: float) -> Verdict:
    if large:
        first = large[0]
        a, b = (wording.quoted(name) for name in first.columns)
        more = len(large) - 1
        others = f"; {wording.counted(more, 'more pair')} changed" if more else ""
        sentence = (
            f"The correlation of {a} and {b} is {first.correlation:.2f} instead of "
            f"{first.reference_correlation:.2f}, {wording.chance(first.p_value)}{others}."
        )
        return Verdict(
            status=Status.CHANGED, sentence=sentence, aspects=(Aspect.CORRELATION,), p_value=p
        )
    said = "No correlation changed beyond chance"
    if any(True for _ in certain):
        said = "Correlations changed more than chance, but too little to matter"
    return Verdict(status=Status.STABLE, sentence=f"{said}; {wording.chance(p)}.", p_value=p)
