"""An application within the application that is made when somebody first asks it for something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import Context

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send


class Late:
    """Answers by an application that is made, and started, on the first request.

    It is made in a thread of its own, so that others are answered meanwhile. Whoever comes before
    it is ready waits; where it cannot be made, the next one tries again.

    Parameters
    ----------
    make
        Returns the application; its lifespan is begun then, and ended with the server's.
    """

    def __init__(self, make: Callable[[], FastAPI]) -> None:
        self._make = make
        self._making: asyncio.Task[FastAPI] | None = None
        self._life: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        making = self._making
        if making is None or (making.done() and making.exception() is not None):
            # Of its own context: what lives on must not carry the first request's identity.
            making = asyncio.create_task(self._begun(), context=Context())
            self._making = making
        app = await asyncio.shield(making)
        await app(scope, receive, send)

    async def end(self) -> None:
        """End the lifespan of what was made; without any, do nothing."""
        if self._making is not None:
            await asyncio.wait([self._making])
        self._ending.set()
        if self._life is not None:
            await self._life

    async def _begun(self) -> FastAPI:
        app = await run_in_threadpool(self._make)
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._live(app, ready))
        await ready
        return app

    async def _live(self, app: FastAPI, ready: asyncio.Future[None]) -> None:
        """Begin the lifespan and end it, in one task, as some of them need it."""
        try:
            async with app.router.lifespan_context(app):
                ready.set_result(None)
                await self._ending.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)


def mount_late(app: FastAPI, make: Callable[[], FastAPI]) -> None:
    """Have all that an application does not answer itself answered by one that is made late.

    To be called after the routes were added.

    Parameters
    ----------
    app
        Takes every path first.
    make
        See `Late`.
    """
    late = Late(make)
    app.mount("/", late)
    begin = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with begin(app):
            yield
            await late.end()

    app.router.lifespan_context = lifespan
