"""Writing labels: history, counts of hours, days that are due and delays, all in one transaction.

Who writes a model's labels holds its lock until the transaction ends: counts stay exact, batches
are numbered as they arrive, and no label misses a prediction that arrives at the same time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from modeldesk.clock import instant, microseconds
from modeldesk.schema import Granularity
from modeldesk.sketches import Quantiles
from modeldesk.store.given import given
from modeldesk.store.inserting import insert_many, insert_or
from modeldesk.store.label_matching import ASKED, Matches, match, parts_of, there
from modeldesk.store.label_tables import (
    label_batches,
    label_days,
    label_delays,
    label_hours,
    labels,
    waiting_labels,
)
from modeldesk.store.tables import models, profiles, versions

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_SECOND = 1_000_000
_PLACE = ("chunk_key", "row")
_NAME = ("hash", "name", "own")

GIVEN: dict[str, pl.DataType] = ASKED | {
    "time": pl.Int64(),
    "source": pl.String(),
    "value": pl.String(),
}
"""Labels to write: what they are about, when the outcome was known, from where, and what it is."""

_OF_LABELS = ("batch_id", "version_id", "chunk_key", "row", "predicted_at", "time", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """What became of some labels."""

    matched: int = 0
    """Labels whose predictions are in the log."""
    unknown: int = 0
    """Labels that wait for their predictions."""
    new: int = 0
    """Predictions that had no label."""
    corrected: int = 0
    """Predictions whose label is another one now."""
    unchanged: int = 0
    """Predictions that had the same label already."""

    def __add__(self, other: LabelCounts) -> LabelCounts:
        """Return both together."""
        return LabelCounts(
            matched=self.matched + other.matched,
            unknown=self.unknown + other.unknown,
            new=self.new + other.new,
            corrected=self.corrected + other.corrected,
            unchanged=self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Labels as they stand to what is there."""

    about: pl.DataFrame
    """Predictions with their label, and the one ``before`` from ``before_source``."""
    unknown: pl.DataFrame
    """Labels without a prediction, likewise with the one that waits already."""
    counts: LabelCounts


def lock_labels(connection: sa.Connection, model_ids: Collection[int]) -> None:
    """Let nobody else write labels of some models until the transaction ends.

    On SQLite whoever may write is alone anyway.
    """
    locked = sa.select(models.c.id).where(models.c.id.in_(model_ids)).order_by(models.c.id)
    if connection.dialect.name != "sqlite":
        # Not the strongest lock: rows that refer to the model can be written meanwhile.
        connection.execute(locked.with_for_update(key_share=True))


def sort(connection: sa.Connection, model_id: int, some: pl.DataFrame, matches: Matches) -> Sorted:
    """Compare labels with what is there.

    Parameters
    ----------
    connection
        In whose transaction to look.
    model_id
        Whose labels.
    some
        The labels, as `GIVEN`.
    matches
        The predictions that they are about.
    """
    joined = some.drop(_PLACE).join(matches.frame, on="position", how="inner")
    about = joined.unique(_PLACE, keep="last", maintain_order=True)
    about = about.join(newest(connection, about.select(_PLACE)), on=_PLACE, how="left")
    unknown = some.filter(~pl.col("position").is_in(matches.found.implode()))
    unknown = unknown.join(
        _newest_waiting(connection, model_id, unknown.select(_NAME)), on=_NAME, how="left"
    )
    had = about["before"].is_not_null()
    same = (about["before"] == about["value"]).fill_null(value=False)
    return Sorted(
        about=about,
        unknown=unknown,
        counts=LabelCounts(
            matched=some.height - unknown.height,
            unknown=unknown.height,
            new=int((~had).sum()),
            corrected=int((had & ~same).sum()),
            unchanged=int(same.sum()),
        ),
    )


def write(
    connection: sa.Connection,
    model_id: int,
    some: pl.DataFrame,
    matches: Matches,
    *,
    now: datetime,
) -> LabelCounts:
    """Write labels within the caller's transaction.

    A label that is the newest one already, from the same source, is not written again: whoever
    sends the same file twice changes nothing.
    """
    lock_labels(connection, [model_id])
    sorted_ = sort(connection, model_id, some, _with_late(connection, model_id, some, matches))
    about = sorted_.about.filter(_differs())
    unknown = sorted_.unknown.filter(_differs())
    sources = pl.concat([about["source"], unknown["source"]]).unique(maintain_order=True)
    batches = pl.DataFrame(
        {
            "source": sources,
            "batch_id": pl.Series(
                [_batch(connection, model_id, source, now) for source in sources], dtype=pl.Int64
            ),
        }
    )
    record(
        connection,
        model_id,
        about.join(batches, on="source").with_columns(first=pl.col("before").is_null()),
    )
    if unknown.height:
        waiting = unknown.join(batches, on="source", maintain_order="left").sort("position")
        columns = ("batch_id", "hash", "own", "name", "time", "value")
        owned = waiting.select(*columns, pl.lit(model_id).alias("model_id"))
        insert_many(connection, waiting_labels, owned)
    return sorted_.counts


def record(connection: sa.Connection, model_id: int, rows: pl.DataFrame) -> None:
    """Write labels of predictions, and what follows from them.

    Parameters
    ----------
    connection
        Of a transaction that holds the lock of the model's labels.
    model_id
        Whose labels.
    rows
        The columns of the table of labels, and whether each is the ``first`` of its prediction.
    """
    if not rows.height:
        return
    # In order, so that each page of the index is written once.
    insert_many(connection, labels, rows.select(_OF_LABELS).sort(_PLACE))
    first = rows.filter("first")
    _count(connection, first)
    _learn(connection, model_id, first)
    touched = rows.select("version_id", pl.col("predicted_at") // _DAY * _DAY).unique()
    days = touched["predicted_at"].unique().sort()
    beside = _shadowed(connection, model_id, days)
    mark(connection, {*touched.iter_rows(), *beside})


def mark(connection: sa.Connection, days: Collection[tuple[int, int]]) -> None:
    """Note that labels of days have changed: version, and the day's start in microseconds."""
    if not days:
        return
    new = insert_or(connection, label_days)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[label_days.c.version_id, label_days.c.day],
            set_={"revision": label_days.c.revision + 1},
        ),
        [
            {"version_id": version_id, "day": instant(day), "revision": 1, "evaluated": 0}
            for version_id, day in sorted(days)
        ],
    )


def newest(connection: sa.Connection, places: pl.DataFrame) -> pl.DataFrame:
    """Return the present label of predictions that have one.

    Parameters
    ----------
    connection
        In whose transaction to look.
    places
        ``chunk_key`` and ``row`` of the predictions.

    Returns
    -------
    polars.DataFrame
        These two, ``before`` and ``before_source``.
    """
    found: list[tuple[object, ...]] = []
    for some in given(connection, places):
        of_them = some.join(labels, chunk_key=labels.c.chunk_key, row=labels.c.row)
        query = sa.select(
            labels.c.chunk_key,
            labels.c.row,
            labels.c.batch_id,
            labels.c.id,
            labels.c.value,
            label_batches.c.source,
        ).select_from(of_them.join(label_batches))
        found += [tuple(row) for row in connection.execute(query)]
    return _latest(found, {"chunk_key": pl.String(), "row": pl.Int64()})


def _newest_waiting(connection: sa.Connection, model_id: int, names: pl.DataFrame) -> pl.DataFrame:
    found: list[tuple[object, ...]] = []
    for some in given(connection, names.select("hash").unique()):
        of_them = some.join(waiting_labels, hash=waiting_labels.c.hash)
        query = (
            sa.select(
                waiting_labels.c.hash,
                waiting_labels.c.name,
                waiting_labels.c.own,
                waiting_labels.c.batch_id,
                waiting_labels.c.id,
                waiting_labels.c.value,
                label_batches.c.source,
            )
            .select_from(of_them.join(label_batches))
            .where(waiting_labels.c.model_id == model_id)
        )
        found += [tuple(row) for row in connection.execute(query)]
    return _latest(found, {"hash": pl.Int64(), "name": pl.String(), "own": pl.Boolean()})


def _latest(found: list[tuple[object, ...]], by: dict[str, pl.DataType]) -> pl.DataFrame:
    schema = by | {
        "batch_id": pl.Int64(),
        "id": pl.Int64(),
        "before": pl.String(),
        "before_source": pl.String(),
    }
    rows = pl.DataFrame(found, schema=schema, orient="row").sort("batch_id", "id")
    return rows.unique([*by], keep="last", maintain_order=True).drop("batch_id", "id")


def _differs() -> pl.Expr:
    same = (pl.col("before") == pl.col("value")) & (pl.col("before_source") == pl.col("source"))
    return ~same.fill_null(value=False)


def _with_late(
    connection: sa.Connection, model_id: int, some: pl.DataFrame, matches: Matches
) -> Matches:
    """Add predictions that arrived after they were looked for."""
    unknown = some.filter(~pl.col("position").is_in(matches.found.implode())).select(*ASKED)
    if not unknown.height:
        return matches
    parts = parts_of(connection, model_id, unknown)
    known = there(connection, model_id, parts["chunk_key"].unique())["chunk_key"]
    fresh = parts.filter(pl.col("chunk_key").is_in(known.implode())).join(
        matches.looked_into, on=["position", "chunk_key"], how="anti"
    )
    if not fresh.height:
        return matches
    late = match(
        connection,
        model_id,
        unknown.filter(pl.col("position").is_in(fresh["position"].implode())),
    )
    return Matches(
        frame=pl.concat([matches.frame, late.frame]),
        looked_into=pl.concat([matches.looked_into, late.looked_into]),
    )


def _batch(connection: sa.Connection, model_id: int, source: str, now: datetime) -> int:
    written = connection.execute(
        sa.insert(label_batches).values(model_id=model_id, source=source, arrived_at=now)
    )
    key = written.inserted_primary_key
    return int(key[0]) if key is not None else 0


def _count(connection: sa.Connection, first: pl.DataFrame) -> None:
    hours = first.group_by("version_id", pl.col("predicted_at") // _HOUR * _HOUR).len()
    if not hours.height:
        return
    new = insert_or(connection, label_hours)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[label_hours.c.version_id, label_hours.c.start],
            set_={"labelled": label_hours.c.labelled + new.excluded.labelled},
        ),
        [
            {"version_id": version_id, "start": instant(start), "labelled": count}
            for version_id, start, count in hours.sort("version_id", "predicted_at").iter_rows()
        ],
    )


def _learn(connection: sa.Connection, model_id: int, first: pl.DataFrame) -> None:
    """Add to how long labels of a model take; an outcome known before counts as known at once."""
    if not first.height:
        return
    seconds = (first["time"] - first["predicted_at"]).clip(lower_bound=0) / _SECOND
    more = Quantiles.of(seconds.to_numpy())
    query = sa.select(label_delays.c.payload).where(label_delays.c.model_id == model_id)
    known = connection.scalar(query)
    payload = (more if known is None else Quantiles.decode(known).merge(more)).encode()
    connection.execute(
        insert_or(connection, label_delays)
        .values(model_id=model_id, payload=payload)
        .on_conflict_do_update(index_elements=[label_delays.c.model_id], set_={"payload": payload})
    )


def _shadowed(connection: sa.Connection, model_id: int, days: pl.Series) -> set[tuple[int, int]]:
    """Return the versions and days of the model that have predictions made beside others."""
    mine = sa.select(versions.c.id).where(versions.c.model_id == model_id)
    first, last = days.min(), days.max()
    assert isinstance(first, int)  # noqa: S101 - there is a day
    assert isinstance(last, int)  # noqa: S101
    query = sa.select(profiles.c.version_id, profiles.c.start).where(
        profiles.c.version_id.in_(mine),
        profiles.c.segment == "",
        profiles.c.granularity == Granularity.DAY.value,
        profiles.c.start >= instant(first),
        profiles.c.start <= instant(last),
        profiles.c.shadow > 0,
    )
    wanted = {instant(day) for day in days}
    found = connection.execute(query)
    return {(row.version_id, microseconds(row.start)) for row in found if row.start in wanted}
