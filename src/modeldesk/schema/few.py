"""A few rows as Python's values, column by column: where a table costs more than its work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import polars as pl
from numpy.typing import NDArray

from modeldesk.schema.rows import Value

FEW = 64
"""Of so many rows at most; of more, a table of Polars' is quicker."""

_STAMP = pl.Datetime("us", "UTC")
_TYPES: dict[str, pl.DataType] = {
    "b": pl.Boolean(),
    "i": pl.Int64(),
    "f": pl.Float64(),
    "s": pl.String(),
    "t": _STAMP,
}
_LETTERS = {dtype: letter for letter, dtype in _TYPES.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FewColumns:
    """Names and types of the columns; there is one object for each combination: see `of`."""

    names: tuple[str, ...]
    types: str
    """A letter for each: ``b`` boolean, ``i`` whole number, ``f`` number, ``s`` string, ``t``
    time as microseconds since 1970."""

    @staticmethod
    def of(names: Sequence[str], types: str) -> FewColumns:
        """Return the columns with these names and types.

        >>> FewColumns.of(("age",), "f") is FewColumns.of(["age"], "f")
        True
        """
        return _columns(tuple(names), types)

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The types of a table with these columns.

        >>> FewColumns.of(("age", "name"), "fs").schema
        {'age': Float64, 'name': String}
        """
        return {name: _TYPES[letter] for name, letter in zip(self.names, self.types, strict=True)}

    @staticmethod
    def like(types: dict[str, pl.DataType]) -> FewColumns | None:
        """Return the columns of a table with these types; ``None`` where one is no plain value.

        >>> columns = FewColumns.like({"age": pl.Float64(), "name": pl.String()})
        >>> columns.types
        'fs'
        >>> FewColumns.like({"when": pl.Date()}) is None
        True
        """
        letters = [_LETTERS.get(dtype) for dtype in types.values()]
        known = [letter for letter in letters if letter is not None]
        return FewColumns.of(tuple(types), "".join(known)) if len(known) == len(letters) else None


class FewRows(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows that were put together without a table.

    Examples
    --------
    >>> columns = FewColumns.of(("age", "name"), "fs")
    >>> rows = FewRows(columns=columns, values=((31.0, 47.0), ("x", None)))
    >>> rows.height, rows["name"]
    (2, ('x', None))
    >>> rows.frame().rows()
    [(31.0, 'x'), (47.0, None)]
    """

    columns: FewColumns
    values: Sequence[Sequence[Value]]
    """Those of each column."""

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.values[0])

    def __getitem__(self, name: str) -> Sequence[Value]:
        """Return the values of a column; times are microseconds since 1970."""
        return self.values[self.columns.names.index(name)]

    def frame(self) -> pl.DataFrame:
        """Return the rows as a table."""
        return pl.DataFrame(
            [
                series_of(name, letter, values)
                for name, letter, values in zip(
                    self.columns.names, self.columns.types, self.values, strict=True
                )
            ]
        )


def series_of(name: str, letter: str, values: Sequence[Value] | NDArray[Any]) -> pl.Series:
    """Return values as a column of the type that a letter stands for."""
    if letter == "t":  # a series of times takes ten times as long to make
        return pl.Series(name, values, dtype=pl.Int64).cast(_STAMP)
    return pl.Series(name, values, dtype=_TYPES[letter])


@lru_cache(maxsize=1024)
def _columns(names: tuple[str, ...], types: str) -> FewColumns:
    if len(names) != len(types) or not set(types) <= _TYPES.keys():
        message = f"{len(names)} names and the types {types!r} do not go together"
        raise ValueError(message)
    return FewColumns(names=names, types=types)
