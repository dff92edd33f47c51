"""Who acts: found out once, at the edge, and known to everything that is done in its name.

It travels in a context variable, as a request's identifier does: what checks or notes it lies
many calls below what found it out, and most of what lies between has nothing to do with it.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from structlog.contextvars import get_contextvars

from modeldesk.errors import Forbidden
from modeldesk.store import Change, Detail

_MOST_ID = 128


class Scope(StrEnum):
    """What a key is good for; none of them contains another."""

    PREDICT = "predict"
    """Ask models, in every dialect."""
    INGEST = "ingest"
    """Log rows, label and flag predictions."""
    READ = "read"
    """See everything that is shown."""
    ADMIN = "admin"
    """Change everything that can be changed."""


class UserRole(StrEnum):
    """What a user may do; each role contains those before it."""

    VIEWER = "viewer"
    """See everything but the audit trail, and try the models."""
    EDITOR = "editor"
    """Also log rows, label and flag predictions, acknowledge alerts, change monitors and slices."""
    ADMIN = "admin"
    """Also change everything else."""

    @property
    def rank(self) -> int:
        """How many roles it contains."""
        return tuple(UserRole).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a caller must have for something."""

    scopes: tuple[Scope, ...]
    """A key needs one of these; nothing: no key will do."""
    role: UserRole
    """A user needs this one, or one that contains it."""


PREDICTS = Need(scopes=(Scope.PREDICT,), role=UserRole.VIEWER)
DESCRIBES = Need(scopes=(Scope.READ, Scope.PREDICT), role=UserRole.VIEWER)
"""What one must know to predict: names, signatures, readiness."""
SHOWS = Need(scopes=(Scope.READ,), role=UserRole.VIEWER)
TAKES = Need(scopes=(Scope.INGEST,), role=UserRole.EDITOR)
EDITS = Need(scopes=(Scope.ADMIN,), role=UserRole.EDITOR)
"""What editors change: alerts, monitors and slices."""
CHANGES = Need(scopes=(Scope.ADMIN,), role=UserRole.ADMIN)
PAGES = Need(scopes=(), role=UserRole.VIEWER)


class CallerKind(StrEnum):
    """How a caller is known."""

    COMMAND = "command line"
    """By the account of this machine: whoever can open the store can do everything."""
    ANYONE = "anyone"
    """Not at all, on a server that asks nobody."""
    NOBODY = "nobody"
    """Not at all, on a server that asks."""
    KEY = "key"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who acts, and what it may do."""

    kind: CallerKind
    name: str = ""
    scopes: frozenset[Scope] = frozenset()
    """Of a key."""
    role: UserRole | None = None
    """Of a user."""
    models: frozenset[str] | None = None
    """Models that it is limited to; ``None``: all."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()

    def check(self, need: Need) -> None:
        """Raise `Forbidden` where the caller lacks what is needed, and say what."""
        if self.kind is CallerKind.KEY:
            if self.scopes.isdisjoint(need.scopes):
                raise _lacks_scope(self, need)
        elif self.kind is CallerKind.USER:
            if self.role is None or self.role.rank < need.role.rank:
                raise _lacks_role(self, need)
        elif self.kind is CallerKind.NOBODY:
            message = "Nobody may do this without signing in."
            raise Forbidden(message)

    def may(self, need: Need) -> bool:
        """Whether the caller has what is needed."""
        try:
            self.check(need)
        except Forbidden:
            return False
        return True

    def check_model(self, model: str) -> None:
        """Raise `Forbidden` where the caller is limited to other models."""
        if self.models is not None and model not in self.models:
            message = f"The {self} is not for the model {model!r}."
            raise Forbidden(message, hint=self._told_models())

    def check_all_models(self) -> None:
        """Raise `Forbidden` where the caller is limited, and this is about all models."""
        if self.models is not None:
            message = f"This is about all models, and the {self} is limited."
            raise Forbidden(message, hint=self._told_models())

    def sees(self, model: str) -> bool:
        """Whether the caller's lists show a model."""
        return self.models is None or model in self.models

    def visible(self, models: Iterable[str]) -> tuple[str, ...]:
        """Return those of the names that the caller's lists show."""
        return tuple(name for name in models if self.sees(name))

    def _told_models(self) -> str:
        return f"It is for: {', '.join(sorted(self.models or ())) or 'none'}."


ANYONE = Caller(kind=CallerKind.ANYONE)
NOBODY = Caller(kind=CallerKind.NOBODY, models=frozenset())

_CALLER: ContextVar[Caller | None] = ContextVar("modeldesk_caller", default=None)


def act_as(caller: Caller) -> None:
    """Let all that follows be done in a caller's name: for a task or thread of the caller's own."""
    _CALLER.set(caller)


@contextmanager
def acting_as(caller: Caller) -> Iterator[None]:
    """Let everything in the block be done in a caller's name.

    >>> with acting_as(ANYONE):
    ...     caller().kind
    <CallerKind.ANYONE: 'anyone'>
    """
    before = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(before)


def caller() -> Caller:
    """Return in whose name this is done; outside a server, the account that runs the program.

    >>> caller().kind
    <CallerKind.COMMAND: 'command line'>
    """
    return _CALLER.get() or Caller(kind=CallerKind.COMMAND, name=_account())


def change(at: datetime, action: str, what: str, **details: Detail) -> Change:
    """Return what the audit trail is told about a change that the caller makes.

    Give it to what writes the change, so that both are in one transaction: see
    `modeldesk.store.note`.

    Parameters
    ----------
    at
        When.
    action
        Such as ``policy.set``: the kind of thing, a dot, what was done.
    what
        What was changed, such as ``model iris``.
    details
        What to know about it, such as the state before and after; never a secret.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> made = change(datetime(2026, 1, 1, tzinfo=UTC), "alias.moved", "model iris", after="2")
    >>> made.action, made.details
    ('alias.moved', {'after': '2'})
    """
    request = get_contextvars().get("request_id")
    return Change(
        time=at,
        actor=str(caller()),
        action=action,
        object=what,
        details=details,
        request_id=str(request)[:_MOST_ID] if request else None,
    )


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's account may have no name
        return "unknown"


def _lacks_scope(caller: Caller, need: Need) -> Forbidden:
    if not need.scopes:
        message = f"The {caller} does not open pages."
        return Forbidden(message, hint="Sign in with a name and a password.")
    names = " or ".join(need.scopes)
    message = f"The {caller} lacks the scope {names}."
    return Forbidden(message, hint="Use a key that has it: see modeldesk keys create --help.")


def _lacks_role(caller: Caller, need: Need) -> Forbidden:
    message = f"The {caller} lacks the role {need.role}."
    return Forbidden(message, hint="Ask an administrator for it.")
