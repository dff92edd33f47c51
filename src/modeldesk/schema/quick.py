"""The quick ways for rows that are all as they should be.

Reading value by value names every problem, at a third of a microsecond each. Most requests have
none: then a row, or a column of many, is checked as a whole, several times as fast. Whatever is
not plainly right is left to the careful way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import polars as pl

from modeldesk.schema.columns import ColumnRows
from modeldesk.schema.signature import Column, Kind

_TYPES: dict[Kind, frozenset[type]] = {
    Kind.BOOLEAN: frozenset({bool}),
    Kind.INTEGER: frozenset({int}),
    Kind.FLOAT: frozenset({int, float}),
    Kind.CATEGORICAL: frozenset({str}),
    Kind.TEXT: frozenset({str}),
}
_PLAIN: dict[Kind, type] = {
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.FLOAT: float,
    Kind.CATEGORICAL: str,
    Kind.TEXT: str,
}
_EASY = {Kind.BOOLEAN, Kind.FLOAT}
_LARGEST = 2**63 - 1
_NONE = type(None)


class QuickRow:
    """Reads a row that has every feature, and no other, with just the right types.

    Parameters
    ----------
    columns
        The features.

    Examples
    --------
    >>> quick = QuickRow([Column(name="a", kind=Kind.FLOAT), Column(name="b", kind=Kind.TEXT)])
    >>> quick.read({"b": "x", "a": 1.5})
    (1.5, 'x')
    >>> quick.read({"a": 1.5}) is None
    True
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        kinds = [column.kind for column in columns]
        self._width = len(columns)
        # A getter of one name gives a value and no tuple; such rows are short anyway.
        plain = len(columns) > 1 and all(kind in _PLAIN for kind in kinds)
        self._get = itemgetter(*(column.name for column in columns)) if plain else None
        self._types = tuple(_PLAIN[kind] for kind in kinds) if plain else ()
        self._floats = [place for place, kind in enumerate(kinds) if kind is Kind.FLOAT]
        self._others = [place for place, kind in enumerate(kinds) if kind not in _EASY]

    def read(self, row: object) -> tuple[Any, ...] | None:
        """Return the values in the features' order; ``None``: read the row with care."""
        if self._get is None or type(row) is not dict or len(row) != self._width:
            return None
        try:
            values: tuple[Any, ...] = self._get(row)
        except KeyError:
            return None
        if tuple(map(type, values)) != self._types:
            return None
        # NaN and infinity make every sum that they are in not finite.
        if not math.isfinite(sum([values[place] for place in self._floats])):
            return None
        for place in self._others:
            value = values[place]
            fits = value.isascii() if isinstance(value, str) else -_LARGEST <= value <= _LARGEST
            if not fits:
                return None
        return values


def quick_table(
    rows: Sequence[object], columns: Sequence[Column], types: Mapping[str, pl.DataType]
) -> pl.DataFrame | None:
    """Return rows as a table if each has every feature, and no other, with the right type.

    Parameters
    ----------
    rows
        One mapping from feature to value per row, or their columns.
    columns
        The features.
    types
        Type of each feature in tables.

    Examples
    --------
    >>> age = Column(name="age", kind=Kind.INTEGER)
    >>> quick_table([{"age": 1}, {"age": 2}], [age], {"age": pl.Int64()})["age"].to_list()
    [1, 2]
    >>> quick_table([{"age": 1}, {"age": "2"}], [age], {"age": pl.Int64()}) is None
    True
    """
    found: list[pl.Series] = []
    try:
        values = _columns(rows, [column.name for column in columns])
        if values is None:
            return None
        for column, given in zip(columns, values, strict=True):
            series = _series(column, given, types[column.name])
            if series is None:
                return None
            found.append(series)
    except (KeyError, OverflowError, UnicodeEncodeError, TypeError, pl.exceptions.PolarsError):
        return None
    return pl.DataFrame(found)


def _columns(rows: Sequence[object], names: Sequence[str]) -> Iterable[Sequence[object]] | None:
    """Return the values of each feature; ``None``: some row has not just these, or is no row."""
    if isinstance(rows, ColumnRows):
        alike = len(rows.columns) == len(names)
        return [rows.columns[name] for name in names] if alike else None
    plain = [row for row in rows if isinstance(row, dict) and len(row) == len(names)]
    if len(plain) != len(rows):
        return None
    # A getter of one name gives a value, of several a tuple of them.
    read = itemgetter(*names)
    return [list(map(read, plain))] if len(names) == 1 else zip(*map(read, plain), strict=True)


def _series(column: Column, values: Sequence[object], dtype: pl.DataType) -> pl.Series | None:
    allowed = _TYPES.get(column.kind)
    if allowed is None:
        return None
    if column.optional:
        allowed |= {_NONE}
    if not allowed.issuperset(map(type, values)):
        return None
    series = pl.Series(column.name, values, dtype=dtype)
    # NaN and infinity make every sum that they are in not finite.
    if column.kind is Kind.FLOAT and not math.isfinite(series.sum()):
        return None
    return series
