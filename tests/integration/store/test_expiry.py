"""Expiry's contract: what goes is gone for good, however many parts it was committed in."""

from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from modeldesk.schema import ChunkKeys
from modeldesk.store import (
    ROW_ID,
    TIME,
    Chunk,
    ChunkLog,
    Expiry,
    OldRows,
    Store,
)
from modeldesk.store.own_keys import hash_of
from modeldesk.store.tables import chunks, moved_chunks, row_keys
from modeldesk.store.trimming import trim
from tests.support.people import NOW
from tests.support.wear import count

KEYS = ChunkKeys()
MANY = 33_000
"""More parts than SQLite takes as parameters of one statement."""


def a_chunk(version_id: int, number: int, *, at: datetime = NOW) -> Chunk:
    """Return a chunk of one row that has an own key."""
    frame = pl.DataFrame(
        {
            "age": [float(number)],
            "class": ["a"],
            TIME: pl.Series([at], dtype=pl.Datetime("us", "UTC")),
            ROW_ID: [f"order-{number}"],
        }
    )
    return Chunk(key=KEYS.new(NOW), model_id=1, version_id=version_id, committed_at=NOW, rows=frame)


def a_merged_chunk(store: Store, version_id: int, times: pl.Series) -> None:
    """Write the rows of many commits as one profiled chunk, as compaction does."""
    numbers = range(len(times))
    frame = pl.DataFrame(
        {
            "age": [float(number) for number in numbers],
            "class": ["a"] * len(times),
            TIME: times,
            ROW_ID: [f"order-{number}" for number in numbers],
        }
    )
    keys = [KEYS.new(NOW) for _ in numbers]
    chunk = Chunk(key=keys[0], model_id=1, version_id=version_id, committed_at=NOW, rows=frame)
    ChunkLog(store).append([chunk])
    places = [{"key": key, "chunk_id": 1, "start": n, "rows": 1} for n, key in enumerate(keys)]
    with store.writing() as connection:
        connection.execute(sa.update(chunks).values(profiled=True, last_key=max(keys)))
        connection.execute(sa.insert(moved_chunks), places)
        connection.execute(sa.delete(row_keys))
        connection.execute(
            sa.insert(row_keys),
            [
                {"model_id": 1, "hash": hash_of(f"order-{n}"), "chunk_key": key}
                for n, key in enumerate(keys)
            ],
        )


def test_rows_of_very_many_commits_expire(store: Store, version_id: int) -> None:
    """Parts and own keys go with them, first those that are old, then all."""
    old = NOW - timedelta(days=9)
    times = [NOW if number < 3 else old for number in range(MANY)]
    a_merged_chunk(store, version_id, pl.Series(times, dtype=pl.Datetime("us", "UTC")))
    log, expiry = ChunkLog(store), Expiry(store)
    before = NOW - timedelta(days=1)
    assert expiry.rows(before) == OldRows()
    assert expiry.old_rows(before) == expiry.trim(before) == OldRows(chunks=1, rows=MANY - 3)
    assert count(store, row_keys) == count(store, moved_chunks) == 3
    for number in range(3):
        (found,) = log.rows_of(1, f"order-{number}")
        assert found.frame["age"].to_list() == [number]
    assert log.rows_of(1, "order-3") == ()
    after = NOW + timedelta(days=1)
    assert expiry.rows(after) == OldRows(chunks=1, rows=3)
    assert count(store, row_keys) == count(store, moved_chunks) == 0


def test_the_number_of_a_chunk_is_never_used_again(store: Store, version_id: int) -> None:
    """Who read a chunk that is gone meanwhile cannot take a new one for it."""
    seen: list[int] = []
    for number in range(3):
        ChunkLog(store).append([a_chunk(version_id, number)])
        with store.writing() as connection:
            seen += connection.scalars(sa.select(chunks.c.id))
            connection.execute(sa.delete(chunks))
    assert seen == sorted(set(seen))


def test_a_chunk_that_is_gone_is_not_trimmed(store: Store, version_id: int) -> None:
    """Nothing happens, and nothing is counted."""
    assert version_id
    assert trim(store, 1, NOW) == 0
