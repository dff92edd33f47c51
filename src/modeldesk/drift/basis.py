"""By what two columns can be compared."""

from __future__ import annotations

from enum import StrEnum

from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind

_STRINGS = frozenset({Kind.CATEGORICAL, Kind.TEXT})
_LISTED = frozenset({Kind.CATEGORICAL, Kind.BOOLEAN})
_SPECIAL = {Kind.TEXT: "texts", Kind.VECTOR: "vectors"}


class Basis(StrEnum):
    """What of two columns is compared."""

    NUMBERS = "numbers"
    """Values in an order: numbers, times, durations."""
    CATEGORIES = "categories"
    TEXTS = "texts"
    VECTORS = "vectors"
    IDENTIFIERS = "identifiers"
    """Nothing: every value is new by nature."""
    TYPES = "types"
    """Nothing but that the values are of another type."""


def basis(current: ColumnProfile, reference: ColumnProfile) -> Basis:
    """Say by what two columns with values can be compared.

    Whole numbers compare with fractional ones, dates with times, and few-valued texts with
    categories. Values that came as one type and are listed on both sides compare as
    categories, whatever kinds the sides were given. All else is a change of type.
    """
    here, there = current.kind, reference.kind
    if Kind.IDENTIFIER in {here, there}:
        return Basis.IDENTIFIERS
    if here is there:
        same_length = there is not Kind.VECTOR or _dimension(current) == _dimension(reference)
        return _of(there) if same_length else Basis.TYPES
    if (here.numeric and there.numeric) or (here.temporal and there.temporal):
        return Basis.NUMBERS
    listed = current.frequent is not None and reference.frequent is not None
    alike = {here, there} <= _STRINGS or _came_as(current) == _came_as(reference)
    return Basis.CATEGORIES if listed and alike else Basis.TYPES


def _of(kind: Kind) -> Basis:
    if kind in _LISTED:
        return Basis.CATEGORIES
    return Basis(_SPECIAL.get(kind, "numbers"))


def _dimension(column: ColumnProfile) -> int | None:
    return None if column.vector is None else column.vector.dimension


def _came_as(column: ColumnProfile) -> str:
    """Return the type in which most values came."""
    return max(column.types.items(), key=lambda item: item[1], default=("nothing", 0))[0]
