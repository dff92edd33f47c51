"""Fields that fold on a phone behind one button, which says how many of them are set."""

from __future__ import annotations

from nicegui import ui

from modeldesk.ui.markup import block, testable, text


class Fold:
    """A room for fields: always open where there is room, on a phone when a person opens it.

    Parameters
    ----------
    words
        What the button says.
    name
        By which tests find the button.
    """

    def __init__(self, words: str, name: str) -> None:
        self._words = words
        self._name = name
        self._open = False

    def build(self, classes: str) -> ui.element:
        """Add the button and the room; returns the room."""
        button = block("md-fold-button", tag="button").on("click", self._turn)
        button.props["type"] = "button"
        testable(button, self._name)
        with button:
            ui.icon("tune")
            text("span", self._words)
            self._many = text("span", "", "md-fold-many")
            self._arrow = ui.icon("expand_more")
        self._button = button
        self._room = block(f"md-fold {classes}")
        button.props["aria-controls"] = self._room.html_id
        self._show()
        return self._room

    def tell(self, many: int) -> None:
        """Say how many of the fields are set."""
        self._many.set_text(f"{many} set" if many else "")

    def _turn(self) -> None:
        self._open = not self._open
        self._show()

    def _show(self) -> None:
        self._button.props["aria-expanded"] = "true" if self._open else "false"
        self._arrow.set_name("expand_less" if self._open else "expand_more")
        if self._open:
            self._room.classes(add="md-fold--open")
        else:
            self._room.classes(remove="md-fold--open")
