"""Every page and drawer of the app, and a visit to one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from playwright.sync_api import expect

from modeldesk.ui.admin_state import AdminTab
from modeldesk.ui.places import (
    ADMIN_PATH,
    COMPARE,
    DESK_PLACES,
    FEEDBACK,
    MONITOR,
    PERFORMANCE,
    PREDICTIONS,
    PROFILES,
    TABS,
    VERSIONS,
    column_path,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, WebSocket

SETTLED_MS = 600
"""Pictures and drawers glide into their place for so long."""

_INLINE = ("data:", "blob:")


def pages(model: str) -> list[str]:
    """Return the addresses of the pages about all models, and of each tab of one."""
    return [*DESK_PLACES, *(tab.path(model) for group in TABS for tab in group)]


def drawers(model: str, *, column: str, row: str = "") -> list[str]:
    """Return the addresses at which more of a page is open: drawers, panels and other tabs.

    Parameters
    ----------
    model
        Whose pages.
    column
        One of its columns.
    row
        One of its predictions; empty: the drawers of a single row are left out.
    """
    of_row = {"row": row} if row else None
    asked: list[tuple[str, dict[str, str] | None]] = [
        (column_path(model, column), {}),
        (column_path(model, column), {"rows": "1", "range": "all"}),
        (MONITOR.path(model), {"column": column, "range": "all"}),
        (PROFILES.path(model), {"q": column}),
        (PERFORMANCE.path(model), {"condition": "prediction is not null"}),
        (COMPARE.path(model), {"sort": "groups"}),
        (COMPARE.path(model), {"sort": "ranges"}),
        (VERSIONS.path(model), {"version": "1"}),
        (PREDICTIONS.path(model), of_row),
        (FEEDBACK.path(model), of_row),
        ("/alerts", {"status": "any"}),
        ("/", {"view": "cards"}),
        *((ADMIN_PATH, {"tab": tab.value}) for tab in AdminTab),
    ]
    return [
        path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        for path, query in asked
        if query is not None
    ]


@dataclass(kw_only=True)
class Traffic:
    """What a page asks for and is sent, from when it is watched on."""

    origin: str
    """The server's own address."""
    foreign: list[str] = field(default_factory=list)
    """What was asked of anybody else."""
    received: int = 0
    """Bytes of pages and of messages of sockets."""

    def watch(self, page: Page) -> None:
        """Note everything that a page asks for from now on."""
        page.on("request", self._asked)
        page.on("websocket", self._connected)
        page.on("requestfinished", self._answered)

    def _own(self, url: str) -> bool:
        place = url.replace("ws://", "http://", 1)
        return place.startswith((f"{self.origin}/", *_INLINE)) or place == self.origin

    def _asked(self, request: Request) -> None:
        if not self._own(request.url):
            self.foreign.append(request.url)

    def _answered(self, request: Request) -> None:
        if request.resource_type == "document":
            self.received += request.sizes()["responseBodySize"]

    def _connected(self, socket: WebSocket) -> None:
        if not self._own(socket.url):
            self.foreign.append(socket.url)
        socket.on("framereceived", self._received)

    def _received(self, message: str | bytes) -> None:
        self.received += len(message)


def opened(page: Page, address: str, *, settled_ms: int = SETTLED_MS) -> None:
    """Open a page and wait until it has what it shows."""
    page.goto(address)
    expect(page.get_by_test_id("title")).to_be_visible()
    expect(page.get_by_test_id("waiting")).to_have_count(0)
    page.wait_for_timeout(settled_ms)


def elements(page: Page) -> int:
    """Return how many elements a page has."""
    return int(page.evaluate("document.querySelectorAll('*').length"))


def widest(page: Page) -> int:
    """Return how wide a page is, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def fonts_that_failed(page: Page) -> list[str]:
    """Return the fonts that a page wanted and did not get."""
    found = page.evaluate(
        "[...document.fonts].filter(face => face.status === 'error').map(face => face.family)"
    )
    return [str(family) for family in found]


def icons_are_drawn(page: Page) -> bool:
    """Whether the icons' font is there: without it, their names would be seen as words."""
    return bool(
        page.evaluate(
            "[...document.querySelectorAll('.q-icon')].every(icon => document.fonts.check("
            "`16px ${getComputedStyle(icon).fontFamily}`, icon.textContent))"
        )
    )
