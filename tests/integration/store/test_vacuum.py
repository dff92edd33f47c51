"""Space that nobody uses is given back."""

import sqlalchemy as sa

from modeldesk.store import Store, vacuum
from modeldesk.store.tables import models
from tests.support.first_release import write
from tests.support.wear import NOON


def test_deleted_rows_give_their_space_back(store: Store) -> None:
    """After much was deleted the database is smaller, and still works."""
    rows = [
        {"name": f"model-{number}", "created_at": NOON, "policy": "x" * 1000, "routing": "{}"}
        for number in range(2000)
    ]
    with store.writing() as connection:
        connection.execute(sa.insert(models), rows)
    with store.writing() as connection:
        connection.execute(sa.delete(models))
    done = vacuum(store)
    assert done.before > 2_000_000 > done.after
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(models)) == 0


def test_an_older_schema_is_vacuumed_too(empty_store: Store) -> None:
    """Before it is migrated it has fewer tables; nothing else is touched."""
    write(empty_store)
    assert vacuum(empty_store).after > 0
