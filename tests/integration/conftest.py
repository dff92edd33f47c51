"""A store on each database, so that one contract holds for both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.store import Store, migrate
from tests.support.postgres import PostgresServer, throwaway_database


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Offer the name of each kind of database."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Offer the URL of an empty database of each kind."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'modeldesk.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def empty_store(database_url: str) -> Iterator[Store]:
    """Offer a store without a schema."""
    with Store(database_url) as store:
        yield store


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Offer an embedded database with the current schema, to copy."""
    file = tmp_path_factory.mktemp("migrated") / "modeldesk.db"
    with Store(f"sqlite:///{file}") as store:
        migrate(store)
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """Offer the URL of a PostgreSQL database with the current schema, to copy."""
    with throwaway_database(postgres_server) as url:
        with Store(url) as store:
            migrate(store)
        yield url


@pytest.fixture
def migrated_postgres_copy(
    postgres_server: PostgresServer, migrated_postgres: str
) -> Iterator[str]:
    """Offer the URL of a PostgreSQL database of the test's own with the current schema."""
    with throwaway_database(postgres_server, like=migrated_postgres) as url:
        yield url


@pytest.fixture
def migrated_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Offer the URL of a database of each kind with the current schema and nothing else.

    It is a copy: to make the tables anew takes three times as long on PostgreSQL.
    """
    if database_kind == "sqlite":
        file = tmp_path / "modeldesk.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    return str(request.getfixturevalue("migrated_postgres_copy"))


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Offer a store with the current schema."""
    with Store(migrated_url) as store:
        yield store
