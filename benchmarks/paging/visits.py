"""Visits of pages in real Chromium: how long until the main picture is drawn."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# Linux gives each session its share of the processors, whatever the priorities within it.
_LAST = """#!/bin/sh
(echo 19 > /proc/self/autogroup) 2>/dev/null
exec nice -n 19 {path} "$@"
"""
_PATIENCE_MS = 60_000
_WARM = 5

# A canvas counts as drawn once it has a pixel that is not the one in its corner.
_DRAWN = """name => {
  const place = document.querySelector(`[data-testid="${name}"]`);
  if (!place) return false;
  const canvas = place.querySelector('canvas');
  if (!canvas) return place.matches('table, .q-table__container') || !!place.querySelector('td');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  for (let at = 4; at < data.length; at += 4)
    if (data[at + 3] !== data[3] || data[at] !== data[0]) return true;
  return false;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page, and what of it must be drawn."""

    name: str
    path: str
    main: str
    """The main picture or table, by its name for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How long a page took, in milliseconds from the click to the picture."""

    sight: Sight
    cold_ms: float
    """In a browser that has never been here."""
    warm_ms: float
    """The median of further visits."""


def chromium_path() -> str:
    """Return where the system's browser is.

    Raises
    ------
    SystemExit
        When there is none.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        sys.exit("Pages are drawn in Chromium, which is not installed: apt-get install chromium.")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium until the block ends.

    It gets what processor time the others leave. A reader's browser runs on another machine; here
    its threads would keep both the server and whoever measures waiting for a processor.
    """
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "chromium"
        start.write_text(_LAST.format(path=shlex.quote(chromium_path())))
        start.chmod(0o700)
        browser = playwright.chromium.launch(
            executable_path=start, chromium_sandbox=False, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


def fresh(browser: Browser) -> BrowserContext:
    """Return a browser that has never been anywhere."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(_PATIENCE_MS)
    return context


def visit(browser: Browser, url: str, sight: Sight) -> Visit:
    """Open a page in a fresh browser, and then again and again."""
    context = fresh(browser)
    page = context.new_page()
    cold = opened_ms(page, url, sight)
    warm = [opened_ms(page, url, sight) for _ in range(_WARM)]
    context.close()
    return Visit(sight=sight, cold_ms=cold, warm_ms=median(warm))


def opened_ms(page: Page, url: str, sight: Sight) -> float:
    """Open a page; how long that takes until its main picture is drawn."""
    began = time.perf_counter()
    page.goto(url + sight.path, wait_until="commit")
    drawn(page, sight.main)
    return (time.perf_counter() - began) * 1e3


def drawn(page: Page, name: str) -> None:
    """Wait until a picture is drawn."""
    page.wait_for_function(_DRAWN, arg=name, polling="raf")
