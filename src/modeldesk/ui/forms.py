"""Fields, buttons and questions as the pages' forms have them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from modeldesk.errors import ModeldeskError
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.states import trouble

Deed = Callable[[], Awaitable[None]]


def dress(field: ValueElement[Any], label: str, name: str, *, classes: str = "") -> None:
    """Give a field the look and the names that all have."""
    field.props("outlined dense options-dense hide-bottom-space").classes("md-field")
    field.classes(classes)
    field.props["aria-label"] = label
    testable(field, name)


def labelled(label: str, note: str = "") -> ui.element:
    """Add room for a field below its label."""
    with block("md-labelled") as found:
        text("div", label, "md-label")
        inside = block("")
        if note:
            text("div", note, "md-labelled-note")
    del found
    return inside


def button(words: str, act: Callable[[], object], name: str, *, main: bool = False) -> ui.button:
    """Add a button."""
    found = ui.button(words, on_click=act, color=None)
    found.props(f"{'unelevated' if main else 'flat'} no-caps")
    found.classes("md-btn md-btn--main" if main else "md-btn md-btn--quiet")
    testable(found, name)
    return found


def small(words: str, act: Callable[[], object], name: str) -> ui.button:
    """Add a button for a line of text."""
    return button(words, act, name).props("dense").classes("md-btn--small")


class Question:
    """A dialog that asks before something is done that cannot be undone."""

    def __init__(self) -> None:
        self._dialog = ui.dialog()
        with self._dialog, ui.card().classes("md-dialog") as card:
            testable(card, "question")
            self._title = text("h2", "")
            self._words = text("p", "", "md-soft")
            self._trouble = block("")
            with block("md-dialog-foot"):
                button("Cancel", self._dialog.close, "question-no")
                self._yes = button("Yes", self._answer, "question-yes", main=True)
        self._act: Deed | None = None

    def ask(self, title: str, words: str, *, verb: str, act: Deed) -> None:
        """Ask; the act is done when a person says yes, and what it raises is shown."""
        self._title.set_text(title)
        self._words.set_text(words)
        self._yes.set_text(verb)
        self._trouble.clear()
        self._act = act
        self._dialog.open()

    async def _answer(self) -> None:
        if self._act is None:
            return
        self._yes.set_enabled(False)
        try:
            await self._act()
        except ModeldeskError as error:
            self._trouble.clear()
            with self._trouble:
                trouble(error)
            return
        finally:
            self._yes.set_enabled(True)
        self._dialog.close()
