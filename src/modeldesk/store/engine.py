"""Opening the database: one writer on SQLite, a pool on PostgreSQL, errors translated."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import ConnectionPoolEntry

from modeldesk.errors import Conflict, InvalidArgument, StoreUnavailable

_BUSY_MILLISECONDS = 10_000
_WRITES = "modeldesk_writes"


class Store:
    """A database with the current schema.

    Transactions are context managers: `reading` and `writing` yield a connection, commit at
    the end and roll back when the body raises. On SQLite one thread of this process writes
    at a time, which is what its file locks enforce anyway, without the polling.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///path`` or ``postgresql+psycopg://...``.

    Raises
    ------
    InvalidArgument
        When the URL is not one, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = sa.make_url(url)
            if self._url.drivername == "postgresql":
                self._url = self._url.set(drivername="postgresql+psycopg")
            self.engine = self._open()
        except (exc.ArgumentError, exc.NoSuchModuleError) as error:
            message = "The database URL cannot be understood."
            hint = "Write sqlite:///path/to/file.db or postgresql://user@host/name."
            raise InvalidArgument(message, hint=hint) from error
        except ModuleNotFoundError as error:
            message = f"The database driver {error.name!r} is not installed."
            raise InvalidArgument(message, hint="pip install 'modeldesk[postgres]'") from error
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """The database's URL without its password."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection inside a transaction that only reads."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection inside a transaction that may write; commits at the end."""
        with self._translated(), self._one_writer(), self.engine.connect() as connection:
            marked = connection.execution_options(**{_WRITES: True})
            with marked.begin():
                yield marked

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> sa.Engine:
        if not self.is_sqlite:
            return sa.create_engine(self._url, pool_pre_ping=True)
        if self._url.database in {None, "", ":memory:"}:
            message = "The embedded database needs a file."
            raise InvalidArgument(message, hint="Write sqlite:///path/to/file.db.")
        folder = Path(str(self._url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"The folder {folder} cannot be made: {error.strerror}."
            raise StoreUnavailable(message, hint="Choose another with --home.") from error
        engine = sa.create_engine(
            self._url, connect_args={"timeout": _BUSY_MILLISECONDS / 1000}, pool_pre_ping=False
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self.is_sqlite:
            with self._writer:
                yield
        else:
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.IntegrityError as error:
            message = f"The database refused a row: {str(error.orig).strip()}."
            raise Conflict(message) from error
        except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
            cause = getattr(error, "orig", None) or error
            first_line = str(cause).strip().split("\n", maxsplit=1)[0]
            message = f"The database {self.place} is not available: {first_line}."
            hint = "Check that it is running, reachable and writable, then try again."
            raise StoreUnavailable(message, hint=hint) from error


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    """Switch to write-ahead logging, full durability and our own transactions."""
    del entry
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at once where the transaction is going to write."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
