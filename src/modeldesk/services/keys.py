"""API keys: made, listed, revoked."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.services.access import digest
from modeldesk.services.acting import Scope, change
from modeldesk.services.registry import Registry
from modeldesk.store import KeyRecord, KeyRecords, NewKey

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LETTERS = string.ascii_letters + string.digits
_SECRET_LETTERS = 43  # of 62 kinds: 256 bits
_PREFIX_LETTERS = 8
_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """What may be known of a key once it is made."""

    name: str
    prefix: str
    """How it begins."""
    scopes: tuple[Scope, ...]
    models: tuple[str, ...] | None
    """Models that it is good for; ``None``: all."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""

    def good_at(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedKey:
    """A new key. This is the only time that it can be read."""

    key: str
    view: KeyView


class Keys:
    """Makes, lists and revokes keys.

    Parameters
    ----------
    records
        The keys in the database.
    registry
        Knows the models that keys are limited to.
    clock
        Tells the time.
    changed
        Called after a key was made or revoked.
    """

    def __init__(
        self,
        records: KeyRecords,
        registry: Registry,
        clock: Clock,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._records = records
        self._registry = registry
        self._clock = clock
        self._changed = changed

    def create(
        self,
        name: str,
        *,
        scopes: Sequence[Scope],
        models: Sequence[str] = (),
        days: int | None = None,
    ) -> CreatedKey:
        """Make a key.

        Parameters
        ----------
        name
            By which people know it; never used again, also not after it was revoked.
        scopes
            What it is good for.
        models
            Which models it is good for; none: all, also later ones.
        days
            After how many days it expires; ``None``: never.

        Raises
        ------
        InvalidArgument
            When the name, the scopes or the days are not usable.
        NotFound
            When there is no such model.
        Conflict
            When there is, or was, a key of that name.
        """
        if not _NAME.fullmatch(name):
            message = f"{name!r} is not a name for a key."
            hint = "Use up to 100 letters, digits, dots, hyphens and underscores."
            raise InvalidArgument(message, hint=hint)
        if not scopes:
            message = "A key needs a scope."
            raise InvalidArgument(message, hint=f"Choose of: {', '.join(Scope)}.")
        if days is not None and not 0 < days <= _MOST_DAYS:
            message = f"A key cannot expire after {days} days."
            raise InvalidArgument(message, hint=f"Say 1 to {_MOST_DAYS}, or nothing: never.")
        for model in models:
            self._registry.record(model)
        prefix = f"mdk_{_random(_PREFIX_LETTERS)}"
        key = f"{prefix}_{_random(_SECRET_LETTERS)}"
        now = self._clock.now()
        new = NewKey(
            name=name,
            prefix=prefix,
            hash=digest(key.encode()).hex(),
            scopes=tuple(scope for scope in Scope if scope in scopes),
            models=tuple(dict.fromkeys(models)) or None,
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        told = change(
            now,
            "key.created",
            f"key {name}",
            prefix=prefix,
            scopes=list(new.scopes),
            models=None if new.models is None else list(new.models),
            expires_at=None if new.expires_at is None else new.expires_at.isoformat(),
        )
        self._records.add(new, told)
        self._changed()
        return CreatedKey(key=key, view=self._named(name))

    def list(self) -> tuple[KeyView, ...]:
        """Return all keys, revoked ones too, oldest first."""
        return tuple(_view(record) for record in self._records.list())

    def revoke(self, name: str) -> KeyView:
        """Let a key be good for nothing, on every server within a second.

        Raises
        ------
        NotFound
            When there is no key of that name.
        """
        found = self._record(name)
        if found.revoked_at is None:
            now = self._clock.now()
            told = change(now, "key.revoked", f"key {name}", prefix=found.prefix)
            self._records.revoke(found.key_id, now, told)
            self._changed()
        return self._named(name)

    def _named(self, name: str) -> KeyView:
        return _view(self._record(name))

    def _record(self, name: str) -> KeyRecord:
        known = {record.name: record for record in self._records.list()}
        if name in known:
            return known[name]
        close = get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "See modeldesk keys list."
        message = f"There is no key {name!r}."
        raise NotFound(message, hint=hint)


def _random(letters: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(letters))


def _view(record: KeyRecord) -> KeyView:
    return KeyView(
        name=record.name,
        prefix=record.prefix,
        scopes=tuple(map(Scope, record.scopes)),
        models=record.models,
        created_at=record.created_at,
        expires_at=record.expires_at,
        revoked_at=record.revoked_at,
        last_used_at=record.last_used_at,
    )
