"""A throw-away PostgreSQL server for the tests."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, Signals
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from tests.support.processes import end, free_port
from tests.support.requirements import first_program, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

# The server refuses to run as root; Debian's package brings this user.
UNPRIVILEGED_USER = "postgres"
# Crash tests kill our own process, never the database's machine: the server may keep its writes
# in the file system's cache. Commits stay visible, and durable against every kill of a client.
SETTINGS = {"fsync": "off", "max_connections": "200", "log_min_messages": "warning"}


class PostgresDidNotStartError(Exception):
    """The server ended or did not answer in time; the message carries its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server that trusts every connection from this machine."""

    port: int
    process: subprocess.Popen[bytes]

    def address(self, database: str, *, scheme: str = "postgresql") -> str:
        """Return the URL of one of its databases."""
        return f"{scheme}://postgres@127.0.0.1:{self.port}/{database}"

    def url(self, database: str) -> str:
        """Return the URL of one of its databases as SQLAlchemy reads it."""
        return self.address(database, scheme="postgresql+psycopg")


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server; without one, skip the test."""
    on_path = first_program("initdb")
    if on_path is not None and (on_path.parent / "postgres").exists():
        return on_path.parent
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda program: int(program.parents[1].name),
    )
    if not installed:
        lacking("no PostgreSQL server is installed (Debian's package: postgresql)")
    return installed[-1].parent


def server_user() -> str | None:
    """Return the user to run the server as; None for the current one."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED_USER).pw_name
    except KeyError:
        lacking("the PostgreSQL server cannot run as root, and there is no user postgres")


def wait_until_ready(server: PostgresServer, log: Path, *, seconds: float = 30.0) -> None:
    """Return when the server takes connections.

    Raises
    ------
    PostgresDidNotStartError
        The process ended, or `seconds` are over.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            psycopg.connect(server.address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise PostgresDidNotStartError(log.read_text(encoding="utf-8", errors="replace"))


class RestartableServer:
    """A server that a test may stop, and start again on the same port.

    Parameters
    ----------
    programs, data, log, user
        As `start_server` takes them.
    """

    def __init__(self, programs: Path, data: Path, log: Path, user: str | None) -> None:
        self._start = functools.partial(start_server, programs, data, log, user)
        self.running = self._start()

    def stop(self, signal: Signals = SIGINT) -> None:
        """End it: SIGINT breaks all connections off, SIGQUIT leaves recovery to the next start."""
        end(self.running.process, signal=signal)

    def start(self) -> None:
        """Start it where it was before."""
        self.running = self._start(same_port=self.running.port)


@contextlib.contextmanager
def restartable_server() -> Iterator[RestartableServer]:
    """Run a new, empty server until the block ends; then delete it."""
    programs, user = binaries(), server_user()
    # Not below pytest's folder: that one is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="modeldesk-postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        create_cluster(programs, folder / "data", user)
        server = RestartableServer(programs, folder / "data", folder / "server.log", user)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def throwaway_server() -> Iterator[PostgresServer]:
    """Run a new, empty server until the block ends; then delete it."""
    with restartable_server() as server:
        yield server.running


def create_cluster(programs: Path, data: Path, user: str | None) -> None:
    """Write the files of a new server."""
    command = [str(programs / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=data.parent,
        text=True,
        user=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        raise PostgresDidNotStartError(done.stdout + done.stderr)


def start_server(
    programs: Path, data: Path, log: Path, user: str | None, *, same_port: int | None = None
) -> PostgresServer:
    """Start the server on a free port, or the same as before, and wait until it answers.

    Between finding the port free and listening on it another process may take it: three tries.
    """
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    for attempt in range(3):
        port = same_port or free_port()
        command = [str(programs / "postgres"), "-D", str(data), "-k", "", "-p", str(port)]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*command, "-h", "127.0.0.1", *settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=data.parent,
                user=user,
                extra_groups=None if user is None else [],
            )
        server = PostgresServer(port=port, process=process)
        try:
            wait_until_ready(server, log)
        except PostgresDidNotStartError:
            end(process, signal=SIGINT)
            if attempt == 2:
                raise
        else:
            return server
    message = "unreachable: the last attempt returns or raises"
    raise AssertionError(message)


@contextlib.contextmanager
def throwaway_database(server: PostgresServer, *, like: str = "template1") -> Iterator[str]:
    """Create a database, yield its SQLAlchemy URL, drop it with whatever still uses it.

    Parameters
    ----------
    server
        Where to create it.
    like
        The SQLAlchemy URL, or the name, of a database that nobody is connected to: the new one
        begins as a copy of it. By default it is empty.
    """
    name, template = f"test_{uuid.uuid4().hex}", like.rpartition("/")[2]
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    administer(server, statement.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield server.url(name)
    finally:
        administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def administer(server: PostgresServer, statement: sql.Composed) -> None:
    """Run one statement outside any transaction."""
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute(statement)
