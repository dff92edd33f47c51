"""How the values of a column are spread: in equally wide bins, or by the most frequent values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.explore.column import most_frequent
from modeldesk.explore.missing import present
from modeldesk.explore.table import ExploredTable
from modeldesk.schema import Kind

_BINS = 20
_LARGEST = 1 << 62
"""Whole numbers that lie further apart are binned as others: their distance has no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bin of numbers or times, or one value."""

    words: str
    """What it holds."""
    rows: int
    low: float | None = None
    """Of a bin of numbers: where it begins."""
    high: float | None = None
    """Where it ends; the last bin holds its end as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How the values of one column are spread."""

    bars: tuple[Bar, ...]
    """In order of numbers and times, or the most frequent values first; maybe none."""
    listed: bool
    """Whether each bar is a value, and no bin."""
    rest: int = 0
    """Rows with other values than those listed."""


def distribution(table: ExploredTable, name: str, *, bins: int = _BINS) -> Distribution:
    """Return how the values of a column are spread.

    Parameters
    ----------
    table, name
        The column; missing and infinite values are left out.
    bins
        Bins of equal width, from the smallest value to the largest; those of whole numbers hold
        as many of them each. Of categories, texts and identifiers, the most frequent values are
        told instead.

    Examples
    --------
    >>> found = distribution(ExploredTable.of({"x": [0.0, 1.0, 2.0, 2.0]}), "x", bins=2)
    >>> [(bar.low, bar.high, bar.rows) for bar in found.bars]
    [(0.0, 1.0, 1), (1.0, 2.0, 3)]
    """
    series, kind = table.frame[name], table.kinds[name]
    values = present(series)
    if isinstance(series.dtype, pl.List | pl.Array):
        return Distribution(bars=(), listed=True)
    if series.dtype in (pl.Date, pl.Datetime):
        seconds = values.cast(pl.Datetime("us", "UTC")).dt.epoch("us").to_numpy() / 1e6
        return _binned(seconds, bins, times=True)
    if series.dtype == pl.Duration:
        return _binned(values.dt.total_microseconds().to_numpy() / 1e6, bins)
    if series.dtype.is_numeric() and kind not in {Kind.CATEGORICAL, Kind.IDENTIFIER}:
        whole = _whole(values, bins) if series.dtype.is_integer() else None
        return whole or _binned(values.cast(pl.Float64).to_numpy(), bins)
    top = most_frequent(values)
    bars = tuple(Bar(words=each.value, rows=each.rows) for each in top)
    return Distribution(bars=bars, listed=True, rest=len(values) - sum(bar.rows for bar in bars))


def _whole(values: pl.Series, bins: int) -> Distribution | None:
    """Return bins that hold as many whole numbers each; ``None`` where there are too many."""
    low, high = values.min(), values.max()
    if not isinstance(low, int) or not isinstance(high, int) or high - low >= _LARGEST:
        return None
    wide = -(-(high - low + 1) // bins)
    counts = np.bincount(((values - low) // wide).to_numpy())
    bars = []
    for place, rows in enumerate(counts):
        first = low + place * wide
        last = min(first + wide - 1, high)
        words = f"{first}" if first == last else f"{first} to {last}"
        bars.append(Bar(words=words, rows=int(rows), low=float(first), high=float(last)))
    return Distribution(bars=tuple(bars), listed=False)


def _binned(values: NDArray[np.float64], bins: int, *, times: bool = False) -> Distribution:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Distribution(bars=(), listed=False)
    low, high = float(finite.min()), float(finite.max())
    if low == high or not np.isfinite(high - low):
        bar = Bar(words=_ends(low, high, times=times), rows=len(finite), low=low, high=high)
        return Distribution(bars=(bar,), listed=False)
    edges = np.linspace(low, high, bins + 1)
    if not (np.diff(edges) > 0).all():  # so close together that there is no room between them
        edges = np.array([low, high])
    counts, _ = np.histogram(finite, bins=edges)
    bars = [
        Bar(words=_ends(a, b, times=times), rows=int(rows), low=float(a), high=float(b))
        for a, b, rows in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return Distribution(bars=tuple(bars), listed=False)


def _ends(low: float, high: float, *, times: bool) -> str:
    if times:
        one, other = (f"{datetime.fromtimestamp(s, UTC):%Y-%m-%d %H:%M}" for s in (low, high))
    else:
        one, other = f"{low:.4g}", f"{high:.4g}"
    return one if one == other else f"{one} to {other}"
