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
from threading import get_ident
from typing import TypeAlias

from modeldesk.services.batch import PredictionBatch

Source: TypeAlias = "Future[PredictionBatch]"
Waiter: TypeAlias = "asyncio.Future[PredictionBatch]"
Then: TypeAlias = "Callable[[Answer], None]"


class Arrivals:
    """Turns what the predictor tells into calls in the event loop that runs."""

    def __init__(self) -> None:
        self._box: _Box | None = None

    def waiter(self, source: Source) -> Waiter:
        """Return a future of the running loop that is done when the other is.

        Who waits for it can stop waiting: the other is not cancelled by that.
        """
        box = self._here()
        waiter: Waiter = box.loop.create_future()
        source.add_done_callback(lambda done: box.put(partial(_tell, waiter, done)))
        return waiter

    def answer(self, then: Then) -> Answer:
        """Return what a request's rows are told to, and have something called with it then.

        It is called in the running loop, at once where the loop's own thread tells; it must not
        fail.
        """
        return Answer(self._here(), then)

    def _here(self) -> _Box:
        """Return the box of the loop that runs."""
        loop = asyncio.get_running_loop()
        box = self._box
        if box is None or box.loop is not loop:
            self._box = box = _Box(loop)
        return box


class Answer:
    """What became of one request's rows; a `Done` for the predictor."""

    __slots__ = ("_batch", "_box", "_error", "_then")

    def __init__(self, box: _Box, then: Then) -> None:
        self._box = box
        self._then = then
        self._batch: PredictionBatch | None = None
        self._error: BaseException | None = None

    def done(self) -> bool:
        """Whether it was told."""
        return self._batch is not None or self._error is not None

    def set_result(self, batch: PredictionBatch, /) -> None:
        """Take the rows with their predictions."""
        self._batch = batch
        self._box.tell(self._then, self)

    def set_exception(self, error: BaseException, /) -> None:
        """Take why there are none."""
        self._error = error
        self._box.tell(self._then, self)

    def result(self) -> PredictionBatch:
        """Return the rows, or raise why there are none."""
        if self._batch is None:
            assert self._error is not None  # noqa: S101 - it was told
            raise self._error
        return self._batch


class _Box:
    """What has arrived for one event loop and was not told yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._thread = get_ident()
        self._arrived: deque[Callable[[], None]] = deque()
        self._called = False

    def tell(self, then: Then, answer: Answer) -> None:
        """Call something in the loop's thread."""
        if get_ident() == self._thread:
            then(answer)
        else:
            self.put(partial(then, answer))

    def put(self, call: Callable[[], None]) -> None:
        """Note what is to be called in the loop; called in whichever thread did it."""
        self._arrived.append(call)
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
            self._arrived.popleft()()


def _tell(waiter: Waiter, source: Source) -> None:
    if waiter.done():
        return  # nobody waits any more
    error = source.exception()
    if error is None:
        waiter.set_result(source.result())
    else:
        waiter.set_exception(error)
