"""Sorting numbers into bins between the quantiles of the reference."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from modeldesk.drift import chance, wording
from modeldesk.drift.split import Counts, Split
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

BINS = 10
"""Bins inside the reference's range, each with a tenth of its values unless values repeat."""

_CERTAIN = 2.576
"""How many standard deviations of the sketch's error are taken off a count, for 99 %."""


def split_numbers(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    """Sort numbers into reference deciles, two open bins beyond its range, and one more.

    The bins are: below the reference's minimum; from its minimum over its deciles to its
    maximum, each closed on the right; above its maximum; and no finite number at all.

    Returns
    -------
    Split or None
        ``None`` where the reference has no finite number.
    """
    here, there = current.quantiles or Quantiles(), reference.quantiles
    if there is None:
        return None
    edges = _edges(there)
    counts = _counts(here, edges, current.present)
    expected = _counts(there, edges, reference.present)
    last = len(counts) - 2
    kept = [position for position in range(len(counts)) if position not in (0, last)]
    pools = chance.pooled(counts[kept], expected[kept])
    noise = here.bin_error**2 + there.bin_error**2
    tests = chance.homogeneity(*pools, noise=noise), chance.shift(*pools, noise=noise)
    return Split(
        phrases=_phrases(edges, current.kind if current.kind is reference.kind else Kind.FLOAT),
        current=counts,
        reference=expected,
        chance=min(1.0, 2 * min(tests)),
        outside_chance=_beyond(counts[0], counts[last], here, there),
        outside=(0, last),
    )


def _edges(reference: Quantiles) -> list[float]:
    """Return the reference's minimum, its deciles between, and its maximum, without repeats.

    Only a column of one single value gives the same edge twice.
    """
    low, high = reference.minimum or 0.0, reference.maximum or 0.0
    shares = [step / BINS for step in range(1, BINS)]
    inner = sorted({value for value in reference.quantiles(shares) if value < high})
    return [low, *inner, high]


def _counts(sketch: Quantiles, edges: list[float], present: int) -> Counts:
    if not sketch.count:
        return np.append(np.zeros(len(edges) + 1), float(present))
    below = sketch.shares_up_to(edges[:1], inclusive=False)
    shares = np.array([0.0, *below, *sketch.shares_up_to(edges[1:]), 1.0])
    finite = np.maximum(np.diff(shares), 0.0) * sketch.count
    return np.append(finite, float(present - sketch.count))


def _beyond(below: float, above: float, here: Quantiles, there: Quantiles) -> float:
    """Return the p-value of the values beyond the range, less the sketch's own error."""
    doubt = _CERTAIN * here.rank_error * here.count
    surely = [max(0.0, np.floor(count - doubt + 1e-6)) for count in (below, above)]
    return chance.beyond_range(surely[0], surely[1], here.count, there.count)


def _phrases(edges: list[float], kind: Kind) -> tuple[str, ...]:
    first, *inner = pairwise(edges)
    return (
        wording.below(edges[0], kind),
        wording.between(*first, kind),
        *(
            wording.between(low + 1 if kind is Kind.INTEGER else low, high, kind)
            for low, high in inner
        ),
        wording.above(edges[-1], kind),
        "are infinite or no numbers",
    )
