"""Which columns, and which pairs of them, tell something that is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from modeldesk.performance.estimation.cells import Codes, Cut, Floats
from modeldesk.performance.estimation.terms import Term

COLUMNS = 24
"""Columns at most that have an effect of their own."""
PAIRS = 12
"""Pairs at most. All 28 of the benchmark's are 2 % better, and take seven times as long."""
PAIRS_OF_MANY = 8
"""Pairs at most for each of many classes, each of which is fitted by itself."""
_AMONG = 12
"""Columns at most among which pairs are looked for: 66 pairs."""
_CLEAR = 0.0
"""Beyond how many standard deviations a pair is tried: its own penalty decides what it is worth.
Asking for 3 made the estimates 1 to 5 % worse."""


def telling_columns(
    codes: Sequence[Codes], cuts: Sequence[Cut], residuals: Floats, curvature: Floats
) -> list[int]:
    """Return the places of the columns whose cells differ most in their residuals, best first."""
    found = [
        (surprise(cells, cut.cells, residuals, curvature), place)
        for place, (cut, cells) in enumerate(zip(cuts, codes, strict=True))
    ]
    return [place for _, place in sorted(found, key=lambda each: (-each[0], each[1]))[:COLUMNS]]


def telling_pairs(
    columns: Sequence[int],
    codes: Sequence[Codes],
    cuts: Sequence[Cut],
    residuals: Floats,
    curvature: Floats,
    *,
    most: int,
) -> list[Term]:
    """Return at most so many pairs whose residuals differ by more than chance, best first."""
    found = []
    for one, other in combinations(sorted(columns[:_AMONG]), 2):
        term = Term.pair(cuts, one, other)
        if min(term.shape) > 1:
            cells = term.codes(cuts, codes)
            found.append((surprise(cells, term.size, residuals, curvature), one, other, term))
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return [term for surprising, *_, term in found[:most] if surprising > _CLEAR]


def surprise(cells: Codes, size: int, residuals: Floats, curvature: Floats) -> float:
    r"""Return how far the cells' residuals are beyond chance, in standard deviations.

    With residual sums :math:`G` and variances :math:`H` it is
    :math:`(\sum G^2 / H - c) / \sqrt{2 c}` over the :math:`c` cells that have rows.
    """
    sums = np.bincount(cells, weights=residuals, minlength=size)
    spread = np.bincount(cells, weights=curvature, minlength=size)
    filled = spread > 1e-9 * max(float(spread.max(initial=0.0)), 1e-300)
    count = int(filled.sum())
    if not count:
        return 0.0
    statistic = float((sums[filled] ** 2 / spread[filled]).sum())
    return (statistic - count) / float(np.sqrt(2 * count))
