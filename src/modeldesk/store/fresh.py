"""Chunks that were committed a moment ago, before they are filed among the others.

Readers look chunks up by key, time, version and state, which takes an index each; a commit of one
row writes a page of each of them. So where a prediction waits for the commit, its chunk goes into
a table of its own, one after the other, which takes one page. From there chunks are filed many
at once, put together: by the roll-up, and before somebody reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, TypeAlias

import sqlalchemy as sa

from modeldesk.clock import instant
from modeldesk.errors import Corrupt, StoreUnavailable
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
from modeldesk.store.payload import decode_as_kept, encode_chunk
from modeldesk.store.tables import Timestamp, chunks, fresh_chunks, models, moved_chunks, versions

_AT_ONCE = 200
"""Chunks that are filed in one transaction: predictions wait meanwhile."""

_Row: TypeAlias = "sa.Row[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    """Fresh chunks that become one."""

    rows: Sequence[_Row]
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
        When the database cannot be written; what was not filed is filed the next time.
    """
    keys = ChunkKeys()
    while True:
        with store.reading() as connection:
            found = sorted(connection.execute(_OLDEST).all(), key=lambda row: str(row.key))
        if not found:
            return
        # What takes long is done before the transaction: nobody waits for it to write.
        filed = [_filed(some, keys) for some in _put_together(found)]
        gone = [{"gone": row.id, "gone_key": row.key} for row in found]
        # It waits for no disk: what the end of a machine undoes is done once more.
        with store.writing(synced=False) as connection:
            if connection.execute(_DELETE, gone).rowcount == len(gone):
                for chunk in filed:
                    _insert(connection, chunk)
            else:
                connection.rollback()  # another process was faster
        if len(found) < _AT_ONCE:
            return


def filed_if_possible(store: Store) -> None:
    """Do the same for somebody who reads, and who is shown what is filed if it cannot be done."""
    with suppress(StoreUnavailable):
        file_fresh(store)


def _number(column: sa.Column[datetime]) -> sa.Label[int]:
    """Return a time as it is kept: making Python's of all takes as long as reading the rows."""
    return sa.type_coerce(column, sa.BigInteger).label(column.name)


_OLDEST: sa.Select[Any] = (
    sa.select(
        *(_number(each) if isinstance(each.type, Timestamp) else each for each in fresh_chunks.c),
        models.c.policy,
    )
    .join_from(fresh_chunks, versions)
    .join(models)
    .order_by(fresh_chunks.c.id)
    .limit(_AT_ONCE)
)
# By the key as well: a number may have been given to another one since.
_DELETE = sa.delete(fresh_chunks).where(
    fresh_chunks.c.id == sa.bindparam("gone"), fresh_chunks.c.key == sa.bindparam("gone_key")
)


def _put_together(found: Sequence[_Row]) -> list[_Together]:
    """Put chunks with the same columns of the same version together.

    Of models whose log does not keep all rows, each stays by itself: which rows it keeps is
    decided for each.
    """
    alone: list[_Together] = []
    alike: dict[tuple[int, bool, FewColumns], list[tuple[_Row, PackedRows]]] = defaultdict(list)
    whole: dict[str, bool] = {}
    for row in found:
        if row.policy not in whole:
            whole[row.policy] = LogPolicy.decode(row.policy).rows is KeepRows.ALL
        content = _content(row.payload) if whole[row.policy] else None
        if content is None:
            alone.append(_Together(rows=[row]))
        else:
            alike[row.version_id, row.shadow, content.columns].append((row, content))
    return alone + [
        _Together(rows=[row for row, _ in some], content=[content for _, content in some])
        for some in alike.values()
    ]


def _content(payload: bytes) -> PackedRows | None:
    """Return a chunk's rows; ``None`` where it is a table or cannot be read: who reads it tells."""
    try:
        content = decode_as_kept(payload)
    except Corrupt:
        return None
    return content if isinstance(content, PackedRows) else None


def _payload(some: _Together) -> bytes:
    if len(some.rows) == 1:
        payload: bytes = some.rows[0].payload
        return payload
    return encode_chunk(packed_table(some.content))


def _filed(some: _Together, keys: ChunkKeys) -> _Filed:
    first, last = some.rows[0], some.rows[-1]
    alone = len(some.rows) == 1
    committed_at = instant(last.committed_at)
    rows = sum(row.rows for row in some.rows)
    chunk = {
        "key": first.key if alone else keys.new(committed_at),
        "first_key": first.key,
        "last_key": last.key,
        "version_id": first.version_id,
        "committed_at": committed_at,
        "first_time": instant(min(row.first_time for row in some.rows)),
        "last_time": instant(max(row.last_time for row in some.rows)),
        "rows": rows,
        "profiled": False,
        "settled": rows >= SETTLED_ROWS,
        "shadow": first.shadow,
        "payload": _payload(some),
    }
    starts = accumulate((row.rows for row in some.rows), initial=0)
    places = [
        {"key": row.key, "start": start, "rows": row.rows}
        for row, start in zip(some.rows, starts, strict=False)
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
