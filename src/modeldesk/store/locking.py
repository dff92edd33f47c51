"""In which order rows are locked, so that nobody waits for each other in a circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from modeldesk.store.tables import chunks, profiles


def lock_chunks(connection: sa.Connection, chunk_ids: Sequence[int]) -> None:
    """Lock chunks until the transaction ends, the lowest number first.

    On SQLite a transaction that writes has locked everything already.
    """
    if connection.dialect.name == "sqlite":
        return
    connection.execute(
        sa.select(chunks.c.id)
        .where(chunks.c.id.in_(chunk_ids))
        .order_by(chunks.c.id)
        .with_for_update()
    )


def window_order(connection: sa.Connection) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the order in which whoever changes several profiles locks them.

    It is the order of `WindowKey`, which compares names of segments by their code points;
    PostgreSQL would compare them as the database's language does.
    """
    segment: sa.ColumnElement[str] = profiles.c.segment
    if connection.dialect.name == "postgresql":
        segment = segment.collate("C")
    return (profiles.c.version_id, segment, profiles.c.granularity, profiles.c.start)
