"""How many predictions of each hour have a label, counted anew from the labels."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from modeldesk.clock import instant
from modeldesk.store.label_tables import label_hours, labels

_HOUR = 3_600_000_000
"""Microseconds."""


def miscounted(connection: sa.Connection, version_id: int) -> dict[datetime, int]:
    """Return the hours that say another number, with the right one."""
    query = sa.select(label_hours).where(label_hours.c.version_id == version_id)
    told = {row.start: row.labelled for row in connection.execute(query)}
    counted = _counted(connection, version_id)
    return {
        hour: counted.get(hour, 0)
        for hour in sorted({*told, *counted})
        if told.get(hour, 0) != counted.get(hour, 0)
    }


def recount(connection: sa.Connection, version_id: int) -> None:
    """Write down the right numbers, within the caller's transaction."""
    wrong = miscounted(connection, version_id)
    of_version = label_hours.c.version_id == version_id
    for hour, labelled in wrong.items():
        connection.execute(sa.delete(label_hours).where(of_version, label_hours.c.start == hour))
        if labelled:
            row = {"version_id": version_id, "start": hour, "labelled": labelled}
            connection.execute(sa.insert(label_hours).values(**row))


def _counted(connection: sa.Connection, version_id: int) -> dict[datetime, int]:
    each = (
        sa.select(labels.c.chunk_key, labels.c.row, labels.c.predicted_at)
        .where(labels.c.version_id == version_id)
        .distinct()
        .subquery()
    )
    moment = sa.type_coerce(each.c.predicted_at, sa.BigInteger)
    start = (moment - moment % _HOUR).label("start")
    query = sa.select(start, sa.func.count().label("labelled")).group_by(start)
    return {instant(int(row.start)): int(row.labelled) for row in connection.execute(query)}
