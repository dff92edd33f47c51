"""How the numeric columns of a table vary together."""

from __future__ import annotations

import polars as pl

from modeldesk.profiles import values
from modeldesk.sketches import Correlations
from modeldesk.sketches.correlations import MOST_COLUMNS

_BLOCK = 32_768
"""Rows that are summarised at once."""
_LEAST = 2


def correlations(columns: list[pl.Series]) -> Correlations | None:
    """Return the co-moments of a table's numeric columns; ``None`` where there are not two."""
    if len(columns) < _LEAST or not len(columns[0]):
        return None
    kept = sorted(columns, key=lambda series: series.name)[:MOST_COLUMNS]
    names = [series.name for series in kept]
    found = Correlations()
    for start in range(0, len(kept[0]), _BLOCK):
        block = [values.numbers(series.slice(start, _BLOCK)).to_numpy() for series in kept]
        found = found.merge(Correlations.of(names, block))
    return found
