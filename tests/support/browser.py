"""The system's Chromium, driven by Playwright, kept from everything but this machine."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.support.requirements import first_program, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Route,
        WebError,
        WebSocketRoute,
    )

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Nothing that escapes the routes below finds an address either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# Only foreign requests go through a handler: routing local ones too would slow every test.
FOREIGN = re.compile(r"^(https?|wss?)://(?!(localhost|127\.0\.0\.1|\[::1\])([:/?#]|$))")
PATIENCE_MS = 15_000


@dataclass(kw_only=True)  # Playwright sets an attribute on the owner of a handler
class BrowserRecord:
    """What went wrong in the browser; a test that is about it empties the list it expects."""

    foreign_requests: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def block_request(self, route: Route) -> None:
        """Note and refuse a request that leaves this machine."""
        self.foreign_requests.append(route.request.url)
        route.abort("blockedbyclient")

    def block_socket(self, socket: WebSocketRoute) -> None:
        """Note and close a WebSocket that leaves this machine."""
        self.foreign_requests.append(socket.url)
        socket.close()

    def note_page_error(self, error: WebError) -> None:
        """Note an exception that no script caught."""
        self.page_errors.append(str(error.error))

    def note_console(self, message: ConsoleMessage) -> None:
        """Note a message of the level error, with the place that it speaks of."""
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def assert_clean(self) -> None:
        """Fail if anything was recorded and not taken out."""
        assert not self.foreign_requests, f"left this machine: {self.foreign_requests}"
        assert not self.page_errors, f"errors in the page: {self.page_errors}"
        assert not self.console_errors, f"errors in the console: {self.console_errors}"


def executable() -> Path:
    """Return the system's Chromium; without one, skip the test."""
    found = first_program("chromium", "chromium-browser", "google-chrome")
    if found is None:
        lacking("Chromium is not installed (Debian's package: chromium)")
    return found


@contextlib.contextmanager
def launched_chromium() -> Iterator[Browser]:
    """Run headless Chromium until the block ends.

    Its sandbox is off, as it needs rights that root and containers do not have; it only ever
    sees pages of this machine.
    """
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, chromium_sandbox=False, args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def guarded_context(
    browser: Browser, record: BrowserRecord, *, timezone: str | None = None
) -> Iterator[BrowserContext]:
    """Open a fresh browser context that reports to `record`, in a zone or in that of the system."""
    context = browser.new_context(
        service_workers="block",
        viewport={"width": 1280, "height": 800},
        locale="en-GB",
        timezone_id=timezone,
    )
    context.set_default_timeout(PATIENCE_MS)
    context.route(FOREIGN, record.block_request)
    context.route_web_socket(FOREIGN, record.block_socket)
    context.on("weberror", record.note_page_error)
    context.on("console", record.note_console)
    try:
        yield context
    finally:
        context.close()


@contextlib.contextmanager
def guarded_page(browser: Browser, record: BrowserRecord) -> Iterator[Page]:
    """Open a page; when the block ends, fail for whatever stands in `record`."""
    with guarded_context(browser, record) as context:
        yield context.new_page()
    record.assert_clean()
