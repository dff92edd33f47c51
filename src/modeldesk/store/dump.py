"""All tables as portable frames, out and in: the same on every database.

What is read and written are the plain values of each column, by the tables as they are in the
database, not as this program describes them: so a dump of an older schema is loaded as such,
and then migrated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Conflict, Corrupt
from modeldesk.store.engine import Store
from modeldesk.store.fresh import file_fresh, has_journals, remove_unknown
from modeldesk.store.migrate import current_revision, refuse_newer, upgrade
from modeldesk.store.tables import metadata

_REVISION = "alembic_version"

_MOMENTARY = {"access_state", "sessions", "browsers", "sign_in_attempts"}
"""Tables about who is signed in now: a copy must not bring back a session that has ended."""

_OF_FILES = {"file_jobs", "file_job_parts", "journals"}
"""Tables about files that lie in one place: a copy must not go on with them elsewhere."""

_FORMER = {"fresh_chunks"}
"""Tables with rows that a database of an older schema has."""

_DERIVED = frozenset({_REVISION, "comparisons"} | _MOMENTARY | _OF_FILES)
"""Tables that a dump leaves out: they say nothing that is not elsewhere, or no longer holds."""

_BYTES = 32 * 1024 * 1024
_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A database as it was at one moment."""

    connection: sa.Connection
    tables: tuple[sa.Table, ...]
    revision: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables, each after those that it refers to."""
        return tuple(str(table.name) for table in self.tables)

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        query = sa.select(sa.func.count()).select_from(self._table(name))
        return int(self.connection.scalar(query) or 0)

    def frames(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield a table's rows, some megabytes at once."""
        table = self._table(name)
        schema = {column.name: _type(column) for column in table.c}
        large = [column.name for column in table.c if _type(column) == pl.Binary]
        query = sa.select(table).order_by(*table.primary_key.columns)
        read = query.execution_options(yield_per=16 if large else 5_000)
        some: list[tuple[object, ...]] = []
        size = 0
        for row in self.connection.execute(read):
            some.append(tuple(row))
            size += sum(len(getattr(row, column) or b"") for column in large)
            if size >= _BYTES or len(some) >= _ROWS:
                yield pl.DataFrame(some, schema=schema, orient="row")
                some, size = [], 0
        if some:
            yield pl.DataFrame(some, schema=schema, orient="row")

    def _table(self, name: str) -> sa.Table:
        return next(table for table in self.tables if table.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A database that is being filled; nobody else sees it before all is there."""

    connection: sa.Connection
    tables: tuple[sa.Table, ...]

    def add(self, name: str, frame: pl.DataFrame) -> None:
        """Write rows into a table.

        Raises
        ------
        Corrupt
            When there is no such table.
        """
        table = self._table(name)
        for some in frame.iter_slices(_ROWS):
            self.connection.execute(sa.insert(table), some.to_dicts())

    def count(self, name: str) -> int:
        """Return how many rows a table has; raises as `add` does."""
        query = sa.select(sa.func.count()).select_from(self._table(name))
        return int(self.connection.scalar(query) or 0)

    def _table(self, name: str) -> sa.Table:
        for table in self.tables:
            if table.name == name:
                return table
        message = f"The schema has no table {name!r}."
        raise Corrupt(message)


@contextmanager
def dumping(store: Store) -> Iterator[Dump]:
    """Yield the database as it is at this moment, while others go on writing to it.

    Raises
    ------
    Corrupt
        When there is nothing of modeldesk's in it.
    SchemaMismatch
        When a newer program made it: it may have tables that this one would leave out.
    StoreUnavailable
        When rows that were committed a moment ago cannot be filed: they would be left out.
    """
    if has_journals(store):
        file_fresh(store)
    with store.snapshot() as connection:
        revision = current_revision(connection)
        if revision is None:
            message = f"There is no model desk in {store.place}."
            raise Corrupt(message, hint="Name another with --home or --database-url.")
        refuse_newer(store, revision)
        yield Dump(connection=connection, tables=_tables(connection), revision=revision)


@contextmanager
def loading(store: Store, revision: str, *, replace: bool) -> Iterator[Load]:
    """Yield an empty database of some revision to be filled; in the end it is migrated.

    All of it is one transaction: when the block raises, everything is as it was.

    Parameters
    ----------
    store
        The database.
    revision
        The schema that the rows are of.
    replace
        Whether to delete what is there.

    Raises
    ------
    Conflict
        When there are models in it already, and they are not to be replaced.
    SchemaMismatch
        When this program does not know the revision, or a newer one made the database.
    """
    with store.altering() as connection:
        present = current_revision(connection)
        refuse_newer(store, present)
        if present is not None:
            if not replace and _occupied(connection):
                message = f"There are models in {store.place} already."
                hint = "Restore into an empty place, or replace them with --force."
                raise Conflict(message, hint=hint)
            _clear(connection)
        upgrade(connection, revision)
        load = Load(connection=connection, tables=_tables(connection))
        yield load
        if not store.is_sqlite:
            for table in load.tables:
                _advance_key(connection, table)
        upgrade(connection, "head")
    remove_unknown(store)


def _tables(connection: sa.Connection) -> tuple[sa.Table, ...]:
    return tuple(table for table in _ours(connection).sorted_tables if table.name not in _DERIVED)


def _ours(connection: sa.Connection) -> sa.MetaData:
    """Return modeldesk's tables as they are; a database may hold other tables, too."""
    known = {_REVISION, *metadata.tables, *_FORMER}
    there = sa.inspect(connection).get_table_names()
    found = sa.MetaData()
    found.reflect(connection, only=[name for name in there if name in known])
    return found


def _occupied(connection: sa.Connection) -> bool:
    return connection.scalar(sa.text("select 1 from models limit 1")) is not None


def _clear(connection: sa.Connection) -> None:
    _ours(connection).drop_all(connection)


def _advance_key(connection: sa.Connection, table: sa.Table) -> None:
    """Let the next key that PostgreSQL gives out be one above the largest."""
    if "id" not in table.c:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    largest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(largest, 1))))


def _type(column: sa.Column[object]) -> pl.DataType:
    kind = column.type
    if isinstance(kind, sa.LargeBinary):
        return pl.Binary()
    if isinstance(kind, sa.Boolean):
        return pl.Boolean()
    if isinstance(kind, sa.Integer):
        return pl.Int64()
    if isinstance(kind, sa.Float):
        return pl.Float64()
    return pl.String()
