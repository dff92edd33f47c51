"""An application within the application that is made when somebody first asks it for something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from modeldesk.api.own_loop import OwnLoop


class Late:
    """Answers by an application that is made, and started, on the first request.

    It is made, and answers, in a thread of its own, so that others are answered meanwhile.
    Whoever comes before it is ready waits; where it cannot be made, the next one tries again.

    Parameters
    ----------
    make
        Returns the application; its lifespan is begun then, and ended with the server's.
    name
        Of the thread.
    """

    def __init__(self, make: Callable[[], FastAPI], *, name: str) -> None:
        self._make = make
        self._name = name
        self._making: asyncio.Task[OwnLoop] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        making = self._making
        if making is None or (making.done() and making.exception() is not None):
            making = asyncio.create_task(self._begun())
            self._making = making
        app = await asyncio.shield(making)
        await app(scope, receive, send)

    async def end(self) -> None:
        """End what was made; without any, do nothing."""
        if self._making is not None:
            await asyncio.wait([self._making])
            if self._making.exception() is None:
                await self._making.result().end()

    async def _begun(self) -> OwnLoop:
        app = OwnLoop(self._make, name=self._name)
        await app.begin()
        return app


def mount_late(app: FastAPI, make: Callable[[], FastAPI], *, name: str) -> None:
    """Have all that an application does not answer itself answered by one that is made late.

    To be called after the routes were added.

    Parameters
    ----------
    app
        Takes every path first, unless nothing of its own begins in the same way.
    make, name
        See `Late`.
    """
    late = Late(make, name=name)
    heads = {_head(path) for path in _paths(app.routes)}
    app.mount("/", late)
    if not any("{" in head for head in heads):
        app.router.routes.insert(0, _Elsewhere(app.routes[-1], heads))
    begin = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with begin(app):
            yield
            await late.end()

    app.router.lifespan_context = lifespan


class _Elsewhere(BaseRoute):
    """Takes at once what no other route can mean.

    FastAPI prepares the routes that it includes when a first request is compared with them, for
    a third of a second: whoever asks for a page need not wait for that.
    """

    def __init__(self, route: BaseRoute, heads: Collection[str]) -> None:
        self._route = route
        self._heads = heads

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take a path whose first part is none of the others'."""
        path, root = scope["path"], scope.get("root_path", "").rstrip("/")
        if path.startswith(f"{root}/"):
            path = path[len(root) :]
        return (Match.NONE, {}) if _head(path) in self._heads else self._route.matches(scope)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Have no name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what was taken."""
        await self._route.handle(scope, receive, send)


def _paths(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Yield the paths of routes, also of those that were included, without preparing them."""
    for route in routes:
        if path := getattr(route, "path", ""):
            yield prefix + path
        elif included := getattr(route, "include_context", None):
            yield from _paths(included.included_router.routes, prefix + included.prefix)


def _head(path: str) -> str:
    """Return the first part of a path: ``api`` of ``/api/v1/health``."""
    return path.lstrip("/").partition("/")[0]
