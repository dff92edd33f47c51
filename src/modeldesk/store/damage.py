"""Setting aside what cannot be read, so that the rest goes on; nothing is deleted."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from modeldesk.store.engine import Store
from modeldesk.store.tables import chunks, profiles

_log = structlog.get_logger("modeldesk.store")


def set_aside(store: Store, chunk_id: int, reason: str) -> None:
    """Mark a chunk that cannot be read: roll-up, compaction and expiry leave it alone."""
    mark = sa.update(chunks).where(chunks.c.id == chunk_id, chunks.c.damaged.is_(None))
    with store.writing() as connection:
        marked = connection.execute(mark.values(damaged=reason)).rowcount
    if marked:
        _log.error("chunk set aside", chunk=chunk_id, reason=reason)


def take_back(store: Store, chunk_id: int) -> None:
    """Take the mark off a chunk that can be read after all."""
    with store.writing() as connection:
        connection.execute(sa.update(chunks).where(chunks.c.id == chunk_id).values(damaged=None))


def set_profile_aside(store: Store, profile_id: int, reason: str) -> None:
    """Mark a window's profile that cannot be read: monitors leave it alone."""
    mark = sa.update(profiles).where(profiles.c.id == profile_id, profiles.c.damaged.is_(None))
    with store.writing() as connection:
        marked = connection.execute(mark.values(damaged=reason)).rowcount
    if marked:
        _log.error("profile set aside", profile=profile_id, reason=reason)
