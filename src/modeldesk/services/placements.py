"""Where the values of one row lie in the reference: how far up, how common, or outside."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Column, Kind, Value


class Sort(StrEnum):
    """What the share of a placement is of."""

    BELOW = "below"
    """The reference's values that are smaller; of equal ones half."""
    SHORTER = "shorter"
    """The reference's texts that have fewer characters; of equally long ones half."""
    SAME = "same"
    """The reference's values that are the same."""
    MISSING = "missing"
    """The reference's rows that lack a value, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a value lies among those of the reference."""

    column: str
    sort: Sort
    share: float
    """From 0 to 1."""
    outside: str = ""
    """Why the value is none that the reference has; empty where it is, as far as one can tell."""


_NUMBERS = {Kind.INTEGER, Kind.FLOAT, Kind.DATETIME, Kind.DATE, Kind.DURATION}
_NAMES = {Kind.CATEGORICAL, Kind.BOOLEAN}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def placements(
    columns: Collection[Column],
    reference: Profile,
    values: Mapping[str, Value],
    *,
    hidden: Collection[str] = (),
) -> dict[str, Placement]:
    """Return where values lie, by column; those of which nothing can be said are left out.

    Parameters
    ----------
    columns
        Whose values are placed.
    reference
        The profile of the reference.
    values
        A row.
    hidden
        Columns whose values are hashes.
    """
    found: dict[str, Placement] = {}
    known = frozenset(reference.names)
    for column in columns:
        if column.name in hidden or column.name not in known:
            continue
        placed = placement(column, reference.column(column.name), values.get(column.name))
        if placed is not None:
            found[column.name] = placed
    return found


def placement(column: Column, reference: ColumnProfile, value: Value) -> Placement | None:
    """Return where one value lies; ``None`` where nothing can be said.

    Parameters
    ----------
    column
        Whose value it is.
    reference
        The column in the reference.
    value
        The value; ``None`` where it is missing.
    """
    if not reference.rows:
        return None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        outside = "" if reference.missing else "the reference has a value in every row"
        return Placement(
            column=column.name,
            sort=Sort.MISSING,
            share=reference.missing_share,
            outside=outside,
        )
    if reference.kind in _NAMES:
        return _among(column, reference, value)
    if reference.kind is Kind.TEXT and isinstance(value, str):
        return _ranked(column, reference, float(len(value)), Sort.SHORTER)
    number = _number(value) if reference.kind in _NUMBERS else None
    return None if number is None else _ranked(column, reference, number, Sort.BELOW)


def _ranked(
    column: Column, reference: ColumnProfile, number: float, sort: Sort
) -> Placement | None:
    quantiles = reference.quantiles
    if quantiles is None or not quantiles.count:
        return None
    upto = quantiles.shares_up_to([number])[0]
    below = quantiles.shares_up_to([number], inclusive=False)[0]
    low, high = quantiles.minimum, quantiles.maximum
    outside = ""
    if sort is Sort.BELOW and low is not None and number < low:
        outside = f"below the smallest of the reference, {_written(reference, low)}"
    if sort is Sort.BELOW and high is not None and number > high:
        outside = f"above the largest of the reference, {_written(reference, high)}"
    return Placement(column=column.name, sort=sort, share=(upto + below) / 2, outside=outside)


def _among(column: Column, reference: ColumnProfile, value: Value) -> Placement | None:
    frequent = reference.frequent
    if frequent is None or not frequent.total:
        return None
    name = str(value).lower() if isinstance(value, bool) else str(value)
    counts = frequent.counts()
    share = min(1.0, counts.get(name, 0) / frequent.total)
    known = column.categories or (tuple(counts) if frequent.exact else ())
    strange = not share and bool(known) and name not in known
    return Placement(
        column=column.name,
        sort=Sort.SAME,
        share=share,
        outside="not among the values of the reference" if strange else "",
    )


def _number(value: Value) -> float | None:
    """Return a value as profiles count it: times in seconds since 1970, durations in seconds."""
    if isinstance(value, datetime):
        return (value - _EPOCH).total_seconds()
    if isinstance(value, date):
        return (datetime.combine(value, time(), UTC) - _EPOCH).total_seconds()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, int | float) else None


def _written(reference: ColumnProfile, number: float) -> str:
    if reference.kind.temporal:
        return f"{_EPOCH + timedelta(seconds=number):%Y-%m-%d %H:%M}"
    return f"{number:.5g}"
