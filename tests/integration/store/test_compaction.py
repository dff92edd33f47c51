"""Compaction's contract: fewer chunks, and every row where its identifier finds it."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from modeldesk.clock import microseconds
from modeldesk.schema import ChunkKeys, FewColumns, FewRows, table_of
from modeldesk.store import (
    ROW,
    ROW_ID,
    TIME,
    Chunk,
    ChunkLog,
    Compaction,
    Store,
    WindowRecords,
)
from modeldesk.store.payload import encode_chunk
from modeldesk.store.tables import chunks
from tests.support.people import NOW

KEYS = ChunkKeys()


def a_chunk(version_id: int, number: int, *, own: str | None = None) -> Chunk:
    """Return a chunk of one to three rows that tell its number."""
    at = NOW + timedelta(seconds=number)
    rows = 1 + number % 3
    frame = pl.DataFrame(
        {
            "age": [number + row / 10 for row in range(rows)],
            "class": ["a"] * rows,
            TIME: pl.Series([at] * rows, dtype=pl.Datetime("us", "UTC")),
        }
    )
    if own is not None:
        frame = frame.with_columns(pl.Series(ROW_ID, [own] + [None] * (rows - 1), dtype=pl.String))
    return Chunk(key=KEYS.new(at), model_id=1, version_id=version_id, committed_at=at, rows=frame)


def fill(store: Store, version_id: int, numbers: range) -> list[Chunk]:
    """Write chunks, some with own keys, and mark them as profiled."""
    log, windows = ChunkLog(store), WindowRecords(store)
    made = [
        a_chunk(version_id, number, own=f"order-{number}" if number % 2 else None)
        for number in numbers
    ]
    log.append(made)
    assert windows.merge([chunk.chunk_id for chunk in windows.waiting(10_000)], {})
    return made


def count(store: Store) -> int:
    """Return how many chunks there are."""
    with store.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(chunks)) or 0)


def check(log: ChunkLog, made: list[Chunk]) -> None:
    """Find every row of every chunk, and every own key."""
    for chunk in made:
        for position in range(table_of(chunk.rows).height):
            found = log.row(chunk.key, position)
            assert found is not None
            wanted = table_of(chunk.rows).slice(position, 1)
            assert_frame_equal(found.frame.select(wanted.columns), wanted)
        assert log.row(chunk.key, table_of(chunk.rows).height) is None
        if ROW_ID in table_of(chunk.rows).columns:
            (own,) = log.rows_of(1, str(table_of(chunk.rows)[ROW_ID][0]))
            assert (own.key, own.row) == (chunk.key, 0)


def test_rows_are_found_after_one_and_after_two_compactions(store: Store, version_id: int) -> None:
    """Identifiers and own keys lead to the same rows, however often chunks were merged."""
    log, compaction = ChunkLog(store), Compaction(store)
    made = fill(store, version_id, range(100))
    check(log, made)
    assert compaction.run() == 99
    assert count(store) == 1
    check(log, made)
    made += fill(store, version_id, range(100, 170))
    assert compaction.run() == 70
    assert count(store) == 1
    check(log, made)


def test_few_chunks_and_rows_that_wait_are_left_alone(store: Store, version_id: int) -> None:
    """Merging starts at 64 small chunks; what is not profiled yet stays as it is."""
    compaction = Compaction(store)
    fill(store, version_id, range(63))
    assert compaction.run() == 0
    ChunkLog(store).append([a_chunk(version_id, number) for number in range(63, 200)])
    assert compaction.run() == 0
    assert count(store) == 200
    assert compaction.run(fewest=2) == 62


def test_large_chunks_stay_as_they_are(store: Store, version_id: int) -> None:
    """A chunk of ten thousand rows is settled from the start."""
    frame = pl.DataFrame(
        {"age": pl.zeros(10_000, eager=True), "class": ["a"] * 10_000, TIME: [NOW] * 10_000}
    )
    big = Chunk(key=KEYS.new(NOW), model_id=1, version_id=version_id, committed_at=NOW, rows=frame)
    ChunkLog(store).append([big])
    fill(store, version_id, range(2))
    assert Compaction(store).run(fewest=2) == 1
    assert count(store) == 2


def test_chunks_with_other_columns_are_merged_among_themselves(
    store: Store, version_id: int
) -> None:
    """A column that a chunk does not have is not missing in its rows; own keys do not matter."""
    log, windows = ChunkLog(store), WindowRecords(store)
    fill(store, version_id, range(3))
    fewer = [a_chunk(version_id, number) for number in range(3, 5)]
    log.append([replace(chunk, rows=table_of(chunk.rows).drop("class")) for chunk in fewer])
    assert windows.merge([chunk.chunk_id for chunk in windows.waiting(10)], {})
    # Three and two become one and one: what is left is never merged with what it does not fit.
    assert [Compaction(store).run(fewest=2) for _ in range(3)] == [2, 1, 0]
    frames = [chunk.frame for chunk in log.latest([version_id])]
    assert sorted("class" in frame.columns for frame in frames) == [False, True]
    assert sum(frame.height for frame in frames) == 9
    assert not any(frame["class"].has_nulls() for frame in frames if "class" in frame.columns)


def test_chunks_that_lost_rows_are_merged_too(store: Store, version_id: int) -> None:
    """A row that stayed keeps its identifier; one that went is not found."""
    log, windows = ChunkLog(store), WindowRecords(store)
    made = [a_chunk(version_id, number) for number in (2, 5)]
    log.append(made)
    waiting = windows.waiting(10)
    numbered = table_of(waiting[0].rows).with_columns(pl.Series(ROW, [0, 1, 2]))
    thinned = {waiting[0].chunk_id: numbered.filter(pl.col(ROW) != 1)}
    assert windows.merge([chunk.chunk_id for chunk in waiting], {}, thinned=thinned)
    for _ in range(2):
        assert log.row(made[0].key, 1) is None
        last = log.row(made[0].key, 2)
        assert last is not None
        assert last.frame["age"].to_list() == [2.2]
        other = log.row(made[1].key, 2)
        assert other is not None
        assert other.frame["age"].to_list() == [5.2]
        Compaction(store).run(fewest=2)
    assert count(store) == 1


def test_a_chunk_of_which_nothing_stays_is_gone(store: Store, version_id: int) -> None:
    """Its rows are in the profile only."""
    log, windows = ChunkLog(store), WindowRecords(store)
    chunk = a_chunk(version_id, 1)
    log.append([chunk])
    (waiting,) = windows.waiting(10)
    windows.merge(
        [waiting.chunk_id], {}, thinned={waiting.chunk_id: table_of(waiting.rows).clear()}
    )
    assert log.row(chunk.key, 0) is None
    assert count(store) == 0


def test_chunks_are_read_from_the_latest_on(store: Store, version_id: int) -> None:
    """With a range of time, from a key on, before and after compaction."""
    log = ChunkLog(store)
    made = fill(store, version_id, range(510))
    found = [part[0] for chunk in log.latest([version_id]) for part in chunk.keys]
    assert found == [chunk.key for chunk in reversed(made)]
    older = next(log.latest([version_id], before=made[5].key))
    assert older.last_key == made[5].key
    within = log.latest(
        [version_id], start=NOW + timedelta(seconds=3), end=NOW + timedelta(seconds=5)
    )
    assert [chunk.last_key for chunk in within] == [made[4].key, made[3].key]
    Compaction(store).run(fewest=2)
    (merged,) = log.latest([version_id])
    assert [key for key, _, _ in merged.keys] == [chunk.key for chunk in made]
    for (_, start, length), chunk in zip(merged.keys, made, strict=True):
        part = merged.frame.slice(start, length).select(table_of(chunk.rows).columns)
        assert_frame_equal(part, table_of(chunk.rows))
    assert list(log.latest([version_id + 1])) == []


def test_an_own_key_may_be_used_twice(store: Store, version_id: int) -> None:
    """Both rows are found, the older one first; other keys and models find nothing."""
    log = ChunkLog(store)
    twice = [a_chunk(version_id, number, own="order-7") for number in (1, 2)]
    log.append(twice)
    found = log.rows_of(1, "order-7")
    assert [row.key for row in found] == [chunk.key for chunk in twice]
    assert log.rows_of(1, "order-8") == log.rows_of(2, "order-7") == ()


def few_rows(version_id: int, number: int, ages: list[float]) -> Chunk:
    """Return a chunk that was put together without a table."""
    at = NOW + timedelta(seconds=number)
    columns = FewColumns.of(("age", "class", TIME), "fst")
    rows = FewRows(
        columns=columns, values=[ages, ["a"] * len(ages), [microseconds(at)] * len(ages)]
    )
    return Chunk(key=KEYS.new(at), model_id=1, version_id=version_id, committed_at=at, rows=rows)


def test_few_rows_become_one_table(store: Store, version_id: int) -> None:
    """Between tables as well, each at its place."""
    log, windows = ChunkLog(store), WindowRecords(store)
    made = [
        few_rows(version_id, number, [number + 0.5, number + 0.25])
        if number % 5
        else a_chunk(version_id, number)
        for number in range(20)
    ]
    log.append(made)
    assert windows.merge([chunk.chunk_id for chunk in windows.waiting(100)], {})
    assert Compaction(store).run(fewest=2) == 19
    assert count(store) == 1
    check(log, [replace(chunk, rows=_table(chunk)) for chunk in made])


def _table(chunk: Chunk) -> pl.DataFrame:
    return chunk.rows.frame() if isinstance(chunk.rows, FewRows) else chunk.rows


def test_few_rows_that_contradict_themselves_are_set_aside(store: Store, version_id: int) -> None:
    """Though their checksum is right; the others are merged the next time."""
    log, windows = ChunkLog(store), WindowRecords(store)
    log.append([few_rows(version_id, number, [0.5]) for number in range(5)])
    waiting = [chunk.chunk_id for chunk in windows.waiting(100)]
    words = FewRows(
        columns=FewColumns.of(("age", "class", TIME), "fst"), values=[["old"], ["a"], [1]]
    )
    with store.writing() as connection:
        connection.execute(
            sa.update(chunks)
            .where(chunks.c.id == waiting[2])
            .values(payload=encode_chunk(words), profiled=True)
        )
        connection.execute(sa.update(chunks).values(profiled=True))
    assert [Compaction(store).run(fewest=2) for _ in range(2)] == [0, 3]
    assert count(store) == 2
