"""Appending without waiting for the disk: the same rows, the same errors, and a later sync."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.errors import Conflict, StoreUnavailable
from modeldesk.store import ROW_ID, ChunkLog, Store
from modeldesk.store.tables import chunks
from tests.integration.store.test_log import a_chunk

if TYPE_CHECKING:
    from pathlib import Path


def kept(store: Store) -> list[dict[str, object]]:
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


def test_after_a_sync_the_file_alone_holds_all(
    store: Store, version_id: int, embedded: Path, tmp_path: Path
) -> None:
    """What a copy without the write-ahead log lacks before a sync it has afterwards."""

    def alone() -> int:
        copy = tmp_path / "alone.db"
        shutil.copy(embedded, copy)
        with closing(sqlite3.connect(copy)) as opened:
            found: tuple[int] = opened.execute("SELECT count(*) FROM chunks").fetchone()
        return found[0]

    log = ChunkLog(store, synced=False)
    log.sync()
    log.append([a_chunk(version_id) for _ in range(20)])
    assert alone() == 0
    log.sync()
    assert alone() == 20


def test_the_write_ahead_log_stays_small(store: Store, version_id: int, embedded: Path) -> None:
    """After a sync it begins anew, however much is appended in all."""
    log = ChunkLog(store, synced=False)
    sizes = []
    for _ in range(6):
        log.append([a_chunk(version_id) for _ in range(100)])
        log.sync()
        sizes.append(embedded.with_name(f"{embedded.name}-wal").stat().st_size)
    assert sizes[-1] <= 2 * sizes[0]


def test_only_an_embedded_log_that_does_not_wait_needs_a_sync(store: Store) -> None:
    """PostgreSQL waits as it is set, and so does SQLite where it is asked to."""
    assert ChunkLog(store).synced
    assert ChunkLog(store, synced=False).synced is not store.is_sqlite


@pytest.mark.usefixtures("embedded")
def test_at_once_writes_the_same(store: Store, version_id: int) -> None:
    """It is one more way to the same columns."""
    log = ChunkLog(store, synced=False)
    log.append([a_chunk(version_id)])
    assert log.append_at_once([a_chunk(version_id)])
    waited, at_once = kept(store)
    assert waited == at_once


def test_at_once_waits_for_nobody(store: Store, version_id: int, embedded: Path) -> None:
    """While others write, nothing is written, and later it works again."""
    log = ChunkLog(store, synced=False)
    with store.writing():
        assert not log.append_at_once([a_chunk(version_id)])
    with closing(sqlite3.connect(embedded, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not log.append_at_once([a_chunk(version_id)])
        other.execute("ROLLBACK")
    assert kept(store) == []
    assert log.append_at_once([a_chunk(version_id)])
    assert len(kept(store)) == 1


@pytest.mark.usefixtures("embedded")
def test_at_once_a_failure_leaves_nothing(store: Store, version_id: int) -> None:
    """A key that is there is refused with our own error, and the next chunk is written."""
    log = ChunkLog(store, synced=False)
    twice = a_chunk(version_id)
    with pytest.raises(Conflict, match="refused a row"):
        log.append_at_once([twice, twice])
    assert kept(store) == []
    assert log.append_at_once([twice])


def test_what_would_wait_is_not_written_at_once(store: Store, version_id: int) -> None:
    """A log whose commits wait for the disk or a server, and rows with keys of their own."""
    keyed = a_chunk(version_id)
    named = pl.Series(ROW_ID, ["mine"] * keyed.frame.height)
    keyed = replace(keyed, frame=keyed.frame.with_columns(named))
    assert not ChunkLog(store, synced=True).append_at_once([a_chunk(version_id)])
    assert not ChunkLog(store, synced=False).append_at_once([keyed])
    assert kept(store) == []
