"""How likely a difference between two samples is when both come from one source.

Both samples are uncertain: the reference is a sample too, often a small one. So every test
here is a two-sample test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln

EXPECTED = 5.0
"""Bins in which either sample expects fewer values than this are pooled."""
_ALIKE = 1e-7
"""Tables whose logarithms differ by less are equally likely."""
_LARGEST = 0.8
"""Part of the error that the test of the largest new category may make."""
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
    """Return the two-sided p-value that two shares are the same: chi-square, or exact.

    Where few are expected it is Fisher's exact test with the mid-p-value, which counts half of
    the tables that are as likely as the observed one: without, of true nulls next to none
    would be found at 1 %, and of real changes many fewer.

    Examples
    --------
    >>> round(same_share(3, 30, 0, 150), 4)
    0.0021
    """
    total, all_rows = hits + reference_hits, rows + reference_rows
    if total in (0, all_rows) or not rows or not reference_rows:
        return 1.0
    least = min(total, all_rows - total) * min(rows, reference_rows) / all_rows
    if least < _EXACT:
        return _exact(hits, rows, total, all_rows)
    current = np.array([hits, rows - hits], dtype=np.float64)
    reference = np.array([reference_hits, reference_rows - reference_hits], dtype=np.float64)
    return homogeneity(current, reference)


def _exact(hits: int, rows: int, total: int, all_rows: int) -> float:
    support = np.arange(max(0, total - (all_rows - rows)), min(total, rows) + 1, dtype=np.float64)
    logs = _log_choose(rows, support) + _log_choose(all_rows - rows, total - support)
    logs -= _log_choose(all_rows, total)
    observed = logs[hits - int(support[0])]
    rarer = np.exp(logs[logs < observed - _ALIKE]).sum()
    alike = np.exp(logs[np.abs(logs - observed) <= _ALIKE]).sum()
    return float(min(rarer + alike / 2, 1.0))


def _log_choose(n: float, k: NDArray[np.float64] | float) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = gammaln(n + 1) - gammaln(np.add(k, 1)) - gammaln(n - k + 1)
    return logs


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


def new_categories(
    new: NDArray[np.float64], sizes: NDArray[np.float64], n: float, m: float
) -> float:
    """Return the p-value of so many current values in categories the reference lacks.

    Parameters
    ----------
    new
        How often each category occurs that only the current sample has.
    sizes
        How often each category occurs in both samples together.
    n, m
        Sizes of the current and of the reference sample.

    Notes
    -----
    Two tests share the error, four parts to one: whether the largest new category is too large
    (union bound over all categories as large), and whether the new categories of one to three
    values hold too many values in sum (Bernstein's bound).
    """
    if not new.size:
        return 1.0
    largest = float(all_from_current(sizes[sizes >= new.max()], n, m).sum())
    small = sizes[sizes <= 3]  # noqa: PLR2004
    chances = all_from_current(small, n, m)
    excess = float(new[new <= 3].sum() - np.dot(small, chances))  # noqa: PLR2004
    in_sum = 1.0
    if excess > 0:
        variance = float(np.dot(small**2, chances * (1 - chances)))
        in_sum = float(np.exp(-(excess**2) / (2 * (variance + excess))))
    return min(1.0, largest / _LARGEST, in_sum / (1 - _LARGEST))


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
