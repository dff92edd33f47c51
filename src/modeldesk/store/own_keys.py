"""The callers' own keys, by hash: which parts of the log to look into."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

import polars as pl
import sqlalchemy as sa

from modeldesk.store.payload import ROW_ID
from modeldesk.store.tables import row_keys

_AT_ONCE = 5_000
"""Numbers in one statement."""


def hash_of(row_id: str) -> int:
    """Return the hash under which an own key is found."""
    digest = hashlib.blake2b(row_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def hashes_in(frame: pl.DataFrame) -> set[int]:
    """Return the hashes of all own keys in the rows of a chunk."""
    if ROW_ID not in frame.columns:
        return set()
    return {hash_of(row_id) for row_id in frame[ROW_ID].drop_nulls()}


def key_rows(model_id: int, keys: Iterable[tuple[int, str]]) -> pl.DataFrame:
    """Return the rows to insert for own keys of a model, by hash and part."""
    pairs = list(keys)
    hashes, parts = [found for found, _ in pairs], [part for _, part in pairs]
    columns = {
        "hash": pl.Series(hashes, dtype=pl.Int64),
        "chunk_key": pl.Series(parts, dtype=pl.String),
    }
    # In order, so that each page of the index is written once.
    return pl.DataFrame(columns).with_columns(pl.lit(model_id).alias("model_id")).sort("hash")


def forget_keys(
    connection: sa.Connection, model_id: int, hashes: Iterable[int], chunk_keys: Iterable[str]
) -> None:
    """Delete own keys that lead to some parts, within the caller's transaction."""
    # The parts may be more than a statement takes: they are compared here.
    parts = frozenset(chunk_keys)
    keys = {pair for pair in keys_found(connection, model_id, hashes) if pair[1] in parts}
    delete_keys(connection, numbers_of(connection, model_id, keys))


def numbers_of(
    connection: sa.Connection, model_id: int, keys: Collection[tuple[int, str]]
) -> list[int]:
    """Return the numbers of own keys by hash and part."""
    numbers: list[int] = []
    for some in in_parts({found for found, _ in keys}):
        query = sa.select(row_keys).where(
            row_keys.c.model_id == model_id, row_keys.c.hash.in_(some)
        )
        found = connection.execute(query)
        numbers += [row.id for row in found if (row.hash, row.chunk_key) in keys]
    return numbers


def delete_keys(connection: sa.Connection, numbers: Iterable[int]) -> None:
    """Delete own keys by number, within the caller's transaction."""
    for some in in_parts(numbers):
        connection.execute(sa.delete(row_keys).where(row_keys.c.id.in_(some)))


def keys_found(
    connection: sa.Connection, model_id: int, hashes: Iterable[int]
) -> set[tuple[int, str]]:
    """Return hash and part of every own key of a model with one of some hashes."""
    found: set[tuple[int, str]] = set()
    for some in in_parts(hashes):
        query = sa.select(row_keys.c.hash, row_keys.c.chunk_key).where(
            row_keys.c.model_id == model_id, row_keys.c.hash.in_(some)
        )
        found |= {(row.hash, row.chunk_key) for row in connection.execute(query)}
    return found


def in_parts(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield as many numbers at once as one statement takes."""
    every = sorted(numbers)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
