"""An application on an event loop of its own."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from starlette.responses import StreamingResponse
from starlette.types import Message

from modeldesk.api.own_loop import OwnLoop

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")
PATIENCE = 30.0


class Pages:
    """An application whose routes tell where they run."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.waiting = threading.Event()
        self.left = threading.Event()
        self.app = FastAPI(lifespan=self.lifespan)
        self.app.get("/thread")(self.thread)
        self.app.get("/who")(self.who)
        self.app.get("/busy")(self.busy)
        self.app.get("/broken")(self.broken)
        self.app.get("/exit")(self.exit)
        self.app.get("/endless")(self.endless)
        self.app.post("/parts")(self.parts)
        self.app.websocket("/talk")(self.talk)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Leave something running."""
        running = asyncio.create_task(self.forever(self.left))
        yield
        assert not running.done()

    async def forever(self, ended: threading.Event) -> None:
        """Wait until it is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def thread(self) -> str:
        """Tell the thread's name."""
        return threading.current_thread().name

    async def who(self) -> str:
        """Tell in whose name it runs."""
        return WHO.get()

    async def busy(self) -> str:
        """Hold up the loop."""
        await asyncio.to_thread(self.waiting.set)
        time.sleep(0.5)  # noqa: ASYNC251 - what is to harm nobody else
        return "done"

    async def broken(self) -> str:
        """Fail."""
        message = "no page"
        raise LookupError(message)

    async def exit(self) -> str:
        """Do what ends a program."""
        sys.exit("enough")

    async def endless(self) -> str:
        """Never answer."""
        self.waiting.set()
        await self.forever(self.cancelled)
        return "never"

    async def parts(self, request: Request) -> StreamingResponse:
        """Answer each part of the body."""
        asked = [part async for part in request.stream()]

        async def answer() -> AsyncIterator[bytes]:
            for part in asked:
                await asyncio.sleep(0)
                yield part.upper()

        return StreamingResponse(answer())

    async def talk(self, socket: WebSocket) -> None:
        """Answer each message of a socket until it ends."""
        await socket.accept()
        async for each in socket.iter_text():
            await socket.send_text(f"{each} in {threading.current_thread().name}")
        self.cancelled.set()


@asynccontextmanager
async def served(pages: Pages) -> AsyncIterator[httpx.AsyncClient]:
    """Run the pages on a loop of their own, and yield a client on this one."""
    loop = OwnLoop(lambda: pages.app, name="pages")
    await loop.begin()
    transport = httpx.ASGITransport(app=loop)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as asking:
            yield asking
    finally:
        await loop.end()


async def test_it_answers_in_its_thread_in_the_name_of_who_asks() -> None:
    """What was set where the request came from is known where it is answered."""
    WHO.set("somebody")
    async with served(Pages()) as asking:
        assert (await asking.get("/thread")).json() == "pages"
        assert (await asking.get("/who")).json() == "somebody"
    assert not [each for each in threading.enumerate() if each.name == "pages"]


async def test_what_holds_up_its_loop_holds_up_nobody_here() -> None:
    """The loop here goes on in steps of some hundredths of a second."""
    pages = Pages()
    async with served(pages) as asking:
        busy = asyncio.create_task(asking.get("/busy"))
        await asyncio.to_thread(pages.waiting.wait, PATIENCE)
        steps = 0
        while not busy.done():
            await asyncio.sleep(0.01)
            steps += 1
    assert busy.result().json() == "done"
    assert steps > 5


async def test_bodies_come_and_go_part_by_part() -> None:
    """In their order, and nothing of them is lost."""

    async def body() -> AsyncIterator[bytes]:
        for number in range(20):
            yield b"part %d " % number

    async with served(Pages()) as asking:
        found = await asking.post("/parts", content=body())
    assert found.text == "".join(f"PART {number} " for number in range(20))


async def test_a_failure_is_told_here() -> None:
    """As if it had happened on this loop."""
    async with served(Pages()) as asking:
        with pytest.raises(LookupError, match="no page"):
            await asking.get("/broken")
        assert (await asking.get("/thread")).json() == "pages"


async def test_who_is_cancelled_here_is_there() -> None:
    """Nothing goes on for nobody."""
    pages = Pages()
    async with served(pages) as asking:
        endless = asyncio.create_task(asking.get("/endless"))
        assert await asyncio.to_thread(pages.waiting.wait, PATIENCE)
        endless.cancel()
        assert await asyncio.to_thread(pages.cancelled.wait, PATIENCE)
        with pytest.raises(asyncio.CancelledError):
            await endless


async def test_a_socket_talks_across() -> None:
    """Until the other side has gone."""
    pages, answers = Pages(), []
    asked: asyncio.Queue[Message] = asyncio.Queue()
    for message in (
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "one"},
        {"type": "websocket.receive", "text": "two"},
        {"type": "websocket.disconnect", "code": 1001},
    ):
        asked.put_nowait(message)

    async def sent(message: Message) -> None:
        answers.append(message.get("text", message["type"]))

    loop = OwnLoop(lambda: pages.app, name="pages")
    await loop.begin()
    scope = {"type": "websocket", "path": "/talk", "headers": [], "query_string": b""}
    await loop(scope, asked.get, sent)
    await loop.end()
    assert answers == ["websocket.accept", "one in pages", "two in pages"]
    assert pages.cancelled.is_set()


async def test_what_still_runs_ends_with_it() -> None:
    """Nothing is left of it, neither tasks nor the thread."""
    pages = Pages()
    async with served(pages):
        assert not pages.left.is_set()
    assert pages.left.is_set()
    assert not [each for each in threading.enumerate() if each.name == "pages"]


async def test_what_keeps_it_from_being_made_is_told() -> None:
    """Whoever begins it gets the reason, and no thread is left."""

    def make() -> FastAPI:
        message = "no room"
        raise OSError(message)

    with pytest.raises(OSError, match="no room"):
        await OwnLoop(make, name="without room").begin()
    for each in threading.enumerate():
        if each.name == "without room":
            each.join(PATIENCE)
            assert not each.is_alive()


async def test_whoever_asks_when_it_ends_is_told_so() -> None:
    """Those under way as well as those who come later; nobody waits for ever."""
    pages = Pages()
    loop = OwnLoop(lambda: pages.app, name="pages")
    await loop.begin()
    transport = httpx.ASGITransport(app=loop)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as asking:
        endless = asyncio.create_task(asking.get("/endless"))
        assert await asyncio.to_thread(pages.waiting.wait, PATIENCE)
        ending = asyncio.create_task(loop.end())
        late = [asyncio.create_task(asking.get("/thread")) for _ in range(20)]
        await ending
        late += [asyncio.create_task(asking.get("/thread")) for _ in range(20)]
        done, waiting = await asyncio.wait([endless, *late], timeout=PATIENCE)
    assert not waiting
    assert endless.cancelled()
    assert all(each.cancelled() or each.result().json() == "pages" for each in done)
    assert all(each.cancelled() for each in late[20:])


def test_a_page_that_ends_the_program_ends_it() -> None:
    """As on the loop that it was begun from: no server goes on without its pages."""

    async def ask() -> None:
        pages = Pages()
        loop = OwnLoop(lambda: pages.app, name="pages")
        await loop.begin()
        transport = httpx.ASGITransport(app=loop)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as asking:
            with suppress(asyncio.CancelledError):
                await asking.get("/exit")
            await asyncio.sleep(PATIENCE)

    with pytest.raises(SystemExit, match="enough"):
        asyncio.run(ask())
