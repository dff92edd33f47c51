"""Comparisons of windows with their reference, kept so that each is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from modeldesk.drift import Comparison
from modeldesk.schema import Granularity, Window
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_or
from modeldesk.store.tables import comparisons, profiles

_AT_ONCE = 500
"""Keys in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableWindow:
    """A window that has a profile, without the profile.

    Two that are equal have the same profile, also where a key is used again after its profile
    was deleted.
    """

    profile_id: int
    version_id: int
    rows: int
    window: Window
    revision: int
    """Grows by one with each merge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The windows of all rows in whose light a later window is judged, as they were read."""

    version_id: int
    granularity: Granularity
    start: datetime
    end: datetime
    windows: tuple[ComparableWindow, ...]
    """Those that begin in this range, oldest first."""

    def is_still(self, connection: sa.Connection) -> bool:
        """Say whether they are what they were, in the caller's transaction."""
        found = _windows(
            connection, self.version_id, self.granularity, start=self.start, end=self.end
        )
        return found == self.windows


class ComparisonRecords:
    """Reads and writes what comparing windows with their reference said."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def windows(
        self,
        version_id: int,
        granularity: Granularity,
        *,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ComparableWindow, ...]:
        """Return a version's windows that begin in a range, oldest first."""
        with self._store.reading() as connection:
            return _windows(
                connection, version_id, granularity, segment=segment, start=start, end=end
            )

    def past(
        self, version_id: int, granularity: Granularity, *, start: datetime, end: datetime
    ) -> Past:
        """Return a version's windows that begin in a range, to be judged by."""
        windows = self.windows(version_id, granularity, start=start, end=end)
        return Past(
            version_id=version_id, granularity=granularity, start=start, end=end, windows=windows
        )

    def kept(self, bases: Mapping[int, str]) -> dict[int, Comparison]:
        """Return the comparisons that are kept, by the profile's key.

        Parameters
        ----------
        bases
            What a profile's comparison must have been made on, by the profile's key; one that
            was made on something else is out of date.
        """
        found: dict[int, Comparison] = {}
        ids = list(bases)
        for first in range(0, len(ids), _AT_ONCE):
            query = sa.select(comparisons).where(
                comparisons.c.profile_id.in_(ids[first : first + _AT_ONCE])
            )
            with self._store.reading() as connection:
                rows = connection.execute(query).all()
            for row in rows:
                decoded = _decoded(row.payload) if row.basis == bases[row.profile_id] else None
                if decoded is not None:
                    found[row.profile_id] = decoded
        return found

    def keep(self, window: ComparableWindow, basis: str, comparison: Comparison) -> None:
        """Keep a window's comparison instead of any earlier one, but not of a later one.

        A window that is gone meanwhile has none.
        """
        payload = msgspec.msgpack.encode(comparison)
        values = {"revision": window.revision, "basis": basis, "payload": payload}
        row = {"profile_id": window.profile_id, **values}
        there = sa.exists().where(profiles.c.id == window.profile_id)
        cells = [sa.literal(value, comparisons.c[name].type) for name, value in row.items()]
        # It waits for no disk: what the end of a machine undoes is compared once more.
        with self._store.writing(synced=False) as connection:
            connection.execute(
                insert_or(connection, comparisons)
                .from_select(list(row), sa.select(*cells).where(there))
                .on_conflict_do_update(
                    index_elements=[comparisons.c.profile_id],
                    set_=values,
                    where=comparisons.c.revision <= window.revision,
                )
            )


def _windows(
    connection: sa.Connection,
    version_id: int,
    granularity: Granularity,
    *,
    segment: str = "",
    start: datetime | None,
    end: datetime | None,
) -> tuple[ComparableWindow, ...]:
    query = (
        sa.select(profiles.c.id, profiles.c.start, profiles.c.rows, profiles.c.revision)
        .where(
            profiles.c.version_id == version_id,
            profiles.c.segment == segment,
            profiles.c.granularity == granularity.value,
            profiles.c.start >= start if start is not None else sa.true(),
            profiles.c.start < end if end is not None else sa.true(),
        )
        .order_by(profiles.c.start)
    )
    return tuple(
        ComparableWindow(
            profile_id=row.id,
            version_id=version_id,
            rows=row.rows,
            window=Window(start=row.start, end=row.start + granularity.duration),
            revision=row.revision,
        )
        for row in connection.execute(query)
    )


def _decoded(payload: bytes) -> Comparison | None:
    """Read a comparison; damaged or from another program it is made anew."""
    try:
        return msgspec.msgpack.decode(payload, type=Comparison)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
