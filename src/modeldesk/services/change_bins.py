"""Columns cut into bins that two sets of rows have in common."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance.estimation import Losses
from modeldesk.performance.estimation.cells import Cut
from modeldesk.services.segments import MISSING, OTHER

_LEVELS = 24
"""Values of a column of names that have a bin of their own."""
_RARE = 20
"""A value with fewer rows on both sides together has none."""

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """In which bin each row of either side is.

    Parameters
    ----------
    names
        Of the bins; one without rows on either side is not there.
    before, now
        The bin of each row, shapes ``(rows before,)`` and ``(rows now,)``.
    """

    names: tuple[str, ...]
    before: Codes
    now: Codes

    def losses(self, before: Floats, now: Floats) -> tuple[Losses, Losses]:
        """Return rows and losses by bin, of both sides."""
        return self._sums(self.before, before), self._sums(self.now, now)

    def _sums(self, codes: Codes, losses: Floats) -> Losses:
        rows, sums, squares = (
            np.bincount(codes, weights=each, minlength=len(self.names)).astype(np.float64)
            for each in (None, losses, losses * losses)
        )
        return Losses(names=self.names, rows=rows, losses=sums, squares=squares)


def numeric_bins(before: pl.Series, now: pl.Series) -> Binned:
    """Cut numbers where the first rows are many, with bins for the tails and for what is missing.

    >>> found = numeric_bins(pl.Series([1.0, 1.0, 2.0, None]), pl.Series([2.0, 9.0]))
    >>> found.names, found.before.tolist(), found.now.tolist()
    (('below 1.5', '1.5 or more', '(missing)'), [0, 0, 1, 2], [1, 1])
    """
    sides = [side.cast(pl.Float64).fill_null(np.nan).to_numpy() for side in (before, now)]
    cut = Cut.of(before.name, sides[0])
    edges = [f"{edge:.4g}" for edge in cut.edges or ()]
    if len(set(edges)) < len(edges):
        edges = [repr(edge) for edge in cut.edges or ()]
    names = ["(any)"] if not edges else [f"below {edges[0]}"]
    names += [f"{low} to {high}" for low, high in pairwise(edges)]
    names += [f"{edges[-1]} or more"] if edges else []
    codes = [cut.codes(side).astype(np.int64) for side in sides]
    return _used((*names, MISSING), *codes)


def named_bins(before: pl.Series, now: pl.Series) -> Binned:
    """Give each frequent value a bin; the others share one.

    >>> found = named_bins(pl.Series(["a"] * 20 + ["b"]), pl.Series(["c"] * 20 + [None]))
    >>> found.names, np.bincount(found.now).tolist()
    (('a', 'c', '(other)', '(missing)'), [0, 20, 0, 1])
    """
    texts = [side.cast(pl.String) for side in (before, now)]
    counts = pl.concat([text.alias("value") for text in texts]).drop_nulls().value_counts()
    common = counts.filter(pl.col("count") >= _RARE).sort(
        "count", "value", descending=[True, False]
    )
    levels = sorted(common["value"].head(_LEVELS).to_list())
    codes = []
    for text in texts:
        places = text.replace_strict(
            pl.Series(levels, dtype=pl.String),
            pl.Series(range(len(levels)), dtype=pl.Int64),
            default=len(levels),
            return_dtype=pl.Int64,
        )
        places = places.set(text.is_null(), len(levels) + 1)
        codes.append(places.to_numpy().astype(np.int64))
    return _used((*levels, OTHER, MISSING), *codes)


def valued_bins(before: pl.Series, now: pl.Series) -> Binned:
    """Give each value a bin: values are few already, as those of segments are.

    >>> valued_bins(pl.Series(["a"]), pl.Series(["b", "a"])).now.tolist()
    [1, 0]
    """
    names = pl.concat([before, now]).unique().sort().to_list()
    sides = [
        side.replace_strict(
            pl.Series(names, dtype=pl.String),
            pl.Series(range(len(names)), dtype=pl.Int64),
            return_dtype=pl.Int64,
        ).to_numpy()
        for side in (before, now)
    ]
    return Binned(names=tuple(names), before=sides[0], now=sides[1])


def _used(names: tuple[str, ...], before: Codes, now: Codes) -> Binned:
    """Leave out the bins without a row."""
    some = np.zeros(len(names), dtype=bool)
    some[before] = some[now] = True
    places = np.cumsum(some) - 1
    kept = tuple(name for name, used in zip(names, some, strict=True) if used)
    return Binned(names=kept, before=places[before], now=places[now])
