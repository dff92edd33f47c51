"""A drawer at the right edge; the page stays usable beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.moments import sentence
from modeldesk.ui.states import bone, trouble

_WAITING = 240
_STEPS = {"j": 1, "k": -1}


class Drawer:
    """The drawer's place, its head, and the way out.

    Parameters
    ----------
    name
        Begins the names by which tests find its parts.
    label
        What a screen reader calls it.
    close
        Called when a person closes it.
    step
        Called with 1 or -1 when a person wants to see what comes after or before what is shown;
        ``None``: nothing does.
    """

    def __init__(
        self,
        name: str,
        label: str,
        *,
        close: Callable[[], Awaitable[None]],
        step: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self._name = name
        self._label = label
        self._close = close
        self._step = step

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._box = block("md-drawer md-drawer--wide", tag="aside")
        self._box.set_visibility(False)
        self._box.props["aria-label"] = self._label
        testable(self._box, self._name)
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=ignored)

    async def _press(self, event: events.KeyEventArguments) -> None:
        if not event.action.keydown:
            return
        steps = _STEPS.get(str(event.key.name))
        if event.key.escape:
            await self._close()
        elif steps is not None and self._step is not None and not event.modifiers.ctrl:
            await self._step(steps)

    def show(self, *, shown: bool) -> None:
        """Open the drawer, or close and empty it."""
        self._box.set_visibility(shown)
        self._keys.active = shown
        if not shown:
            self._box.clear()

    @contextmanager
    def filled(
        self,
        title: str,
        words: Sequence[str | datetime] = (),
        *,
        condition: str = "",
        back: Callable[[], Awaitable[None]] | None = None,
    ) -> Iterator[None]:
        """Show what the ``with`` block adds, below a title.

        Parameters
        ----------
        title, words
            What is shown, and a line about it, with moments in it.
        condition
            Of which rows, in the language of slices.
        back
            Called when a person wants back what was shown before.
        """
        self._box.clear()
        with self._box:
            self._head(title, words, condition, back)
            with scrollable("md-drawer-body"):
                yield

    def wait(self, title: str) -> None:
        """Show that something is on its way."""
        self._box.clear()
        with self._box:
            self._head(title, (), "", None)
            with block("md-drawer-body") as body:
                body.props["aria-busy"] = "true"
                bone(height=_WAITING)

    def fail(self, title: str, error: ModeldeskError) -> None:
        """Show why there is nothing."""
        with self.filled(title):
            trouble(error)

    def _head(
        self,
        title: str,
        words: Sequence[str | datetime],
        condition: str,
        back: Callable[[], Awaitable[None]] | None,
    ) -> None:
        with block("md-drawer-head"):
            if back is not None:
                self._icon("arrow_back", "All rows", back, "back")
            with block(""):
                testable(text("h2", title), f"{self._name}-title")
                if condition:
                    testable(text("code", condition, "md-condition"), f"{self._name}-condition")
                if words:
                    testable(sentence(words, "md-faint md-small"), f"{self._name}-note")
            ui.space()
            if self._step is not None:
                step = self._step
                self._icon("keyboard_arrow_up", "The row above (k)", lambda: step(-1), "above")
                self._icon("keyboard_arrow_down", "The row below (j)", lambda: step(1), "below")
            self._icon("close", "Close", self._close, "close")

    def _icon(self, icon: str, label: str, act: Callable[[], Awaitable[None]], name: str) -> None:
        button = ui.button(icon=icon, on_click=act, color=None)
        button.props("flat dense").classes("md-btn md-btn--icon")
        button.props["aria-label"] = button.props["title"] = label
        testable(button, f"{self._name}-{name}")
