"""Running asynchronous functions from threads that have no event loop, or one that is busy."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Awaiting:
    """An event loop in a thread of its own, for as long as somebody holds this object.

    One loop for the whole life of a model: what a function keeps between calls, such as the
    connections of an HTTP client, belongs to the loop in which it was made.

    Examples
    --------
    >>> Awaiting().run(asyncio.sleep(0, result="done"))
    'done'
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(
            target=_run, args=(self._loop,), name="modeldesk-awaiting", daemon=True
        )
        thread.start()
        # It holds the loop and not this object, which it would keep alive.
        weakref.finalize(self, _stop, self._loop, thread)

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Wait for a coroutine's result; what it raises is raised here."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    if thread is not threading.current_thread():
        thread.join(timeout=5)
