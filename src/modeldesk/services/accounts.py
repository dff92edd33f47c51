"""Users of the pages: made, changed, removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from modeldesk.clock import Clock
from modeldesk.errors import Conflict, InvalidArgument, NotFound
from modeldesk.services.acting import UserRole, change
from modeldesk.services.passwords import Passwords
from modeldesk.store import NewUser, UserRecord, UserRecords

_NAME = re.compile(r"[\w.@+-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A user, without the password."""

    name: str
    role: UserRole
    issuer: str | None
    """Where the user signs in; ``None``: here, with a password."""
    created_at: datetime
    signed_in_at: datetime | None


class Accounts:
    """Makes, changes and removes users.

    Parameters
    ----------
    records
        The users in the database.
    passwords
        Hashes them.
    clock
        Tells the time.
    changed
        Called after something has changed.
    """

    def __init__(
        self,
        records: UserRecords,
        passwords: Passwords,
        clock: Clock,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._records = records
        self._passwords = passwords
        self._clock = clock
        self._changed = changed

    def add(self, name: str, *, role: UserRole, password: str) -> UserView:
        """Make a user.

        Raises
        ------
        InvalidArgument
            When the name or the password is not usable.
        Conflict
            When there is one of that name.
        """
        if not _NAME.fullmatch(name):
            message = f"{name!r} is not a name for a user."
            hint = "Use up to 200 letters, digits and . _ - @ +, such as anna@example.org."
            raise InvalidArgument(message, hint=hint)
        now = self._clock.now()
        new = NewUser(
            name=name, role=role, password=self._passwords.hashed(password), created_at=now
        )
        self._records.add(new, change(now, "user.added", f"user {name}", role=role.value))
        self._changed()
        return _view(self._record(name))

    def list(self) -> tuple[UserView, ...]:
        """Return all users, in alphabetical order."""
        return tuple(_view(record) for record in self._records.list())

    def set_role(self, name: str, role: UserRole) -> UserView:
        """Change what a user may do, on every server within a second.

        Raises
        ------
        NotFound
            When there is no such user.
        Conflict
            When another service decides about it.
        """
        found = self._record(name)
        if found.issuer is not None:
            message = f"The role of {name!r} comes from {found.issuer}."
            raise Conflict(message, hint="Change it there; it holds from the next sign-in on.")
        told = change(
            self._clock.now(), "user.role", f"user {name}", before=found.role, after=role.value
        )
        self._records.set_role(found.user_id, role, told)
        self._changed()
        return _view(self._record(name))

    def set_password(self, name: str, password: str) -> UserView:
        """Give a user another password; all sessions of the user end.

        Raises
        ------
        NotFound
            When there is no such user.
        Conflict
            When the user signs in elsewhere.
        InvalidArgument
            When the password is not usable.
        """
        found = self._record(name)
        if found.issuer is not None:
            message = f"{name!r} has no password here, but signs in at {found.issuer}."
            raise Conflict(message, hint="Change it there.")
        told = change(self._clock.now(), "user.password", f"user {name}")
        self._records.set_password(found.user_id, self._passwords.hashed(password), told)
        self._changed()
        return _view(found)

    def remove(self, name: str) -> None:
        """Delete a user; all sessions of the user end.

        Raises
        ------
        NotFound
            When there is no such user.
        """
        found = self._record(name)
        told = change(self._clock.now(), "user.removed", f"user {name}", role=found.role)
        self._records.remove(found.user_id, told)
        self._changed()

    def _record(self, name: str) -> UserRecord:
        found = self._records.find(name)
        if found is not None:
            return found
        known = [record.name for record in self._records.list()]
        close = get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "See modeldesk users list."
        message = f"There is no user {name!r}."
        raise NotFound(message, hint=hint)


def _view(record: UserRecord) -> UserView:
    return UserView(
        name=record.name,
        role=UserRole(record.role),
        issuer=record.issuer,
        created_at=record.created_at,
        signed_in_at=record.signed_in_at,
    )
