"""Take the documentation's screenshots: the demo's pages in light and dark.

The demo plays with a clock that stands still, so that the days, the numbers and the pictures
are the same every time; only the identifiers of predictions differ.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

from modeldesk.clock import FrozenClock
from modeldesk.demo.progress import Silent
from modeldesk.demo.run import running_demo
from modeldesk.demo.scenario import DRIFTED, MODEL

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

FOLDER = Path(__file__).parents[1] / "docs" / "images"
TODAY = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
SIZE: ViewportSize = {"width": 1440, "height": 900}
LARGEST_BYTES = 250_000
SETTLED_MS = 1_500
"""Charts glide into place for a quarter of a second, the drawer too; small ones come later."""

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",
    "--no-first-run",
]

FLOWER = "sepal_length_cm=6.1&sepal_width_cm=2.8&petal_length_cm=4.9&petal_width_cm=1.7"
DRIFTED_DAY = "2026-03-10"
LOANS = "/models/loans"
PICTURES = {
    "models": ("/", "models"),
    "overview": (LOANS, "timeline"),
    "monitor": (f"/models/{MODEL}/monitor", "heatmap"),
    "panel": (f"/models/{MODEL}/monitor?column={DRIFTED}&day={DRIFTED_DAY}", "panel-facts"),
    "column": (f"/models/{MODEL}/columns/{DRIFTED}?day={DRIFTED_DAY}", "title"),
    "profiles": (f"{LOANS}/profiles", "title"),
    "data": (f"{LOANS}/data?source=reference", "columns"),
    "associations": (f"{LOANS}/data?source=reference&view=associations", "association-map"),
    "performance": (f"{LOANS}/performance", "parts-table"),
    "compare": (f"{LOANS}/compare", "title"),
    "predictions": (f"{LOANS}/predictions", "title"),
    "feedback": (f"{LOANS}/feedback", "title"),
    "playground": (f"/models/{MODEL}/playground?{FLOWER}", "flags"),
    "batch": (f"/models/{MODEL}/batch", "title"),
    "api": (f"/models/{MODEL}/api", "snippet-javascript"),
    "versions": (f"{LOANS}/versions", "title"),
    "settings": (f"{LOANS}/settings", "title"),
    "alerts": ("/alerts", "title"),
    "admin": ("/admin?tab=storage", "title"),
}
"""Name of the picture: its address, and an element that must be there first."""


def main() -> int:
    """Play the demo and photograph it; returns the program's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    folder = parser.parse_args().folder
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed (Debian's package: chromium).", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        clock = FrozenClock(TODAY)
        with running_demo(Path(home), Silent(), port=0, clock=clock) as demo:
            browser = playwright.chromium.launch(
                executable_path=chromium, chromium_sandbox=False, args=FLAGS
            )
            try:
                sizes = [photograph(browser, demo.url, folder, dark=dark) for dark in (False, True)]
            finally:
                browser.close()
    return 1 if max(map(max, sizes)) > LARGEST_BYTES else 0


def photograph(browser: Browser, url: str, folder: Path, *, dark: bool) -> list[int]:
    """Take every picture in one colour scheme; return the files' sizes in bytes."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = browser.new_context(
        viewport=SIZE, color_scheme=scheme, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    sizes = []
    for name, (address, element) in PICTURES.items():
        file = folder / f"{name}-{scheme}.png"
        settle(page, url + address, element)
        page.screenshot(path=file)
        sizes.append(file.stat().st_size)
        print(f"{file.name}: {sizes[-1] / 1000:.0f} kB")
    context.close()
    return sizes


def settle(page: Page, address: str, element: str) -> None:
    """Open a page and wait until everything on it has arrived and stands still."""
    page.goto(address)
    page.get_by_test_id(element).first.wait_for()
    page.get_by_test_id("waiting").wait_for(state="detached")
    if "playground" in address:
        page.get_by_test_id("probability-0").get_by_text("%").wait_for()
    page.wait_for_timeout(SETTLED_MS)


if __name__ == "__main__":
    sys.exit(main())
