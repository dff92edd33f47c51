"""Chunks that were committed a moment ago, before they are filed among the others.

Readers look chunks up by key, time, version and state, which takes an index each; a commit of one
row writes a page of each of them. So where a prediction waits for the commit, its chunk goes into
a table of its own, in the order of keys, which takes one page. From there chunks are moved many
at once: by the roll-up, and before somebody reads.
"""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa

from modeldesk.errors import StoreUnavailable
from modeldesk.store.engine import Store
from modeldesk.store.tables import chunks, fresh_chunks

_AT_ONCE = 250
"""Chunks that are moved in one transaction: predictions wait meanwhile."""


def file_fresh(store: Store) -> None:
    """Move what has been committed until now among the other chunks.

    Raises
    ------
    StoreUnavailable
        When the database cannot be written; what was not moved is moved the next time.
    """
    while True:
        with store.reading() as connection:
            if connection.execute(sa.select(fresh_chunks.c.key).limit(1)).first() is None:
                return
        # It waits for no disk: what the end of a machine undoes is moved once more.
        with store.writing(synced=False) as connection:
            if _filed(connection) < _AT_ONCE:
                return


def filed_if_possible(store: Store) -> None:
    """Do the same for somebody who reads, and who is shown what is filed if it cannot be done."""
    with suppress(StoreUnavailable):
        file_fresh(store)


def _filed(connection: sa.Connection) -> int:
    """Move the oldest within the caller's transaction; return how many."""
    oldest = sa.select(fresh_chunks.c.key).order_by(fresh_chunks.c.key).limit(_AT_ONCE)
    keys = list(connection.scalars(oldest.with_for_update()))
    if not keys:
        return 0
    some = fresh_chunks.c.key.in_(keys)
    if connection.dialect.name == "sqlite":  # where nobody else writes meanwhile
        some = fresh_chunks.c.key <= keys[-1]
    copied = {
        "key": fresh_chunks.c.key,
        "first_key": fresh_chunks.c.key,
        "last_key": fresh_chunks.c.key,
        "version_id": fresh_chunks.c.version_id,
        "committed_at": fresh_chunks.c.committed_at,
        "first_time": fresh_chunks.c.first_time,
        "last_time": fresh_chunks.c.last_time,
        "rows": fresh_chunks.c.rows,
        "profiled": sa.false(),
        "settled": sa.false(),
        "shadow": fresh_chunks.c.shadow,
        "payload": fresh_chunks.c.payload,
    }
    moved = sa.select(*copied.values()).where(some).order_by(fresh_chunks.c.key)
    connection.execute(sa.insert(chunks).from_select(list(copied), moved))
    connection.execute(sa.delete(fresh_chunks).where(some))
    return len(keys)
