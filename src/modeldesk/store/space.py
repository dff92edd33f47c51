"""How much room what takes in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.tables import chunks, profiles
from modeldesk.store.vacuum import size_of
from modeldesk.store.version_sample_tables import version_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is kept of one version."""

    many: int
    """Chunks, profiles, or tables."""
    rows: int
    bytes: int


class SpaceRecords:
    """Measures what is in the database.

    Only sizes are read, no payload: the databases know them without it.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def whole(self) -> int:
        """Return how many bytes the database takes."""
        return size_of(self._store)

    def log(self) -> Mapping[int, Held]:
        """Return what the log holds of each version, by the version's key."""
        filed_if_possible(self._store)
        return self._sums(chunks)

    def profiles(self) -> Mapping[int, Held]:
        """Return which profiles there are of each version, by the version's key."""
        return self._sums(profiles)

    def samples(self) -> Mapping[int, Held]:
        """Return which rows are kept of each version's reference and test set, by its key."""
        return self._sums(version_samples)

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest rows were committed that are in no profile yet."""
        filed_if_possible(self._store)
        query = sa.select(sa.func.min(chunks.c.committed_at)).where(
            chunks.c.profiled.is_(False), chunks.c.damaged.is_(None)
        )
        with self._store.reading() as connection:
            oldest: datetime | None = connection.scalar(query)
        return oldest

    def _sums(self, table: sa.Table) -> dict[int, Held]:
        columns = table.c
        query = sa.select(
            columns.version_id,
            sa.func.count(),
            sa.func.sum(columns.rows),
            sa.func.sum(sa.func.length(columns.payload)),
        ).group_by(columns.version_id)
        with self._store.reading() as connection:
            return {
                version_id: Held(many=int(many), rows=int(rows or 0), bytes=int(size or 0))
                for version_id, many, rows, size in connection.execute(query)
            }
