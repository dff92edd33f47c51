"""Differences that are shares of rows: missing, new, out of range, of another type."""

from __future__ import annotations

import math

import numpy as np

from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.divergences import total_variation
from modeldesk.drift.sorting import split_columns
from modeldesk.drift.texts import unknown_share, vocabulary
from modeldesk.drift.vectors import centroid_distance
from modeldesk.profiles import ColumnProfile

_NUMBERS = frozenset({"integer", "fractional"})


def missing_difference(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return how much larger the share of missing values is, from -1 to 1."""
    if not current.rows or not reference.rows:
        return None
    return current.missing_share - reference.missing_share


def unseen_categories(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return the share of values in categories that the reference lacks, from 0 to 1.

    Where the reference has more categories than its profile counts exactly (768), it is not
    known which are new, and the answer is 0.
    """
    return _outside(current, reference, Basis.CATEGORIES)


def out_of_range(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return the share of values beyond the reference's smallest or largest, from 0 to 1.

    Infinite values are beyond. Texts are measured by their length.
    """
    split = split_columns(current, reference)
    if split is None or basis(current, reference) not in {Basis.NUMBERS, Basis.TEXTS}:
        return None
    places = [*split.outside, split.ordered]
    return float(split.current[places].sum() / split.current.sum())


def type_change(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return the share of values that came as another type than before, from 0 to 1.

    It is the total variation distance between the shares of types (number, boolean, string,
    time, ...); whole and fractional numbers are one type.
    """
    here, there = _types(current), _types(reference)
    if not here or not there:
        return None
    names = sorted(here.keys() | there.keys())
    sides = (np.array([float(side.get(name, 0)) for name in names]) for side in (here, there))
    return total_variation(*sides)


def volume_ratio(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return the number of current rows per row of the reference, from 0 on."""
    return current.rows / reference.rows if reference.rows else None


def out_of_vocabulary(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return how much larger the share of words outside the vocabulary is, from -1 to 1.

    The vocabulary is made of the words that the reference has at least three times, among the
    768 that its profile keeps. Its own share of other words is subtracted.
    """
    if current.words is None or reference.words is None:
        return None
    known = vocabulary(reference.words)
    return unknown_share(current.words, known) - unknown_share(reference.words, known)


def centroid(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    r"""Return how far the centroids are apart, in units of the reference's spread, from 0 on.

    .. math:: \lVert \bar x - \bar y \rVert / \sqrt{\textstyle\sum_i t_i^2}

    with :math:`t_i` the reference's standard deviation in dimension :math:`i`.
    """
    here, there = current.vector, reference.vector
    if here is None or there is None or here.dimension != there.dimension:
        return None
    apart = centroid_distance(here, there)
    return None if math.isnan(apart) else apart


def _outside(current: ColumnProfile, reference: ColumnProfile, by: Basis) -> float | None:
    split = split_columns(current, reference)
    if split is None or basis(current, reference) is not by:
        return None
    return float(split.current[list(split.outside)].sum() / split.current.sum())


def _types(column: ColumnProfile) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in column.types.items():
        merged = "number" if name in _NUMBERS else name
        found[merged] = found.get(merged, 0) + count
    return found
