"""API keys in the database: their hashes, never themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.errors import Conflict
from modeldesk.store.access_tables import access_state, api_keys
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key about to be written."""

    name: str
    prefix: str
    hash: str
    scopes: tuple[str, ...]
    models: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key as it stands in the database."""

    key_id: int
    name: str
    prefix: str
    hash: str
    scopes: tuple[str, ...]
    models: tuple[str, ...] | None
    """Names of the models that it is good for; ``None``: all."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class KeyRecords:
    """Reads and writes keys."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewKey, change: Change) -> None:
        """Write a key.

        Raises
        ------
        Conflict
            When there is, or was, another of that name.
        """
        try:
            with self._store.writing() as connection:
                connection.execute(
                    sa.insert(api_keys).values(
                        name=new.name,
                        prefix=new.prefix,
                        hash=new.hash,
                        scopes=json.dumps(new.scopes),
                        models=None if new.models is None else json.dumps(new.models),
                        created_at=new.created_at,
                        expires_at=new.expires_at,
                    )
                )
                note(connection, change)
                changed(connection)
        except Conflict as error:
            message = f"There is a key {new.name!r} already."
            hint = "Choose another name; a revoked key keeps its own, for the audit trail."
            raise Conflict(message, hint=hint) from error

    def list(self) -> tuple[KeyRecord, ...]:
        """Return all keys, revoked ones too, oldest first."""
        with self._store.reading() as connection:
            return read_keys(connection)

    def revoke(self, key_id: int, now: datetime, change: Change) -> None:
        """Let a key be good for nothing from now on."""
        with self._store.writing() as connection:
            connection.execute(
                sa.update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=now)
            )
            note(connection, change)
            changed(connection)

    def used(self, times: Mapping[int, datetime]) -> None:
        """Write when keys were used last."""
        with self._store.writing() as connection:
            for key_id, time in times.items():
                connection.execute(
                    sa.update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=time)
                )


def read_keys(connection: sa.Connection) -> tuple[KeyRecord, ...]:
    """Return all keys in the caller's transaction."""
    rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.id)).all()
    return tuple(
        KeyRecord(
            key_id=row.id,
            name=row.name,
            prefix=row.prefix,
            hash=row.hash,
            scopes=tuple(json.loads(row.scopes)),
            models=None if row.models is None else tuple(json.loads(row.models)),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    )


def changed(connection: sa.Connection) -> None:
    """Tell all servers that keys, users or sessions have changed, in the caller's transaction."""
    connection.execute(sa.update(access_state).values(revision=access_state.c.revision + 1))
