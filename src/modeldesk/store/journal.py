"""The journal: where rows are committed that wait for nobody, in a file beside the database.

SQLite commits a row by some eight system calls and while nobody else writes; it took a tenth of
the throughput. One write at the end of a file of one's own takes a fifth of that, and no lock. So
where a prediction waits for the commit, its rows go into a file that only this process writes to.
From there they are filed in the database, many at once: see `modeldesk.store.fresh`.

The table ``journals`` says of each file up to where it is filed; that is moved on in the
transaction that files what is before it, so that everything is filed exactly once, whatever ends
when. A process locks the file that it writes to: where nobody holds the lock, nothing is added any
more. Files that the table does not know are left alone: they belong to another database.

Layout of a file: one record after the other. Of each: three numbers of four bytes (little
endian), which are the CRC-32 of the other two and the entry, the entry's length and the payload's;
then the entry, which is MessagePack, and the payload, which has a checksum of its own.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import sqlalchemy as sa
import structlog

from modeldesk.errors import StoreUnavailable
from modeldesk.store.engine import Store
from modeldesk.store.tables import journals

if sys.platform != "win32":
    import fcntl

LARGE = 16 * 1024 * 1024
"""From this many bytes on the next file is begun."""

RECORDS = 1000
"""So many are read at once."""

ROWS = 10_000
"""So many rows are enough, too."""

_BYTES = 1024 * 1024
"""So many bytes are looked through at once; a single record may have more."""

_HEAD = struct.Struct("<III")
_LENGTHS = struct.Struct("<II")

_log = structlog.get_logger("modeldesk.log")


class Entry(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a record says of its payload; times are in microseconds since 1970."""

    key: str
    version_id: int
    committed_at: int
    first_time: int
    last_time: int
    rows: int
    shadow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Rows as they were committed together."""

    entry: Entry
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some records of a file."""

    records: Sequence[Record]
    end: int
    """Where they end."""
    full: bool
    """Whether there may be more behind them."""


@dataclass(slots=True, kw_only=True, eq=False)
class _File:
    """The file that is written to."""

    path: Path
    number: int
    """The descriptor."""
    size: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


def encode_record(entry: Entry, payload: bytes) -> bytes:
    """Return the bytes that keep some rows."""
    packed = _encode(entry)
    lengths = len(packed), len(payload)
    checksum = zlib.crc32(packed, zlib.crc32(_LENGTHS.pack(*lengths)))
    return _HEAD.pack(checksum, *lengths) + packed + payload


def read_part(number: int, start: int) -> Part:
    """Read some whole records of an open file from a place on.

    It ends before the first that is not there as a whole, which may still be written.
    """
    found: list[Record] = []
    end, wanted, size, rows = start, _BYTES, os.fstat(number).st_size, 0
    if size < start:  # the disk has what was filed, and not the file: see `fresh`
        return Part(records=[], end=start, full=False)
    while len(found) < RECORDS and rows < ROWS:
        block = os.pread(number, min(wanted, size - end), end)
        records, used, needed = _records(block, RECORDS - len(found))
        found += records
        rows += sum(record.entry.rows for record in records)
        end += used
        if needed > size - end or (not used and needed <= wanted):
            return Part(records=found, end=end, full=False)
        wanted = max(_BYTES, needed)
    return Part(records=found, end=end, full=True)


def _records(block: bytes, most: int) -> tuple[list[Record], int, int]:
    """Return the records at the beginning, their bytes, and how many the next one has.

    Of that at least; 0 where it was not looked at.
    """
    found: list[Record] = []
    at = 0
    while len(found) < most:
        if len(block) - at < _HEAD.size:
            return found, at, _HEAD.size
        checksum, entry, payload = _HEAD.unpack_from(block, at)
        begin, needed = at + _HEAD.size, _HEAD.size + entry + payload
        packed = block[begin : begin + entry]
        if len(block) - at < needed or not _is_sound(checksum, packed, payload):
            return found, at, needed
        try:
            said = _decode(packed)
        except msgspec.DecodeError:
            return found, at, needed
        found.append(Record(entry=said, payload=block[begin + entry : at + needed]))
        at += needed
    return found, at, 0


def _is_sound(checksum: int, packed: bytes, payload: int) -> bool:
    return zlib.crc32(packed, zlib.crc32(_LENGTHS.pack(len(packed), payload))) == checksum


def is_left(number: int) -> bool:
    """Whether nobody writes to an open file any more, nor will."""
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Journal:
    """Writes to a file of its own beside the database.

    Parameters
    ----------
    store
        The database; where it is no embedded one, there is no file, and nothing is taken.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.journals
        self._lock = threading.Lock()
        self._file: _File | None = None
        self._former: list[_File] = []
        """Files that get no more rows, and which the disk may lack yet."""
        self._wanted = self._told = False

    @property
    def ready(self) -> bool:
        """Whether there is a file that takes rows."""
        return self._file is not None

    def wanted(self) -> bool:
        """Note that rows come that a file could take, and return whether there is one."""
        self._wanted = True
        return self.ready

    def append(self, record: bytes) -> bool:
        """Commit a record: it outlives this process from now on.

        Returns
        -------
        bool
            Whether that was done; if not, nothing has happened.
        """
        with self._lock:
            file = self._file
            if file is None:
                return False
            try:
                if os.write(file.number, record) == len(record):
                    file.size += len(record)
                    return True
                problem = "it was written in part"
            except OSError as error:
                problem = str(error)
            # What is there of it would end the file for whoever reads it.
            with suppress(OSError):
                os.ftruncate(file.number, file.size)
            self._file = None
            self._former.append(file)
        _log.warning("the journal cannot be written", file=str(file.path), error=problem)
        return False

    def prepare(self) -> None:
        """Begin a file where one is wanted, or where the present one is large.

        Where that cannot be done, nothing is taken at once: a warning says so, one time.
        """
        file = self._file
        if self._folder is None or not self._wanted or sys.platform == "win32":
            return
        if file is not None and file.size < LARGE and self._is_known(file):
            return
        try:
            new = _begin(self._store, self._folder)
        except (OSError, StoreUnavailable) as error:
            if not self._told:
                _log.warning("no journal can be begun", folder=str(self._folder), error=str(error))
            self._told = True
            return
        self._told = False
        self._replace(new)

    def sync(self) -> None:
        """Have the disk keep what was committed.

        Raises
        ------
        StoreUnavailable
            When the disk does not; it is tried again the next time.
        """
        while self._former:
            _sync(self._former[0])
            os.close(self._former.pop(0).number)
        file = self._file
        if file is not None:
            _sync(file)

    def close(self) -> None:
        """Take no more; what is there can be filed by anybody."""
        self._replace(None)
        try:
            self.sync()
        except StoreUnavailable as error:
            _log.error("the journal is not written to the disk", error=error.message)
            for file in self._former:
                os.close(file.number)
            self._former.clear()

    def _replace(self, new: _File | None) -> None:
        with self._lock:
            old, self._file = self._file, new
        if old is not None:
            self._former.append(old)

    def _is_known(self, file: _File) -> bool:
        """Whether it will be filed: a backup may have replaced the database."""
        query = sa.select(journals.c.id).where(journals.c.name == file.path.name)
        try:
            with self._store.reading() as connection:
                known = connection.scalar(query) is not None
        except StoreUnavailable:
            return True
        if not known:
            _log.error("rows lost: the database knows no more of its journal", file=str(file.path))
        return known


def _begin(store: Store, folder: Path) -> _File:
    """Make a file that is locked before anybody knows of it."""
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)
    path = folder / f"{uuid4().hex}.rows"
    assert store.file is not None  # noqa: S101 - or there were no folder
    # Whoever may read the database reads this as well, as its write-ahead log.
    rights = store.file.stat().st_mode & 0o777
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, rights)
    try:
        _lock(number)
        _sync_folder(folder)
        with store.writing() as connection:
            connection.execute(sa.insert(journals), {"name": path.name, "filed": 0})
    except BaseException:
        os.close(number)
        path.unlink(missing_ok=True)
        raise
    return _File(path=path, number=number)


def _lock(number: int) -> None:
    fcntl.flock(number, fcntl.LOCK_EX)
    if not os.fstat(number).st_nlink:
        message = "a restore has removed it before it was locked"
        raise FileNotFoundError(message)


def _sync(file: _File) -> None:
    try:
        os.fsync(file.number)
    except OSError as error:
        message = f"The journal {file.path} is not written to the disk: {error}."
        raise StoreUnavailable(message, hint="Look whether the disk is full.") from error


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
