"""The distances by name, and measuring with one of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from modeldesk.drift import divergences
from modeldesk.drift.distances import facts, ordered, tables
from modeldesk.drift.sorting import split_columns
from modeldesk.drift.texts import words_distance
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.profiles import ColumnProfile

Measure = Callable[[ColumnProfile, ColumnProfile], float | None]

ANY, NUMBERS, CATEGORIES, TEXTS, VECTORS = "any", "numbers", "categories", "texts", "vectors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """One way to measure how different two columns are."""

    name: str
    formula: str
    """What is computed, in plain text; the docstring of `measure` says it in full."""
    low: float
    high: float
    """The range of values; `low` stands for no difference, except for ratios (1) and
    signed differences (0)."""
    symmetric: bool
    """Whether both sides may change places."""
    applies_to: tuple[str, ...]
    """``any``, or some of ``numbers`` (times and durations too), ``categories``, ``texts``,
    ``vectors``."""
    measure: Measure
    """Returns the distance, or ``None`` where the columns do not have what it needs."""


def distance(current: ColumnProfile, reference: ColumnProfile, name: str) -> float | None:
    """Return how far a column is from the reference's.

    Parameters
    ----------
    current, reference
        The column's profile on both sides.
    name
        One of `DISTANCES`.

    Returns
    -------
    float or None
        ``None`` where the columns do not have what the distance needs: no values on one side,
        another type, or a kind that it does not apply to.

    Raises
    ------
    NotFound
        When there is no distance of that name; the hint lists them.
    InvalidArgument
        When something else than two profiles of a column is given.

    Examples
    --------
    >>> from modeldesk import profile
    >>> old = profile({"age": list(range(100))}).column("age")
    >>> new = profile({"age": list(range(20, 120))}).column("age")
    >>> round(distance(new, old, "ks"), 2), round(distance(new, old, "out_of_range"), 2)
    (0.2, 0.2)
    """
    found = DISTANCES.get(name)
    if found is None:
        message = f"There is no distance {name!r}."
        raise NotFound(message, hint=f"Known distances: {', '.join(DISTANCES)}.")
    _need_columns(current, reference)
    return found.measure(current, reference)


def _need_columns(*sides: object) -> None:
    for side in sides:
        if not isinstance(side, ColumnProfile):
            message = f"A distance is between columns; one argument is a {type(side).__name__!r}."
            raise InvalidArgument(message, hint="Take a column of each profile: p.column('age').")


def _on_bins(formula: Callable[[NDArray[np.float64], NDArray[np.float64]], float]) -> Measure:
    def measure(current: ColumnProfile, reference: ColumnProfile) -> float | None:
        split = split_columns(current, reference)
        return None if split is None else formula(split.current, split.reference)

    measure.__doc__ = formula.__doc__
    return measure


_BINNED = (NUMBERS, CATEGORIES, TEXTS, VECTORS)

_ALL = (
    Distance(
        name="hellinger",
        formula="sqrt(1 - sum sqrt(p q)), on reference quantiles",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=_BINNED,
        measure=_on_bins(divergences.hellinger),
    ),
    Distance(
        name="hellinger_whylogs",
        formula="sqrt(1 - sum sqrt(p q)), on 30 equally wide bins",
        low=0.0,
        high=1.0,
        symmetric=True,
        applies_to=(NUMBERS, TEXTS),
        measure=ordered.hellinger_whylogs,
    ),
    Distance(
        name="jensen_shannon",
        formula="sqrt(K(p, m)/2 + K(q, m)/2) in bits, m = (p + q)/2",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=_BINNED,
        measure=_on_bins(divergences.jensen_shannon),
    ),
    Distance(
        name="kl",
        formula="sum p ln(p/q), half a count added per bin",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=_BINNED,
        measure=_on_bins(divergences.kullback_leibler),
    ),
    Distance(
        name="psi",
        formula="sum (p - q) ln(p/q), half a count added per bin",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=_BINNED,
        measure=_on_bins(divergences.population_stability),
    ),
    Distance(
        name="total_variation",
        formula="sum |p - q| / 2",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=_BINNED,
        measure=_on_bins(divergences.total_variation),
    ),
    Distance(
        name="wasserstein",
        formula="integral of |F - G|, over the reference's standard deviation",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=(NUMBERS, TEXTS),
        measure=ordered.wasserstein,
    ),
    Distance(
        name="ks",
        formula="max |F - G|",
        low=0.0,
        high=1.0,
        symmetric=True,
        applies_to=(NUMBERS, TEXTS),
        measure=ordered.kolmogorov_smirnov,
    ),
    Distance(
        name="chi_square",
        formula="sum (c/n - r/m)^2 / (share of both (1/n + 1/m))",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=_BINNED,
        measure=tables.chi_square,
    ),
    Distance(
        name="cramers_v",
        formula="sqrt(chi_square / (n + m))",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=_BINNED,
        measure=tables.cramers_v,
    ),
    Distance(
        name="missing",
        formula="missing share - reference's missing share",
        low=-1.0,
        high=1.0,
        symmetric=False,
        applies_to=(ANY,),
        measure=facts.missing_difference,
    ),
    Distance(
        name="unseen_categories",
        formula="share of values in categories that the reference lacks",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=(CATEGORIES,),
        measure=facts.unseen_categories,
    ),
    Distance(
        name="out_of_range",
        formula="share of values beyond the reference's smallest and largest",
        low=0.0,
        high=1.0,
        symmetric=False,
        applies_to=(NUMBERS, TEXTS),
        measure=facts.out_of_range,
    ),
    Distance(
        name="type_change",
        formula="sum |p - q| / 2 over the types in which values came",
        low=0.0,
        high=1.0,
        symmetric=True,
        applies_to=(ANY,),
        measure=facts.type_change,
    ),
    Distance(
        name="volume_ratio",
        formula="rows / reference's rows",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=(ANY,),
        measure=facts.volume_ratio,
    ),
    Distance(
        name="words",
        formula="sqrt(1 - sum sqrt(p q)) over words, rare ones together",
        low=0.0,
        high=1.0,
        symmetric=True,
        applies_to=(TEXTS,),
        measure=words_distance,
    ),
    Distance(
        name="out_of_vocabulary",
        formula="share of words the reference lacks - the same share of the reference",
        low=-1.0,
        high=1.0,
        symmetric=False,
        applies_to=(TEXTS,),
        measure=facts.out_of_vocabulary,
    ),
    Distance(
        name="centroid",
        formula="|mean - reference's mean| / root of the summed variances",
        low=0.0,
        high=math.inf,
        symmetric=False,
        applies_to=(VECTORS,),
        measure=facts.centroid,
    ),
)

DISTANCES: Mapping[str, Distance] = MappingProxyType({each.name: each for each in _ALL})
"""Every distance by its name."""
