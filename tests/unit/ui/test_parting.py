"""A page that has gone is freed at once, and what still runs for it comes to its end."""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest

import modeldesk.ui
from modeldesk.ui.parting import is_part, part
from tests.support.garbage import nobody_collects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Service:
    """What all pages use."""

    def read(self) -> str:
        """Answer."""
        return "figures"


SERVICE = Service()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A constant of all pages."""

    words: Callable[[], str]


Shared.__module__ = "modeldesk.ui.shared"
SHARED = Shared(words=partial(SERVICE.read))


class Card:
    """A part of a page."""

    __module__ = "modeldesk.ui.card"

    def __init__(self, choose: Callable[..., Any]) -> None:
        self.choose = choose
        self.read = SERVICE.read
        self.words: Callable[[], str] = lambda: "words"
        self.shared = SHARED
        self.titled = partial(str.format, "{}", SHARED)
        self.figures = ["figures"]


def ours(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as if it stood in a module of the pages'."""
    function.__module__ = "modeldesk.ui.screen"
    return function


class Screen:
    """A page with parts of every kind that call it."""

    __module__ = "modeldesk.ui.screen"

    def __init__(self) -> None:
        self.chosen: list[str] = []
        self.cards = {
            "method": Card(self.choose),
            "partial": Card(partial(self.choose, "partial")),
            "keyword": Card(partial(dict, then=self.choose)),
            "lambda": Card(ours(lambda: self.choose("lambda"))),
            "nested": Card(partial(ours(lambda: self.choose("nested")))),
        }
        self.more = [(Card(self.choose),)]
        self.keys = {"c": self.choose, "w": SERVICE.read}

    def choose(self, name: str) -> None:
        """Take a choice."""
        self.chosen.append(name)

    async def save(self, answered: asyncio.Event) -> None:
        """Wait for a service, then tell the card."""
        await answered.wait()
        self.chosen.append("saved")
        self.cards["method"].choose("told")
        self.chosen.append("never")


@nobody_collects()
def test_a_page_that_has_gone_is_freed_at_once() -> None:
    """With each of its parts, however those call it; not parted, it stays."""
    left: list[weakref.ref[object]] = []
    for gone in (False, True):
        page = Screen()
        left = [weakref.ref(each) for each in (page, *page.cards.values(), page.more[0][0])]
        if gone:
            part(page)
        del page
        assert [each() is None for each in left] == [gone] * 7


def test_what_a_page_does_not_own_is_as_it_was() -> None:
    """Its figures, services, functions that call none of its parts, and what pages share."""
    page, words = Screen(), SHARED.words
    card = page.cards["method"]
    part(page)
    assert (card.read(), card.words(), card.figures) == ("figures", "words", ["figures"])
    assert card.titled() == str(SHARED)
    assert card.shared is SHARED
    assert SHARED.words is words
    assert page.keys["w"] == SERVICE.read
    page.choose("itself")
    assert page.chosen == ["itself"]


def test_what_others_write_is_not_looked_into() -> None:
    """What draws a chart of somebody's own may enclose all its rows."""
    looked: list[int] = []

    class Rows(list[int]):
        def __iter__(self) -> Iterator[int]:
            looked.append(1)
            return super().__iter__()

    rows = Rows([1, 2, 3])
    card = Card(lambda: rows)
    part(card)
    assert looked == []
    card.choose = ours(lambda: rows)
    part(card)
    assert looked


async def test_what_still_runs_ends_where_it_would_call_another_part() -> None:
    """As if it had been cancelled, so that nobody is told of an error."""
    page, answered = Screen(), asyncio.Event()
    saving = asyncio.create_task(page.save(answered))
    await asyncio.sleep(0)
    part(page)
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert saving.cancelled()
    assert page.chosen == ["saved"]


def test_what_a_page_is_not_may_be_parted_as_well() -> None:
    """Twice, too; nothing happens."""
    for _ in range(2):
        part(SERVICE)
        part(None)
    assert SERVICE.read() == "figures"


def test_no_module_of_pages_holds_what_would_be_taken_for_a_part() -> None:
    """Or one page that goes would cut what the others use."""
    modules = [
        import_module(found.name) for found in iter_modules(modeldesk.ui.__path__, "modeldesk.ui.")
    ]
    assert len(modules) > 100
    constants = [
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if not isinstance(value, type) and is_part(value)
    ]
    assert constants == []
