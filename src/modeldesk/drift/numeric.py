"""Comparing numbers: bins between the reference's quantiles, and tests of their ranks."""

from __future__ import annotations

from functools import partial

import numpy as np

from modeldesk.drift import chance, wording
from modeldesk.drift.combination import Evidence
from modeldesk.drift.pooled import Pooled
from modeldesk.drift.signs import Findings, Sign, single
from modeldesk.drift.smooth import Moves, moves
from modeldesk.drift.split import Counts, Split
from modeldesk.drift.verdict import Aspect, Direction
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

BINS = 10
"""Bins inside the reference's range, each with a tenth of its values unless values repeat."""

_CERTAIN = 2.576
"""How many standard deviations of the sketch's error are taken off a count, for 99 %."""
_MOVES = (Aspect.SHIFT, Aspect.SPREAD, Aspect.SHAPE)
_LOCATION, _SPREAD, _LOW, _HIGH = 2.5, 1.5, 0.75, 0.75
_BEYOND, _ODD = 0.5, 0.5


def split_numbers(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    """Sort numbers into reference deciles, two open bins beyond its range, and two more.

    The bins are: below the reference's minimum; from its minimum over its deciles to its
    maximum, each closed on the right; above its maximum; infinite; and not to be read as a
    number at all.

    Returns
    -------
    Split or None
        ``None`` where the reference has no finite number.
    """
    there = reference.quantiles
    if there is None or not there.count:
        return None
    edges = _edges(there)
    return Split(
        phrase=partial(_phrase, edges, _kind(current, reference)),
        current=_counts(current, edges),
        reference=_counts(reference, edges),
        ordered=len(edges) + 1,
        outside=(0, len(edges)),
        unread=len(edges) + 2,
    )


def weigh_numbers(current: ColumnProfile, reference: ColumnProfile, split: Split) -> Findings:
    """Test whether numbers moved, spread, changed shape, left the range or became unreadable."""
    here, there = current.quantiles, reference.quantiles
    found = Findings()
    if here is not None and there is not None:
        found += by_rank(moves(Pooled.of(here, there)))
        found += _beyond(split, here, there)
    infinite, unread = split.ordered, split.ordered + 1
    for place, aspect in ((infinite, Aspect.RANGE), (unread, Aspect.TYPE)):
        found += share_of(split, place, aspect, weight=_ODD)
    return found


def by_rank(found: Moves, *, weight: float = 1.0) -> Findings:
    """Return what the tests of ranks found, with weights relative to one another."""
    tests = (
        (found.location_chance, _LOCATION, (Aspect.SHIFT,)),
        (found.spread_chance, _SPREAD, (Aspect.SPREAD,)),
        (found.low_chance, _LOW, _MOVES),
        (found.high_chance, _HIGH, _MOVES),
    )
    higher = Direction.HIGHER if found.location > 0 else Direction.LOWER
    wider = Direction.WIDER if found.spread > 0 else Direction.NARROWER
    return Findings(
        evidence=tuple(
            Evidence(p_value=p_value, weight=weight * share, aspects=aspects)
            for p_value, share, aspects in tests
        ),
        signs=(
            _move(Aspect.SHIFT, found.location_chance, abs(found.location), higher),
            _move(Aspect.SPREAD, found.spread_chance, abs(found.spread), wider),
            _move(Aspect.SHAPE, found.shape_chance, found.shape, None),
        ),
    )


def share_of(split: Split, place: int, aspect: Aspect, *, weight: float) -> Findings:
    """Test whether the share of values in one bin changed; nothing where there are none."""
    hits, before = round(split.current[place]), round(split.reference[place])
    if not hits and not before:
        return Findings()
    rows, all_before = round(split.current.sum()), round(split.reference.sum())
    return single(aspect, chance.same_share(hits, rows, before, all_before), weight=weight)


def _move(aspect: Aspect, p_value: float, size: float, direction: Direction | None) -> Sign:
    return Sign(aspect=aspect, p_value=p_value, size=size, direction=direction)


def _beyond(split: Split, here: Quantiles, there: Quantiles) -> Findings:
    """Test the values beyond the range, less the sketch's own error."""
    below, above = (float(split.current[place]) for place in split.outside)
    doubt = _CERTAIN * here.rank_error * here.count
    surely = [max(0.0, np.floor(count - doubt + 1e-6)) for count in (below, above)]
    p_value = chance.beyond_range(surely[0], surely[1], here.count, there.count)
    direction = Direction.HIGHER if above >= below else Direction.LOWER
    if min(below, above) > max(below, above) / 2:
        direction = Direction.WIDER
    return single(Aspect.RANGE, p_value, weight=_BEYOND, direction=direction)


def _edges(reference: Quantiles) -> list[float]:
    """Return the reference's minimum, its deciles between, and its maximum, without repeats.

    Only a column of one single value gives the same edge twice.
    """
    low, high = reference.minimum or 0.0, reference.maximum or 0.0
    shares = [step / BINS for step in range(1, BINS)]
    inner = sorted({value for value in reference.quantiles(shares) if value < high})
    return [low, *inner, high]


def _counts(column: ColumnProfile, edges: list[float]) -> Counts:
    sketch = column.quantiles or Quantiles()
    odd = [float(column.infinite), float(column.present - column.infinite - sketch.count)]
    if not sketch.count:
        return np.array([0.0] * (len(edges) + 1) + odd)
    below = sketch.shares_up_to(edges[:1], inclusive=False)
    shares = np.array([0.0, *below, *sketch.shares_up_to(edges[1:]), 1.0])
    finite = np.maximum(np.diff(shares), 0.0) * sketch.count
    return np.append(finite, odd)


def _kind(current: ColumnProfile, reference: ColumnProfile) -> Kind:
    if current.kind is reference.kind:
        return reference.kind
    return Kind.FLOAT if reference.kind.numeric else Kind.DATETIME


def _phrase(edges: list[float], kind: Kind, place: int) -> str:
    inner = len(edges) - 1
    if place == 0:
        return wording.below(edges[0], kind)
    if place <= inner:
        low, high = edges[place - 1], edges[place]
        beginning = low + 1 if kind is Kind.INTEGER and place > 1 else low
        return wording.between(beginning, high, kind)
    if place == inner + 1:
        return wording.above(edges[-1], kind)
    odd = ("are infinite", f"cannot be read as {wording.noun(kind)}")
    return odd[place - inner - 2]
