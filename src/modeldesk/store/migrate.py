"""Bringing a database to the schema of this program, forward only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from modeldesk.errors import SchemaMismatch
from modeldesk.store.engine import Store

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 6_071_993  # any fixed number: the key of the advisory lock on PostgreSQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """From which revision to which a database was brought."""

    before: str | None
    """``None`` for an empty database."""
    after: str


def migrate(store: Store) -> Migration:
    """Run the missing migrations in one transaction; other starters wait meanwhile.

    Raises
    ------
    SchemaMismatch
        When the database was made by a newer program.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head() or ""
    with store.writing() as connection:
        if not store.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = MigrationContext.configure(connection).get_current_revision()
        known = {revision.revision for revision in script.walk_revisions()}
        if before is not None and before not in known:
            message = (
                f"The database {store.place} has schema {before!r}, which is newer than this "
                f"program's {head!r}."
            )
            raise SchemaMismatch(message, hint="Upgrade modeldesk, or use another database.")
        if before != head:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return Migration(before=before, after=head)
