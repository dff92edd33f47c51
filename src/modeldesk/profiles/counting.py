"""Counting a column's rows: missing ones, and values by type."""

from __future__ import annotations

from modeldesk.schema import Reading
from modeldesk.sketches import Counts


def counts_of(
    reading: Reading, *, positive: int = 0, negative: int = 0, true: int = 0, empty: int = 0
) -> Counts:
    """Return the counts of a column.

    Parameters
    ----------
    reading
        The column, with the types in which its values came.
    positive, negative
        How many values are plus and minus infinity.
    true
        How many values are true.
    empty
        How many values are empty strings.
    """
    series, nan = reading.series, reading.nan
    types = reading.types(nan)
    return Counts.typed(
        types,
        rows=len(series),
        missing=len(series) - sum(types.values()),
        nan=nan,
        infinite=positive + negative,
        positive_infinite=positive,
        negative_infinite=negative,
        true=true,
        empty=empty,
    )
