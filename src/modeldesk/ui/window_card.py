"""The card that names the chosen window of a column: its verdict, and the ways to others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import events, ui

from modeldesk.ui.column_data import ColumnData
from modeldesk.ui.log_address import log_address
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.time_ranges import window_words
from modeldesk.ui.verdict_chip import verdict_chip
from modeldesk.ui.wording import plural, utc


class WindowCard:
    """Shows the chosen window; arrow keys lead to the one before and the one after.

    Parameters
    ----------
    step
        Called with -1 or 1 for the window before or after.
    rows
        Called when a person wants to see the window's rows.
    """

    def __init__(
        self, *, step: Callable[[int], Awaitable[None]], rows: Callable[[], Awaitable[None]]
    ) -> None:
        self._step = step
        self._rows = rows

    def build(self, data: ColumnData) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                self._before = self._arrow("chevron_left", "Window before", -1)
                self._title = text("h2", "", "md-num")
                testable(self._title, "window")
                self._after = self._arrow("chevron_right", "Window after", 1)
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    self._log = block("")
                    self._show = ui.button("See rows", on_click=self._rows, color=None)
                    self._show.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
                    testable(self._show, "window-rows")
            self._verdict = block("md-card-body md-window")
            testable(self._verdict, "window-verdict")
            self._verdict.props["aria-live"] = "polite"
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        ui.keyboard(self._press, repeating=False, ignore=ignored)
        self.show(data)

    def show(self, data: ColumnData) -> None:
        """Show another window."""
        chosen = data.chosen
        if chosen is None:
            return
        self._title.props["title"] = f"{utc(chosen.window.start)} to {utc(chosen.window.end)}"
        self._title.set_text(window_words(chosen.window))
        rows = 0 if chosen.profile is None else chosen.profile.rows
        self._note.set_text(plural(rows, "row"))
        self._before.set_enabled(chosen.places[0] > 0)
        self._after.set_enabled(chosen.places[1] < len(data.spans) - 1)
        self._show.set_enabled(rows > 0)
        self._log.clear()
        if rows > 0:
            with self._log:
                link = ui.link("In the log", log_address(data, chosen)).classes("md-small")
                link.props["title"] = "The rows by which the change is seen, in Predictions"
                testable(link, "window-log")
        self._verdict.clear()
        with self._verdict:
            if chosen.compared is None:
                text("p", "No rows in this window.", "md-soft")
                return
            verdict_chip(chosen.compared.verdict.status)
            text("p", chosen.compared.verdict.sentence)
            if chosen.several:
                words = "All rows of the range together, judged without what is usual for a day."
                text("p", words, "md-faint md-small")

    def _arrow(self, icon: str, words: str, step: int) -> ui.button:
        button = ui.button(icon=icon, on_click=lambda: self._step(step), color=None)
        button.props("flat dense").classes("md-btn md-btn--icon")
        button.props["aria-label"] = words
        button.props["title"] = f"{words} ({'left' if step < 0 else 'right'} arrow key)"
        testable(button, f"window{'-before' if step < 0 else '-after'}")
        return button

    async def _press(self, event: events.KeyEventArguments) -> None:
        plain = not (event.modifiers.alt or event.modifiers.ctrl or event.modifiers.meta)
        if event.action.keydown and plain and (event.key.arrow_left or event.key.arrow_right):
            await self._step(-1 if event.key.arrow_left else 1)
