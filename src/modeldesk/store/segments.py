"""The names of the segments that a version's profiles are split into."""

from __future__ import annotations

import sqlalchemy as sa

from modeldesk.store.tables import profiles


def segments_of(connection: sa.Connection, version_id: int) -> tuple[str, ...]:
    """Return the names in order; the index is asked for one after the other, not read through."""
    following = sa.select(sa.func.min(profiles.c.segment)).where(
        profiles.c.version_id == version_id
    )
    names = following.where(profiles.c.segment > "").with_only_columns(
        sa.func.min(profiles.c.segment).label("name")
    )
    found = names.cte("names", recursive=True)
    after = following.where(profiles.c.segment > found.c.name).scalar_subquery()
    found = found.union_all(sa.select(after).where(found.c.name.is_not(None)))
    query = sa.select(found.c.name).where(found.c.name.is_not(None))
    return tuple(sorted(connection.scalars(query)))
