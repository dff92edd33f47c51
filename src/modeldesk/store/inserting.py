"""Inserting rows that may be there already, and many rows at once.

Many rows go by COPY on PostgreSQL and by the driver's own loop on SQLite: an INSERT that
SQLAlchemy puts together costs several times what the database takes for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_or(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what to do where the row is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 2 MB that SQLite does without

    return postgresql.insert(table)


def insert_many(connection: sa.Connection, table: sa.Table, rows: pl.DataFrame) -> None:
    """Write rows within the caller's transaction.

    Parameters
    ----------
    connection
        Of a transaction that writes.
    table
        Where to.
    rows
        The values, by the names of the table's columns; numbers and texts.
    """
    if rows.is_empty():
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in rows.columns)
    target = f"{quote(table.name)} ({columns})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * rows.width)
        # Nothing but names of our own tables goes into the statement.
        connection.exec_driver_sql(
            f"INSERT INTO {target} VALUES ({marks})",  # noqa: S608
            rows.rows(),
        )
        return
    cursor: Any = connection.connection.cursor()
    copy = f"COPY {target} FROM STDIN (FORMAT csv)"
    with _errors_as_usual(connection), cursor, cursor.copy(copy) as stream:
        stream.write(rows.write_csv(include_header=False).encode())


@contextmanager
def _errors_as_usual(connection: sa.Connection) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy does for its own statements."""
    error_of_driver = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except error_of_driver as error:
        raise exc.DBAPIError.instance(
            None, None, error, error_of_driver, dialect=connection.dialect
        ) from error
