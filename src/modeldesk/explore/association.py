"""How strongly two columns are associated, by the measure that fits what they hold.

============================  ==============================================================
both numbers                  Pearson's r for straight lines, Spearman's rho for any order
numbers by categories         the correlation ratio, eta
both categories               Cramér's V, corrected for chance as by Bergsma
============================  ==============================================================

Sources: R. A. Fisher, "On the probable error of a coefficient of correlation" (1921) and
"Statistical Methods for Research Workers" (1925); D. G. Bonett and T. A. Wright, "Sample size
requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000);
W. Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", Journal of the Korean
Statistical Society 42 (2013).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.explore.chance import (
    fisher_interval,
    p_of_chi_square,
    p_of_correlation,
    p_of_groups,
)
from modeldesk.explore.coding import CodedColumn, coded
from modeldesk.explore.table import ExploredTable

_FEWEST = 4
"""Rows with both values: of fewer a correlation has no interval."""

_CLOSE = 1e-12
"""What lies closer to a perfect association, or to none, is rounding."""


class Measure(StrEnum):
    """By which association is told."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    ETA = "eta"
    CRAMERS_V = "cramers_v"

    @property
    def signed(self) -> bool:
        """Whether it runs from -1 to 1, and not from 0 to 1."""
        return self in {Measure.PEARSON, Measure.SPEARMAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure of an association."""

    measure: Measure
    value: float
    """From -1 to 1, or from 0 to 1: see `Measure.signed`."""
    p_value: float
    """How likely it is as strong by chance, if the columns have nothing to do with each other."""
    low: float | None = None
    """Lower end of the 95 % interval, where one is usual."""
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How strongly two columns are associated, or why nobody can say."""

    first: str
    second: str
    rows: int
    """Rows with a value in both."""
    figures: tuple[Figure, ...] = ()
    """The measure that fits first; empty where none is defined."""
    why_not: str = ""
    """Why none is defined, as a clause; empty where one is."""

    @property
    def figure(self) -> Figure | None:
        """The measure that fits; ``None`` where none is defined."""
        return self.figures[0] if self.figures else None

    @property
    def strength(self) -> float:
        """The measure without its sign; -1 where none is defined, so that it comes last."""
        return abs(self.figures[0].value) if self.figures else -1.0


class _Undefined(Exception):
    """There is no measure, for this reason."""


def association(table: ExploredTable, first: str, second: str) -> Association:
    """Return how strongly two columns are associated.

    Rows that lack one of the values are left out. A measure that is not defined is not there,
    and the reason is told.

    Parameters
    ----------
    table
        The rows.
    first, second
        Names of the columns.

    Examples
    --------
    >>> table = ExploredTable.of({"x": [1, 2, 3, 4, 5], "y": [2.0, 4.1, 5.9, 8.2, 9.9]})
    >>> found = association(table, "x", "y").figure
    >>> found.measure.value, round(found.value, 3)
    ('pearson', 0.999)
    """
    return associated(coded(table, first), coded(table, second))


def associated(first: CodedColumn, second: CodedColumn, *, orders: bool = True) -> Association:
    """Return the association of two columns that are coded already.

    Parameters
    ----------
    first, second
        The columns.
    orders
        Whether numbers are also compared by their ranks, which takes longer.
    """
    rows = 0
    try:
        for column in (first, second):
            if column.why_not:
                _stop(f"{column.name} {column.why_not}")
        both = _there(first) & _there(second)
        rows = int(both.sum())
        if rows < _FEWEST:
            _stop(f"only {rows} rows have both values" if rows else "no row has both values")
        figures = _figures(first, second, both, orders=orders)
    except _Undefined as reason:
        return Association(first=first.name, second=second.name, rows=rows, why_not=str(reason))
    return Association(first=first.name, second=second.name, rows=rows, figures=figures)


def _stop(reason: str) -> NoReturn:
    raise _Undefined(reason)


def _there(column: CodedColumn) -> NDArray[np.bool_]:
    if column.numbers is not None:
        return ~np.isnan(column.numbers)
    return np.asarray(column.codes if column.codes is not None else [], dtype=np.int64) >= 0


def _figures(
    first: CodedColumn, second: CodedColumn, both: NDArray[np.bool_], *, orders: bool
) -> tuple[Figure, ...]:
    x, y = first.numbers, second.numbers
    if x is not None and y is not None:
        return _of_numbers(first, second, x[both], y[both], orders=orders)
    if first.codes is not None and second.codes is not None:
        return (_cramers_v(first, second, first.codes[both], second.codes[both]),)
    if first.codes is not None and y is not None:
        return (_eta(first, second, first.codes[both], y[both]),)
    if second.codes is not None and x is not None:
        return (_eta(second, first, second.codes[both], x[both]),)
    _stop("their values are of no kind that is compared")


def _of_numbers(
    first: CodedColumn,
    second: CodedColumn,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    orders: bool,
) -> tuple[Figure, ...]:
    one, other = _standard(first.name, x), _standard(second.name, y)
    rows = len(x)
    found = [_correlation(Measure.PEARSON, float(one @ other), 1 / math.sqrt(rows - 3), rows)]
    if orders:
        ranks = [_standard(c.name, _ranks(v)) for c, v in ((first, x), (second, y))]
        rho = max(-1.0, min(1.0, float(ranks[0] @ ranks[1])))
        error = math.sqrt((1 + rho * rho / 2) / (rows - 3))
        found.append(_correlation(Measure.SPEARMAN, rho, error, rows))
    return tuple(found)


def _correlation(measure: Measure, value: float, error: float, rows: int) -> Figure:
    inside = max(-1.0, min(1.0, value))
    if 1 - abs(inside) < _CLOSE:
        inside = math.copysign(1.0, inside)
    low, high = fisher_interval(inside, error)
    p_value = p_of_correlation(inside, rows)
    return Figure(measure=measure, value=inside, p_value=p_value, low=low, high=high)


def _standard(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values about their mean, as a vector of length 1."""
    # By a power of two, which loses nothing, so that differences are finite.
    scaled = np.ldexp(values, -int(np.frexp(np.abs(values).max())[1]))
    apart = scaled - scaled[0]
    spread = float(np.abs(apart).max())
    if not spread:
        _stop(f"{name} is constant")
    about = apart / spread
    about = about - about.mean()
    found: NDArray[np.float64] = about / float(np.sqrt(about @ about))
    return found


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return pl.Series(values).rank("average").cast(pl.Float64).to_numpy()


def _eta(
    groups: CodedColumn,
    numbers: CodedColumn,
    codes: NDArray[np.int64],
    values: NDArray[np.float64],
) -> Figure:
    standard = _standard(numbers.name, values)
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=standard)
    many = int((counts > 0).sum())
    if many == 1:
        _stop(f"{groups.name} is constant")
    if len(values) <= many:
        _stop(f"{groups.name} has as many values as there are rows")
    there = counts > 0
    explained = min(1.0, float((sums[there] ** 2 / counts[there]).sum()))
    if 1 - explained < _CLOSE:
        explained = 1.0
    p_value = p_of_groups(explained, groups=many, rows=len(values))
    return Figure(measure=Measure.ETA, value=math.sqrt(explained), p_value=p_value)


def _cramers_v(
    first: CodedColumn,
    second: CodedColumn,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
) -> Figure:
    wide = len(second.levels)
    counts = np.bincount(one * wide + other, minlength=len(first.levels) * wide)
    table = counts.reshape(len(first.levels), wide).astype(np.float64)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    for column, many in zip((first, second), table.shape, strict=True):
        if many == 1:
            _stop(f"{column.name} is constant")
    rows = float(table.sum())
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / rows
    chi_square = float(((table - expected) ** 2 / expected).sum())
    high, across = table.shape
    freedom = (high - 1) * (across - 1)
    beyond = chi_square / rows - freedom / (rows - 1)
    if beyond < _CLOSE:  # its root would be ten thousand times as large
        beyond = 0.0
    room = min(_without_chance(high, rows), _without_chance(across, rows)) - 1
    if room <= 0:
        _stop("there are as many values as rows")
    value = min(1.0, math.sqrt(beyond / room))
    return Figure(
        measure=Measure.CRAMERS_V, value=value, p_value=p_of_chi_square(chi_square, freedom)
    )


def _without_chance(many: int, rows: float) -> float:
    return many - (many - 1) ** 2 / (rows - 1)
