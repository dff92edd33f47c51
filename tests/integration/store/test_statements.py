"""What a connection keeps in memory does not depend on how much has gone through it."""

import gc
import sqlite3

import pytest
import sqlalchemy as sa

from modeldesk.store import Store


def test_few_compiled_statements_are_kept(empty_store: Store) -> None:
    """Each length of a list of keys is a statement of its own: most are forgotten again."""
    if not empty_store.is_sqlite:
        pytest.skip("a database server keeps what it compiles itself")
    before = compiled()
    with empty_store.reading() as connection:
        for length in range(1, 200):
            one_of = sa.literal(0).in_(range(length))
            assert connection.scalar(sa.select(sa.literal(7)).where(one_of)) == 7
    assert compiled() - before < 50


def compiled() -> int:
    """Count the statements that all connections keep; SQLite's own kind of object."""
    gc.collect()
    return sum(
        type(found).__name__ == "Statement" and type(found).__module__ == sqlite3.__name__
        for found in gc.get_objects()
    )
