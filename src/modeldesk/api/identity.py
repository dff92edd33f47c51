"""Every request has an identifier, which its answer carries and its log lines name."""

from __future__ import annotations

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
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
        given = Headers(scope=scope).get(HEADER, "")
        identifier = given if _SANE.fullmatch(given) else secrets.token_hex(16)
        scope[_KEY] = identifier

        async def send_named(message: Message) -> None:
            if message["type"] in _STARTS:
                MutableHeaders(scope=message)[HEADER] = identifier
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=identifier):
            await self._app(scope, receive, send_named)
