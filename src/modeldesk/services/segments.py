"""Splitting traffic into segments by the values of columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from modeldesk.schema import LogPolicy

OVERALL = ""
"""Name of the segment that all rows belong to."""

OTHER = "(other)"
"""Value under which rare values are counted together."""

MISSING = "(missing)"

MOST = 100
"""Values of a column that get a segment of their own, per version.

Those that came first do; of those that came together, the most frequent ones.
"""

_LONGEST = 100


def segment_name(column: str, value: str) -> str:
    """Name of the segment of rows that have a value in a column.

    >>> segment_name("country", "DE")
    'country=DE'
    """
    return f"{column}={value}"


def segmented(
    frame: pl.DataFrame, policy: LogPolicy, known: Collection[str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield all rows, then the rows of each segment that the policy asks for.

    Parameters
    ----------
    frame
        The rows.
    policy
        Names the columns by whose values rows are split.
    known
        Names of the segments that there are already: they stay, and new ones are added up to
        `MOST` values of a column; the rows of all others are counted together.
    """
    yield OVERALL, frame
    for column in policy.segment_by:
        if column not in frame.columns:
            continue
        pooled = frame.with_columns(segment_values(frame[column], column, known).alias(_VALUE))
        for (value,), rows in pooled.partition_by(_VALUE, as_dict=True).items():
            yield segment_name(column, str(value)), rows.drop(_VALUE)


def segment_values(values: pl.Series, column: str, known: Collection[str]) -> pl.Series:
    """Return by which value of a column each row is in a segment, rare ones as `OTHER`.

    Parameters
    ----------
    values
        Of the rows, as they are logged.
    column
        Name of the column.
    known
        As for `segmented`.
    """
    # No database keeps NUL in a name.
    texts = values.cast(pl.String).str.slice(0, _LONGEST)
    named = texts.str.replace_all("\0", "\N{REPLACEMENT CHARACTER}", literal=True)
    named = named.fill_null(MISSING).alias(_VALUE)
    common = _common(named, _values(column, known))
    kept = pl.when(pl.col(_VALUE).is_in(common.implode())).then(pl.col(_VALUE))
    return named.to_frame().select(kept.otherwise(pl.lit(OTHER)).alias(_VALUE))[_VALUE]


def _values(column: str, known: Collection[str]) -> pl.Series:
    """Return the values of a column that have a segment of their own."""
    start = segment_name(column, "")
    values = {name.removeprefix(start) for name in known if name.startswith(start)}
    return pl.Series(sorted(values - {OTHER}), dtype=pl.String)


def _common(values: pl.Series, known: pl.Series) -> pl.Series:
    """Return what is known and, as many as there is room for, the most frequent of the rest."""
    new = values.filter(~values.is_in([*known, OTHER]))
    room = max(MOST - len(known), 0)
    return pl.concat([known, new.value_counts(sort=True)[_VALUE].head(room)])


_VALUE = "modeldesk:segment"
