"""Finding out who asks: keys and sessions remembered, so that no request waits for the database."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime

import structlog

from modeldesk.clock import Clock
from modeldesk.errors import StoreUnavailable
from modeldesk.services.acting import Caller, CallerKind, Scope, UserRole
from modeldesk.store import AccessState, KeyRecord, KeyRecords, SessionRecord, SessionRecords

MOST_SECONDS = 0.9
"""How old what is remembered may be when it is used."""

_READ_AGAIN_SECONDS = 0.4
"""When a thread reads it again while requests come, so that they need not wait for it."""

_WRITE_SECONDS = 60.0
"""How often it is written when keys were used."""

_LONGEST = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """A key or a session that is good until it expires."""

    caller: Caller
    expires_at: datetime | None
    key_id: int | None = None


class Access:
    """Tells who asks, by a key or by a session's token.

    Everything is answered from memory. One number in the database says whether that still
    holds; a thread reads it while requests come. Where what is remembered is older than
    `MOST_SECONDS`, which happens to the first request after a rest, the caller reads it before
    it asks: see `stale` and `refresh`.

    Parameters
    ----------
    sessions
        Keys and sessions in the database.
    keys
        Where it is written when keys were used.
    clock
        Tells what has expired.
    """

    def __init__(self, sessions: SessionRecords, keys: KeyRecords, clock: Clock) -> None:
        self._sessions = sessions
        self._keys = keys
        self._clock = clock
        self._known: dict[bytes, _Known] = {}
        self._revision = -1
        self._changes = 0
        self._read_at = float("-inf")
        self._written_at = float("-inf")
        self._used: dict[int, datetime] = {}
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stale(self) -> bool:
        """Whether `refresh` has to be called before anything is asked."""
        return time.monotonic() - self._read_at > MOST_SECONDS

    def refresh(self) -> None:
        """Read what has changed, if anything has; waits for the database.

        Raises
        ------
        StoreUnavailable
            When it cannot be read; then nobody is let in.
        """
        with self._lock:
            if self.stale:
                self._read()
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(
                    target=self._keep, name="modeldesk-access", daemon=True
                )
                self._thread.start()

    def forget(self) -> None:
        """Read everything anew before the next answer; after a change by this process."""
        self._changes += 1
        self._read_at = float("-inf")

    def of_key(self, key: bytes) -> Caller | None:
        """Return whose key this is; ``None`` where it is nobody's, revoked or expired."""
        return self._find(key)

    def of_session(self, token: bytes) -> Caller | None:
        """Return whose session's token this is; ``None`` where it has ended."""
        return self._find(token)

    def close(self) -> None:
        """Stop reading, and write when keys were used."""
        self._closed.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join()
        self._write()

    def _find(self, secret: bytes) -> Caller | None:
        if not self._asked.is_set():
            self._asked.set()
        if len(secret) > _LONGEST:
            return None
        found = self._known.get(digest(secret))
        if found is None:
            return None
        now = self._clock.now()
        if found.expires_at is not None and found.expires_at <= now:
            return None
        if found.key_id is not None:
            self._used[found.key_id] = now
        return found.caller

    def _read(self) -> None:
        """Take over what is in the database; the lock is held."""
        began, changes = time.monotonic(), self._changes
        if self._sessions.revision() != self._revision:
            state = self._sessions.state(self._clock.now())
            self._known = _known(state)
            self._revision = state.revision
        if changes == self._changes:
            self._read_at = began

    def _keep(self) -> None:
        """Read again while requests come, and write now and then when keys were used."""
        while not self._closed.is_set():
            if self._asked.wait(timeout=_WRITE_SECONDS):
                self._asked.clear()
                if self._closed.wait(timeout=_READ_AGAIN_SECONDS):
                    return
                try:
                    with self._lock:
                        self._read()
                except StoreUnavailable as error:
                    _log.warning("keys and sessions cannot be read", error=str(error))
            if time.monotonic() - self._written_at >= _WRITE_SECONDS:
                self._write()

    def _write(self) -> None:
        used, self._used = self._used, {}
        times = dict(used)
        if not times:
            return
        self._written_at = time.monotonic()
        try:
            self._keys.used(times)
        except StoreUnavailable as error:
            self._used = times | self._used
            _log.warning("when keys were used is not written", error=str(error))


def digest(secret: bytes) -> bytes:
    """Return the hash by which a key or token is kept and found.

    Both are random and long, so that one fast hash is enough: there is nothing to guess.
    """
    return hashlib.sha256(secret).digest()


def _known(state: AccessState) -> dict[bytes, _Known]:
    keys = {bytes.fromhex(key.hash): _of_key(key) for key in state.keys if key.revoked_at is None}
    return keys | {bytes.fromhex(found.hash): _of_session(found) for found in state.sessions}


def _of_key(key: KeyRecord) -> _Known:
    caller = Caller(
        kind=CallerKind.KEY,
        name=key.name,
        scopes=frozenset(map(Scope, key.scopes)),
        models=None if key.models is None else frozenset(key.models),
    )
    return _Known(caller, key.expires_at, key.key_id)


def _of_session(session: SessionRecord) -> _Known:
    caller = Caller(kind=CallerKind.USER, name=session.user, role=UserRole(session.role))
    return _Known(caller, session.expires_at)
