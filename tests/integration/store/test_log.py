"""The prediction log's contract, on each database."""

from datetime import datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from modeldesk.errors import Conflict, Corrupt, InvalidArgument, StoreUnavailable
from modeldesk.profiles import profile
from modeldesk.schema import ChunkKeys, Granularity, Window, table_of
from modeldesk.store import (
    TIME,
    Chunk,
    ChunkLog,
    Store,
    WindowKey,
    WindowPart,
    WindowRecords,
)
from modeldesk.store.tables import chunks
from tests.support.people import NOW

KEYS = ChunkKeys()


def a_chunk(version_id: int, rows: int = 3, *, at: datetime = NOW) -> Chunk:
    """Return a chunk of rows at one time."""
    frame = pl.DataFrame(
        {
            "age": [float(row) for row in range(rows)],
            "class": ["a"] * rows,
            TIME: pl.Series([at] * rows, dtype=pl.Datetime("us", "UTC")),
        }
    )
    return Chunk(key=KEYS.new(at), model_id=1, version_id=version_id, committed_at=at, rows=frame)


def test_a_chunk_reads_back_as_it_was_written(store: Store, version_id: int) -> None:
    """Every row is found by key and position; an unknown key or row gives nothing."""
    log = ChunkLog(store)
    chunk = a_chunk(version_id)
    log.append([chunk])
    for position in range(3):
        found = log.row(chunk.key, position)
        assert found is not None
        assert_frame_equal(found.frame, table_of(chunk.rows).slice(position, 1))
        assert (found.key, found.row, found.version_id) == (chunk.key, position, version_id)
    assert log.row(chunk.key, 3) is None
    assert log.row("0" * 26, 0) is None


def test_a_group_of_chunks_is_written_whole_or_not_at_all(store: Store, version_id: int) -> None:
    """When one chunk of a group cannot be written, the others are not there either."""
    log = ChunkLog(store)
    good, twice = a_chunk(version_id), a_chunk(version_id)
    with pytest.raises(Conflict):
        log.append([good, twice, twice])
    assert log.row(good.key, 0) is None


def test_damaged_bytes_are_refused(store: Store, version_id: int) -> None:
    """A flipped bit in the payload raises `Corrupt`, never wrong rows."""
    log = ChunkLog(store)
    chunk = a_chunk(version_id)
    log.append([chunk])
    with store.writing() as connection:
        payload = bytearray(connection.scalars(sa.select(chunks.c.payload)).one())
        payload[-3] ^= 1
        connection.execute(sa.update(chunks).values(payload=bytes(payload)))
    with pytest.raises(Corrupt, match="checksum"):
        log.row(chunk.key, 0)


def key_of(version_id: int, granularity: Granularity) -> WindowKey:
    """Return the key of the window around `NOW`."""
    start = Window.containing(NOW, granularity).start
    return WindowKey(version_id=version_id, segment="", granularity=granularity, start=start)


def part_of(chunk: Chunk) -> WindowPart:
    """Return what a chunk adds to its window."""
    return WindowPart(profile=profile(table_of(chunk.rows).drop(TIME)), last_time=NOW)


def test_rows_count_once_however_often_they_are_merged(store: Store, version_id: int) -> None:
    """A second roll-up of the same chunk is refused and leaves the profile as it was."""
    log, windows = ChunkLog(store), WindowRecords(store)
    chunk = a_chunk(version_id)
    log.append([chunk])
    (waiting,) = windows.waiting(10)
    part = {key_of(version_id, Granularity.DAY): part_of(chunk)}
    assert windows.merge([waiting.chunk_id], part)
    assert not windows.merge([waiting.chunk_id], part)
    assert windows.waiting(10) == ()
    (stored,) = windows.profiles(version_id, Granularity.DAY)
    assert (stored.profile.rows, stored.revision) == (3, 1)


def test_a_merge_that_fails_leaves_the_chunk_waiting(store: Store, version_id: int) -> None:
    """The mark and the profile are written in one transaction."""
    log, windows = ChunkLog(store), WindowRecords(store)
    log.append([a_chunk(version_id)])
    (waiting,) = windows.waiting(10)
    wrong = WindowPart(profile=profile({"age": [1.0]}), last_time=None)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        windows.merge([waiting.chunk_id], {key_of(version_id, Granularity.DAY): wrong})
    assert len(windows.waiting(10)) == 1
    assert windows.profiles(version_id, Granularity.DAY) == ()


def test_later_rows_restate_their_window(store: Store, version_id: int) -> None:
    """Two merges into a window add up, and the latest time is kept."""
    log, windows = ChunkLog(store), WindowRecords(store)
    for _ in range(2):
        chunk = a_chunk(version_id)
        log.append([chunk])
        (waiting,) = windows.waiting(10)
        windows.merge([waiting.chunk_id], {key_of(version_id, Granularity.HOUR): part_of(chunk)})
    (volume,) = windows.volumes(version_id, Granularity.HOUR)
    assert (volume.rows, volume.last_time) == (6, NOW)
    assert volume.window.end - volume.window.start == timedelta(hours=1)
    outside = windows.profiles(version_id, Granularity.HOUR, start=NOW + timedelta(days=1))
    assert outside == ()


def test_waiting_rows_are_counted_until_profiled(store: Store, version_id: int) -> None:
    """The log says how many rows are in no profile yet, and until when they reach."""
    log, windows = ChunkLog(store), WindowRecords(store)
    assert log.waiting([version_id]).last_time is None
    log.append([a_chunk(version_id, 2), a_chunk(version_id, 5)])
    waiting = log.waiting([version_id])
    assert (waiting.rows, waiting.last_time) == (7, NOW)
    windows.merge([chunk.chunk_id for chunk in windows.waiting(10)], {})
    assert log.waiting([version_id]).rows == 0


def test_a_reader_sees_no_half_written_transaction(store: Store, version_id: int) -> None:
    """Readers go on beside a writer and see what was committed before."""
    log = ChunkLog(store)
    with store.writing() as connection:
        connection.execute(sa.update(chunks).values(profiled=True))
        assert log.waiting([version_id]).rows == 0


def test_an_unreachable_database_is_said_so() -> None:
    """A server that is not there gives `StoreUnavailable` with the address, no password."""
    with (
        Store("postgresql://someone:secret@127.0.0.1:1/none") as store,
        pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/none") as caught,
        store.reading(),
    ):
        pass
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "nosuch://host/name"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """The error shows how a URL is written."""
    with pytest.raises(InvalidArgument, match="sqlite:///path"):
        Store(url)


def test_a_folder_that_cannot_be_written_is_said_so() -> None:
    """The error names the place."""
    with (
        pytest.raises(StoreUnavailable, match="modeldesk"),
        Store("sqlite:////proc/modeldesk/x.db") as store,
        store.reading(),
    ):
        pass
