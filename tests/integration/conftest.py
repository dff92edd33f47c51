"""A store on each database, so that one contract holds for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.store import Store, migrate


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Offer the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'modeldesk.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def empty_store(database_url: str) -> Iterator[Store]:
    """Offer a store without a schema."""
    with Store(database_url) as store:
        yield store


@pytest.fixture
def store(empty_store: Store) -> Store:
    """Offer a store with the current schema."""
    migrate(empty_store)
    return empty_store
