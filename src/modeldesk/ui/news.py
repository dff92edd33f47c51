"""The button that says that there is something new, and shows it when a person wants it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.ui.markup import block, testable, text


class News:
    """Hidden as long as there is nothing new: what somebody reads must not move away.

    Parameters
    ----------
    icon
        What the button begins with.
    show
        Called when somebody wants to see it.
    """

    def __init__(self, icon: str, show: Callable[[], Awaitable[None]]) -> None:
        self._icon = icon
        self._show = show

    def build(self) -> None:
        """Add the button, hidden."""
        self._button = block("md-news", tag="button")
        self._button.props["type"] = "button"
        self._button.on("click", self._show)
        testable(self._button, "news")
        with self._button:
            ui.icon(self._icon)
            self._words = text("span", "")
            self._words.props["aria-live"] = "polite"
        self.forget()

    def tell(self, words: str) -> None:
        """Say what is new."""
        self._words.set_text(f"{words} - show")
        self._button.set_visibility(True)

    def forget(self) -> None:
        """Hide it: what is new is shown."""
        self._button.set_visibility(False)
