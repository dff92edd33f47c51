"""The journal beside an embedded database: each record is filed once, whatever ends when."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from modeldesk.errors import StoreUnavailable
from modeldesk.store import Chunk, ChunkLog, Store, dumping, fresh, journal, loading
from modeldesk.store.fresh import file_fresh
from modeldesk.store.tables import journals
from modeldesk.store.vacuum import size_of
from tests.integration.store.test_appending import a_few

if TYPE_CHECKING:
    from pathlib import Path


class Place(NamedTuple):
    """An embedded database and where its journals are."""

    store: Store
    folder: Path
    version_id: int

    def few(self) -> Chunk:
        """Return a few rows to be committed."""
        return a_few(self.version_id)

    def log(self) -> ChunkLog:
        """Return a log that commits them at once, as a process has one."""
        log = ChunkLog(self.store, synced=False)
        assert not log.append_at_once(self.few())
        log.prepare()
        assert log.at_once
        return log

    def files(self) -> list[Path]:
        """Return all files beside the database that may hold rows."""
        return sorted(self.folder.glob("*"))

    def known(self) -> int:
        """Return how many journals the database knows."""
        with self.store.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(journals)) or 0

    def keys(self) -> list[str]:
        """Return the keys in the log, oldest first, each as often as it is there."""
        found = ChunkLog(self.store).latest([self.version_id])
        return sorted(key for chunk in found for key, _, _ in chunk.keys)


@pytest.fixture
def place(store: Store, version_id: int) -> Place:
    """Offer an embedded database."""
    if store.journals is None:
        pytest.skip("only an embedded database has journals")
    return Place(store, store.journals, version_id)


def committed(place: Place, log: ChunkLog, many: int) -> list[str]:
    """Commit chunks; return their keys."""
    keys = [few.key for _ in range(many) if log.append_at_once(few := place.few())]
    assert len(keys) == many
    return keys


def ended(log: ChunkLog) -> None:
    """Let go of a journal as the end of its process does."""
    log._journal.close()  # noqa: SLF001


def test_without_rows_for_it_there_is_no_journal(place: Place) -> None:
    """A process that predicts nothing leaves nothing behind."""
    log = ChunkLog(place.store, synced=False)
    log.prepare()
    log.sync()
    log.close()
    assert (place.files(), place.known()) == ([], 0)


def test_a_log_that_is_closed_leaves_all_in_the_database(place: Place) -> None:
    """And no file; what comes later has to be committed otherwise."""
    log = place.log()
    keys = committed(place, log, 5)
    assert len(place.files()) == place.known() == 1
    assert size_of(place.store) > place.files()[0].stat().st_size > 0
    log.close()
    assert (place.files(), place.known()) == ([], 0)
    assert not log.append_at_once(place.few())
    assert place.keys() == keys


def test_a_journal_stays_while_its_process_lives(place: Place) -> None:
    """Filed is what is there, as often as somebody asks; the file goes when its process has."""
    log = place.log()
    keys = committed(place, log, 2)
    assert place.keys() == keys
    keys += committed(place, log, 2)
    assert place.keys() == place.keys() == keys
    assert len(place.files()) == 1
    keys += committed(place, log, 1)
    ended(log)
    assert place.keys() == keys
    assert (place.files(), place.known()) == ([], 0)


def test_what_somebody_else_wrote_is_filed(place: Place) -> None:
    """Another process has a store of its own, and files what it finds."""
    logs = [place.log(), place.log()]
    keys = [key for log in logs * 3 for key in committed(place, log, 2)]
    with Store(f"sqlite:///{place.store.file}") as other:
        file_fresh(other)
        assert place._replace(store=other).keys() == sorted(keys)
    for log in logs:
        log.close()
    assert (place.keys(), place.files()) == (sorted(keys), [])


def test_a_large_journal_is_followed_by_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first goes when it is filed, while its process lives on."""
    log = place.log()
    (first,) = place.files()
    keys = committed(place, log, 3)
    log.prepare()
    assert place.files() == [first]
    monkeypatch.setattr(journal, "LARGE", 100)
    log.prepare()
    keys += committed(place, log, 3)
    assert len(place.files()) == place.known() == 2
    log.sync()  # the disk has what was in the first, too
    assert place.keys() == keys
    assert len(place.files()) == place.known() == 1
    assert first not in place.files()


def test_many_file_at_once_and_each_record_once(place: Place) -> None:
    """Threads of two processes, while two logs go on committing."""
    logs = [place.log(), place.log()]
    keys: list[str] = []
    done = threading.Event()

    def write(log: ChunkLog) -> None:
        for _ in range(20):
            keys.extend(committed(place, log, 20))
        log.close()

    def file(store: Store) -> None:
        while not done.is_set():
            file_fresh(store)

    with Store(f"sqlite:///{place.store.file}") as other:
        filing = [threading.Thread(target=file, args=(s,)) for s in (place.store, other) * 2]
        writing = [threading.Thread(target=write, args=(log,)) for log in logs]
        for thread in filing + writing:
            thread.start()
        for thread in writing:
            thread.join()
        done.set()
        for thread in filing:
            thread.join()
    assert place.keys() == sorted(keys)
    assert (place.files(), place.known()) == ([], 0)


@pytest.mark.parametrize("cut", [1, 40, 160])
def test_what_was_being_written_at_the_end_is_set_aside(place: Place, cut: int) -> None:
    """It answered nobody; what was whole is filed, and the file is kept for whoever wants it."""
    log = place.log()
    keys = committed(place, log, 3)
    (file,) = place.files()
    ended(log)
    os.truncate(file, file.stat().st_size - cut)
    with capture_logs() as told:
        assert place.keys() == keys[:2]
    assert [(entry["log_level"], entry["event"]) for entry in told] == [
        ("warning", "the end of a journal cannot be read")
    ]
    assert place.files() == [file.with_suffix(".rest")]
    assert place.known() == 0


def test_a_record_that_is_being_written_is_waited_for(place: Place) -> None:
    """Half of one is no rows yet, and is filed when it is whole."""
    log = place.log()
    (file,) = place.files()
    keys = committed(place, log, 2)
    whole = file.read_bytes()
    keys += committed(place, log, 1)
    third = file.read_bytes()[len(whole) :]
    for length in (0, 5, 30, len(third) - 1):
        file.write_bytes(whole + third[:length])
        assert place.keys() == keys[:2]
    file.write_bytes(whole + third)
    assert place.keys() == keys


@pytest.mark.parametrize("failing", [True, False])
def test_a_full_disk_is_no_commit(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, failing: bool
) -> None:
    """Nothing of the record stays, it is told, and another journal is begun later."""
    log = place.log()
    keys = committed(place, log, 2)
    through = os.write

    def full(number: int, data: bytes) -> int:
        if failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return through(number, data[:20])

    with monkeypatch.context() as patched, capture_logs() as told:
        patched.setattr(os, "write", full)
        assert not log.append_at_once(place.few())
    assert [entry["event"] for entry in told] == ["the journal cannot be written"]
    assert not log.append_at_once(place.few())
    log.prepare()
    keys += committed(place, log, 2)
    with capture_logs() as told:
        log.close()
    assert (place.keys(), place.files(), told) == (keys, [], [])


def test_where_no_journal_can_be_begun_it_is_told_once(place: Place) -> None:
    """Rows are committed otherwise then."""
    place.folder.write_text("in its place")
    log = ChunkLog(place.store, synced=False)
    with capture_logs() as told:
        for _ in range(3):
            assert not log.append_at_once(place.few())
            log.prepare()
    assert [entry["event"] for entry in told] == ["no journal can be begun"]
    assert place.known() == 0


def test_a_disk_that_fails_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes through tries again."""
    log = place.log()
    committed(place, log, 1)

    def failing(number: int) -> None:
        del number
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(StoreUnavailable, match=r"journal .* Input/output error"):
            log.sync()
    log.sync()
    log.close()


def test_a_transaction_that_fails_files_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends between two of its statements is done once more, from the beginning."""
    log = place.log()
    keys = committed(place, log, 3)

    def failing(*_: object, **__: object) -> None:
        message = "the program ends here"
        raise RuntimeError(message)

    with monkeypatch.context() as patched:
        patched.setattr(fresh, "_insert", failing)
        with pytest.raises(RuntimeError, match="ends here"):
            file_fresh(place.store)
    ended(log)
    with monkeypatch.context() as patched:
        patched.setattr(fresh, "_end", failing)
        with pytest.raises(RuntimeError, match="ends here"):
            file_fresh(place.store)
    assert len(place.files()) == 1
    assert place.keys() == keys
    assert place.files() == []


def test_a_missing_journal_is_told_and_forgotten(place: Place) -> None:
    """Somebody has copied the database without what lies beside it."""
    log = place.log()
    keys = committed(place, log, 2)
    assert place.keys() == keys
    committed(place, log, 1)
    place.files()[0].unlink()
    with capture_logs() as told:
        assert place.keys() == place.keys() == keys
    assert [entry["event"] for entry in told] == ["rows lost: a journal is missing"]
    assert place.known() == 0
    ended(log)


def test_the_journal_of_another_database_is_left_alone(place: Place) -> None:
    """Only what the database knows is filed."""
    log = place.log()
    committed(place, log, 2)
    with place.store.writing() as connection:
        connection.execute(sa.delete(journals))
    assert place.keys() == []
    (old,) = place.files()
    with capture_logs() as told:
        log.prepare()  # the journal that is no longer known is written to no more
    assert [entry["event"] for entry in told] == [
        "rows lost: the database knows no more of its journal"
    ]
    keys = committed(place, log, 1)
    log.close()
    assert (place.keys(), place.files()) == (keys, [old])


def test_rows_of_no_version_are_told(place: Place) -> None:
    """They hold up no others."""
    log = place.log()
    keys = committed(place, log, 1)
    assert log.append_at_once(a_few(place.version_id + 77))
    keys += committed(place, log, 1)
    with capture_logs() as told:
        assert place.keys() == keys
    assert [entry["version_id"] for entry in told] == [place.version_id + 77]
    log.close()


def test_a_dump_has_what_was_committed_and_a_restored_desk_nothing_else(place: Place) -> None:
    """Journals of before say nothing of a database that has been replaced."""
    log = place.log()
    keys = committed(place, log, 2)
    with dumping(place.store) as dump:
        assert dump.count("chunks") == 1
        assert "journals" not in dump.names
        frames = [(name, frame) for name in dump.names for frame in dump.frames(name)]
        revision = dump.revision
    committed(place, log, 2)
    ended(log)
    with loading(place.store, revision, replace=True) as load:
        for name, frame in frames:
            load.add(name, frame)
    assert (place.keys(), place.files()) == (keys, [])


def test_what_a_power_cut_has_taken_from_a_file_holds_up_nobody(place: Place) -> None:
    """The disk may have what was filed, and not the file that it was filed from."""
    log, other = place.log(), place.log()
    keys = committed(place, log, 3)
    assert place.keys() == keys
    file = next(file for file in place.files() if file.stat().st_size)
    ended(log)
    os.truncate(file, 10)
    keys += committed(place, other, 2)
    with capture_logs() as told:
        assert place.keys() == keys
    assert told == []
    assert file not in place.files()
    other.close()


def test_a_number_that_is_used_again_is_another_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who files may have read of a journal that was ended and followed by another."""
    before = place.log()
    committed(place, before, 1)
    read = fresh._known(place.store, place.folder)  # noqa: SLF001
    before.close()
    log = place.log()
    keys = committed(place, log, 2)
    with monkeypatch.context() as patched:
        patched.setattr(fresh, "_known", lambda *_: read)
        file_fresh(place.store)
    assert len(place.keys()) == 1 + len(keys)
    log.close()


def test_a_journal_that_cannot_be_read_holds_up_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once; only who needs all of it, as a backup, is refused."""
    bad, good = place.log(), place.log()
    committed(place, bad, 1)
    keys = committed(place, good, 1)
    (first, *_) = fresh._known(place.store, place.folder)  # noqa: SLF001
    through = os.open

    def refused(path: object, flags: int, mode: int = 0o777) -> int:
        if path == first.path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return through(str(path), flags, mode)

    with monkeypatch.context() as patched, capture_logs() as told:
        patched.setattr(os, "open", refused)
        assert place.keys() == place.keys() == keys
        with pytest.raises(StoreUnavailable, match="Permission denied"), dumping(place.store):
            pass
    assert [entry["event"] for entry in told] == ["a journal cannot be filed"]
    assert len(place.keys()) == 2
    bad.close()
    good.close()


def test_a_link_leads_to_the_same_journals(place: Place, tmp_path: Path) -> None:
    """They lie beside the file itself, as SQLite's own log does."""
    assert place.store.file is not None
    link = tmp_path / "elsewhere" / "desk.db"
    link.parent.mkdir()
    link.symlink_to(place.store.file)
    log = place.log()
    keys = committed(place, log, 3)
    with Store(f"sqlite:///{link}") as other, capture_logs() as told:
        assert other.journals == place.folder
        assert place._replace(store=other).keys() == keys
        other.sync()
    assert told == []
    log.close()


def test_a_locked_database_is_waited_for_by_one_reader(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are shown what is filed, and so is whoever comes a moment later."""
    log = place.log()
    keys = committed(place, log, 2)
    tries: list[int] = []

    def busy(*_: object) -> None:
        tries.append(1)
        message = "The database is busy."
        raise StoreUnavailable(message)

    with monkeypatch.context() as patched:
        patched.setattr(fresh, "_file_part", busy)
        assert [place.keys() for _ in range(5)] == [[]] * 5
        assert tries == [1]
    place.store.filing.rests_until = 0.0
    assert place.keys() == keys
    log.close()


def test_a_disk_that_fails_at_the_end_does_not_keep_a_process_from_ending(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told; what was written is filed all the same."""
    log = place.log()
    keys = committed(place, log, 2)

    def failing(number: int) -> None:
        del number
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched, capture_logs() as told:
        patched.setattr(os, "fsync", failing)
        log.close()
    assert [entry["event"] for entry in told] == ["the journal is not written to the disk"]
    assert (place.keys(), place.files()) == (keys, [])
