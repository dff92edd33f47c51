"""Chunks that were committed a moment ago, before they are filed among the others.

Readers look chunks up by key, time, version and state, which takes an index each; a commit of one
row writes a page of each of them. So where a prediction waits for the commit, its chunk goes into
a file, one after the other: see `modeldesk.store.journal`. From there chunks are filed many at
once, put together: by the roll-up, and before somebody reads.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import sqlalchemy as sa
import structlog

from modeldesk.clock import instant
from modeldesk.errors import Conflict, Corrupt, StoreUnavailable
from modeldesk.schema import (
    ChunkKeys,
    FewColumns,
    KeepRows,
    LogPolicy,
    PackedRows,
    packed_table,
)
from modeldesk.store.appending import SETTLED_ROWS
from modeldesk.store.engine import Store
from modeldesk.store.journal import Part, Record, is_left, read_part
from modeldesk.store.payload import decode_as_kept, encode_chunk
from modeldesk.store.tables import chunks, journals, models, moved_chunks, versions

_PATIENCE = 5.0
"""Seconds after which somebody who files is waited for no longer."""

_REST = 1.0
"""Seconds after which a database that could not be written is tried again by who reads."""

_log = structlog.get_logger("modeldesk.log")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journal:
    """A file as the database knows it."""

    path: Path
    filed: int
    """How many bytes of it are filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    """Fresh chunks that become one."""

    records: Sequence[Record]
    content: Sequence[PackedRows] = ()
    """What they hold; nothing where a single one is filed as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """What is written for them, all but the number that the chunk gets."""

    chunk: dict[str, object]
    places: list[dict[str, object]]
    """Where the rows of each are in the one chunk; none where a single one is filed as it is."""


def file_fresh(store: Store) -> None:
    """File what has been committed until now among the other chunks.

    Raises
    ------
    StoreUnavailable
        When the database cannot be written or a file cannot be read; what was not filed is filed
        the next time.
    """
    problems = _file_all(store)
    if problems:
        message = f"Rows of the last moments cannot be filed: {'; '.join(problems)}."
        raise StoreUnavailable(message, hint=f"Look at the files in {store.journals}.")


def filed_if_possible(store: Store) -> None:
    """Do the same for somebody who reads, and who is shown what is filed if it cannot be done.

    A database that another program has locked is waited for by one reader, not by each.
    """
    if time.monotonic() < store.filing.rests_until:
        return
    with suppress(StoreUnavailable):
        _file_all(store)


def _file_all(store: Store) -> list[str]:
    """File what there is; return why journals are left out, which hold up no others.

    Raises
    ------
    StoreUnavailable
        When the database is not available.
    """
    if store.journals is None:
        return []
    if not store.filing.lock.acquire(timeout=_PATIENCE):
        message = f"Rows are being filed in {store.place}, which takes long."
        raise StoreUnavailable(message, hint="Try again in a few seconds.")
    try:
        return _file_each(store, store.journals)
    except StoreUnavailable:
        store.filing.rests_until = time.monotonic() + _REST
        raise
    finally:
        store.filing.lock.release()


def _file_each(store: Store, folder: Path) -> list[str]:
    problems: dict[Path, str] = {}
    more = True
    while more:
        more = False
        for journal in _known(store, folder):
            if journal.path in problems:
                continue
            try:
                more |= _file_some(store, journal)
            except (OSError, Conflict) as error:
                problems[journal.path] = str(error)
                _tell(store, journal, error)
    return list(problems.values())


def _tell(store: Store, journal: _Journal, error: Exception) -> None:
    if journal.path not in store.filing.told:
        store.filing.told.add(journal.path)
        _log.error("a journal cannot be filed", file=str(journal.path), error=str(error))


def has_journals(store: Store) -> bool:
    """Whether the database knows of journals; one of an older schema does not."""
    with store.reading() as connection:
        return sa.inspect(connection).has_table(journals.name)


def remove_unknown(store: Store) -> None:
    """Remove the journals of a database that another one has replaced; nobody writes to them."""
    if store.journals is None or not store.journals.is_dir():
        return
    try:
        known = {journal.path for journal in _known(store, store.journals)}
        for path in set(store.journals.glob("*.rows")) - known:
            _remove(path)
    except (OSError, StoreUnavailable) as error:
        _log.warning("old journals stay", folder=str(store.journals), error=str(error))


def _remove(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        if is_left(number):
            path.unlink()
    finally:
        os.close(number)


def _known(store: Store, folder: Path) -> list[_Journal]:
    with store.reading() as connection:
        found = connection.execute(sa.select(journals).order_by(journals.c.id)).all()
    return [_Journal(path=folder / row.name, filed=row.filed) for row in found]


def _file_some(store: Store, journal: _Journal) -> bool:
    """File some records of a journal; whether there may be more."""
    try:
        number = os.open(journal.path, os.O_RDONLY)
    except FileNotFoundError:
        _end(store, journal, missing=True)
        return False
    try:
        # Asked first: what is read after nobody writes any more is all that there is.
        left = is_left(number)
        part = read_part(number, journal.filed)
        if part.records:
            done = _file_part(store, journal, part)
            return left or not done or part.full
        if left:
            # A power cut may have taken from the file what the database has already.
            _end(store, journal, rest=max(0, os.fstat(number).st_size - journal.filed))
        return False
    finally:
        os.close(number)


def _file_part(store: Store, journal: _Journal, part: Part) -> bool:
    """File some records, unless another process was faster; whether that was done."""
    keys = ChunkKeys()
    # What takes long is done before the transaction: nobody waits for it to write.
    filed = [_filed(some, keys) for some in _put_together(store, part.records)]
    advance = (
        sa.update(journals)
        .where(journals.c.name == journal.path.name, journals.c.filed == journal.filed)
        .values(filed=part.end)
    )
    # It waits for no disk: what the end of a machine undoes is done once more.
    with store.writing(synced=False) as connection:
        if connection.execute(advance).rowcount != 1:
            return False
        for chunk in filed:
            _insert(connection, chunk)
    return True


def _end(store: Store, journal: _Journal, *, rest: int = 0, missing: bool = False) -> None:
    """Have a journal forgotten to which nobody writes any more, and of which all is filed.

    The disk has to have what was filed before the file goes.
    """
    gone = sa.delete(journals).where(
        journals.c.name == journal.path.name, journals.c.filed == journal.filed
    )
    with store.writing() as connection:
        if connection.execute(gone).rowcount == 0:
            return  # another process was faster
    if missing:
        _log.error("rows lost: a journal is missing", file=str(journal.path))
    elif rest:
        # Rows that were still being written at the end of a program, which answered nobody, or of
        # the machine.
        kept = journal.path.with_suffix(".rest")
        journal.path.rename(kept)
        _log.warning("the end of a journal cannot be read", kept=str(kept), bytes=rest)
    else:
        journal.path.unlink()


def _put_together(store: Store, records: Sequence[Record]) -> list[_Together]:
    """Put chunks with the same columns of the same version together.

    Of models whose log does not keep all rows, each stays by itself: which rows it keeps is
    decided for each.
    """
    whole = _whole(store, {record.entry.version_id for record in records})
    alone: list[_Together] = []
    alike: dict[tuple[int, bool, FewColumns], list[tuple[Record, PackedRows]]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.entry.key):
        entry = record.entry
        if entry.version_id not in whole:
            _log.error("rows lost: there is no such version", version_id=entry.version_id)
            continue
        content = _content(record.payload) if whole[entry.version_id] else None
        if content is None:
            alone.append(_Together(records=[record]))
        else:
            alike[entry.version_id, entry.shadow, content.columns].append((record, content))
    return alone + [
        _Together(records=[record for record, _ in some], content=[content for _, content in some])
        for some in alike.values()
    ]


def _whole(store: Store, version_ids: set[int]) -> dict[int, bool]:
    """Return of which versions the log keeps all rows, and of which some."""
    query = (
        sa.select(versions.c.id, models.c.policy)
        .join_from(versions, models)
        .where(versions.c.id.in_(version_ids))
    )
    with store.reading() as connection:
        return {
            version_id: LogPolicy.decode(policy).rows is KeepRows.ALL
            for version_id, policy in connection.execute(query)
        }


def _content(payload: bytes) -> PackedRows | None:
    """Return a chunk's rows; ``None`` where it is a table or cannot be read: who reads it tells."""
    try:
        content = decode_as_kept(payload)
    except Corrupt:
        return None
    return content if isinstance(content, PackedRows) else None


def _payload(some: _Together) -> bytes:
    if len(some.records) == 1:
        return some.records[0].payload
    return encode_chunk(packed_table(some.content))


def _filed(some: _Together, keys: ChunkKeys) -> _Filed:
    entries = [record.entry for record in some.records]
    first, last = entries[0], entries[-1]
    alone = len(entries) == 1
    committed_at = instant(last.committed_at)
    rows = sum(entry.rows for entry in entries)
    chunk = {
        "key": first.key if alone else keys.new(committed_at),
        "first_key": first.key,
        "last_key": last.key,
        "version_id": first.version_id,
        "committed_at": committed_at,
        "first_time": instant(min(entry.first_time for entry in entries)),
        "last_time": instant(max(entry.last_time for entry in entries)),
        "rows": rows,
        "profiled": False,
        "settled": rows >= SETTLED_ROWS,
        "shadow": first.shadow,
        "payload": _payload(some),
    }
    starts = accumulate((entry.rows for entry in entries), initial=0)
    places = [
        {"key": entry.key, "start": start, "rows": entry.rows}
        for entry, start in zip(entries, starts, strict=False)
    ]
    return _Filed(chunk=chunk, places=[] if alone else places)


def _insert(connection: sa.Connection, filed: _Filed) -> None:
    written = connection.execute(sa.insert(chunks), filed.chunk)
    if not filed.places:
        return
    key = written.inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    for place in filed.places:
        place["chunk_id"] = key[0]
    connection.execute(sa.insert(moved_chunks), filed.places)
