"""Sessions of signed-in users in the database, and everything that a server remembers of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.access_tables import access_state, browsers, sessions, users
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.keys import KeyRecord, changed, read_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session with its user, as it stands in the database."""

    hash: str
    user: str
    role: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessState:
    """All keys and sessions at one moment."""

    revision: int
    keys: tuple[KeyRecord, ...]
    sessions: tuple[SessionRecord, ...]


class SessionRecords:
    """Reads and writes sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def revision(self) -> int:
        """Return the number that grows with every change of keys, users and sessions."""
        with self._store.reading() as connection:
            return _revision(connection)

    def state(self, now: datetime) -> AccessState:
        """Return all keys, and the sessions that have not expired."""
        alive = (
            sa.select(sessions.c.hash, sessions.c.expires_at, users.c.name, users.c.role)
            .join_from(sessions, users)
            .where(sessions.c.expires_at > now)
        )
        with self._store.reading() as connection:
            # Read first: what changes in between is newer than the number, and read again.
            revision = _revision(connection)
            keys = read_keys(connection)
            rows = connection.execute(alive).all()
        found = tuple(
            SessionRecord(hash=row.hash, user=row.name, role=row.role, expires_at=row.expires_at)
            for row in rows
        )
        return AccessState(revision=revision, keys=keys, sessions=found)

    def begin(
        self,
        user_id: int,
        *,
        session: str,
        browser: str | None,
        now: datetime,
        expires_at: datetime,
        change: Change,
    ) -> None:
        """Write a new session, and forget those that have expired.

        Parameters
        ----------
        user_id
            Whose it is.
        session
            Hash of its token.
        browser
            Hash of the token by which the user's browser is known from now on.
        now, expires_at
            When it begins and ends.
        change
            What the audit trail is told.
        """
        with self._store.writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(
                sa.insert(sessions).values(
                    hash=session, user_id=user_id, created_at=now, expires_at=expires_at
                )
            )
            if browser is not None:
                connection.execute(sa.delete(browsers).where(browsers.c.hash == browser))
                connection.execute(
                    sa.insert(browsers).values(hash=browser, user_id=user_id, seen_at=now)
                )
            connection.execute(
                sa.update(users).where(users.c.id == user_id).values(signed_in_at=now)
            )
            note(connection, change)
            changed(connection)

    def end(self, session: str, change: Change) -> None:
        """Delete the session with that hash."""
        with self._store.writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == session))
            note(connection, change)
            changed(connection)

    def end_all(self, user: str, change: Change) -> None:
        """Delete all sessions of a user."""
        of_user = sa.select(users.c.id).where(users.c.name == user)
        with self._store.writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.user_id.in_(of_user)))
            note(connection, change)
            changed(connection)

    def knows_browser(self, browser: str, user_id: int, *, since: datetime) -> bool:
        """Whether the user has signed in from the browser with that hash, not too long ago."""
        query = sa.select(browsers.c.hash).where(
            browsers.c.hash == browser,
            browsers.c.user_id == user_id,
            browsers.c.seen_at >= since,
        )
        with self._store.reading() as connection:
            return connection.scalar(query) is not None


def _revision(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(access_state.c.revision)) or 0)
