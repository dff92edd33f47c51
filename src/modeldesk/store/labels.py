"""Labels in the database: written, looked up, listed, and what they say of days and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from modeldesk.sketches import Quantiles
from modeldesk.store.engine import Store
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.given import given
from modeldesk.store.label_matching import Matches, match
from modeldesk.store.label_tables import (
    label_batches,
    label_days,
    label_delays,
    label_hours,
    labels,
    waiting_labels,
)
from modeldesk.store.label_writing import LabelCounts, sort, write
from modeldesk.store.tables import models, versions

_BATCHES = 200
_DENSE = 5
"""Rows asked for of a part of the log, on average, from which on all of it is read."""
_NEWEST = (labels.c.batch_id.desc(), labels.c.id.desc())

PRESENT: dict[str, pl.DataType] = {
    "chunk_key": pl.String(),
    "row": pl.Int64(),
    "label": pl.String(),
    "label_time": pl.Int64(),
}
"""The present labels of predictions; times in microseconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRecord:
    """One label that was given to a prediction."""

    batch_id: int
    label_id: int
    model: str
    version: int
    chunk_key: str
    row: int
    predicted_at: datetime
    value: str
    time: datetime
    """When the outcome became known."""
    arrived_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """A day whose labels have changed since it was evaluated."""

    version_id: int
    day: datetime
    revision: int
    """Of the labels; to be told when it is evaluated: see `EvaluationRecords.keep`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledHour:
    """How many predictions of an hour have a label."""

    start: datetime
    labelled: int


class LabelRecords:
    """Reads and writes labels.

    Of several labels of one prediction the newest counts: the one whose batch arrived last,
    and of one batch the one that was written last.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def match(self, model_id: int, asked: pl.DataFrame) -> Matches:
        """Find the predictions that labels are about: see `label_matching.match`."""
        filed_if_possible(self._store)
        with self._store.snapshot() as connection:
            return match(connection, model_id, asked)

    def preview(self, model_id: int, some: pl.DataFrame, matches: Matches) -> LabelCounts:
        """Return what `write` would say, without writing."""
        with self._store.snapshot() as connection:
            return sort(connection, model_id, some, matches).counts

    def write(
        self, model_id: int, some: pl.DataFrame, matches: Matches, *, now: datetime
    ) -> LabelCounts:
        """Write labels with all that follows from them in one transaction.

        Parameters
        ----------
        model_id
            Whose labels.
        some
            The labels, as `label_writing.GIVEN`.
        matches
            The predictions that they are about, as far as they were there.
        now
            When they arrived.
        """
        with self._store.writing() as connection:
            return write(connection, model_id, some, matches, now=now)

    def history(self, chunk_key: str, row: int) -> tuple[LabelRecord, ...]:
        """Return all labels of a prediction, the newest first."""
        query = _query().where(labels.c.chunk_key == chunk_key, labels.c.row == row)
        with self._store.reading() as connection:
            return tuple(map(_record, connection.execute(query.order_by(*_NEWEST))))

    def list(
        self, model_id: int, *, before: tuple[int, int] | None = None, limit: int
    ) -> tuple[LabelRecord, ...]:
        """Return labels of a model, those that arrived last first.

        Parameters
        ----------
        model_id
            The model.
        before
            Batch and number of a label: only those that come after it in this order.
        limit
            How many at most.
        """
        found: list[LabelRecord] = []
        upto = None if before is None else before[0]
        with self._store.snapshot() as connection:
            while len(found) < limit:
                batches = _batches_of(connection, model_id, upto)
                if not batches:
                    break
                query = _query().where(labels.c.batch_id.in_(batches))
                if before is not None:
                    place = sa.tuple_(labels.c.batch_id, labels.c.id)
                    query = query.where(place < sa.tuple_(*map(sa.literal, before)))
                rows = connection.execute(query.order_by(*_NEWEST).limit(limit - len(found)))
                found += map(_record, rows)
                upto = batches[-1] - 1
        return tuple(found)

    def present(self, places: pl.DataFrame) -> pl.DataFrame:
        """Return the present labels of those predictions that have one.

        Parameters
        ----------
        places
            ``chunk_key`` and ``row`` of the predictions.

        Returns
        -------
        polars.DataFrame
            As `PRESENT`; the value as text.
        """
        with self._store.reading() as connection:
            return present(connection, places)

    def hours(
        self, version_id: int, *, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[LabelledHour, ...]:
        """Return how many predictions of which hours have a label, oldest first."""
        query = sa.select(label_hours).where(label_hours.c.version_id == version_id)
        if start is not None:
            query = query.where(label_hours.c.start >= start)
        if end is not None:
            query = query.where(label_hours.c.start < end)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(label_hours.c.start)).all()
        return tuple(LabelledHour(start=row.start, labelled=row.labelled) for row in rows)

    def delay(self, model_id: int) -> Quantiles:
        """Return how many seconds after their predictions first labels of a model were known."""
        query = sa.select(label_delays.c.payload).where(label_delays.c.model_id == model_id)
        with self._store.reading() as connection:
            payload = connection.scalar(query)
        return Quantiles() if payload is None else Quantiles.decode(payload)

    def waiting(self, model_id: int) -> int:
        """Return how many labels of a model wait for their predictions."""
        query = sa.select(sa.func.count()).where(waiting_labels.c.model_id == model_id)
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    def due(self, *, limit: int = 1_000, after: DueDay | None = None) -> tuple[DueDay, ...]:
        """Return days whose labels have changed since they were evaluated, the oldest first.

        Parameters
        ----------
        limit
            Most days.
        after
            Goes on behind this one.
        """
        query = (
            sa.select(label_days)
            .where(label_days.c.evaluated < label_days.c.revision)
            .order_by(label_days.c.day, label_days.c.version_id)
            .limit(limit)
        )
        if after is not None:
            same = (label_days.c.day == after.day) & (label_days.c.version_id > after.version_id)
            query = query.where((label_days.c.day > after.day) | same)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            DueDay(version_id=row.version_id, day=row.day, revision=row.revision) for row in rows
        )


def mark_evaluated(connection: sa.Connection, due: DueDay) -> bool:
    """Mark a day as evaluated within the caller's transaction; say whether it was due.

    Labels that arrive while the day is evaluated leave it due: the mark is the revision that was
    read before. Another process that was faster has marked it already.
    """
    marked = connection.execute(
        sa.update(label_days)
        .where(
            label_days.c.version_id == due.version_id,
            label_days.c.day == due.day,
            label_days.c.evaluated < due.revision,
        )
        .values(evaluated=due.revision)
    )
    return marked.rowcount == 1


def present(connection: sa.Connection, places: pl.DataFrame) -> pl.DataFrame:
    """Return the present labels of predictions, as `PRESENT`, within the caller's transaction.

    Where most rows of a part of the log are asked for, all of its labels are read: that takes a
    fifth of the time of looking each up.
    """
    wanted = places.select("chunk_key", "row")
    keys = wanted.select("chunk_key").unique()
    if wanted.height >= _DENSE * keys.height:
        joins = [
            some.join(labels, chunk_key=labels.c.chunk_key) for some in given(connection, keys)
        ]
    else:
        joins = [
            some.join(labels, chunk_key=labels.c.chunk_key, row=labels.c.row)
            for some in given(connection, wanted)
        ]
    schema = PRESENT | {"batch_id": pl.Int64(), "id": pl.Int64()}
    moment = sa.type_coerce(labels.c.time, sa.BigInteger)
    columns = (labels.c.chunk_key, labels.c.row, labels.c.value, moment)
    query = sa.select(*columns, labels.c.batch_id, labels.c.id)
    found = [pl.DataFrame(schema=schema)]
    for join in joins:
        rows = list(map(tuple, connection.execute(query.select_from(join)).all()))
        found.append(pl.DataFrame(rows, schema=schema, orient="row"))
    ordered = pl.concat(found).sort("batch_id", "id")
    newest = ordered.unique(["chunk_key", "row"], keep="last").select(*PRESENT)
    return wanted.unique().join(newest, on=["chunk_key", "row"], how="inner")


def _batches_of(connection: sa.Connection, model_id: int, upto: int | None) -> Sequence[int]:
    query = sa.select(label_batches.c.id).where(label_batches.c.model_id == model_id)
    if upto is not None:
        query = query.where(label_batches.c.id <= upto)
    return list(connection.scalars(query.order_by(label_batches.c.id.desc()).limit(_BATCHES)))


def _query() -> sa.Select[tuple[object, ...]]:
    joined = (labels.join(label_batches).join(versions, labels.c.version_id == versions.c.id)).join(
        models, versions.c.model_id == models.c.id
    )
    return sa.select(
        labels,
        label_batches.c.arrived_at,
        label_batches.c.source,
        models.c.name.label("model"),
        versions.c.number,
    ).select_from(joined)


def _record(row: sa.Row[tuple[object, ...]]) -> LabelRecord:
    return LabelRecord(
        batch_id=row.batch_id,
        label_id=row.id,
        model=row.model,
        version=row.number,
        chunk_key=row.chunk_key,
        row=row.row,
        predicted_at=row.predicted_at,
        value=row.value,
        time=row.time,
        arrived_at=row.arrived_at,
        source=row.source,
    )
