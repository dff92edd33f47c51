"""Bringing a database to the schema of this program, forward only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from modeldesk.errors import Corrupt, SchemaMismatch, StoreUnavailable
from modeldesk.store.creating import create
from modeldesk.store.engine import Store, embedded_file

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 6_071_993  # any fixed number: the key of the advisory lock on PostgreSQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """From which revision to which a database was brought."""

    before: str | None
    """``None`` for an empty database."""
    after: str
    backup: Path | None = None
    """Copy of an embedded database as it was before, beside it."""


def migrate(store: Store) -> Migration:
    """Run the missing migrations in one transaction; other starters wait meanwhile.

    An empty database gets all tables at once.

    An embedded database that holds an older schema is first copied next to itself, under the
    name ``modeldesk.db.before-0015``.

    Raises
    ------
    SchemaMismatch
        When the database was made by a newer program.
    StoreUnavailable
        When the copy cannot be written; the database stays as it was.
    """
    head = revisions()[-1]
    with store.reading() as connection:
        if current_revision(connection) == head:
            # No need to wait for who writes, or for leave to write.
            return Migration(before=head, after=head)
    with store.altering() as connection:
        if not store.is_sqlite:
            # Another starter may take long; what it migrates is worth waiting for.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = current_revision(connection)
        refuse_newer(store, before)
        if before == head:
            return Migration(before=before, after=head)
        if before is None:
            create(connection, head)
            return Migration(before=None, after=head)
        backup = None
        if store.file is not None:
            backup = _copied(store.file, f"before-{head}")
        upgrade(connection, head)
        if store.is_sqlite:
            _check_references(connection)
    return Migration(before=before, after=head, backup=backup)


def has_desk(url: str) -> bool:
    """Tell whether a database has tables of modeldesk's; makes nothing where it has not.

    Raises
    ------
    InvalidArgument
        When the database's URL or driver is not usable.
    StoreUnavailable
        When the database cannot be reached.
    """
    file = embedded_file(url)
    if file is not None and not file.is_file():
        return False
    with Store(url) as store, store.reading() as connection:
        return current_revision(connection) is not None


def refuse_newer(store: Store, revision: str | None) -> None:
    """Raise `SchemaMismatch` when a store has a schema that this program does not know."""
    known = revisions()
    if revision is None or revision in known:
        return
    message = (
        f"The database {store.place} has schema {revision!r}, which is newer than this "
        f"program's {known[-1]!r}."
    )
    raise SchemaMismatch(message, hint="Upgrade modeldesk, or use another database.")


def revisions() -> tuple[str, ...]:
    """Return the schemas that this program knows, oldest first, by their migrations' files."""
    return tuple(sorted(path.stem[:4] for path in _FOLDER.glob("versions/[0-9]*.py")))


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Run the migrations up to a revision inside the caller's transaction.

    Raises
    ------
    SchemaMismatch
        When this program does not know the revision.
    """
    # It takes 11 MB and 0.15 s to import, and nearly every start finds nothing to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    if revision not in {*revisions(), "head"}:
        message = f"This program does not know the schema {revision!r}."
        raise SchemaMismatch(message, hint="Upgrade modeldesk.")
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database's schema, or ``None`` where it has none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _copied(file: Path, ending: str) -> Path:
    """Copy a database while nobody can write to it; the copy is there whole or not at all."""
    target = file.with_name(f"{file.name}.{ending}")
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        message = f"The database could not be copied to {target} before its migration: {error}."
        raise StoreUnavailable(message, hint="Make room there, then start again.") from error
    return target


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        message = f"After the migration a row of {broken[0]!r} refers to one that is not there."
        raise Corrupt(message, hint="Nothing was changed. Restore a backup, or report this.")
