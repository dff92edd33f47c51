"""Appending without waiting for the disk: the same rows, the same errors, and a later sync."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.errors import Conflict, StoreUnavailable
from modeldesk.schema import FewColumns, FewRows, KeepRows, LogPolicy, table_of
from modeldesk.store import TIME, Chunk, ChunkLog, ModelRecords, Store, WindowRecords
from modeldesk.store.fresh import file_fresh
from modeldesk.store.payload import decode_chunk, encode_chunk
from modeldesk.store.tables import chunks, fresh_chunks
from tests.integration.store.test_log import a_chunk


def kept(store: Store) -> list[dict[str, Any]]:
    """Return all chunks as they are kept, but for what differs between any two."""
    with store.reading() as connection:
        found = connection.execute(sa.select(chunks).order_by(chunks.c.id)).mappings()
        own = {"id", "key", "first_key", "last_key"}
        return [{name: row[name] for name in row if name not in own} for row in found]


def test_both_ways_of_appending_write_the_same(store: Store, version_id: int) -> None:
    """Whether the disk is waited for shows in no column."""
    for synced in (True, False):
        ChunkLog(store, synced=synced).append([a_chunk(version_id), a_chunk(version_id, 1)])
    waited, hasty = kept(store)[:2], kept(store)[2:]
    assert waited == hasty


def test_a_failure_leaves_nothing_and_the_next_one_works(store: Store, version_id: int) -> None:
    """A group with a key that is there is refused as a whole, with our own error."""
    log = ChunkLog(store, synced=False)
    good, twice = a_chunk(version_id), a_chunk(version_id)
    with pytest.raises(Conflict, match="refused a row"):
        log.append([good, twice, twice])
    assert kept(store) == []
    log.append([good])
    assert len(kept(store)) == 1


@pytest.fixture
def embedded(store: Store) -> Path:
    """Offer the file of an embedded database."""
    if store.file is None:
        pytest.skip("only an embedded database has a file of its own")
    return store.file


def test_a_locked_file_is_told_in_our_words(store: Store, version_id: int, embedded: Path) -> None:
    """Whoever waits too long for another program gets `StoreUnavailable`, and can try again."""
    log = ChunkLog(store, synced=False)
    chunk = a_chunk(version_id)
    with closing(sqlite3.connect(embedded, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="not available"):
            log.append([chunk])
        other.execute("ROLLBACK")
    log.append([chunk])
    assert log.row(chunk.key, 0) is not None


def test_a_sync_writes_the_log_beside_the_file_through_to_the_disk(
    store: Store, version_id: int, embedded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is that file which the disk is told to keep; what the disk answers is not hidden."""
    told: list[str] = []
    through = os.fsync

    def recorded(opened: int) -> None:
        told.append(Path(f"/proc/self/fd/{opened}").readlink().name)
        through(opened)

    log = ChunkLog(store, synced=False)
    log.append([a_chunk(version_id)])
    monkeypatch.setattr(os, "fsync", recorded)
    log.sync()
    assert told == [f"{embedded.name}-wal"]

    def failing(opened: int) -> None:
        del opened
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StoreUnavailable, match="Input/output error"):
        log.sync()


def test_after_a_copy_the_file_alone_holds_all(
    store: Store, version_id: int, embedded: Path, tmp_path: Path
) -> None:
    """What a copy without the write-ahead log lacks before it the file has afterwards."""

    def alone() -> int:
        copy = tmp_path / "alone.db"
        shutil.copy(embedded, copy)
        with closing(sqlite3.connect(copy)) as opened:
            found: tuple[int] = opened.execute("SELECT count(*) FROM chunks").fetchone()
        return found[0]

    log = ChunkLog(store, synced=False)
    log.copy()
    log.append([a_chunk(version_id) for _ in range(20)])
    assert alone() == 0
    log.copy()
    assert alone() == 20


def test_the_write_ahead_log_stays_small(store: Store, version_id: int, embedded: Path) -> None:
    """After it is copied it begins anew, however much is appended in all."""
    log = ChunkLog(store, synced=False)
    sizes = []
    for _ in range(6):
        log.append([a_chunk(version_id) for _ in range(100)])
        log.copy()
        sizes.append(embedded.with_name(f"{embedded.name}-wal").stat().st_size)
    assert sizes[-1] <= 2 * sizes[0]


def test_only_an_embedded_log_that_does_not_wait_needs_a_sync(store: Store) -> None:
    """PostgreSQL waits as it is set, and so does SQLite where it is asked to."""
    assert ChunkLog(store).synced
    assert ChunkLog(store, synced=False).synced is not store.is_sqlite


def a_few(version_id: int) -> Chunk:
    """Return the same rows as `a_chunk`, without a table."""
    chunk = a_chunk(version_id)
    table = table_of(chunk.rows)
    columns = FewColumns.like(dict(table.schema))
    assert columns is not None
    plain = table.with_columns(pl.col(TIME).cast(pl.Int64))
    return replace(
        chunk, rows=FewRows(columns=columns, values=[column.to_list() for column in plain])
    )


@pytest.mark.usefixtures("embedded")
def test_at_once_writes_the_same(store: Store, version_id: int) -> None:
    """What is filed later says the same as what was filed at once, but for its bytes."""
    log = ChunkLog(store, synced=False)
    log.append([a_chunk(version_id)])
    assert log.append_at_once(a_few(version_id))
    assert len(kept(store)) == 1
    file_fresh(store)
    waited, at_once = kept(store)
    assert decode_chunk(waited.pop("payload")).equals(decode_chunk(at_once.pop("payload")))
    assert waited == at_once
    assert waiting(store) == 0


def test_at_once_waits_for_nobody(store: Store, version_id: int, embedded: Path) -> None:
    """While others write, nothing is written, and later it works again."""
    log = ChunkLog(store, synced=False)
    free = [log.free]
    with store.writing():
        free.append(log.free)
        assert not log.append_at_once(a_few(version_id))
    assert [*free, log.free] == [True, False, True]
    with closing(sqlite3.connect(embedded, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not log.append_at_once(a_few(version_id))
        other.execute("ROLLBACK")
    assert waiting(store) == 0
    assert log.append_at_once(a_few(version_id))
    assert waiting(store) == 1


def test_at_once_a_failure_leaves_nothing(store: Store, version_id: int, embedded: Path) -> None:
    """What the database refuses is told as our own error, and the next chunk is written."""
    log = ChunkLog(store, synced=False)
    refuses = (
        "CREATE TRIGGER refuses AFTER INSERT ON fresh_chunks BEGIN SELECT RAISE(ABORT, ''); END"
    )
    with closing(sqlite3.connect(embedded, isolation_level=None)) as other:
        other.execute(refuses)
        with pytest.raises(Conflict, match="refused a row"):
            log.append_at_once(a_few(version_id))
        other.execute("DROP TRIGGER refuses")
    assert waiting(store) == 0
    assert log.append_at_once(a_few(version_id))
    assert waiting(store) == 1


def test_what_would_wait_is_not_written_at_once(store: Store, version_id: int) -> None:
    """A log whose commits wait for the disk or a server, and rows as a table."""
    assert not ChunkLog(store, synced=True).append_at_once(a_few(version_id))
    assert not ChunkLog(store, synced=False).append_at_once(a_chunk(version_id))
    assert kept(store) == []
    assert waiting(store) == 0


@pytest.mark.usefixtures("embedded")
def test_fresh_rows_are_there_for_whoever_asks(store: Store, version_id: int) -> None:
    """By key, in order, in counts, and for the roll-up."""
    log = ChunkLog(store, synced=False)
    keys = [few.key for few in (a_few(version_id), a_few(version_id)) if log.append_at_once(few)]
    assert log.waiting([version_id]).rows == 2 * a_chunk(version_id).rows.height
    parts = [part for chunk in log.latest([version_id]) for part, _, _ in chunk.keys]
    assert parts == keys
    third = a_few(version_id)
    assert log.append_at_once(third)
    assert log.holds(third.key)
    fourth = a_few(version_id)
    assert log.append_at_once(fourth)
    found = log.row(fourth.key, 0)
    assert found is not None
    assert found.frame.equals(table_of(fourth.rows).head(1))
    fifth = a_few(version_id)
    assert log.append_at_once(fifth)
    assert [chunk.key for chunk in WindowRecords(store).waiting(10)][-1] == fifth.key
    assert waiting(store) == 0


@pytest.mark.usefixtures("embedded")
def test_fresh_chunks_are_put_together(store: Store, version_id: int) -> None:
    """Some hundred at a time; each is found under its own key, in order, once."""
    log = ChunkLog(store, synced=False)
    keys = [few.key for _ in range(600) if log.append_at_once(few := a_few(version_id))]
    assert len(keys) == 600
    file_fresh(store)
    assert [row["rows"] for row in kept(store)] == [200 * 3] * 3
    parts = [part for chunk in log.latest([version_id]) for part in reversed(chunk.keys)]
    assert [part for part, _, _ in parts] == keys[::-1]
    assert waiting(store) == 0
    found = log.row(keys[7], 2)
    assert found is not None
    assert found.frame.equals(table_of(a_few(version_id).rows).slice(2, 1))
    assert WindowRecords(store).waiting(10)[0].together


@pytest.mark.usefixtures("embedded")
def test_where_not_all_rows_are_kept_each_chunk_stays_by_itself(
    store: Store, version_id: int
) -> None:
    """Which of them the log keeps is decided chunk by chunk."""
    ModelRecords(store).set_policy(1, LogPolicy(rows=KeepRows.SAMPLE))
    log = ChunkLog(store, synced=False)
    keys = [few.key for _ in range(3) if log.append_at_once(few := a_few(version_id))]
    file_fresh(store)
    assert [chunk.key for chunk in WindowRecords(store).waiting(10)] == keys
    assert not any(chunk.together for chunk in WindowRecords(store).waiting(10))


@pytest.mark.usefixtures("embedded")
def test_a_damaged_fresh_chunk_holds_up_no_other(store: Store, version_id: int) -> None:
    """It is filed as it is, and set aside when it is read."""
    log = ChunkLog(store, synced=False)
    for _ in range(3):
        assert log.append_at_once(a_few(version_id))
    with store.writing() as connection:
        first = connection.scalar(sa.select(sa.func.min(fresh_chunks.c.key)))
        damage = sa.update(fresh_chunks).where(fresh_chunks.c.key == first)
        connection.execute(damage.values(payload=b"damaged"))
    assert [chunk.rows.height for chunk in WindowRecords(store).waiting(10)] == [6]
    assert log.damaged([version_id]) == 3


def test_fresh_rows_of_another_database_are_filed(store: Store, version_id: int) -> None:
    """A restored copy may hold some, on PostgreSQL too."""
    few = a_few(version_id)
    with store.writing() as connection:
        connection.execute(sa.insert(fresh_chunks), [_fresh_row(few)])
    file_fresh(store)
    assert ChunkLog(store).holds(few.key)


def _fresh_row(few: Chunk) -> dict[str, object]:
    return {
        "key": few.key,
        "version_id": few.version_id,
        "committed_at": few.committed_at,
        "first_time": few.committed_at,
        "last_time": few.committed_at,
        "rows": few.rows.height,
        "shadow": False,
        "payload": encode_chunk(few.rows),
    }


def waiting(store: Store) -> int:
    """Return how many chunks are not filed yet."""
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(fresh_chunks)) or 0
