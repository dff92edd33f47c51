"""Merging small chunks into large ones; every row stays where its identifier finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, TypeAlias

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.schema import ChunkKeys, FewColumns, PackedRows, packed_table, table_of
from modeldesk.store.appending import SETTLED_ROWS
from modeldesk.store.damage import set_aside
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_many
from modeldesk.store.locking import lock_chunks
from modeldesk.store.parts import Part, moved_parts, numbered
from modeldesk.store.payload import ROW, ROW_ID, decode_as_kept, decode_rows, encode_chunk
from modeldesk.store.tables import chunks, moved_chunks

FEWEST = 64
"""Chunks that must wait before they are merged: each row is rewritten log64(n) times."""

_LARGEST = 50_000
_MOST = 600
"""Chunks that are merged in one transaction: predictions wait meanwhile."""

_SMALL = (chunks.c.settled.is_(False), chunks.c.profiled.is_(True), chunks.c.damaged.is_(None))

_Row: TypeAlias = "sa.Row[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Small:
    """A chunk that may be merged."""

    row: _Row
    rows: pl.DataFrame | PackedRows
    parts: Sequence[Part]

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Names and types of the columns."""
        return self.rows.columns.schema if isinstance(self.rows, PackedRows) else self.rows.schema


class Compaction:
    """Keeps the number of chunks small."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys = ChunkKeys()

    def run(self, *, fewest: int = FEWEST, stop: Callable[[], bool] = lambda: False) -> int:
        """Merge what can be merged once per version; return how many chunks went.

        Parameters
        ----------
        fewest
            Versions with fewer small chunks are left alone.
        stop
            Asked between versions; when it says so, the rest is left to the next run.
        """
        count = sa.func.count()
        query = (
            sa.select(chunks.c.version_id)
            .where(*_SMALL)
            .group_by(chunks.c.version_id)
            .having(count >= fewest)
        )
        with self._store.reading() as connection:
            versions = list(connection.scalars(query))
        return sum(self._merge(version_id) for version_id in versions if not stop())

    def _merge(self, version_id: int) -> int:
        query = (
            sa.select(chunks.c.id, chunks.c.rows)
            .where(*_SMALL, chunks.c.version_id == version_id)
            .order_by(chunks.c.id)
            .limit(_MOST)
        )
        with self._store.reading() as connection:
            found = [(row.id, row.rows) for row in connection.execute(query)]
            ids = _up_to(_LARGEST, found)
            chosen = sa.select(chunks).where(chunks.c.id.in_(ids)).order_by(chunks.c.id)
            rows = connection.execute(chosen).all()
            moved = moved_parts(connection, ids)
        small = _mergeable([read for row in rows if (read := self._read(row, moved))])
        if len(small) < 2:  # noqa: PLR2004  # one alone is merged already
            return 0
        try:
            merged = pl.concat(_tables(small), how="diagonal")
        except ValueError:
            if not self._set_aside(small):
                raise
            return 0
        # What takes long is done before the transaction: nobody waits for it to write.
        payload, places = encode_chunk(merged), _places(small)
        with self._store.writing(synced=False) as connection:
            merging = [chunk.row.id for chunk in small]
            lock_chunks(connection, merging)
            gone = sa.delete(chunks).where(chunks.c.id.in_(merging))
            if connection.execute(gone).rowcount != len(small):
                connection.rollback()
                return 0
            written = connection.execute(
                sa.insert(chunks).values(
                    **_values([chunk.row for chunk in small]),
                    key=self._keys.new(small[-1].row.committed_at),
                    rows=merged.height,
                    payload=payload,
                    settled=merged.height >= SETTLED_ROWS,
                )
            )
            key = written.inserted_primary_key
            chunk_id = int(key[0]) if key is not None else 0
            insert_many(connection, moved_chunks, places.with_columns(chunk_id=pl.lit(chunk_id)))
        return len(small) - 1

    def _read(self, row: _Row, moved: Mapping[int, Sequence[Part]]) -> _Small | None:
        """Return a chunk with its rows; one that cannot be read is set aside."""
        try:
            rows = decode_as_kept(row.payload)
        except Corrupt as error:
            set_aside(self._store, row.id, error.message)
            return None
        whole = [Part(key=row.key, start=0, rows=rows.height)]
        return _Small(row=row, rows=rows, parts=moved.get(row.id, whole))

    def _set_aside(self, small: Sequence[_Small]) -> int:
        """Set chunks aside that cannot be read after all; return how many.

        The others are merged the next time.
        """
        found = 0
        for chunk in small:
            try:
                decode_rows(chunk.row.payload)
            except Corrupt as error:
                set_aside(self._store, chunk.row.id, error.message)
                found += 1
        return found


def _up_to(most: int, found: Sequence[tuple[int, int]]) -> list[int]:
    """Return the keys of the first chunks that have so many rows together."""
    taken: list[int] = []
    total = 0
    for chunk_id, rows in found:
        if taken and total + rows > most:
            break
        taken.append(chunk_id)
        total += rows
    return taken


def _mergeable(found: Sequence[_Small]) -> list[_Small]:
    """Return the most chunks that have the same columns, of the same types.

    A column changes its type when the log policy begins or ends to hash it. Where it is not
    in a chunk, its values are unknown; merged with others they would be told as missing.
    """
    groups: dict[frozenset[tuple[str, pl.DataType]], list[_Small]] = {}
    for chunk in found:
        columns = chunk.schema.items()
        same = frozenset(column for column in columns if column[0] not in {ROW, ROW_ID})
        groups.setdefault(same, []).append(chunk)
    return max(groups.values(), key=len, default=[])


def _tables(small: Sequence[_Small]) -> list[pl.DataFrame]:
    """Return the rows of all chunks in order.

    Every row is given its position in its part where any part has lost rows. Where none has,
    chunks of a few rows that have the same columns become one table at once.
    """
    if any(ROW in chunk.schema for chunk in small):
        return [numbered(table_of(chunk.rows), chunk.parts) for chunk in small]
    tables: list[pl.DataFrame] = []
    for _, alike in groupby((chunk.rows for chunk in small), key=_kept_as):
        some = list(alike)
        few = [rows for rows in some if isinstance(rows, PackedRows)]
        whole = [rows for rows in some if isinstance(rows, pl.DataFrame)]
        tables += [packed_table(few)] if few else whole
    return tables


def _kept_as(rows: pl.DataFrame | PackedRows) -> FewColumns | None:
    return rows.columns if isinstance(rows, PackedRows) else None


def _values(rows: Sequence[_Row]) -> dict[str, object]:
    return {
        "first_key": min(row.first_key for row in rows),
        "last_key": max(row.last_key for row in rows),
        "version_id": rows[-1].version_id,
        "committed_at": rows[-1].committed_at,
        "first_time": min(row.first_time for row in rows),
        "last_time": max(row.last_time for row in rows),
        "profiled": True,
        "shadow": rows[-1].shadow,
    }


def _places(small: Sequence[_Small]) -> pl.DataFrame:
    """Return where each part that was committed together starts in the merged chunk."""
    starts = accumulate((chunk.rows.height for chunk in small), initial=0)
    return pl.DataFrame(
        [
            (part.key, start + part.start, part.rows)
            for chunk, start in zip(small, starts, strict=False)
            for part in chunk.parts
        ],
        schema={"key": pl.String, "start": pl.Int64, "rows": pl.Int64},
        orient="row",
    )
