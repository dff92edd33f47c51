"""Databases that are not the desk's: one query that reads, and nothing else."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from modeldesk.errors import InvalidArgument, InvalidData, StoreUnavailable

_AT_ONCE = 5_000
_CONNECT_SECONDS = 10
_LONGEST_REASON = 300

_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_TRANSACTION,
    }
)
"""What a query to SQLite may do: neither write nor open other files."""
_FORBIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForeignRows:
    """What a query found."""

    frame: pl.DataFrame
    more: bool
    """Whether there were more rows than were wanted."""


def query_rows(url: str, query: str, *, most: int, most_bytes: int, seconds: float) -> ForeignRows:
    """Return the rows of one query, read in a transaction that is rolled back.

    The database is asked to refuse whatever is not reading, where it can: SQLite opens the file
    for reading and lets a query do nothing else, PostgreSQL and MySQL are given a transaction
    that only reads. Other databases are only rolled back: give them a user that may only read.

    Parameters
    ----------
    url
        Any SQLAlchemy URL whose driver is installed.
    query
        One statement, without a semicolon within.
    most, most_bytes
        How many rows are read, and about how many bytes of values.
    seconds
        How long it may take.

    Raises
    ------
    InvalidArgument
        When the URL is none, its driver is missing, or the query is none that reads.
    InvalidData
        When the database refuses the query, or it takes too long.
    StoreUnavailable
        When the database cannot be reached.
    """
    statement = _one_statement(query)
    address = _address(url)
    engine = _engine(address)
    try:
        with _connected(engine, address) as connection, _limited(connection, seconds):
            return _read(connection, statement, most, most_bytes, seconds)
    except exc.SQLAlchemyError as error:
        raise _refused(error) from error
    finally:
        engine.dispose()


def place_of_url(url: str) -> str:
    """Return a URL as it may be shown: without its password, and without its options.

    >>> place_of_url("postgresql://anna:secret@db.example/sales?sslpassword=x")
    'postgresql://anna:***@db.example/sales'
    """
    return _shown(_address(url))


def _one_statement(query: str) -> str:
    statement = query.strip().rstrip(";").strip()
    first = statement.split(None, 1)[0].casefold() if statement else ""
    if first.lstrip("(") not in {"select", "with", "values", "table"}:
        message = "The query does not begin with SELECT or WITH."
        raise InvalidArgument(message, hint="Only queries that read are run here.")
    if ";" in statement:
        message = "There is a semicolon within the query."
        hint = "Write one statement; for the character itself, ask the database: chr(59)."
        raise InvalidArgument(message, hint=hint)
    if "\0" in statement:
        message = "There is a NUL character in the query."
        raise InvalidArgument(message, hint="Leave it out.")
    return statement


def _address(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except exc.ArgumentError as error:
        message = "The address of the database cannot be understood."
        hint = "Write dialect+driver://user:password@host/name, such as postgresql+psycopg://..."
        raise InvalidArgument(message, hint=hint) from error


def _engine(address: sa.URL) -> sa.Engine:
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    options: dict[str, object] = {}
    if address.get_backend_name() == "postgresql":
        options = {"connect_args": {"connect_timeout": _CONNECT_SECONDS}}
    try:
        if address.get_backend_name() == "sqlite":
            return _of_file(address)
        return sa.create_engine(address, poolclass=sa.NullPool, **options)
    except exc.NoSuchModuleError as error:
        message = f"There is no dialect {address.drivername!r} for databases here."
        hint = "Install the SQLAlchemy dialect of this database beside modeldesk."
        raise InvalidArgument(message, hint=hint) from error
    except ModuleNotFoundError as error:
        message = f"The driver {error.name!r} is not installed."
        raise InvalidArgument(message, hint=f"pip install {error.name}") from error
    except (exc.ArgumentError, TypeError, ValueError) as error:
        message = "The address of the database is not complete."
        raise InvalidArgument(message, hint="Write host, user and name.") from error


def _of_file(address: sa.URL) -> sa.Engine:
    """Return what opens a file of SQLite for reading; one that is not there is not made."""
    path = address.database or ""
    if not path or path.startswith((":", "file:")):
        message = "The address names no file."
        raise InvalidArgument(message, hint="Write sqlite:///path/to/file.db.")

    def opened() -> sqlite3.Connection:
        quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        connection = sqlite3.connect(
            f"file:{quoted}?mode=ro", uri=True, timeout=_CONNECT_SECONDS, check_same_thread=False
        )
        connection.set_authorizer(_authorized)
        return connection

    return sa.create_engine("sqlite://", creator=opened, poolclass=sa.NullPool)


def _authorized(
    action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
) -> int:
    del database, trigger
    if action == sqlite3.SQLITE_PRAGMA and first == "read_uncommitted" and second is None:
        return sqlite3.SQLITE_OK  # SQLAlchemy asks for it when it connects
    if action not in _ALLOWED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


@contextmanager
def _connected(engine: sa.Engine, address: sa.URL) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that only reads, and is rolled back."""
    try:
        connection = engine.connect()
    except exc.SQLAlchemyError as error:
        message = f"{_shown(address)} cannot be reached: {_reason(error)}."
        raise StoreUnavailable(message, hint="Check the address, and that it answers.") from error
    with connection:
        transaction = connection.begin()
        try:
            if engine.dialect.name in {"postgresql", "mysql", "mariadb"}:
                connection.exec_driver_sql(
                    "SET TRANSACTION READ ONLY"
                    if engine.dialect.name == "postgresql"
                    else "SET SESSION TRANSACTION READ ONLY"
                )
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def _limited(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Have the database stop after a while, where it knows how."""
    if connection.dialect.name == "postgresql":
        milliseconds = int(seconds * 1_000)
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
    held = connection.connection.driver_connection
    if not isinstance(held, sqlite3.Connection):
        yield
        return
    timer = threading.Timer(seconds, held.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _read(
    connection: sa.Connection, statement: str, most: int, most_bytes: int, seconds: float
) -> ForeignRows:
    until = time.monotonic() + seconds
    streamed = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
    found = streamed.exec_driver_sql(statement)
    names = _distinct(list(found.keys()))
    parts: list[pl.DataFrame] = []
    rows, size, more = 0, 0, False
    while not more:
        some = found.fetchmany(min(_AT_ONCE, most - rows + 1))
        if not some:
            break
        if time.monotonic() > until:
            message = f"The query took more than {seconds:g} seconds."
            raise InvalidData(message, hint="Ask for fewer rows, or for a simpler result.")
        more = rows + len(some) > most
        kept = some[: most - rows]
        parts.append(_frame(names, [tuple(row) for row in kept]))
        rows += len(kept)
        size += int(parts[-1].estimated_size())
        more = more or size > most_bytes
    found.close()
    if not parts:
        return ForeignRows(frame=pl.DataFrame(schema=dict.fromkeys(names, pl.Null)), more=False)
    return ForeignRows(frame=_together(parts), more=more)


def _frame(names: list[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [_series(name, list(values)) for name, values in zip(names, columns, strict=True)]
    )


def _series(name: str, values: list[object]) -> pl.Series:
    try:
        return pl.Series(name, values, strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(name, texts, dtype=pl.String)


def _together(parts: list[pl.DataFrame]) -> pl.DataFrame:
    try:
        return pl.concat(parts, how="vertical_relaxed")
    except pl.exceptions.PolarsError:
        return pl.concat([part.cast(pl.String, strict=False) for part in parts])


def _distinct(names: list[str]) -> list[str]:
    """Return names of which each occurs once.

    >>> _distinct(["a", "b", "a"])
    ['a', 'b', 'a_2']
    """
    found: list[str] = []
    for name in names:
        number, wanted = 1, name
        while wanted in found:
            number += 1
            wanted = f"{name}_{number}"
        found.append(wanted)
    return found


def _refused(error: exc.SQLAlchemyError) -> InvalidData:
    reason = _reason(error)
    if "not authorized" in reason or "prohibited" in reason:
        message = f"The query may only read: {reason}."
        return InvalidData(message, hint="Write a SELECT of tables of this database.")
    if "interrupted" in reason or "statement timeout" in reason:
        message = "The query took too long, and was stopped."
        return InvalidData(message, hint="Ask for fewer rows, or for a simpler result.")
    message = f"The database refuses the query: {reason}."
    return InvalidData(message, hint="Check the names of tables and columns.")


def _reason(error: exc.SQLAlchemyError) -> str:
    told = str(getattr(error, "orig", None) or error).strip().split("\n", maxsplit=1)[0]
    return told[:_LONGEST_REASON].rstrip(".")


def _shown(address: sa.URL) -> str:
    return address.set(query={}).render_as_string(hide_password=True)[:_LONGEST_REASON]
