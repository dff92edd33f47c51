"""Figures that follow what happens while a page is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError

LOOK_SECONDS = 5.0
"""How often a page looks whether there is anything new."""


def follow(look: Callable[[], Awaitable[None]], *, seconds: float = LOOK_SECONDS) -> None:
    """Look again and again as long as the page is open.

    Parameters
    ----------
    look
        Reads what may have changed, and shows what has: in place, so that nothing flickers or
        moves away under somebody's hand. It is never called while it runs. Where it fails,
        what is shown stays, and the next look follows.
    seconds
        How long to wait after each look.
    """

    async def again() -> None:
        try:
            await look()
        except ModeldeskError:
            return

    ui.timer(seconds, again, immediate=False)
