"""Splitting traffic into segments by the values of columns."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from modeldesk.schema import LogPolicy

OVERALL = ""
"""Name of the segment that all rows belong to."""

OTHER = "(other)"
"""Value under which rare values are counted together."""

MISSING = "(missing)"

MOST = 100
"""Values of a column that get a segment of their own, per roll-up; the most frequent ones."""

_LONGEST = 100


def segment_name(column: str, value: str) -> str:
    """Name of the segment of rows that have a value in a column.

    >>> segment_name("country", "DE")
    'country=DE'
    """
    return f"{column}={value}"


def segmented(frame: pl.DataFrame, policy: LogPolicy) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield all rows, then the rows of each segment that the policy asks for."""
    yield OVERALL, frame
    for column in policy.segment_by:
        if column not in frame.columns:
            continue
        # No database keeps NUL in a name.
        texts = pl.col(column).cast(pl.String).str.slice(0, _LONGEST)
        values = texts.str.replace_all("\0", "\N{REPLACEMENT CHARACTER}", literal=True).fill_null(
            MISSING
        )
        named = frame.with_columns(values.alias(_VALUE))
        common = named[_VALUE].value_counts(sort=True)[_VALUE].head(MOST)
        pooled = named.with_columns(
            pl.when(pl.col(_VALUE).is_in(common.implode()))
            .then(pl.col(_VALUE))
            .otherwise(pl.lit(OTHER))
            .alias(_VALUE)
        )
        for (value,), rows in pooled.partition_by(_VALUE, as_dict=True).items():
            yield segment_name(column, str(value)), rows.drop(_VALUE)


_VALUE = "modeldesk:segment"
