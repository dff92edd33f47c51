"""Appending without waiting for the disk: the same rows, the same errors, and a later sync."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
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
from modeldesk.store.journal import read_part
from modeldesk.store.payload import decode_chunk
from modeldesk.store.tables import chunks, journals
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


@pytest.fixture
def hasty(store: Store, version_id: int, embedded: Path) -> Iterator[ChunkLog]:
    """Offer a log that commits a few rows at once."""
    assert embedded.exists()
    log = ChunkLog(store, synced=False)
    assert not log.append_at_once(a_few(version_id))  # it is asked for, but not there yet
    log.prepare()
    assert log.at_once
    yield log
    log.close()


def test_at_once_writes_the_same(store: Store, version_id: int, hasty: ChunkLog) -> None:
    """What is filed later says the same as what was filed at once, but for its bytes."""
    hasty.append([a_chunk(version_id)])
    assert hasty.append_at_once(a_few(version_id))
    assert len(kept(store)) == 1
    file_fresh(store)
    waited, at_once = kept(store)
    assert decode_chunk(waited.pop("payload")).equals(decode_chunk(at_once.pop("payload")))
    assert waited == at_once
    assert waiting(store) == 0


def test_at_once_waits_for_nobody(
    store: Store, version_id: int, embedded: Path, hasty: ChunkLog
) -> None:
    """Whoever writes, here or in another program, and what is committed can be read later."""
    with store.writing():
        assert hasty.free
        assert hasty.append_at_once(a_few(version_id))
    with closing(sqlite3.connect(embedded, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert hasty.append_at_once(a_few(version_id))
        other.execute("ROLLBACK")
    assert waiting(store) == 2
    assert hasty.rows([version_id]) == 6


def test_what_would_wait_is_not_written_at_once(store: Store, version_id: int) -> None:
    """A log whose commits wait for the disk or a server, and rows as a table."""
    waits, hasty = ChunkLog(store, synced=True), ChunkLog(store, synced=False)
    assert not waits.append_at_once(a_few(version_id))
    assert not hasty.append_at_once(a_chunk(version_id))
    for log in (waits, hasty):
        log.prepare()
        assert not log.at_once
    assert kept(store) == []


def test_fresh_rows_are_there_for_whoever_asks(
    store: Store, version_id: int, hasty: ChunkLog
) -> None:
    """By key, in order, in counts, and for the roll-up."""
    keys = [few.key for few in (a_few(version_id), a_few(version_id)) if hasty.append_at_once(few)]
    assert hasty.waiting([version_id]).rows == 2 * a_chunk(version_id).rows.height
    parts = [part for chunk in hasty.latest([version_id]) for part, _, _ in chunk.keys]
    assert parts == keys
    third = a_few(version_id)
    assert hasty.append_at_once(third)
    assert hasty.holds(third.key)
    fourth = a_few(version_id)
    assert hasty.append_at_once(fourth)
    found = hasty.row(fourth.key, 0)
    assert found is not None
    assert found.frame.equals(table_of(fourth.rows).head(1))
    fifth = a_few(version_id)
    assert hasty.append_at_once(fifth)
    assert [chunk.key for chunk in WindowRecords(store).waiting(10)][-1] == fifth.key
    assert waiting(store) == 0


def test_fresh_chunks_are_put_together(store: Store, version_id: int, hasty: ChunkLog) -> None:
    """A thousand at a time; each is found under its own key, in order, once."""
    keys = [few.key for _ in range(2500) if hasty.append_at_once(few := a_few(version_id))]
    assert len(keys) == 2500
    file_fresh(store)
    assert [row["rows"] for row in kept(store)] == [3000, 3000, 1500]
    parts = [part for chunk in hasty.latest([version_id]) for part in reversed(chunk.keys)]
    assert [part for part, _, _ in parts] == keys[::-1]
    assert waiting(store) == 0
    found = hasty.row(keys[7], 2)
    assert found is not None
    assert found.frame.equals(table_of(a_few(version_id).rows).slice(2, 1))
    assert WindowRecords(store).waiting(10)[0].together


def test_where_not_all_rows_are_kept_each_chunk_stays_by_itself(
    store: Store, version_id: int, hasty: ChunkLog
) -> None:
    """Which of them the log keeps is decided chunk by chunk."""
    ModelRecords(store).set_policy(1, LogPolicy(rows=KeepRows.SAMPLE))
    keys = [few.key for _ in range(3) if hasty.append_at_once(few := a_few(version_id))]
    file_fresh(store)
    assert [chunk.key for chunk in WindowRecords(store).waiting(10)] == keys
    assert not any(chunk.together for chunk in WindowRecords(store).waiting(10))


def test_a_damaged_fresh_chunk_holds_up_no_other(
    store: Store, version_id: int, hasty: ChunkLog
) -> None:
    """It is filed as it is, and set aside when it is read."""
    for _ in range(3):
        assert hasty.append_at_once(a_few(version_id))
    assert store.journals is not None
    (file,) = store.journals.iterdir()
    written = bytearray(file.read_bytes())
    written[len(written) // 3 - 1] ^= 0xFF  # the last byte of the first of three
    file.write_bytes(written)
    assert [chunk.rows.height for chunk in WindowRecords(store).waiting(10)] == [6]
    assert hasty.damaged([version_id]) == 3


def waiting(store: Store) -> int:
    """Return how many chunks are not filed yet."""
    assert store.journals is not None
    with store.reading() as connection:
        known = connection.execute(sa.select(journals.c.name, journals.c.filed)).all()
    found = 0
    for name, filed in known:
        with (store.journals / name).open("rb") as file:
            found += len(read_part(file.fileno(), filed).records)
    return found
