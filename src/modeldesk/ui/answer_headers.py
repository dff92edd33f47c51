"""Two headers that NiceGUI sets on answers of the pages, without a task and a queue for each.

Its own two middlewares are of the kind that starts a task group and two streams for every
request. A cold visit makes fifty, and such tasks leave rings for the garbage collector (decision
42).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from nicegui import __version__, core
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware

_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_App: TypeAlias = Callable[[_Message, _Receive, _Send], Awaitable[None]]
_Headers: TypeAlias = list[tuple[bytes, bytes]]

_STATIC = f"/_nicegui/{__version__}/"
_DYNAMIC = f"{_STATIC}dynamic_resources/"


def set_headers_at_once() -> None:
    """Have the pages' application set both headers in one step; call it after the pages are set."""
    replaced: set[object] = {RedirectWithPrefixMiddleware, SetCacheControlMiddleware, AnswerHeaders}
    known = core.app.user_middleware
    known[:] = [each for each in known if each.cls not in replaced]
    core.app.add_middleware(AnswerHeaders)


class AnswerHeaders:
    """Redirects stay below a proxy's path, and what never changes is kept by browsers.

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: _App) -> None:
        self._app = app

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer, with these headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: _Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _set(list(message.get("headers", ())), scope)
            await send(message)

        await self._app(scope, receive, with_headers)


def _set(headers: _Headers, scope: _Message) -> _Headers:
    place = _of(headers, b"location")
    if place.startswith(b"/"):
        headers = _with(headers, b"location", _of(scope["headers"], b"x-forwarded-prefix") + place)
    path: str = scope["path"]
    if path.startswith(_STATIC) and not path.startswith(_DYNAMIC):
        kept: str = core.app.config.cache_control_directives
        headers = _with(headers, b"cache-control", kept.encode("latin-1"))
    return headers


def _of(headers: _Headers, name: bytes) -> bytes:
    return next((value for known, value in headers if known.lower() == name), b"")


def _with(headers: _Headers, name: bytes, value: bytes) -> _Headers:
    return [(known, kept) for known, kept in headers if known.lower() != name] + [(name, value)]
