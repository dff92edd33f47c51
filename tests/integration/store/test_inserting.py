"""Many rows are written at once, as an INSERT would write them."""

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.errors import Conflict, StoreUnavailable
from modeldesk.store import Store
from modeldesk.store.inserting import insert_many
from modeldesk.store.tables import models, row_keys
from tests.support.wear import NOON

LARGEST = 2**63 - 1


@pytest.fixture
def model_id(store: Store) -> int:
    """Offer the key of a model that own keys can belong to."""
    with store.writing() as connection:
        values = {"id": 1, "name": "people", "created_at": NOON, "policy": "{}", "routing": "{}"}
        connection.execute(sa.insert(models).values(values))
    return 1


def keys(model_id: int, *parts: str) -> pl.DataFrame:
    """Return rows of own keys."""
    hashes = [LARGEST, -LARGEST - 1, *range(len(parts))][: len(parts)]
    return pl.DataFrame({"hash": hashes, "chunk_key": parts}).with_columns(model_id=model_id)


def test_rows_come_back_as_they_were_given(store: Store, model_id: int) -> None:
    """Also the largest numbers, and texts with what separates values in a stream."""
    given = keys(model_id, 'a "quoted", key', "two\nlines", "\\N", "", "\\.", "é 🌷")
    with store.writing() as connection:
        insert_many(connection, row_keys, given)
    with store.reading() as connection:
        query = sa.select(row_keys.c.hash, row_keys.c.chunk_key).order_by(row_keys.c.id)
        found = [tuple(row) for row in connection.execute(query)]
    assert found == given.select("hash", "chunk_key").rows()


def test_no_rows_are_no_statement(store: Store, model_id: int) -> None:
    """An empty table is fine."""
    with store.writing() as connection:
        insert_many(connection, row_keys, keys(model_id).cast({"chunk_key": pl.String}))
        assert connection.scalar(sa.select(sa.func.count()).select_from(row_keys)) == 0


def test_a_row_that_fits_nothing_takes_all_back(store: Store, model_id: int) -> None:
    """It is the caller's mistake, said as after any other statement; nothing is half-written."""
    wrong = pl.concat([keys(model_id, "a", "b"), keys(model_id + 1, "c")])
    with pytest.raises(Conflict, match="refused a row"), store.writing() as connection:
        insert_many(connection, row_keys, wrong)
    with store.writing() as connection:
        insert_many(connection, row_keys, keys(model_id, "a"))
        assert connection.scalar(sa.select(sa.func.count()).select_from(row_keys)) == 1


def test_a_connection_that_breaks_is_told_and_replaced(store: Store, model_id: int) -> None:
    """The database is said to be unavailable, and the next transaction has a new connection."""
    if store.is_sqlite:
        pytest.skip("an embedded database has no connection to lose")
    with pytest.raises(StoreUnavailable):
        write_over_a_broken_connection(store, keys(model_id, "a"))
    with store.writing() as connection:
        insert_many(connection, row_keys, keys(model_id, "a"))


def write_over_a_broken_connection(store: Store, rows: pl.DataFrame) -> None:
    """End the server's side of a transaction before the rows are written."""
    with store.writing() as connection:
        own = connection.scalar(sa.text("select pg_backend_pid()"))
        with store.writing() as other:
            other.execute(sa.text("select pg_terminate_backend(:own)"), {"own": own})
        insert_many(connection, row_keys, rows)
