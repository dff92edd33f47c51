"""Differences of counts in a table of bins and sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.sorting import split_columns
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Frequent

Floats = NDArray[np.float64]


def chi_square(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return Pearson's statistic of both sides' counts, from 0 on.

    .. math:: \sum_j \frac{(c_j/n - r_j/m)^2}{\hat p_j (1/n + 1/m)}, \quad
        \hat p_j = \frac{c_j + r_j}{n + m}

    over every category, or over the bins between the reference's deciles. It grows with the
    number of rows, so it compares with nothing but its distribution: see ``cramers_v``.

    References
    ----------
    Pearson: On the criterion that a given system of deviations ..., 1900.
    """
    table = _table(current, reference)
    return None if table is None else _statistic(*table)


def cramers_v(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return Cramér's V between bin and side, from 0 to 1.

    .. math:: V = \sqrt{\chi^2 / (n + m)}

    as there are two sides. It is 1 where the sides have no bin in common.

    References
    ----------
    Cramér: Mathematical methods of statistics, 1946.
    """
    table = _table(current, reference)
    if table is None:
        return None
    return float(np.sqrt(min(_statistic(*table) / (table[0].sum() + table[1].sum()), 1.0)))


def _statistic(current: Floats, reference: Floats) -> float:
    n, m = current.sum(), reference.sum()
    share = (current + reference) / (n + m)
    difference = current / n - reference / m
    return float(np.sum(difference**2 / (share * (1 / n + 1 / m))))


def _table(current: ColumnProfile, reference: ColumnProfile) -> tuple[Floats, Floats] | None:
    """Return counts of both sides in every bin that is not empty."""
    split = split_columns(current, reference)
    if split is None:
        return None
    counts = split.current, split.reference
    if basis(current, reference) is Basis.CATEGORIES:
        counts = _listed(current, reference)
    filled = counts[0] + counts[1] > 0
    return counts[0][filled], counts[1][filled]


def _listed(current: ColumnProfile, reference: ColumnProfile) -> tuple[Floats, Floats]:
    """Return counts of every category that is kept, of all others, and of misfits."""
    sides = []
    sketches = [side.frequent or Frequent() for side in (current, reference)]
    tallies = [sketch.counts() for sketch in sketches]
    names = sorted(tallies[0].keys() | tallies[1].keys())
    for side, sketch, tally in zip((current, reference), sketches, tallies, strict=True):
        counts = [float(tally.get(name, 0)) for name in names]
        others = max(sketch.total - sum(counts), 0.0)
        sides.append(np.array([*counts, others, float(side.present - sketch.total)]))
    return sides[0], sides[1]
