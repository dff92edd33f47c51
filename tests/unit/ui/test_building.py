"""A page that is still being built when its reader goes is not built to its end."""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from typing import TYPE_CHECKING

import pytest
from nicegui import Client, ui
from starlette.requests import Request

from modeldesk.errors import NotFound
from modeldesk.ui import background
from modeldesk.ui.background import awaited
from modeldesk.ui.parting import build
from tests.support.garbage import nobody_collects
from tests.support.patience import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


SCOPE = {"type": "http", "path": "/", "query_string": b"", "headers": [], "server": ("test", 80)}


class Screen:
    """A page that reads something first."""

    __module__ = "modeldesk.ui.screen"

    def __init__(self, read: Callable[[], str]) -> None:
        self.steps: list[str] = []
        self.read = read
        self.card = Card(self.choose)

    def choose(self) -> None:
        """Take a choice."""

    async def build(self) -> None:
        """Read, then go on."""
        self.steps.append(await awaited(self.read))
        await ui.context.client.connected()
        self.steps.append("connected")


class Card:
    """A part that calls the page."""

    __module__ = "modeldesk.ui.card"

    def __init__(self, choose: Callable[[], None]) -> None:
        self.choose = choose


@pytest.fixture
def client() -> Iterator[Client]:
    """Offer a page that no browser has connected to."""
    made = Client(ui.page(""), request=Request(SCOPE))
    yield made
    if not made.is_deleted:
        made.delete()


@pytest.mark.parametrize("answered", [False, True])
async def test_a_build_ends_with_its_client(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    answered: bool,
) -> None:
    """Whether it waits for what it reads or for a browser; nothing is left, nor told."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 10.0 if answered else 0.01)
    begun, answer = threading.Event(), threading.Event()

    def read() -> str:
        begun.set()
        answer.wait(10)
        return "figures"

    async def building(page: Screen) -> None:
        with client:
            await build(page)

    page = Screen(read)
    left: list[weakref.ref[object]] = [weakref.ref(page), weakref.ref(page.card)]
    steps = page.steps
    with nobody_collects():
        task = asyncio.create_task(building(page))
        if answered:
            answer.set()
            await asyncio.to_thread(until, lambda: steps == ["figures"])
        else:
            await asyncio.to_thread(until, lambda: begun.is_set() and len(client.elements) > 1)
        with caplog.at_level(logging.WARNING):
            client.delete()
            await asyncio.wait({task}, timeout=5)
            assert task.cancelled()
            answer.set()
            client.delete_handlers.clear()  # the framework keeps no client that was deleted
            del page, task
            await asyncio.to_thread(until, lambda: [each() for each in left] == [None, None])
    assert steps == (["figures"] if answered else [])
    assert caplog.records == []


async def test_what_is_refused_late_is_told_as_what_is_refused_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The skeleton that stood there meanwhile goes."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0.01)
    answer = threading.Event()

    def read() -> str:
        answer.wait(10)
        message = "There is no such model."
        raise NotFound(message)

    async def ask() -> None:
        with client:
            await awaited(read)

    before = len(client.elements)
    asking = asyncio.create_task(ask())
    await asyncio.to_thread(until, lambda: len(client.elements) > before)
    client._connected.set()  # noqa: SLF001 - what a browser's socket does
    answer.set()
    with pytest.raises(NotFound):
        await asking
    assert len(client.elements) == before
