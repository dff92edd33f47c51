"""One p-value from many that depend on each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.drift.verdict import Aspect

_LARGE = 0.5
"""p-values from here on count as nothing, neither for nor against a change."""
_TINY = 1e-15
"""Below this the tangent is as exact as its limit, and does not lose digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One test that speaks for or against a change."""

    p_value: float
    """Chance of a result at least as extreme if nothing changed."""
    weight: float
    """Share in the combination, relative to the other tests of the column."""
    aspects: tuple[Aspect, ...]
    """What the test can see; any of them explains a small p-value."""


def combined(evidence: Sequence[Evidence]) -> float | None:
    r"""Return the p-value of all tests together, after Liu and Xie's Cauchy combination.

    .. math:: T = \sum_i w_i \tan((1/2 - p_i) \pi), \quad p = 1/2 - \arctan(T) / \pi

    with weights that sum to 1. Small p-values count as :math:`w_i / p_i`, so the result is
    hardly ever above the smallest :math:`p_i / w_i` (as with Bonferroni's correction), and
    well below it where several tests agree; in the tail it is right whatever the dependence
    between them. p-values from 1/2 on count as 1/2: exact tests of rare events are often 1, and
    would otherwise cancel what others found. ``None`` where there is no test.

    References
    ----------
    Liu, Xie: Cauchy combination test, Journal of the American Statistical Association, 2020.

    Examples
    --------
    >>> shift = Evidence(p_value=0.004, weight=1.0, aspects=())
    >>> spread = Evidence(p_value=0.9, weight=1.0, aspects=())
    >>> round(combined([shift, spread]), 4), round(combined([shift, shift]), 4)
    (0.008, 0.004)
    """
    if not evidence:
        return None
    total = sum(test.weight for test in evidence)
    statistic = sum(test.weight / total * _tangent(test.p_value) for test in evidence)
    if statistic <= 0:
        return max(_LARGE, min(test.p_value for test in evidence))
    return math.atan2(1.0, statistic) / math.pi


def _tangent(p_value: float) -> float:
    if p_value >= _LARGE:
        return 0.0
    if p_value < _TINY:
        return 1 / (math.pi * max(p_value, 1e-300))
    return math.tan((0.5 - p_value) * math.pi)
