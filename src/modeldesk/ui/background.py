"""Calls that may wait for a disk or a database, kept off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from nicegui import run, ui

from modeldesk.errors import ModeldeskError, NotFound
from modeldesk.ui.states import bones, lost, trouble

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE_SECONDS = 0.6
"""How long the first answer waits for data before it shows a skeleton instead."""


async def aside(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a blocking call in a thread and return its answer.

    Every call of a page that reaches the store goes through here: what runs on the event loop
    stalls all pages. The thread acts in the name of who uses the page. The
    call must not answer ``None``, which is how the page framework says that the program is
    stopping.
    """
    context = copy_context()
    answer = await run.io_bound(lambda: context.run(call, *args, **kwargs))
    if answer is None:
        raise asyncio.CancelledError
    return answer


async def awaited(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a page's first call; what takes longer arrives after a skeleton has been shown.

    It ends with the page: then nobody asks what became of the call.
    """
    task = asyncio.ensure_future(aside(call, *args, **kwargs))
    try:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not done:
            waiting = bones()
            await ui.context.client.connected()
            await asyncio.wait({task})
            waiting.delete()
        return task.result()
    finally:
        task.cancel()


async def breath() -> None:
    """Let other pages have their turn; a page stands between its cards.

    What runs on the pages' event loop holds up all others: no step of a page takes more than some
    hundredths of a second. A page that is seen already is finished in one step, as
    nobody shall click into half of it.
    """
    if not ui.context.client.has_socket_connection:
        await asyncio.sleep(0)


async def first(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R | None:
    """Do what `awaited` does for a page about one thing; ``None`` where the page says why not."""
    try:
        return await awaited(call, *args, **kwargs)
    except NotFound as error:
        lost(error.message, error.hint)
    except ModeldeskError as error:
        trouble(error, retry=ui.navigate.reload)
    return None
