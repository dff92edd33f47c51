"""The way from one page of a list to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import count


class Pager:
    """Says which part of a list is shown, and leads to the others.

    Parameters
    ----------
    size
        Entries of a page.
    turn
        Called with the number of the page that a person wants, from 1 on.
    """

    def __init__(self, size: int, turn: Callable[[int], Awaitable[None]]) -> None:
        self._size = size
        self._turn = turn

    def build(self) -> None:
        """Add it; it stays invisible as long as one page is enough."""
        self._box = block("md-pager", tag="nav")
        self._box.props["aria-label"] = "Pages of the list"
        testable(self._box, "pager")

    def show(self, *, page: int, total: int) -> None:
        """Show where the list is."""
        self._box.clear()
        self._box.set_visibility(total > self._size)
        first = (page - 1) * self._size
        with self._box:
            words = f"{count(min(first + 1, total))}-{count(min(first + self._size, total))}"
            text("span", f"{words} of {count(total)}", "md-faint md-small md-num")
            self._button("chevron_left", "Previous page", page - 1, there=page > 1)
            there = first + self._size < total
            self._button("chevron_right", "Next page", page + 1, there=there)

    def _button(self, icon: str, words: str, page: int, *, there: bool) -> None:
        button = ui.button(icon=icon, on_click=lambda: self._turn(page), color=None)
        button.props("flat dense").classes("md-btn md-btn--icon")
        button.props["aria-label"] = words
        button.set_enabled(there)
        testable(button, words.lower().replace(" ", "-"))


def last_page(total: int, size: int) -> int:
    """Return the number of the last page, from 1 on.

    >>> last_page(0, 25), last_page(25, 25), last_page(26, 25)
    (1, 1, 2)
    """
    return max(1, -(-total // size))
