"""Users in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.errors import Conflict
from modeldesk.store.access_tables import sessions, users
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.keys import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user about to be written: with a password's hash, or with who it is elsewhere."""

    name: str
    role: str
    created_at: datetime
    password: str | None = None
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A user as it stands in the database."""

    user_id: int
    name: str
    role: str
    password: str | None
    """The password's hash; ``None`` where the user signs in elsewhere."""
    issuer: str | None
    created_at: datetime
    signed_in_at: datetime | None


class UserRecords:
    """Reads and writes users."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewUser, change: Change) -> int:
        """Write a user and return its key.

        Raises
        ------
        Conflict
            When there is one of that name.
        """
        try:
            with self._store.writing() as connection:
                written = connection.execute(
                    sa.insert(users).values(
                        name=new.name,
                        role=new.role,
                        password=new.password,
                        issuer=new.issuer,
                        subject=new.subject,
                        created_at=new.created_at,
                    )
                )
                note(connection, change)
                changed(connection)
                key = written.inserted_primary_key
                return int(key[0]) if key is not None else 0
        except Conflict as error:
            message = f"There is a user {new.name!r} already."
            raise Conflict(message, hint="Choose another name.") from error

    def list(self) -> tuple[UserRecord, ...]:
        """Return all users, in alphabetical order."""
        return self._select(sa.true())

    def find(self, name: str) -> UserRecord | None:
        """Return the user of that name, if there is one."""
        return next(iter(self._select(users.c.name == name)), None)

    def elsewhere(self, issuer: str, subject: str) -> UserRecord | None:
        """Return the user whom another service knows by that subject, if there is one."""
        same = sa.and_(users.c.issuer == issuer, users.c.subject == subject)
        return next(iter(self._select(same)), None)

    def set_role(self, user_id: int, role: str, change: Change) -> None:
        """Change what a user may do."""
        with self._store.writing() as connection:
            connection.execute(sa.update(users).where(users.c.id == user_id).values(role=role))
            note(connection, change)
            changed(connection)

    def set_password(self, user_id: int, password: str, change: Change | None) -> None:
        """Change a password's hash.

        With a change to note, it is a new password, and all sessions end; without one, the same
        password was only hashed anew.
        """
        with self._store.writing() as connection:
            connection.execute(
                sa.update(users).where(users.c.id == user_id).values(password=password)
            )
            if change is not None:
                connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))
                note(connection, change)
                changed(connection)

    def remove(self, user_id: int, change: Change) -> None:
        """Delete a user, with all sessions."""
        with self._store.writing() as connection:
            connection.execute(sa.delete(users).where(users.c.id == user_id))
            note(connection, change)
            changed(connection)

    def _select(self, where: sa.ColumnElement[bool]) -> tuple[UserRecord, ...]:
        query = sa.select(users).where(where).order_by(users.c.name)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            UserRecord(
                user_id=row.id,
                name=row.name,
                role=row.role,
                password=row.password,
                issuer=row.issuer,
                created_at=row.created_at,
                signed_in_at=row.signed_in_at,
            )
            for row in rows
        )
