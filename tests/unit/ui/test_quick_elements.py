"""What is made quicker says what it said before."""

from __future__ import annotations

import weakref
from functools import partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from nicegui import Client, client, helpers, ui
from nicegui.observables import ObservableList

from modeldesk.ui.quick_elements import quicken
from tests.support.garbage import nobody_collects

if TYPE_CHECKING:
    from collections.abc import Callable

ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "&#96;", "$": "&#36;"}


class Handlers:
    """Methods of every kind."""

    def none(self) -> None:
        """Take nothing."""

    def one(self, event: object) -> None:
        """Take one thing."""

    def optional(self, event: object = None) -> None:
        """Take what may be left out."""

    def keyword(self, *, event: object) -> None:
        """Take one thing by name."""

    def any_number(*arguments: object, **more: object) -> None:
        """Take whatever there is."""

    @classmethod
    def of_class(cls, event: object) -> None:
        """Take one thing."""

    @staticmethod
    def of_none(event: object) -> None:
        """Take one thing."""


HANDLERS = Handlers()


@pytest.mark.parametrize(
    "handler",
    [
        HANDLERS.none,
        HANDLERS.one,
        HANDLERS.optional,
        HANDLERS.keyword,
        HANDLERS.any_number,
        HANDLERS.of_class,
        HANDLERS.of_none,
        lambda: None,
        lambda _event: None,
        partial(HANDLERS.one, 1),
        partial(HANDLERS.one),
        [].append,
    ],
)
def test_who_expects_arguments_still_does(handler: Callable[..., object]) -> None:
    """As the signature says, the first time and the second."""
    quicken()
    wanted = any(
        each.default is Parameter.empty
        and each.kind not in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
        for each in signature(handler).parameters.values()
    )
    assert [helpers.expects_arguments(handler) for _ in range(2)] == [wanted] * 2


def test_a_page_is_escaped_as_before() -> None:
    """Five characters are, and no other one."""
    quicken()
    text = "".join(map(chr, range(300))) + "\N{FIRE}"
    assert text.translate(client.HTML_ESCAPE_TABLE) == "".join(
        ESCAPED.get(each, each) for each in text
    )


def test_the_library_asks_by_way_of_it() -> None:
    """Each element has three collections that tell when they change; otherwise nobody is helped."""
    quicken()
    with mock.patch.object(helpers, "expects_arguments", wraps=helpers.expects_arguments) as asked:
        ObservableList(on_change=HANDLERS.none)
    asked.assert_called_once_with(HANDLERS.none)


def test_no_garbage_is_left_of_elements_that_were_removed() -> None:
    """Neither of their properties, classes and style, nor of what those hold."""
    quicken()
    page = Client(ui.page(""), request=None)
    with page:
        kept = [ui.label("one").classes("md-card").props("dense").style("color: red")]
        gone = [weakref.ref(each) for each in (kept[0].props, kept[0].classes, kept[0].style)]
    with nobody_collects():
        kept[0].delete()
        page.outbox.updates.clear()
        kept.clear()
        assert [each() for each in gone] == [None, None, None]
    page.delete()


def test_handlers_of_an_element_that_one_of_them_removes_are_all_called() -> None:
    """As they are otherwise."""
    quicken()
    page = Client(ui.page(""), request=None)
    called: list[str] = []

    def remove() -> None:
        called.append("first")
        field.delete()

    with page:
        field = ui.input()
        field.on_value_change(remove)
        field.on_value_change(lambda: called.append("second"))
        field.set_value("new")
    page.delete()
    assert called == ["first", "second"]
