"""Requests that wait for a commit are told together, in their own event loop."""

import asyncio
import threading
from concurrent.futures import Future
from types import SimpleNamespace
from typing import cast

import pytest

from modeldesk.api.arrivals import Answer, Arrivals
from modeldesk.errors import Overloaded
from modeldesk.services.batch import PredictionBatch


def batch(number: int) -> PredictionBatch:
    """Return something to tell apart."""
    return cast("PredictionBatch", SimpleNamespace(number=number))


async def test_what_another_thread_does_arrives() -> None:
    """Each waiter gets the result of its own future, also of those that were done before."""
    arrivals = Arrivals()
    sources: list[Future[PredictionBatch]] = [Future() for _ in range(100)]
    results = [batch(number) for number in range(100)]
    sources[0].set_result(results[0])
    waiters = [arrivals.waiter(source) for source in sources]

    def work() -> None:
        for source, result in zip(sources[1:], results[1:], strict=True):
            source.set_result(result)

    threading.Thread(target=work).start()
    assert await asyncio.gather(*waiters) == results


async def test_the_loop_is_woken_once_for_what_is_done_together() -> None:
    """A hundred futures that are done while the loop is busy call it back once."""
    loop = asyncio.get_running_loop()
    arrivals = Arrivals()
    sources: list[Future[PredictionBatch]] = [Future() for _ in range(100)]
    waiters = [arrivals.waiter(source) for source in sources]
    before = len(loop._ready)  # type: ignore[attr-defined]  # noqa: SLF001 - what is called back
    for number, source in enumerate(sources):
        source.set_result(batch(number))
    assert len(loop._ready) - before == 1  # type: ignore[attr-defined]  # noqa: SLF001
    await asyncio.gather(*waiters)


async def test_failures_arrive() -> None:
    """What failed is raised where it is awaited."""
    source: Future[PredictionBatch] = Future()
    waiter = Arrivals().waiter(source)
    source.set_exception(Overloaded("Too much waits."))
    with pytest.raises(Overloaded, match="Too much waits"):
        await waiter


async def test_who_stops_waiting_takes_nothing_back() -> None:
    """A request that is given up leaves the future of its rows as it is."""
    arrivals = Arrivals()
    given_up: Future[PredictionBatch] = Future()
    other: Future[PredictionBatch] = Future()
    waiter, waiting = arrivals.waiter(given_up), arrivals.waiter(other)
    waiter.cancel()
    given_up.set_result(batch(1))
    result = batch(2)
    other.set_result(result)
    assert await waiting is result
    assert not given_up.cancelled()


async def test_the_loop_tells_itself_at_once() -> None:
    """What becomes of rows in the loop's own thread needs no other turn."""
    told: list[PredictionBatch] = []
    done = Arrivals().answer(lambda answer: told.append(answer.result()))
    assert not done.done()
    result = batch(1)
    done.set_result(result)
    assert done.done()
    assert told == [result]


async def test_another_thread_tells_the_loop() -> None:
    """It is called in the loop, with the failure where there is one."""
    told: asyncio.Future[tuple[threading.Thread, Answer]] = (
        asyncio.get_running_loop().create_future()
    )
    done = Arrivals().answer(lambda answer: told.set_result((threading.current_thread(), answer)))
    threading.Thread(target=done.set_exception, args=(Overloaded("Too much waits."),)).start()
    thread, answer = await told
    assert thread is threading.current_thread()
    with pytest.raises(Overloaded, match="Too much waits"):
        answer.result()


def test_each_event_loop_is_told_its_own() -> None:
    """After a loop has ended, requests of the next one are answered there."""
    arrivals = Arrivals()
    left: Future[PredictionBatch] = Future()

    async def leave() -> None:
        arrivals.waiter(left)

    async def wait() -> PredictionBatch:
        source: Future[PredictionBatch] = Future()
        waiter = arrivals.waiter(source)
        threading.Thread(target=source.set_result, args=(result,)).start()
        return await waiter

    result = batch(1)
    asyncio.run(leave())
    left.set_result(batch(0))
    assert asyncio.run(wait()) is result
