"""The audit trail in the database: who changed what, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa

from modeldesk.store.access_tables import audit
from modeldesk.store.engine import Store

Detail: TypeAlias = str | int | float | bool | list[str] | dict[str, object] | None
"""What an entry may tell about a change; never a secret."""

Details: TypeAlias = Mapping[str, object]

_LOOKED_THROUGH = 10_000
"""Entries at the end of the trail among which those about one thing are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change about to be noted, in the transaction that makes it."""

    time: datetime
    actor: str
    """Such as ``user anna``, ``key nightly`` or ``command line root``."""
    action: str
    """Such as ``policy.set``."""
    object: str
    """What was changed, such as ``model iris``."""
    details: Mapping[str, Detail]
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A change as it stands in the trail."""

    entry_id: int
    time: datetime
    actor: str
    action: str
    object: str
    details: Details
    request_id: str | None


def note(connection: sa.Connection, change: Change | None) -> None:
    """Write a change to the trail, in the caller's transaction; ``None`` writes nothing."""
    if change is None:
        return
    connection.execute(
        sa.insert(audit).values(
            time=change.time,
            actor=change.actor,
            action=change.action,
            object=change.object,
            details=json.dumps(dict(change.details), ensure_ascii=False),
            request_id=change.request_id,
        )
    )


class AuditRecords:
    """Reads the trail, and notes what is changed outside the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, change: Change) -> None:
        """Write a change in a transaction of its own."""
        with self._store.writing() as connection:
            note(connection, change)

    def list(
        self, *, before: int | None, actor: str | None, action: str | None, limit: int
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the latest first.

        Parameters
        ----------
        before
            Only entries with a smaller key.
        actor
            Only those of this one.
        action
            Only this action, or all that begin with it and a dot: ``key`` finds ``key.revoked``.
        limit
            How many at most.
        """
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        if action is not None:
            inside = audit.c.action.startswith(f"{action}.", autoescape=True)
            query = query.where(sa.or_(audit.c.action == action, inside))
        with self._store.reading() as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def about(self, what: str, *, limit: int) -> tuple[AuditEntry, ...]:
        """Return the latest entries about a thing or a part of it, such as ``model iris``.

        Only the end of the trail is looked through, as it has no order but that of time.
        """
        newest = sa.select(sa.func.coalesce(sa.func.max(audit.c.id), 0)).scalar_subquery()
        part = audit.c.object.startswith(f"{what} ", autoescape=True)
        query = (
            sa.select(audit)
            .where(audit.c.id > newest - _LOOKED_THROUGH)
            .where(sa.or_(audit.c.object == what, part))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        with self._store.reading() as connection:
            return tuple(_entry(row) for row in connection.execute(query))


def _entry(row: sa.Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(
        entry_id=row.id,
        time=row.time,
        actor=row.actor,
        action=row.action,
        object=row.object,
        details=json.loads(row.details),
        request_id=row.request_id,
    )
