"""Which rows of a window a verdict about a column is told by, as a condition."""

from __future__ import annotations

import math

from modeldesk.drift import Aspect, Direction, Verdict
from modeldesk.performance.slices.canonical import column_text, text_literal
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Column, Kind

_LOW, _HIGH = 0.05, 0.95
"""Between these quantiles of the reference lies what is usual."""

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})
_MOVES = frozenset({Aspect.SHIFT, Aspect.SPREAD, Aspect.SHAPE})


def telling_condition(
    column: Column,
    verdict: Verdict | None,
    *,
    reference: ColumnProfile,
    current: ColumnProfile | None,
) -> str:
    """Return the condition of the rows by which a change can be seen.

    Of numbers that moved, those beyond 19 of 20 values of the reference; of categories, the one
    whose share grew most, or those that the reference does not have; of missing values, the rows
    without one. Where nothing changed, the rows that have a value.

    Parameters
    ----------
    column
        What it is about.
    verdict
        About the window; ``None``: there is none.
    reference, current
        The column on both sides.

    Returns
    -------
    str
        In the language of slices; empty where the column's name is too long for it.
    """
    name = column_text(column.name)
    for aspect in () if verdict is None else verdict.aspects:
        found = _told(aspect, name, column, verdict, reference, current)
        if found and len(found) <= LONGEST_EXPRESSION:
            return found
    usual = f"{name} is not null"
    return usual if len(usual) <= LONGEST_EXPRESSION else ""


def _told(  # what is known of both sides
    aspect: Aspect,
    name: str,
    column: Column,
    verdict: Verdict | None,
    reference: ColumnProfile,
    current: ColumnProfile | None,
) -> str | None:
    if aspect is Aspect.MISSING:
        fewer = current is not None and current.missing_share < reference.missing_share
        return f"{name} is not null" if fewer else f"{name} is null"
    number = column.kind.numeric
    if number and aspect is Aspect.RANGE and reference.moments is not None:
        return _beyond(name, reference.moments.minimum, reference.moments.maximum)
    if number and aspect in _MOVES and reference.quantiles is not None:
        direction = None if verdict is None else verdict.direction
        low, high = reference.quantiles.quantiles([_LOW, _HIGH])
        return _moved(name, low, high, direction if aspect is Aspect.SHIFT else None)
    if column.kind in _LISTED:
        return _grown(name, column.kind, reference, current)
    return None


def _beyond(name: str, low: float, high: float) -> str | None:
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return f"{name} < {_number(low)} or {name} > {_number(high)}"


def _moved(name: str, low: float, high: float, direction: Direction | None) -> str | None:
    if direction is Direction.HIGHER:
        return f"{name} > {_number(high)}" if math.isfinite(high) else None
    if direction is Direction.LOWER:
        return f"{name} < {_number(low)}" if math.isfinite(low) else None
    return _beyond(name, low, high)


def _grown(
    name: str, kind: Kind, reference: ColumnProfile, current: ColumnProfile | None
) -> str | None:
    """Return the condition of the category whose share grew most."""
    before, now = _shares(reference), {} if current is None else _shares(current)
    grown = {value: share - before.get(value, 0.0) for value, share in now.items()}
    value = max(grown, key=lambda each: (grown[each], each), default=None)
    if value is None:
        return None
    if kind is Kind.BOOLEAN:
        return f"{name} == {value}" if value in {"true", "false"} else None
    return f"{name} == {text_literal(value)}"


def _shares(column: ColumnProfile) -> dict[str, float]:
    found = column.frequent
    if found is None or not found.total:
        return {}
    return {item.value: item.count / found.total for item in found.items()}


def _number(value: float) -> str:
    return f"{value:.15g}"
