"""Merging into the profiles of windows; what takes long is done before the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity
from modeldesk.store.balances import book
from modeldesk.store.inserting import insert_or
from modeldesk.store.tables import profiles


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WindowKey:
    """Which window profile: the coordinates under which profiles merge."""

    version_id: int
    segment: str
    granularity: Granularity
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPart:
    """What some rows add to a window's profile."""

    profile: Profile
    last_time: datetime
    shadow: int = 0
    """How many of the rows are shadow rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A stored profile as it was read, and as it is with one part more."""

    profile_id: int
    payload: bytes
    values: Mapping[str, object]


def merged_ahead(
    connection: sa.Connection, parts: Mapping[WindowKey, WindowPart]
) -> dict[WindowKey, Ahead]:
    """Return what merging will write, for profiles that are there and can be read."""
    found: dict[WindowKey, Ahead] = {}
    for key, part in parts.items():
        row = connection.execute(sa.select(profiles).where(*_of(key))).one_or_none()
        if row is None:
            continue
        try:
            values = _merged(row, part)
        except Corrupt:
            continue
        found[key] = Ahead(profile_id=row.id, payload=row.payload, values=values)
    return found


def merge_ahead(connection: sa.Connection, ahead: Ahead) -> bool:
    """Write what was merged before; false, with nothing written, where the profile has changed."""
    unchanged = (profiles.c.id == ahead.profile_id, profiles.c.payload == ahead.payload)
    written = connection.execute(sa.update(profiles).where(*unchanged).values(ahead.values))
    return written.rowcount == 1


def merge_part(connection: sa.Connection, key: WindowKey, part: WindowPart) -> None:
    """Merge into the stored profile, whose row is locked until the transaction ends.

    A stored profile that cannot be read begins anew, marked as damaged, and its rows are
    booked as uncounted: the roll-up goes on, and the window can be rebuilt from the log.
    """
    # Where the row is there already this changes nothing, and locks it.
    connection.execute(
        insert_or(connection, profiles)
        .values(
            version_id=key.version_id,
            segment=key.segment,
            granularity=key.granularity.value,
            start=key.start,
            rows=0,
            last_time=part.last_time,
            revision=0,
            shadow=0,
            payload=Profile.empty().encode(),
        )
        .on_conflict_do_update(
            index_elements=["version_id", "segment", "granularity", "start"],
            set_={"revision": profiles.c.revision},
        )
    )
    row = connection.execute(sa.select(profiles).where(*_of(key))).one()
    try:
        values = _merged(row, part)
    except Corrupt as error:
        if key.granularity is Granularity.DAY and not key.segment:
            book(connection, key.version_id, uncounted={key.start: row.rows})
        values = _values(row, part, part.profile) | {
            "damaged": error.message,
            "shadow": part.shadow,
        }
    connection.execute(sa.update(profiles).where(profiles.c.id == row.id).values(values))


def _of(key: WindowKey) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        profiles.c.version_id == key.version_id,
        profiles.c.segment == key.segment,
        profiles.c.granularity == key.granularity.value,
        profiles.c.start == key.start,
    )


def _merged(row: sa.Row[Any], part: WindowPart) -> dict[str, object]:
    """Return what a stored profile becomes; raises `Corrupt` where it cannot be read."""
    merged = Profile.decode(row.payload).merge(part.profile)
    return _values(row, part, merged) | {"shadow": row.shadow + part.shadow}


def _values(row: sa.Row[Any], part: WindowPart, merged: Profile) -> dict[str, object]:
    return {
        "rows": merged.rows,
        "last_time": max(row.last_time, part.last_time),
        "revision": row.revision + 1,
        "payload": merged.encode(),
    }
