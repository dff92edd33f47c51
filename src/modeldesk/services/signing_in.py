"""Signing in and out: passwords compared, guessing slowed down, sessions begun and ended."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from modeldesk.clock import Clock
from modeldesk.errors import TooManyAttempts, Unauthenticated
from modeldesk.services.access import digest
from modeldesk.services.acting import Caller, CallerKind, UserRole, acting_as, change
from modeldesk.services.passwords import Passwords
from modeldesk.store import (
    AttemptRecords,
    NewUser,
    SessionRecords,
    UserRecord,
    UserRecords,
)

BROWSER_DAYS = 365
"""How long a browser is known from which a user has signed in."""

_LONGEST_NAME = 200

_log = structlog.get_logger(__name__)


def _pause(failures: int, *, free: int, most: int) -> timedelta:
    """Return how long to wait after so many failures: doubling from a second on."""
    if failures < free:
        return timedelta()
    return timedelta(seconds=min(most, 2 ** min(failures - free, 20)))


_OF_NAME = partial(_pause, free=5, most=60)
_OF_BROWSER = partial(_pause, free=5, most=60)
_OF_ADDRESS = partial(_pause, free=20, most=900)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session. Its tokens are kept by the browser alone."""

    user: str
    token: str
    expires_at: datetime
    browser: str
    """By which the browser is known from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is, by another service's word."""

    issuer: str
    subject: str
    name: str
    role: UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginForm:
    """What the page shows on which one signs in."""

    name: str = ""
    """What was typed as the name before."""
    wanted: str = "/"
    """The path to which one gets after signing in."""
    problem: str = ""
    """Why it did not work; empty at first."""
    hint: str = ""
    """What to do about it."""
    elsewhere: bool = False
    """Whether there is another service at which one can sign in."""
    mode: str = "auto"
    """The browser's choice of colours: ``light``, ``dark``, or any other for the system's."""
    above: str = ""
    """The way up to the server's first page, such as ``../``."""


class SigningIn:
    """Begins and ends sessions.

    Wrong passwords are counted by name and by address, in the database, so that guessing slows
    down whoever of several servers is asked. A browser from which the user has signed in
    before is counted by itself, so that guessing elsewhere does not lock its user out.

    Parameters
    ----------
    users, sessions, attempts
        The database.
    passwords
        Compares them.
    clock
        Tells the time.
    lifetime
        How long a session lasts.
    changed
        Called after a session has begun or ended.
    """

    def __init__(
        self,
        users: UserRecords,
        sessions: SessionRecords,
        attempts: AttemptRecords,
        passwords: Passwords,
        clock: Clock,
        *,
        lifetime: timedelta,
        changed: Callable[[], None],
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._attempts = attempts
        self._passwords = passwords
        self._clock = clock
        self._lifetime = lifetime
        self._changed = changed

    def by_password(self, name: str, password: str, *, address: str, browser: str = "") -> SignedIn:
        """Sign a user in.

        Parameters
        ----------
        name, password
            As they were given.
        address
            Where the request comes from.
        browser
            Token by which the browser is known, if it is.

        Raises
        ------
        TooManyAttempts
            When there were too many wrong passwords lately.
        Unauthenticated
            When the name or the password is wrong; it does not say which.
        """
        now = self._clock.now()
        name = name[:_LONGEST_NAME].replace("\0", "")
        user = self._users.find(name)
        known = self._knows(browser, user, now)
        by_address = _subject("address", _network(address))
        by_name = _subject("browser", browser) if known else _subject("name", name)
        limits = {by_name: _OF_BROWSER} if known else {by_name: _OF_NAME, by_address: _OF_ADDRESS}
        blocked = self._attempts.begin(limits, now)
        if blocked is not None:
            seconds = math.ceil((blocked - now).total_seconds())
            _log.warning("sign-in refused: too many attempts", user=name, address=address)
            message = "There were too many wrong passwords."
            hint = f"Try again in {seconds} second{'' if seconds == 1 else 's'}."
            raise TooManyAttempts(message, hint=hint, seconds=seconds)
        kept = None if user is None else user.password
        if not self._passwords.fits(password, kept) or user is None or kept is None:
            _log.warning("sign-in failed", user=name, address=address)
            message = "The name or the password is wrong."
            raise Unauthenticated(message, hint="Check both, and try again.")
        self._attempts.succeed(by_name, [by_address], now)
        if self._passwords.outdated(kept):
            self._users.set_password(user.user_id, self._passwords.hashed(password), None)
        return self._begin(user, browser if known else "")

    def by_identity(self, identity: Identity) -> SignedIn:
        """Sign in whom another service has identified; makes or updates the user."""
        by = Caller(kind=CallerKind.USER, name=identity.name, role=identity.role)
        with acting_as(by):
            user = self._users.elsewhere(identity.issuer, identity.subject)
            if user is None:
                user = self._add(identity)
            elif user.role != identity.role:
                told = change(
                    self._clock.now(),
                    "user.role",
                    f"user {user.name}",
                    before=user.role,
                    after=identity.role.value,
                    said_by=identity.issuer,
                )
                self._users.set_role(user.user_id, identity.role, told)
        return self._begin(user, "")

    def out(self, token: str, caller: Caller) -> None:
        """End one session."""
        told = change(self._clock.now(), "user.signed_out", str(caller))
        self._sessions.end(digest(token.encode()).hex(), told)
        self._changed()

    def out_everywhere(self, caller: Caller) -> None:
        """End all sessions of a user."""
        told = change(self._clock.now(), "user.signed_out_everywhere", str(caller))
        self._sessions.end_all(caller.name, told)
        self._changed()

    def _begin(self, user: UserRecord, browser: str) -> SignedIn:
        """Begin a session, under a token that nobody had before."""
        now = self._clock.now()
        by = Caller(kind=CallerKind.USER, name=user.name, role=UserRole(user.role))
        signed_in = SignedIn(
            user=user.name,
            token=secrets.token_urlsafe(32),
            expires_at=now + self._lifetime,
            browser=browser or secrets.token_urlsafe(32),
        )
        with acting_as(by):
            told = change(now, "user.signed_in", f"user {user.name}")
        self._sessions.begin(
            user.user_id,
            session=digest(signed_in.token.encode()).hex(),
            browser=digest(signed_in.browser.encode()).hex(),
            now=now,
            expires_at=signed_in.expires_at,
            change=told,
        )
        self._changed()
        return signed_in

    def _knows(self, browser: str, user: UserRecord | None, now: datetime) -> bool:
        """Whether the user has signed in from the browser; takes as long for unknown users."""
        return self._sessions.knows_browser(
            digest(browser.encode()).hex(),
            0 if user is None else user.user_id,
            since=now - timedelta(days=BROWSER_DAYS),
        )

    def _add(self, identity: Identity) -> UserRecord:
        taken = {record.name for record in self._users.list()}
        name = identity.name
        number = 1
        while name in taken:
            number += 1
            name = f"{identity.name}-{number}"
        now = self._clock.now()
        new = NewUser(
            name=name,
            role=identity.role,
            issuer=identity.issuer,
            subject=identity.subject,
            created_at=now,
        )
        told = change(
            now, "user.added", f"user {name}", role=identity.role.value, said_by=identity.issuer
        )
        self._users.add(new, told)
        found = self._users.elsewhere(identity.issuer, identity.subject)
        assert found is not None  # noqa: S101 - just written
        return found


def _subject(kind: str, value: str) -> str:
    """Return the name under which failures are counted: of one length, and telling nothing."""
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "backslashreplace")).hexdigest()


def _network(address: str) -> str:
    """Return what one party can be assumed to hold: an address, or an IPv6 network of 64 bits."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
