"""Rows of the tables that versions were published with: some of them, and kept for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.version_sample_tables import version_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSample:
    """Some rows of a table that a version was published with."""

    source: str
    """Of which table: ``reference`` or ``test``."""
    total: int
    """How many rows the table had."""
    rows: int
    """How many of them are kept."""
    payload: bytes
    """They themselves, as Parquet."""


class VersionSampleRecords:
    """Reads the rows that are kept of versions' tables; they are written with the version."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, version_id: int, source: str) -> VersionSample | None:
        """Return the rows that are kept of a version's table; ``None`` where there are none."""
        query = sa.select(version_samples).where(
            version_samples.c.version_id == version_id, version_samples.c.source == source
        )
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return VersionSample(source=row.source, total=row.total, rows=row.rows, payload=row.payload)

    def sources(self, version_id: int) -> tuple[str, ...]:
        """Return of which tables of a version rows are kept, in alphabetical order."""
        query = sa.select(version_samples.c.source).where(
            version_samples.c.version_id == version_id
        )
        with self._store.reading() as connection:
            return tuple(sorted(connection.scalars(query)))


def keep_samples(
    connection: sa.Connection, version_id: int, samples: Iterable[VersionSample]
) -> None:
    """Write rows of a version's tables, within the caller's transaction."""
    for sample in samples:
        connection.execute(
            sa.insert(version_samples).values(
                version_id=version_id,
                source=sample.source,
                total=sample.total,
                rows=sample.rows,
                payload=sample.payload,
            )
        )
