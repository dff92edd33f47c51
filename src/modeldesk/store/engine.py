"""Opening the database: one writer on SQLite, a pool on PostgreSQL, errors translated."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from modeldesk.errors import Conflict, InvalidArgument, StoreUnavailable

_BUSY_MILLISECONDS = 5_000
"""How long a transaction waits for a lock that another program holds."""

_MIGRATION_MILLISECONDS = 600_000
"""How long a starter waits for another one that migrates a large database."""

_CONNECT_SECONDS = 5

_STATEMENTS = 32
"""Compiled statements that each connection to SQLite keeps; by default 128.

A statement with a list of keys is another one for each length of the list, hardly asked again.
"""

_WRITERS = 6
"""Transactions of this process that may write to PostgreSQL at a time."""

_READERS = 14
"""Connections beside those: while all writers wait for a lock, reading goes on."""

_LOG_PAGES = 8_000
"""A write-ahead log of more pages is copied by whoever commits: `Store.copy_log` came too late."""

_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"

_UNAVAILABLE = (exc.DatabaseError, exc.InterfaceError, exc.TimeoutError)

_WRITES = "modeldesk_writes"
_IDLE = "modeldesk_idle"


@dataclass(slots=True, kw_only=True, eq=False)
class Filing:
    """How filing what is in the journals goes in this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever does it."""
    rests_until: float = 0.0
    """No reader tries it before this time (of `time.monotonic`), for it has just failed."""
    told: set[Path] = field(default_factory=set)
    """Files of which it was said that they cannot be filed."""


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
        """Held by whoever writes to SQLite."""
        self._writers = self._writer if self.is_sqlite else threading.BoundedSemaphore(_WRITERS)
        self._hasty = self._open_hasty() if self.is_sqlite else self.engine
        self.filing = Filing()

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
    def writing(self, *, synced: bool = True) -> Iterator[sa.Connection]:
        """Yield a connection inside a transaction that may write; commits at the end.

        Parameters
        ----------
        synced
            Whether the commit waits until the disk has it. Without that, what was committed on
            SQLite outlives the end of any program, and the end of the machine after the next
            commit that waits, or `sync`. PostgreSQL waits as it is set.
        """
        engine = self.engine if synced else self._hasty
        with self._translated(), self._among_writers(), engine.connect() as connection:
            marked = connection.execution_options(**{_WRITES: True})
            with marked.begin():
                yield marked

    def append(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute a statement for some rows on SQLite, as within ``writing(synced=False)``.

        The driver does it alone, in a third of the time. Whenever it has asked SQLite for
        anything it waits for its turn among the threads that compute, so that a single row is
        asked for once: the statement is a transaction of its own.
        """
        with self._translated(), self._among_writers():
            pooled = self._hasty.raw_connection()
            driver = cast("sqlite3.Connection", pooled.dbapi_connection)
            try:
                if len(rows) == 1:
                    driver.execute(statement, rows[0])
                else:
                    driver.execute("BEGIN IMMEDIATE")
                    driver.executemany(statement, rows)
                    driver.execute("COMMIT")
            except BaseException:
                # It is left in a state that nobody knows.
                pooled.invalidate()
                raise
            finally:
                pooled.close()

    @property
    def free(self) -> bool:
        """Whether a writer of this process would find no other at this moment."""
        return not self._writer.locked()

    def sync(self) -> None:
        """Write to the disk what commits have not waited for; nothing to do on PostgreSQL.

        That is what SQLite itself does where a commit waits: it writes through its write-ahead
        log, which is enough to find all commits again after the end of the machine.
        """
        if not self.is_sqlite:
            return
        try:
            opened = os.open(self._beside("-wal"), os.O_RDWR)
        except FileNotFoundError:
            return  # nothing is committed that the file lacks
        try:
            os.fsync(opened)
        except OSError as error:
            message = f"The database {self.place} is not written to the disk: {error}."
            raise StoreUnavailable(message, hint="Look whether the disk is full.") from error
        finally:
            os.close(opened)

    def copy_log(self) -> None:
        """Copy what the write-ahead log holds into the database's file, while others write.

        When that log has grown large, it copies what they wrote meanwhile while they wait, so that
        the log begins anew and stays small however much is written. Nothing to do on PostgreSQL.
        """
        if not self.is_sqlite:
            return
        with self._translated(), self._hasty.connect() as connection:
            idle = connection.execution_options(**{_IDLE: True})
            pages = idle.exec_driver_sql(_CHECKPOINT).one()[1]
            if pages > _LOG_PAGES // 2:
                with self._among_writers():
                    idle.exec_driver_sql(_CHECKPOINT)

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees the database as it was at its first read.

        What others commit meanwhile is not seen, whatever is read and however often.
        """
        with self._translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """Yield a connection like `writing` does, to change tables.

        SQLite changes a table by building it anew, which must not count as deleting what
        others refer to: foreign keys are not enforced until the end.
        """
        with self._translated(), self._among_writers(), self.engine.connect() as connection:
            marked = connection.execution_options(**{_WRITES: True})
            if not self.is_sqlite:
                with marked.begin():
                    yield marked
                return
            driver = connection.connection.dbapi_connection
            _enforce_keys(driver, enforced=False)
            _wait(driver, _MIGRATION_MILLISECONDS)
            try:
                with marked.begin():
                    yield marked
            finally:
                _wait(driver, _BUSY_MILLISECONDS)
                _enforce_keys(driver, enforced=True)

    @contextmanager
    def idle(self) -> Iterator[sa.Connection]:
        """Yield a connection outside any transaction, for what cannot run inside one."""
        with self._translated(), self._among_writers(), self.engine.connect() as connection:
            if self.is_sqlite:
                yield connection.execution_options(**{_IDLE: True})
            else:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def file(self) -> Path | None:
        """The file of an embedded database."""
        return Path(str(self._url.database)) if self.is_sqlite else None

    @property
    def journals(self) -> Path | None:
        """The folder beside an embedded database's file where rows are that are not filed yet."""
        return self._beside("-fresh") if self.is_sqlite else None

    def _beside(self, ending: str) -> Path:
        """Return what lies beside the file; the file itself, where its path is a link to it."""
        return Path(f"{os.path.realpath(str(self._url.database))}{ending}")

    def close(self) -> None:
        """Close all connections."""
        self._hasty.dispose()
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
            return self._open_server()
        if self._url.database in {None, "", ":memory:"}:
            message = "The embedded database needs a file."
            raise InvalidArgument(message, hint="Write sqlite:///path/to/file.db.")
        folder = Path(str(self._url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"The folder {folder} cannot be made: {error.strerror}."
            raise StoreUnavailable(message, hint="Choose another with --home.") from error
        return self._open_file()

    def _open_hasty(self) -> sa.Engine:
        """Open the same file once more, for commits that do not wait for the disk."""
        engine = self._open_file()
        sa.event.listen(engine, "connect", _do_not_wait_for_the_disk)
        return engine

    def _open_file(self) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            connect_args={"timeout": _BUSY_MILLISECONDS / 1000, "cached_statements": _STATEMENTS},
            pool_pre_ping=False,
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _open_server(self) -> sa.Engine:
        told = "connect_timeout" in self._url.query
        engine = sa.create_engine(
            self._url,
            pool_pre_ping=True,
            pool_size=_WRITERS,
            max_overflow=_READERS,
            pool_timeout=_BUSY_MILLISECONDS / 1000,
            connect_args={} if told else {"connect_timeout": _CONNECT_SECONDS},
        )
        sa.event.listen(engine, "connect", _limit_waiting)
        return engine

    @contextmanager
    def _among_writers(self) -> Iterator[None]:
        """Wait until there is room for one more writer, but not for ever.

        Those who wait in a row for a lock that another program holds would otherwise wait for
        the sum of all their patience.
        """
        if not self._writers.acquire(timeout=_BUSY_MILLISECONDS / 1000):
            message = f"The database {self.place} is busy: other writers wait for it already."
            raise StoreUnavailable(message, hint="Try again in a few seconds.")
        try:
            yield
        finally:
            self._writers.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (exc.IntegrityError, sqlite3.IntegrityError) as error:
            cause = getattr(error, "orig", None) or error
            message = f"The database refused a row: {str(cause).strip()}."
            raise Conflict(message) from error
        except (*_UNAVAILABLE, sqlite3.DatabaseError) as error:
            if isinstance(error, exc.ProgrammingError | exc.DataError):
                raise  # not the database's fault
            cause = getattr(error, "orig", None) or error
            first_line = str(cause).strip().split("\n", maxsplit=1)[0]
            message = f"The database {self.place} is not available: {first_line}."
            hint = "Check that it is running, reachable and writable, then try again."
            raise StoreUnavailable(message, hint=hint) from error


def embedded_file(url: str) -> Path | None:
    """Return the file of an embedded database by its URL; ``None`` for any other URL."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        return None
    embedded = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(str(parsed.database)) if embedded else None


def place_of(url: str) -> str:
    """Return a database's URL without its password."""
    return sa.make_url(url).render_as_string(hide_password=True)


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    """Switch to write-ahead logging, full durability and our own transactions."""
    del entry
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _do_not_wait_for_the_disk(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    """Leave writing through to `Store.sync`; the log is not corrupted by the end of a machine."""
    del entry
    connection.execute("PRAGMA synchronous = NORMAL").close()


def _limit_waiting(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Have the server give up waiting for locks, as SQLite does."""
    del entry
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {_BUSY_MILLISECONDS}")
    cursor.close()
    connection.commit()


def _enforce_keys(driver: object, *, enforced: bool) -> None:
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys = {'ON' if enforced else 'OFF'}")


def _wait(driver: object, milliseconds: int) -> None:
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at once where the transaction is going to write."""
    options = connection.get_execution_options()
    if options.get(_IDLE, False):
        return
    writes = options.get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
