"""How likely a difference between two samples is when both come from one source.

Both samples are uncertain: the reference is a sample too, often a small one. So every test
here is a two-sample test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift import fisher
from modeldesk.drift.special import chdtrc, gammaln

EXPECTED = 5.0
"""Bins in which either sample expects fewer values than this are pooled."""
_EXACT = 20.0
"""Two shares are tested exactly while either sample expects fewer hits or misses than this."""


def homogeneity(current: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    r"""Return the p-value of the two-sample chi-square test over common bins.

    .. math:: X^2 = \sum_j \frac{(c_j/n - r_j/m)^2}{\hat p_j (1/n + 1/m)}, \quad
        \hat p_j = \frac{c_j + r_j}{n + m}

    follows a chi-square distribution with one degree of freedom less than there are bins. It is
    Pearson's test of a table with two columns.

    Parameters
    ----------
    current, reference
        Counts per bin, shape ``(bins,)``. Bins in which either side expects few values should
        have been pooled, by a rule that looks at both sides together.
    """
    n, m = current.sum(), reference.sum()
    if current.size < 2 or not n or not m:  # noqa: PLR2004
        return 1.0
    together = current + reference
    filled = together > 0
    share = together[filled] / (n + m)
    difference = current[filled] / n - reference[filled] / m
    statistic = np.sum(difference**2 / (share * (1 / n + 1 / m)))
    return float(chdtrc(max(np.count_nonzero(filled) - 1, 1), statistic))


def same_share(hits: int, rows: int, reference_hits: int, reference_rows: int) -> float:
    """Return the two-sided p-value that two shares are the same.

    It is the chi-square test, or where few are expected Fisher's exact one as described in
    `modeldesk.drift.fisher`.

    Examples
    --------
    >>> round(same_share(3, 30, 0, 150), 4)
    0.0014
    """
    total, all_rows = hits + reference_hits, rows + reference_rows
    if total in (0, all_rows) or not rows or not reference_rows:
        return 1.0
    least = min(total, all_rows - total) * min(rows, reference_rows) / all_rows
    if least < _EXACT:
        return fisher.same_share(hits, rows, reference_hits, reference_rows)
    current = np.array([hits, rows - hits], dtype=np.float64)
    reference = np.array([reference_hits, reference_rows - reference_hits], dtype=np.float64)
    return homogeneity(current, reference)


def all_from_current(sizes: NDArray[np.float64] | float, n: float, m: float) -> NDArray[np.float64]:
    """Return the chance that ``sizes`` given values of both samples all fall into the current.

    It is :math:`n (n-1) ... (n-t+1) / ((n+m) (n+m-1) ... (n+m-t+1))`: with no change, which
    values fell into which sample is a matter of chance.

    >>> round(float(all_from_current(2.0, 10, 10)), 4)
    0.2368
    """
    within: NDArray[np.float64] = np.minimum(sizes, n)
    logs = gammaln(n + 1) - gammaln(n - within + 1)
    logs -= gammaln(n + m + 1) - gammaln(n + m - within + 1)
    return np.asarray(np.where(np.asarray(sizes) > n, 0.0, np.exp(logs)))


def beyond_range(below: float, above: float, n: float, m: float) -> float:
    """Return the p-value of so many current values outside the reference's range.

    Under no change, the ``k`` largest values of both samples together all belong to the current
    one with the chance of `all_from_current`. That is exact, whatever the distribution.
    """
    farthest = min(float(all_from_current(k, n, m)) for k in (below, above))
    return min(1.0, 2 * farthest)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return Benjamini and Hochberg's adjusted p-values, in the order given.

    >>> adjusted([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.03]
    """
    if not p_values:
        return []
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    ranked = p[order] * p.size / np.arange(1, p.size + 1)
    smallest = np.minimum.accumulate(ranked[::-1])[::-1]
    result = np.empty_like(p)
    result[order] = np.minimum(smallest, 1.0)
    return [float(value) for value in result]
