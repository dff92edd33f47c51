"""A few rows in MessagePack, and tables of many such without an object for each value.

A float takes nine bytes there, the first of which tells what it is; so do times, and classes that
are small numbers take one. The values of a column are nine (or one) bytes each, one after the
other, and those of hundreds of chunks become an array at once. What has another size (nulls,
larger whole numbers, strings) is read value by value.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.schema.few import FewColumns, FewRows, series_of

_CELLS: dict[str, tuple[int, int, np.dtype[Any]]] = {
    "f": (0xCB, 0xCB, np.dtype([("tells", "u1"), ("value", ">f8")])),
    "t": (0xCF, 0xCF, np.dtype([("tells", "u1"), ("value", ">u8")])),
    # A number below 128 is the byte that tells what it is.
    "i": (
        0,
        0x7F,
        np.dtype({"names": ["tells", "value"], "formats": ["u1"] * 2, "offsets": [0, 0]}),
    ),
}
"""By letter: between what the byte that tells what a value is must be, and where the value is."""

_FEWEST, _MANY = 0xF, 0xFFFF
"""So many values have a list whose length takes no byte of its own, or two; others take four."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedRows:
    """Rows as they are kept, with the bytes of each column.

    Examples
    --------
    >>> body = msgspec.msgpack.encode(("fs", ["age", "name"], [[31.0, 47.0], ["x", None]]))
    >>> rows = PackedRows.read(memoryview(body))
    >>> rows.height, rows.frame().rows()
    (2, [(31.0, 'x'), (47.0, None)])
    """

    columns: FewColumns
    height: int
    """How many rows there are."""
    values: Sequence[msgspec.Raw]
    """The values of each column as a list."""

    @staticmethod
    def read(body: memoryview) -> PackedRows:
        """Read the types, names and values of columns; no value becomes an object yet.

        Raises
        ------
        ValueError
            When the bytes are something else, or hold no column.
        """
        types, names, values = _whole.decode(body)
        columns = _columns(bytes(types), bytes(names))
        if len(values) != len(columns.names) or not values:
            message = "its columns do not go together"
            raise ValueError(message)
        return PackedRows(columns=columns, height=len(_one.decode(values[0])), values=values)

    def only(self, names: Collection[str]) -> PackedRows:
        """Return the same rows with those of their columns that are among `names`."""
        kept = [place for place, name in enumerate(self.columns.names) if name in names]
        return PackedRows(
            columns=FewColumns.of(
                [self.columns.names[place] for place in kept],
                "".join(self.columns.types[place] for place in kept),
            ),
            height=self.height,
            values=[self.values[place] for place in kept],
        )

    def frame(self) -> pl.DataFrame:
        """Return the rows as a table; raises as `packed_table` does."""
        return packed_table([self])


def table_of(rows: pl.DataFrame | FewRows | PackedRows) -> pl.DataFrame:
    """Return rows as a table; raises as `packed_table` does."""
    return rows if isinstance(rows, pl.DataFrame) else rows.frame()


def packed_table(some: Sequence[PackedRows]) -> pl.DataFrame:
    """Return rows that have the same columns as one table, in order.

    Raises
    ------
    ValueError
        When a column has more or fewer values than the others, or other ones than its type's.
    """
    columns = some[0].columns
    rows = sum(each.height for each in some)
    # What stands before the values of a list, which all lists of a chunk have alike.
    heads = [_head(each.height) for each in some]
    series = []
    for place, (name, letter) in enumerate(zip(columns.names, columns.types, strict=True)):
        lists = [each.values[place] for each in some]
        found = _array(letter, lists, heads, rows)
        values = _listed(lists, rows) if found is None else found
        try:
            series.append(series_of(name, letter, values))
        except (TypeError, OverflowError, pl.exceptions.PolarsError) as error:
            message = f"the values of {name!r} are of another type: {error}"
            raise ValueError(message) from error
    return pl.DataFrame(series)


def _array(
    letter: str, lists: Sequence[msgspec.Raw], heads: Sequence[int], rows: int
) -> NDArray[Any] | None:
    """Return the values of a column of several chunks, if each takes as many bytes."""
    if letter not in _CELLS:
        return None
    first, last, cell = _CELLS[letter]
    cells = b"".join([memoryview(each)[head:] for each, head in zip(lists, heads, strict=True)])
    if len(cells) != rows * cell.itemsize:
        return None
    found = np.frombuffer(cells, dtype=cell)
    tells = found["tells"]
    if ((tells < first) | (tells > last)).any():
        return None
    return found["value"].astype(float if letter == "f" else np.int64)


def _listed(lists: Sequence[msgspec.Raw], rows: int) -> list[Any]:
    values = [value for each in lists for value in _one.decode(each)]
    if len(values) != rows:
        message = "its columns do not go together"
        raise ValueError(message)
    return values


def _head(length: int) -> int:
    """Return how many bytes stand before the values of a list of this length."""
    return 1 if length <= _FEWEST else 3 if length <= _MANY else 5


@lru_cache(maxsize=1024)
def _columns(types: bytes, names: bytes) -> FewColumns:
    decode = msgspec.msgpack.decode
    return FewColumns.of(decode(names, type=list[str]), decode(types, type=str))


_whole = msgspec.msgpack.Decoder(tuple[msgspec.Raw, msgspec.Raw, list[msgspec.Raw]])
_one = msgspec.msgpack.Decoder(list[Any])
