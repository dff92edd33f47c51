"""The cookies of signed-in browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from modeldesk.services.signing_in import BROWSER_DAYS, SignedIn

_SESSION = "modeldesk_session"
_BROWSER = "modeldesk_browser"
_HOST = "__Host-"
"""With this name a browser takes a cookie only from the very host, and only over TLS."""


def session_token(header: bytes, *, secure: bool) -> bytes | None:
    """Return the session's token from a ``Cookie`` header.

    >>> session_token(b"theme=dark; modeldesk_session=abc", secure=False)
    b'abc'
    """
    return _value(header, _name(_SESSION, secure=secure).encode())


def browser_token(header: bytes, *, secure: bool) -> str:
    """Return the token by which a browser is known; empty where it has none."""
    found = _value(header, _name(_BROWSER, secure=secure).encode())
    return (found or b"").decode("latin-1")


@dataclass(frozen=True, slots=True)
class Cookies:
    """Sets cookies for one connection.

    Parameters
    ----------
    secure
        Whether the browser's connection is encrypted.
    """

    secure: bool

    def keep(self, answer: Response, signed_in: SignedIn, now: datetime) -> None:
        """Give a browser its session, and the token by which it is known from now on."""
        lasts = int((signed_in.expires_at - now).total_seconds())
        self.set(answer, _SESSION, signed_in.token, seconds=lasts)
        known = int(timedelta(days=BROWSER_DAYS).total_seconds())
        self.set(answer, _BROWSER, signed_in.browser, seconds=known)

    def drop(self, answer: Response) -> None:
        """Take the session back."""
        self.set(answer, _SESSION, "", seconds=0)

    def set(self, answer: Response, name: str, value: str, *, seconds: int) -> None:
        """Set a cookie that scripts cannot read and other sites' forms do not send."""
        answer.set_cookie(
            _name(name, secure=self.secure),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def get(self, header: bytes, name: str) -> str:
        """Return a cookie's value; empty where there is none."""
        return (_value(header, _name(name, secure=self.secure).encode()) or b"").decode("latin-1")


def _name(name: str, *, secure: bool) -> str:
    return f"{_HOST}{name}" if secure else name


def _value(header: bytes, name: bytes) -> bytes | None:
    for part in header.split(b";"):
        found, equals, value = part.strip().partition(b"=")
        if equals and found == name and value:
            return value
    return None
