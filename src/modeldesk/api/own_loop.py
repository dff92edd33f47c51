"""An application on an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context
from functools import partial
from typing import TypeVar

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

R = TypeVar("R")


class OwnLoop:
    """Answers by an application whose steps hold up nobody else's event loop.

    What computes on an event loop, such as a page that is put together, keeps all others on it
    waiting. On a loop of its own it only takes its turn among the threads. Requests and answers
    are handed over message by message, in the context of who asks; what is cancelled on one side
    is on the other, a moment later. When the loop ends by itself, as by ``sys.exit`` in a page,
    that goes on where the application was begun.

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
        self._begun.set_running_or_notify_cancel()  # nobody who waits for it can cancel it
        self._ending = asyncio.Event()
        self._closed = False
        self._failure: BaseException | None = None
        self._under_way: set[Future[None]] = set()

    async def begin(self) -> None:
        """Make the application and begin its lifespan; raise what keeps it from that."""
        here = asyncio.get_running_loop()
        # Of its own context: what lives on must not carry the first request's identity.
        self._thread = threading.Thread(
            target=Context().run, args=(self._run, here), name=self._name, daemon=True
        )
        self._thread.start()
        self._app, self._loop = await asyncio.wrap_future(self._begun)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of another loop; not before `begin` has returned."""
        here = asyncio.get_running_loop()

        async def received() -> Message:
            return await asyncio.wrap_future(_started(here, receive))

        async def sent(message: Message) -> None:
            await asyncio.wrap_future(_started(here, partial(send, message)))

        if self._closed:
            raise asyncio.CancelledError
        answered = _started(self._loop, partial(self._app, scope, received, sent))
        self._under_way.add(answered)
        answered.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wrap_future(answered)
        except SystemExit as error:  # it ends the loop there, and here by `_run`
            raise asyncio.CancelledError from error

    async def end(self) -> None:
        """End the lifespan, what still runs on the loop, and the thread; once it has begun."""
        self._closed = True
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._ending.set)
        await asyncio.to_thread(self._thread.join)
        for each in list(self._under_way):
            each.cancel()
        if self._failure is not None:
            raise self._failure

    def _run(self, here: asyncio.AbstractEventLoop) -> None:
        try:
            with asyncio.Runner(loop_factory=type(here)) as runner:
                runner.run(self._live())
        except BaseException as error:  # noqa: BLE001 - a thread's boundary; told to who waits
            if not self._begun.done():
                self._begun.set_exception(error)
            elif self._closed:
                self._failure = error
            else:
                with suppress(RuntimeError):  # the one it was begun on has ended as well
                    here.call_soon_threadsafe(_raise, error)

    async def _live(self) -> None:
        """Begin the lifespan and end it, in one task, as some of them need it."""
        app = self._make()
        async with app.router.lifespan_context(app):
            self._begun.set_result((app, asyncio.get_running_loop()))
            await self._ending.wait()


def _started(loop: asyncio.AbstractEventLoop, call: Callable[[], Awaitable[R]]) -> Future[R]:
    """Begin a call on another loop."""

    async def called() -> R:
        return await call()

    waiting = called()
    try:
        return asyncio.run_coroutine_threadsafe(waiting, loop)
    except RuntimeError as error:  # the loop has ended
        waiting.close()
        raise asyncio.CancelledError from error


def _raise(error: BaseException) -> None:
    raise error
