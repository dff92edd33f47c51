r"""Two shares of the same rows: McNemar's test, and an interval of their difference.

References
----------
McNemar: Note on the sampling error of the difference between correlated proportions, 1947.
Fagerland, Lydersen, Laake: The McNemar test for binary matched-pairs data: mid-p and asymptotic
are better than exact conditional, 2013.
Newcombe: Improved confidence intervals for the difference between binomial proportions based on
paired data, 1998 (method 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from modeldesk.performance.intervals import Limits, wilson

METHOD = "Newcombe's method 10, for pairs"

_FEW = 25
"""Pairs that differ up to which the exact test is made, which never alarms too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """Whether one side is right more often than the other, by the rows on which just one is."""

    only_one: int
    """Rows that the first got right and the second wrong."""
    only_other: int
    """The other way round."""
    p_value: float
    """How often chance alone would split them so unevenly, or more so."""
    method: str


def mcnemar(only_one: int, only_other: int) -> McNemar:
    r"""Test whether two sides are right equally often on the same rows.

    Of n rows on which just one is right, each side has half by chance. With :math:`F` and
    :math:`f` the binomial distribution and its terms, and k the smaller of both counts,

    .. math:: p = \min(1, 2 F(k)) \text{ where } n < 25, \quad p = 2 F(k) - f(k) \text{ else}

    Parameters
    ----------
    only_one, only_other
        Rows that only the first got right, and only the second.

    Examples
    --------
    >>> mcnemar(8, 1).method, round(mcnemar(8, 1).p_value, 4)
    ('exact binomial', 0.0391)
    >>> mcnemar(40, 20).method, round(mcnemar(40, 20).p_value, 4)
    ('mid-p', 0.0099)
    """
    import scipy.special  # noqa: PLC0415 - takes 0.3 s, and only evaluation needs it

    rows, fewer = only_one + only_other, min(only_one, only_other)
    below = float(scipy.special.bdtr(fewer, rows, 0.5)) if rows else 1.0
    if rows < _FEW:
        p_value, method = min(1.0, 2 * below), "exact binomial"
    else:
        less = float(scipy.special.bdtr(fewer - 1, rows, 0.5)) if fewer else 0.0
        p_value, method = min(1.0, below + less), "mid-p"
    return McNemar(only_one=only_one, only_other=only_other, p_value=p_value, method=method)


def share_difference(
    both: int, only_one: int, only_other: int, neither: int, confidence: float
) -> Limits:
    """Return limits of the difference of two shares of the same rows.

    Wilson's limits of both, squared and added, less what their correlation takes away.

    Parameters
    ----------
    both, only_one, only_other, neither
        Rows by which of the two sides has them; one at least.
    confidence
        Between 0 and 1.

    Examples
    --------
    >>> [round(limit, 4) for limit in share_difference(36, 12, 2, 0, 0.95)]
    [0.0569, 0.3404]
    """
    rows = both + only_one + only_other + neither
    mine, theirs = (both + only_one) / rows, (both + only_other) / rows
    mine_low, mine_high = wilson(mine, rows, confidence)
    their_low, their_high = wilson(theirs, rows, confidence)
    phi = _correlation(both, only_one, only_other, neither)
    gap = mine - theirs
    return (
        gap - _reach(mine - mine_low, their_high - theirs, phi),
        gap + _reach(mine_high - mine, theirs - their_low, phi),
    )


def _reach(mine: float, theirs: float, phi: float) -> float:
    return math.sqrt(max(mine * mine - 2 * phi * mine * theirs + theirs * theirs, 0.0))


def _correlation(both: int, only_one: int, only_other: int, neither: int) -> float:
    """Return the correlation of both sides, corrected for continuity where it is positive."""
    margins = (
        (both + only_one) * (only_other + neither) * (both + only_other) * (only_one + neither)
    )
    if not margins:
        return 0.0
    product = float(both * neither - only_one * only_other)
    if product > 0:
        product = max(product - (both + only_one + only_other + neither) / 2, 0.0)
    return product / math.sqrt(margins)
