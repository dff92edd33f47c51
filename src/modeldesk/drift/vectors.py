"""Comparing vectors: where their centre is, and where they lie on some directions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from modeldesk.drift.combination import Evidence, combined
from modeldesk.drift.numeric import by_rank, share_of
from modeldesk.drift.pooled import Pooled
from modeldesk.drift.signs import Findings, Sign
from modeldesk.drift.smooth import Moves, moves
from modeldesk.drift.special import ndtr
from modeldesk.drift.split import Split
from modeldesk.drift.verdict import Aspect, Direction
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Quantiles, VectorSummary

_CENTRE, _PLACES, _NORM, _ODD = 2.0, 3.0, 1.0, 0.5


def weigh_vectors(current: ColumnProfile, reference: ColumnProfile, split: Split) -> Findings:
    r"""Test the centroid, the positions on random directions, and the norms.

    The centroid is tested dimension by dimension: the largest of
    :math:`|\bar x_i - \bar y_i| / \sqrt{s_i^2/n + t_i^2/m}` with Bonferroni's correction for
    their number, which needs no covariance. Two different distributions differ on almost any
    direction (Cramér and Wold); the tests of numbers on each direction are combined.
    """
    here, there = current.vector, reference.vector
    odd = share_of(split, split.current.size - 1, Aspect.TYPE, weight=_ODD)
    if here is None or there is None or not here.count or not there.count:
        return odd
    places = [
        moves(Pooled.of(mine, theirs))
        for mine, theirs in zip(here.projections, there.projections, strict=True)
    ]
    norms = moves(Pooled.of(here.norm_quantiles, there.norm_quantiles))
    centre, spread = _centre(here, there), _joined(places)
    wider = Direction.WIDER if norms.location > 0 else Direction.NARROWER
    return odd + Findings(
        evidence=(
            Evidence(p_value=centre, weight=_CENTRE, aspects=(Aspect.SHIFT,)),
            Evidence(p_value=spread, weight=_PLACES, aspects=(Aspect.SHIFT, Aspect.SHAPE)),
            Evidence(p_value=_joined([norms]), weight=_NORM, aspects=(Aspect.SPREAD,)),
        ),
        signs=(
            Sign(aspect=Aspect.SHIFT, p_value=centre, size=centroid_distance(here, there)),
            Sign(aspect=Aspect.SHAPE, p_value=spread, size=_largest(places)),
            Sign(
                aspect=Aspect.SPREAD,
                p_value=norms.location_chance,
                size=abs(norms.location),
                direction=wider,
            ),
        ),
    )


def split_vectors(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    """Sort positions on all directions, and norms, into bins between the reference's deciles.

    ``None`` where the reference has no vector.
    """
    there = reference.vector
    if there is None or not there.count:
        return None
    here = current.vector
    counts, expected = [], []
    for place, sketch in enumerate(_sketches(there)):
        edges = sketch.quantiles([step / 10 for step in range(1, 10)])
        edges = sorted(set(edges))
        expected.append(_binned(sketch, edges))
        mine = Quantiles() if here is None else _sketches(here)[place]
        counts.append(_binned(mine, edges))
    directions = len(counts)
    odd = (_odd(current) * directions, _odd(reference) * directions)
    now, before = np.concatenate([*counts, [odd[0]]]), np.concatenate([*expected, [odd[1]]])
    return Split(
        phrase=lambda _: "are no vectors of that length",
        current=now / directions,
        reference=before / directions,
        ordered=0,
        outside=(),
        unread=now.size - 1,
        blocks=directions,
    )


def centroid_distance(current: VectorSummary, reference: VectorSummary) -> float:
    r"""Return how far the centroids are apart, in units of the reference's spread.

    .. math:: \lVert \bar x - \bar y \rVert / \sqrt{\textstyle\sum_i t_i^2}

    with :math:`t_i` the reference's standard deviation in dimension :math:`i`. 0 where the
    centroids are equal, infinite where the reference does not vary and they are not.
    """
    apart = float(np.linalg.norm(current.means - reference.means))
    variances = reference.variances
    spread = 0.0 if variances is None else math.sqrt(float(variances.sum()))
    if not apart:
        return 0.0
    return apart / spread if spread else math.inf


def _centre(here: VectorSummary, there: VectorSummary) -> float:
    mine, theirs = here.variances, there.variances
    if mine is None or theirs is None:
        return 1.0
    error = np.sqrt(mine / here.count + theirs / there.count)
    apart = np.abs(here.means - there.means)
    largest = float(np.max(np.divide(apart, error, out=np.zeros_like(apart), where=error > 0)))
    if ((apart > 0) & (error == 0)).any():
        return 0.0
    return min(1.0, 2 * float(ndtr(-largest)) * here.dimension)


def _joined(found: list[Moves]) -> float:
    tests = [test for place in found for test in by_rank(place).evidence]
    p_value = combined(tests)
    return 1.0 if p_value is None else p_value


def _largest(found: list[Moves]) -> float:
    return max((max(place.shape, abs(place.spread)) for place in found), default=0.0)


def _sketches(summary: VectorSummary) -> tuple[Quantiles, ...]:
    return (*summary.projections, summary.norm_quantiles)


def _binned(sketch: Quantiles, edges: list[float]) -> list[float]:
    if not sketch.count:
        return [0.0] * (len(edges) + 1)
    ranks = [0.0, *sketch.shares_up_to(edges), 1.0]
    return [max(b - a, 0.0) * sketch.count for a, b in pairwise(ranks)]


def _odd(column: ColumnProfile) -> float:
    return float(column.present - (0 if column.vector is None else column.vector.count))
