"""Every request has an identifier, which its answer carries and its log lines name."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

HEADER = "X-Request-ID"

_NAME = HEADER.lower().encode()
_SANE = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_KEY = "modeldesk.request_id"
_STARTS = {"http.response.start", "websocket.http.response.start"}


class RequestIdentity:
    """Gives every request an identifier: the client's own where it is sane, or a new one.

    Parameters
    ----------
    app
        What answers. Wrapped twice, the outer one decides.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under its identifier."""
        if scope["type"] not in {"http", "websocket"} or _KEY in scope:
            await self._app(scope, receive, send)
            return
        identifier = identifier_of(scope)
        scope[_KEY] = identifier

        async def send_named(message: Message) -> None:
            if message["type"] in _STARTS:
                message["headers"] = with_identifier(message.get("headers", ()), identifier)
            await send(message)

        # Not structlog's context manager: it first reads all that is bound, on every request.
        before = bind_contextvars(request_id=identifier)
        try:
            await self._app(scope, receive, send_named)
        finally:
            reset_contextvars(**before)


def identifier_of(scope: Scope) -> str:
    """Return the identifier that a client gave its request, or a new one."""
    given = next((value for name, value in scope["headers"] if name == _NAME), b"")
    if _SANE.fullmatch(given):
        return given.decode()
    # It guards nothing; what may be told by nobody would cost a call of the system.
    return f"{random.getrandbits(128):032x}"


def with_identifier(
    headers: Iterable[tuple[bytes, bytes]], identifier: str
) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the identifier among them."""
    others = [pair for pair in headers if pair[0] != _NAME]
    return [*others, (_NAME, identifier.encode())]
