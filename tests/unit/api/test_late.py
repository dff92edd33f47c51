"""An application that is made on the first request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import httpx
import pytest
from fastapi import FastAPI

from modeldesk.api.late import mount_late

REQUEST: ContextVar[str] = ContextVar("REQUEST", default="nobody")


class Maker:
    """Makes the application, and notes what happens."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.failures: list[Exception] = []
        self.refusal: Exception | None = None

    def __call__(self) -> FastAPI:
        """Make the application, or fail as long as it is wanted."""
        self.noted.append("made")
        if self.failures:
            raise self.failures.pop()

        app = FastAPI(lifespan=self.lifespan)

        @app.get("/page")
        async def page() -> str:
            return "a page"

        return app

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Note begin and end, and in which context; or refuse to begin."""
        if self.refusal is not None:
            raise self.refusal
        self.noted.append(f"begun by {REQUEST.get()}")
        yield
        self.noted.append("ended")


def application(make: Maker) -> FastAPI:
    """Return an application with a route of its own."""
    app = FastAPI()

    @app.get("/own")
    async def own() -> str:
        return "own"

    mount_late(app, make, name="late")
    return app


@asynccontextmanager
async def served(make: Maker) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application, and yield a client that speaks to it directly."""
    app = application(make)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://here") as asking,
    ):
        yield asking


async def test_it_is_made_on_the_first_request_for_it_and_ended_with_the_server() -> None:
    """The application's own routes need nothing of it."""
    make = Maker()
    async with served(make) as asking:
        assert (await asking.get("/own")).json() == "own"
        assert make.noted == []
        assert (await asking.get("/page")).json() == "a page"
        assert (await asking.get("/nothing")).status_code == 404
        assert make.noted == ["made", "begun by nobody"]
    assert make.noted == ["made", "begun by nobody", "ended"]


async def test_whoever_comes_together_waits_for_one() -> None:
    """It is made once, and knows nothing of who asked first."""
    make = Maker()
    REQUEST.set("somebody")
    async with served(make) as asking:
        answers = await asyncio.gather(*(asking.get("/page") for _ in range(5)))
    assert [each.json() for each in answers] == ["a page"] * 5
    assert make.noted == ["made", "begun by nobody", "ended"]


async def test_whoever_leaves_before_it_is_made_does_not_keep_it_from_being_made() -> None:
    """Those who stay get their answer."""
    make = Maker()
    async with served(make) as asking:
        first = asyncio.create_task(asking.get("/page"))
        await asyncio.sleep(0)
        second = asyncio.create_task(asking.get("/page"))
        first.cancel()
        assert (await second).json() == "a page"
    assert make.noted.count("made") == 1


async def test_after_a_failure_the_next_one_tries_again() -> None:
    """The first is told what was wrong."""
    make = Maker()
    make.failures.append(RuntimeError("no room"))
    async with served(make) as asking:
        with pytest.raises(RuntimeError, match="no room"):
            await asking.get("/page")
        assert (await asking.get("/page")).json() == "a page"
    assert make.noted == ["made", "made", "begun by nobody", "ended"]


async def test_what_keeps_it_from_starting_is_told() -> None:
    """As if it could not be made."""
    make = Maker()
    make.refusal = TimeoutError(28)
    async with served(make) as asking:
        for _ in range(2):
            with pytest.raises(TimeoutError, match="28"):
                await asking.get("/page")
    assert make.noted == ["made", "made"]


async def test_a_server_that_ends_while_it_is_made_waits_for_it() -> None:
    """So that what was begun is ended."""
    make = Maker()
    async with served(make) as asking:
        request = asyncio.create_task(asking.get("/page"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert make.noted == ["made", "begun by nobody", "ended"]
    # A server waits for its requests first; who asks nevertheless is not left waiting.
    await asyncio.wait([request], timeout=30)
    assert request.cancelled()


@pytest.mark.parametrize(
    ("path", "root", "answer"),
    [
        ("/own", "", "own"),
        ("/page", "", "a page"),
        ("/under/own", "/under", "own"),
        ("/under/page", "/under", "a page"),
        ("/ownership", "/own", None),
        ("//own", "", None),
    ],
)
async def test_a_proxy_may_serve_both_below_a_path(
    path: str, root: str, answer: str | None
) -> None:
    """The part of the path that is the proxy's is told apart at its end, not in a word."""
    app = application(Maker())
    transport = httpx.ASGITransport(app=app, root_path=root)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://here") as asking,
    ):
        found = await asking.get(path)
    assert (found.json() if found.status_code == 200 else None) == answer
