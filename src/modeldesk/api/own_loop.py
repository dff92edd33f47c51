"""An application on an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

R = TypeVar("R")


class OwnLoop:
    """Answers by an application whose steps hold up nobody else's event loop.

    What computes on an event loop, such as a page that is put together, keeps all others on it
    waiting. On a loop of its own it only takes its turn among the threads. Requests and answers
    are handed over message by message, in the context of who asks; what is cancelled on one side
    is on the other.

    Parameters
    ----------
    make
        Returns the application. It is called in the thread, and the application's lifespan begun
        and ended there.
    name
        Of the thread.
    """

    def __init__(self, make: Callable[[], FastAPI], *, name: str) -> None:
        self._make = make
        self._name = name
        self._begun: Future[tuple[ASGIApp, asyncio.AbstractEventLoop]] = Future()
        self._ended: Future[None] = Future()
        self._ending = asyncio.Event()

    async def begin(self) -> None:
        """Make the application and begin its lifespan; raise what keeps it from that."""
        factory = type(asyncio.get_running_loop())
        threading.Thread(target=self._run, args=(factory,), name=self._name, daemon=True).start()
        self._app, self._loop = await asyncio.wrap_future(self._begun)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of another loop; not before `begin` has returned."""
        here = asyncio.get_running_loop()

        async def received() -> Message:
            return await _on(here, receive())

        async def sent(message: Message) -> None:
            await _on(here, send(message))

        await _on(self._loop, self._app(scope, received, sent))

    async def end(self) -> None:
        """End the lifespan, what still runs on the loop, and the thread; once it has begun."""
        self._loop.call_soon_threadsafe(self._ending.set)
        await asyncio.wrap_future(self._ended)

    def _run(self, factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._live())
        except BaseException as error:  # noqa: BLE001 - a thread's boundary; told to who waits
            (self._ended if self._begun.done() else self._begun).set_exception(error)
        else:
            self._ended.set_result(None)

    async def _live(self) -> None:
        """Begin the lifespan and end it, in one task, as some of them need it."""
        app = self._make()
        async with app.router.lifespan_context(app):
            self._begun.set_result((app, asyncio.get_running_loop()))
            await self._ending.wait()


async def _on(loop: asyncio.AbstractEventLoop, call: Awaitable[R]) -> R:
    """Wait for something on another loop."""

    async def awaited() -> R:
        return await call

    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(awaited(), loop))
