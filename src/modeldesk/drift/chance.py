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
_EXACT = 20.0
"""Two shares are tested exactly while either sample expects fewer hits or misses than this."""


def homogeneity(
    current: NDArray[np.float64],
    reference: NDArray[np.float64],
    *,
    noise: float = 0.0,
) -> float:
    r"""Return the p-value of the two-sample chi-square test over common bins.

    .. math:: X^2 = \sum_j \frac{(c_j/n - r_j/m)^2}{\hat p_j (1/n + 1/m) + \nu}

    follows a chi-square distribution with one degree of freedom less than there are bins.
    :math:`\hat p_j` is the share of both samples together, but the reference has at least half
    the weight: bins that end at quantiles of a small reference are by chance much too narrow
    here and there, and a large current sample finds next to nothing in them. Its own share
    alone would be too small a measure of what is uncertain (1.3 to 3.2 % false alarms instead
    of 1 % for 1,000 values against 150; with half the weight 0.5 to 1.0 %).

    Parameters
    ----------
    current, reference
        Counts per bin, shape ``(bins,)``, already pooled (see `pooled`).
    noise
        Variance :math:`\nu` that the sketches' own errors add to a difference of shares.
    """
    n, m = current.sum(), reference.sum()
    if current.size < 2 or not n or not m:  # noqa: PLR2004
        return 1.0
    share, difference = _common(current, reference), current / n - reference / m
    statistic = np.sum(difference**2 / (share * (1 / n + 1 / m) + noise))
    return float(chdtrc(current.size - 1, statistic))


def shift(
    current: NDArray[np.float64], reference: NDArray[np.float64], *, noise: float = 0.0
) -> float:
    r"""Return the p-value that numbers moved up or down, or drew together or apart.

    `homogeneity` looks for any difference, and so sees the two most usual ones late: of shifts
    by half a standard deviation, 150 values against 150, it finds 56 %. This test looks for
    these alone. With scores :math:`s_j = (u_j, u_j^2)`, where :math:`u_j` is the share of values
    up to the middle of bin :math:`j`,

    .. math:: T = z^\top V^{-1} z, \quad z = \sum_j s_j (c_j/n - r_j/m)

    with :math:`V` the covariance of :math:`z` follows a chi-square distribution with two
    degrees of freedom. It is Neyman's smooth test of order two, on bins.

    Parameters
    ----------
    current, reference
        Counts per bin in the order of the values, shape ``(bins,)``, already pooled.
    noise
        Variance that the sketches' own errors add to a difference of shares.
    """
    n, m = current.sum(), reference.sum()
    if current.size < 2 or not n or not m:  # noqa: PLR2004
        return 1.0
    share = _common(current, reference)
    middles = np.cumsum(share) - share / 2
    order = min(2, current.size - 1)
    scores = np.stack([middles**power for power in range(1, order + 1)])
    scores = scores - (scores @ share)[:, np.newaxis]
    covariance = (scores * share) @ scores.T * (1 / n + 1 / m) + noise * scores @ scores.T
    z = scores @ (current / n - reference / m)
    return float(chdtrc(order, z @ np.linalg.solve(covariance, z)))


def _common(current: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    n, m = current.sum(), reference.sum()
    weight = max(m / (n + m), 0.5)
    share: NDArray[np.float64] = (1 - weight) * current / n + weight * reference / m
    return share


def pooled(
    current: NDArray[np.float64], reference: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pool neighbouring bins until both samples expect enough values in each.

    What is pooled depends on both samples together only, so the test stays valid.
    """
    together = current + reference
    smaller = min(current.sum(), reference.sum()) / max(together.sum(), 1.0)
    starts = [0]
    gathered = 0.0
    for position, count in enumerate(together):
        if gathered * smaller >= EXPECTED:
            starts.append(position)
            gathered = 0.0
        gathered += count
    if gathered * smaller < EXPECTED and len(starts) > 1:
        starts.pop()
    return np.add.reduceat(current, starts), np.add.reduceat(reference, starts)


def same_share(hits: int, rows: int, reference_hits: int, reference_rows: int) -> float:
    """Return the two-sided p-value that two shares are the same: chi-square, or Fisher's exact.

    Examples
    --------
    >>> round(same_share(3, 30, 0, 150), 4)
    0.0042
    """
    total, all_rows = hits + reference_hits, rows + reference_rows
    if total in (0, all_rows) or not rows or not reference_rows:
        return 1.0
    least = min(total, all_rows - total) * min(rows, reference_rows) / all_rows
    if least < _EXACT:
        return _fisher(hits, rows, total, all_rows)
    current = np.array([hits, rows - hits], dtype=np.float64)
    reference = np.array([reference_hits, reference_rows - reference_hits], dtype=np.float64)
    return homogeneity(current, reference)


def _fisher(hits: int, rows: int, total: int, all_rows: int) -> float:
    support = np.arange(max(0, total - (all_rows - rows)), min(total, rows) + 1, dtype=np.float64)
    logs = _log_choose(rows, support) + _log_choose(all_rows - rows, total - support)
    logs -= _log_choose(all_rows, total)
    observed = logs[hits - int(support[0])]
    return float(min(np.exp(logs[logs <= observed + 1e-7]).sum(), 1.0))


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
    farthest = float(np.max([all_from_current(k, n, m) * -1 for k in (below, above)])) * -1
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
    Two tests share the error: whether the largest new category is too large (union bound over
    all categories as large), and whether the new categories of one to three values hold too
    many values in sum (Bernstein's bound).
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
    return min(1.0, 2 * largest, 2 * in_sum)


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
