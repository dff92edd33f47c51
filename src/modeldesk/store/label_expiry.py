"""Letting go of labels that are older than they are kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.label_tables import (
    label_batches,
    label_days,
    label_hours,
    labels,
    waiting_labels,
)

_AT_ONCE = 20_000


def old_labels(connection: sa.Connection, before: datetime) -> int:
    """Return how many labels are of predictions, or wait, since before a time."""
    known = sa.select(sa.func.count()).where(labels.c.predicted_at < before)
    waiting = sa.select(sa.func.count()).where(waiting_labels.c.batch_id.in_(_batches(before)))
    counts = [connection.scalar(query) or 0 for query in (known, waiting)]
    return sum(counts)


def expire_labels(connection: sa.Connection, before: datetime) -> int:
    """Delete some of them, within the caller's transaction; return how many.

    The table is only looked through where an hour from before has labels: once a day, as
    ``before`` is the beginning of one.
    """
    gone = _delete(connection, waiting_labels, waiting_labels.c.batch_id.in_(_batches(before)))
    older = label_hours.c.start < before
    if connection.execute(sa.select(label_hours.c.start).where(older).limit(1)).first() is None:
        return gone
    gone += _delete(connection, labels, labels.c.predicted_at < before)
    if gone < _AT_ONCE:
        connection.execute(sa.delete(label_hours).where(older))
        connection.execute(sa.delete(label_days).where(label_days.c.day < before))
        empty = ~sa.or_(
            sa.exists().where(labels.c.batch_id == label_batches.c.id),
            sa.exists().where(waiting_labels.c.batch_id == label_batches.c.id),
        )
        connection.execute(
            sa.delete(label_batches).where(label_batches.c.arrived_at < before, empty)
        )
    return gone


def _batches(before: datetime) -> sa.Select[tuple[int]]:
    return sa.select(label_batches.c.id).where(label_batches.c.arrived_at < before)


def _delete(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Delete up to some thousand rows of a table."""
    some = sa.select(table.c.id).where(which).order_by(table.c.id).limit(_AT_ONCE)
    return connection.execute(sa.delete(table).where(table.c.id.in_(some))).rowcount
