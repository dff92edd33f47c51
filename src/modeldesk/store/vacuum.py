"""Giving back the space of what was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.tables import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """How large a database was and is, in bytes."""

    before: int
    after: int


def vacuum(store: Store) -> Vacuumed:
    """Give back unused space and refresh what the database knows about its tables.

    SQLite writes its file anew, which needs as much free space again and makes writers wait;
    PostgreSQL frees the space for its own use, beside readers and writers.
    """
    before = size_of(store)
    with store.idle() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA optimize")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        else:
            for name in _names(connection):
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {name}")
    return Vacuumed(before=before, after=size_of(store))


def size_of(store: Store) -> int:
    """Return how many bytes a database takes: its files, or its tables with their indexes."""
    if store.file is not None and store.journals is not None:
        files = [store.file, Path(f"{store.file}-wal"), *store.journals.glob("*")]
        return sum(map(_bytes, files))
    with store.reading() as connection:
        sizes = [
            connection.scalar(sa.select(sa.func.pg_total_relation_size(name)))
            for name in _names(connection)
        ]
    return sum(int(size or 0) for size in sizes)


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # they come and go
        return 0


def _names(connection: sa.Connection) -> list[str]:
    """Return modeldesk's tables; an older schema has fewer."""
    there = set(sa.inspect(connection).get_table_names())
    return [name for name in metadata.tables if name in there]
