"""Numbers by groups as box plots: quartiles, whiskers and what lies outside them.

Source: J. W. Tukey, "Exploratory Data Analysis" (1977): whiskers end at the furthest values
within one and a half times the distance between the quartiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.explore.coding import CodedColumn, coded
from modeldesk.explore.table import ExploredTable

MOST_GROUPS = 12
MOST_OUTLIERS = 60
"""Outliers of a group that are told one by one."""

_REACH = 1.5
_HUGE, _SHIFT = 1e300, 4
"""From such numbers on, differences may overflow: they are computed with smaller ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The numbers of one group."""

    group: str
    rows: int
    """How many numbers there are."""
    low: float
    """Where the lower whisker ends."""
    quarter: float
    """The first quartile, between values linearly, as NumPy's default."""
    median: float
    three_quarters: float
    high: float
    """Where the upper whisker ends."""
    outliers: tuple[float, ...]
    """Numbers beyond the whiskers, in order; of many, some chosen with a fixed seed."""
    outside: int
    """How many numbers lie beyond the whiskers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Numbers by groups, the largest group first."""

    boxes: tuple[Box, ...]
    left_out: int
    """Groups that are not told, as there are too many."""
    why_not: str = ""
    """Why there are none, as a clause; empty where there are some."""


def boxes(
    table: ExploredTable,
    numbers: str,
    groups: str | None = None,
    *,
    most: int = MOST_GROUPS,
    most_outliers: int = MOST_OUTLIERS,
    seed: int = 0,
) -> Boxes:
    """Return the numbers of one column by the categories of another as box plots.

    Parameters
    ----------
    table
        The rows; those without a number or a group are left out.
    numbers
        The column with the numbers.
    groups
        The column with the groups; without it all numbers are in one.
    most, most_outliers
        How many groups are told, and how many outliers of each.
    seed
        Decides which outliers.

    Examples
    --------
    >>> table = ExploredTable.of({"x": [1.0, 2.0, 3.0, 4.0, 40.0]})
    >>> box, = boxes(table, "x").boxes
    >>> box.median, box.high, box.outliers
    (3.0, 4.0, (40.0,))
    """
    column = coded(table, numbers)
    values = column.numbers
    if values is None:
        return Boxes(boxes=(), left_out=0, why_not=f"{numbers} holds no numbers")
    there = ~np.isnan(values)
    if groups is None:
        parts = {"all rows": values[there]}
    else:
        by = coded(table, groups)
        if by.codes is None:
            told = by.why_not or "holds no categories"
            return Boxes(boxes=(), left_out=0, why_not=f"{groups} {told}")
        parts = _parted(by, values, there)
    largest = sorted(parts.items(), key=lambda part: (-len(part[1]), part[0]))
    found = [(name, some) for name, some in largest if len(some)]
    if not found:
        return Boxes(boxes=(), left_out=0, why_not="no row has both values")
    random = np.random.default_rng(seed)
    return Boxes(
        boxes=tuple(_box(name, some, most_outliers, random) for name, some in found[:most]),
        left_out=max(0, len(found) - most),
    )


def _parted(
    by: CodedColumn, values: NDArray[np.float64], there: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    codes = by.codes if by.codes is not None else np.empty(0, dtype=np.int64)
    return {name: values[there & (codes == place)] for place, name in enumerate(by.levels)}


def _box(name: str, values: NDArray[np.float64], most: int, random: np.random.Generator) -> Box:
    shift = _SHIFT if np.abs(values).max() > _HUGE else 0
    quartiles = np.quantile(np.ldexp(values, -shift), (0.25, 0.5, 0.75))
    first, middle, third = (float(each) for each in np.ldexp(quartiles, shift))
    reach = _REACH * (third - first)  # maybe infinite: then nothing is outside
    inside = values[(values >= first - reach) & (values <= third + reach)]
    # Quartiles lie between values, so that no value may be inside on one side of them.
    low = min(float(inside.min()), first) if len(inside) else first
    high = max(float(inside.max()), third) if len(inside) else third
    outside = values[(values < low) | (values > high)]
    told = outside if len(outside) <= most else random.choice(outside, most, replace=False)
    return Box(
        group=name,
        rows=len(values),
        low=low,
        quarter=first,
        median=middle,
        three_quarters=third,
        high=high,
        outliers=tuple(float(each) for each in np.sort(told)),
        outside=len(outside),
    )
