"""The schema that the tables describe is the one that the migrations build."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from modeldesk.errors import SchemaMismatch
from modeldesk.store import Store, migrate
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


def test_the_schema_equals_the_sum_of_the_migrations(empty_store: Store) -> None:
    """Comparing the migrated database with the tables finds no difference."""
    migrate(empty_store)
    with empty_store.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


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
