"""The schema that the tables describe is the one that the migrations build."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine.interfaces import ReflectedIndex

from modeldesk.errors import SchemaMismatch
from modeldesk.store import Store, migrate
from modeldesk.store.migrate import upgrade
from modeldesk.store.tables import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Offer a store without a schema, on each database."""
    url = (
        f"sqlite:///{tmp_path / 'modeldesk.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_database"))
    )
    with Store(url) as store:
        yield store


@pytest.fixture
def migrated(empty_store: Store) -> Store:
    """Offer a store that went through all migrations."""
    with empty_store.altering() as connection:
        upgrade(connection, "head")
    return empty_store


def test_the_schema_equals_the_sum_of_the_migrations(migrated: Store) -> None:
    """Comparing the migrated database with the tables finds no difference."""
    with migrated.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_a_new_database_is_what_the_migrations_make(migrated: Store) -> None:
    """Made at once or step by step: the same columns, keys, indexes, and first rows."""
    with migrated.altering() as connection:
        step_by_step = described(connection)
        tables = sa.MetaData()
        tables.reflect(connection)
        tables.drop_all(connection)
    assert migrate(migrated).before is None
    with migrated.reading() as connection:
        assert described(connection) == step_by_step


def described(connection: sa.Connection) -> dict[str, Any]:
    """Return all that a database says of its tables, and what is in them."""
    inspector = sa.inspect(connection)
    found: dict[str, Any] = {}
    for name in sorted(inspector.get_table_names()):
        columns = [
            (column["name"], str(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(name)
        ]
        found[name] = {
            "columns": sorted(columns),
            "primary": inspector.get_pk_constraint(name),
            "foreign": sorted(map(str, inspector.get_foreign_keys(name))),
            "unique": sorted(map(str, inspector.get_unique_constraints(name))),
            "checks": sorted(map(str, inspector.get_check_constraints(name))),
            "indexes": sorted(map(described_index, inspector.get_indexes(name))),
            "rows": connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all(),
        }
    return found


def described_index(index: ReflectedIndex) -> str:
    """Return all of an index; a condition as its text."""
    options = {key: str(value) for key, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


def test_migrating_twice_changes_nothing(empty_store: Store) -> None:
    """The first call says that the database was empty, the second that it was current."""
    first = migrate(empty_store)
    second = migrate(empty_store)
    assert first.before is None
    assert second.before == second.after == first.after


def test_a_newer_schema_is_refused_in_one_sentence(empty_store: Store) -> None:
    """A revision that this program does not know is left alone."""
    migrate(empty_store)
    with empty_store.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match=r"schema '9999', which is newer .* Upgrade"):
        migrate(empty_store)


def test_of_several_starters_one_migrates_and_the_others_wait(empty_store: Store) -> None:
    """Concurrent starts all succeed, and exactly one found the database empty."""
    url = empty_store.engine.url.render_as_string(hide_password=False)

    def start(_: int) -> str | None:
        with Store(url) as store:
            return migrate(store).before

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(start, range(4)))
    assert found.count(None) == 1
