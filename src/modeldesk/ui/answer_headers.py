"""Two headers that NiceGUI sets on answers of the pages, without a task and a queue for each.

Its own two middlewares are of the kind that starts a task group and two streams for every
request. A cold visit makes fifty, and such tasks leave rings for the garbage collector (decision
42).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import __version__, core
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATIC = f"/_nicegui/{__version__}/"
_DYNAMIC = f"{_STATIC}dynamic_resources/"


def set_headers_at_once() -> None:
    """Have the pages' application set both headers in one step; call it after the pages are set."""
    replaced: set[object] = {RedirectWithPrefixMiddleware, SetCacheControlMiddleware, AnswerHeaders}
    kept = [each for each in core.app.user_middleware if each.cls not in replaced]
    core.app.user_middleware[:] = [Middleware(AnswerHeaders), *kept]


class AnswerHeaders:
    """Redirects stay below a proxy's path, and what never changes is kept by browsers.

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with these headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)


def _set(headers: MutableHeaders, scope: Scope) -> None:
    place = headers.get("Location", "")
    if place.startswith("/"):
        headers["Location"] = Headers(scope=scope).get("X-Forwarded-Prefix", "") + place
    path: str = scope["path"]
    if path.startswith(_STATIC) and not path.startswith(_DYNAMIC):
        headers["Cache-Control"] = core.app.config.cache_control_directives
