"""Labels that were there before their predictions: they join when the rows are rolled up.

It happens in the transaction that marks the rows as profiled, which passes every row exactly
once; appending a row costs no more for it. Who appends waits for that transaction, though, so
of rows only what names them is read there, and only where a label may want it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
import sqlalchemy as sa

from modeldesk.clock import microseconds
from modeldesk.schema import PackedRows
from modeldesk.store.given import given
from modeldesk.store.label_matching import identified
from modeldesk.store.label_tables import label_batches, label_hours, labels, waiting_labels
from modeldesk.store.label_writing import lock_labels, mark, newest, record
from modeldesk.store.own_keys import hash_of, in_parts
from modeldesk.store.parts import Part, moved_parts
from modeldesk.store.payload import ROW, ROW_ID, SHADOW_OF, TIME
from modeldesk.store.tables import versions

_DAY = 24 * 3_600_000_000
_PLACE = ("chunk_key", "row")
_PLACED = ("version_id", *_PLACE, "predicted_at")

_NAMING = (ROW_ID, ROW, TIME)
"""Columns of a chunk that say which predictions its rows are."""

_ROWS: dict[str, pl.DataType] = {
    "version_id": pl.Int64(),
    "chunk_key": pl.String(),
    "row": pl.Int64(),
    "predicted_at": pl.Int64(),
    "row_id": pl.String(),
}
_WAITING: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "batch_id": pl.Int64(),
    "own": pl.Boolean(),
    "name": pl.String(),
    "time": pl.Int64(),
    "value": pl.String(),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrived:
    """Rows of a chunk, as they stay in the log; nothing of them is read before it is asked for."""

    chunk_id: int
    key: str
    version_id: int
    rows: pl.DataFrame | PackedRows
    together: bool = False
    """Whether several commits were put together in it."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""
        rows = self.rows
        return rows.columns.names if isinstance(rows, PackedRows) else rows.columns

    @cached_property
    def frame(self) -> pl.DataFrame:
        """What says which predictions the rows are."""
        rows = self.rows
        return rows.only(_NAMING).frame() if isinstance(rows, PackedRows) else rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Committed:
    """Rows of one commit."""

    chunk: Arrived
    part: Part

    @property
    def key(self) -> str:
        """What the predictions' identifiers name."""
        return self.part.key

    @property
    def version_id(self) -> int:
        """The version that predicted them."""
        return self.chunk.version_id

    @property
    def has_keys(self) -> bool:
        """Whether the rows have own keys."""
        return ROW_ID in self.chunk.columns

    @property
    def frame(self) -> pl.DataFrame:
        """What says which predictions the rows are."""
        return self.chunk.frame[self.part.start : self.part.end]


def join_waiting(connection: sa.Connection, arrived: Sequence[Arrived]) -> None:
    """Give rows the labels that wait for them, and mark the days that labels change.

    A label that waits for an own key goes to all rows with that key that are rolled up together,
    and then waits no more. Days of rows that have a label already are marked as well: whoever
    evaluates what is profiled did not see them before.

    Parameters
    ----------
    connection
        Of the transaction that marks the rows as profiled.
    arrived
        The rows.
    """
    if not arrived:
        return
    models = _models(connection, {rows.version_id for rows in arrived})
    # Also where nothing waits: a label may be about to, that did not see these rows.
    lock_labels(connection, sorted(set(models.values())))
    for model_id in sorted(set(models.values())):
        if not _any_label(connection, model_id):
            continue
        mine = [rows for rows in arrived if models[rows.version_id] == model_id]
        answered = _commits(connection, [rows for rows in mine if SHADOW_OF not in rows.columns])
        shadows = _commits(connection, [rows for rows in mine if SHADOW_OF in rows.columns])
        _join(connection, model_id, answered)
        days = _labelled_days(connection, answered) | _days_beside(connection, model_id, shadows)
        mark(connection, days)


def _models(connection: sa.Connection, version_ids: Collection[int]) -> dict[int, int]:
    query = sa.select(versions.c.id, versions.c.model_id).where(versions.c.id.in_(version_ids))
    return {row.id: row.model_id for row in connection.execute(query)}


def _any_label(connection: sa.Connection, model_id: int) -> bool:
    """Return whether a model ever got a label."""
    query = sa.select(label_batches.c.id).where(label_batches.c.model_id == model_id).limit(1)
    return connection.scalar(query) is not None


def _commits(connection: sa.Connection, arrived: Sequence[Arrived]) -> list[_Committed]:
    """Return rows by the commits that their identifiers name."""
    moved = moved_parts(connection, [rows.chunk_id for rows in arrived if rows.together])
    return [
        _Committed(chunk=rows, part=part)
        for rows in arrived
        for part in moved.get(rows.chunk_id, [Part(key=rows.key, start=0, rows=rows.rows.height)])
    ]


def _join(connection: sa.Connection, model_id: int, arrived: Sequence[_Committed]) -> None:
    keys = sum(1 + rows.part.rows * rows.has_keys for rows in arrived)
    waiting = _waiting(connection, model_id, arrived, keys)
    if not waiting.height:
        return
    named = waiting.filter(~pl.col("own"))
    named = named.with_columns(identified(named["name"]))
    wanted = set(named["chunk_key"])
    own = not waiting.filter("own").is_empty()
    meant = [rows for rows in arrived if rows.key in wanted or (own and rows.has_keys)]
    rows = pl.concat([pl.DataFrame(schema=_ROWS), *map(_rows, meant)])
    joined = pl.concat(
        [
            waiting.filter("own").join(rows, left_on="name", right_on="row_id", how="inner"),
            named.join(rows.drop("row_id"), on=_PLACE, how="inner").select(*_WAITING, *_PLACED),
        ],
        how="diagonal",
    )
    if not joined.height:
        return
    had = newest(connection, joined.select(_PLACE).unique())
    ordered = joined.sort("batch_id", "id").join(had, on=_PLACE, how="left", maintain_order="left")
    first = pl.col("before").is_null() & pl.struct(_PLACE).is_first_distinct()
    record(connection, model_id, ordered.with_columns(first=first))
    for some in in_parts(joined["id"].unique().to_list()):
        connection.execute(sa.delete(waiting_labels).where(waiting_labels.c.id.in_(some)))


def _waiting(
    connection: sa.Connection, model_id: int, arrived: Sequence[_Committed], keys: int
) -> pl.DataFrame:
    """Return labels that may wait for some rows: all there are, or those with the rows' keys.

    Whichever are fewer: neither many labels that wait in vain nor many rows cost much.
    """
    mine = waiting_labels.c.model_id == model_id
    columns = [waiting_labels.c[name] for name in _WAITING]
    upto = sa.select(waiting_labels.c.id).where(mine).limit(keys + 1).subquery()
    if (connection.scalar(sa.select(sa.func.count()).select_from(upto)) or 0) <= keys:
        return _read(connection, [sa.select(*columns).where(mine)])
    hashes = pl.Series("hash", sorted(set(_hashes(arrived))), dtype=pl.Int64).to_frame()
    return _read(
        connection,
        (
            sa.select(*columns)
            .select_from(some.join(waiting_labels, hash=waiting_labels.c.hash))
            .where(mine)
            for some in given(connection, hashes)
        ),
    )


def _read(
    connection: sa.Connection, queries: Iterable[sa.Select[tuple[object, ...]]]
) -> pl.DataFrame:
    rows = [
        (*row[:4], microseconds(row.time), row.value)
        for query in queries
        for row in connection.execute(query)
    ]
    return pl.DataFrame(rows, schema=_WAITING, orient="row")


def _hashes(arrived: Sequence[_Committed]) -> Iterator[int]:
    for rows in arrived:
        yield hash_of(rows.key)
        if rows.has_keys:
            yield from map(hash_of, rows.frame[ROW_ID].drop_nulls())


def _rows(rows: _Committed) -> pl.DataFrame:
    frame = rows.frame
    height = frame.height
    return pl.DataFrame(
        {
            "version_id": pl.repeat(rows.version_id, height, dtype=pl.Int64, eager=True),
            "chunk_key": pl.repeat(rows.key, height, dtype=pl.String, eager=True),
            "row": frame[ROW] if ROW in frame.columns else pl.int_range(height, eager=True),
            "predicted_at": frame[TIME].dt.epoch("us"),
            "row_id": frame[ROW_ID]
            if ROW_ID in frame.columns
            else pl.repeat(None, height, dtype=pl.String, eager=True),
        },
        schema_overrides=_ROWS,
    )


def _labelled_days(
    connection: sa.Connection, arrived: Sequence[_Committed]
) -> set[tuple[int, int]]:
    """Return version and day of labels that rows had before they were rolled up."""
    keys = pl.Series("key", [rows.key for rows in arrived], dtype=pl.String).to_frame()
    found: set[tuple[int, int]] = set()
    moment = sa.type_coerce(labels.c.predicted_at, sa.BigInteger)
    for some in given(connection, keys):
        query = sa.select(labels.c.version_id, moment - moment % _DAY).distinct()
        of_rows = query.select_from(some.join(labels, key=labels.c.chunk_key))
        found |= {(row[0], int(row[1])) for row in connection.execute(of_rows)}
    return found


def _days_beside(
    connection: sa.Connection, model_id: int, shadows: Sequence[_Committed]
) -> set[tuple[int, int]]:
    """Return version and day of rows made beside predictions of days that have labels."""
    if not shadows:
        return set()
    mine = sa.select(versions.c.id).where(versions.c.model_id == model_id)
    query = sa.select(label_hours.c.start).where(label_hours.c.version_id.in_(mine)).distinct()
    labelled = {microseconds(start) // _DAY * _DAY for start in connection.scalars(query)}
    if not labelled:
        return set()
    return {
        (rows.version_id, int(day))
        for rows in shadows
        for day in (rows.frame[TIME].dt.epoch("us") // _DAY * _DAY).unique()
        if day in labelled
    }
