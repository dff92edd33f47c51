"""Whether two tables are the same: a hash of names, types, values and their order."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl


def fingerprint(table: pl.DataFrame) -> str:
    """Return the SHA-256 of a table; the order of its columns does not matter.

    Parameters
    ----------
    table
        Of plain column types, as `modeldesk.schema.to_frame` returns it.

    Examples
    --------
    >>> one = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    >>> fingerprint(one) == fingerprint(one.select("b", "a"))
    True
    >>> fingerprint(one) == fingerprint(one.reverse())
    False
    """
    found = hashlib.sha256(f"{table.height} rows".encode())
    for name in sorted(table.columns):
        column = table[name]
        told = name.encode()
        found.update(f"{len(told)} ".encode() + told + f" {column.dtype}".encode())
        found.update(np.packbits(column.is_null().to_numpy()).tobytes())
        for part in _parts(column):
            found.update(part)
    return found.hexdigest()


def _parts(column: pl.Series) -> list[bytes]:
    """Return the values as bytes, after how long each is where that differs."""
    if column.dtype == pl.String:
        texts = column.fill_null("")
        lengths = texts.str.len_bytes().cast(pl.Int64)
        return [_bytes(lengths), (texts.str.join("").item() or "").encode()]
    if isinstance(column.dtype, pl.List | pl.Array):
        lists = column.cast(pl.List(pl.Float64)).drop_nulls()
        return [_bytes(lists.list.len().cast(pl.Int64)), _bytes(lists.explode().drop_nulls())]
    return [_bytes(column.to_physical().drop_nulls())]


def _bytes(numbers: pl.Series) -> bytes:
    found = numbers.to_numpy()
    return found.astype(found.dtype.newbyteorder("<"), copy=False).tobytes()
