"""Waking the requests that wait for a commit: once for all that it answers.

`asyncio.wrap_future` wakes the event loop for every future, which for a commit of 30 rows is 30
times writing to its pipe. Here those that are done by the time the loop looks are told together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeAlias

from modeldesk.services.batch import PredictionBatch

Source: TypeAlias = "Future[PredictionBatch]"
Waiter: TypeAlias = "asyncio.Future[PredictionBatch]"
Then: TypeAlias = Callable[[Source], None]


class Arrivals:
    """Turns the predictor's futures into those of the event loop that runs."""

    def __init__(self) -> None:
        self._box: _Box | None = None

    def waiter(self, source: Source) -> Waiter:
        """Return a future of the running loop that is done when the other is.

        Who waits for it can stop waiting: the other is not cancelled by that.
        """
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self.call(source, partial(_tell, waiter))
        return waiter

    def call(self, source: Source, then: Then) -> None:
        """Have something called in the running loop when a future is done; it must not fail."""
        loop = asyncio.get_running_loop()
        box = self._box
        if box is None or box.loop is not loop:
            self._box = box = _Box(loop)
        source.add_done_callback(partial(box.put, then))


class _Box:
    """What has arrived for one event loop and was not told yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._arrived: deque[tuple[Then, Source]] = deque()
        self._called = False

    def put(self, then: Then, source: Source) -> None:
        """Note what is done; called in whichever thread did it."""
        self._arrived.append((then, source))
        # The loop takes the call back before it looks: what was put here earlier is seen.
        if not self._called:
            self._called = True
            try:
                self.loop.call_soon_threadsafe(self._look)
            except RuntimeError:
                if not self.loop.is_closed():
                    raise

    def _look(self) -> None:
        self._called = False
        while self._arrived:
            then, source = self._arrived.popleft()
            then(source)


def _tell(waiter: Waiter, source: Source) -> None:
    if waiter.done():
        return  # nobody waits any more
    error = source.exception()
    if error is None:
        waiter.set_result(source.result())
    else:
        waiter.set_exception(error)
