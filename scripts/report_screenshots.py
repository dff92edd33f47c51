"""Take the pictures of reports in the documentation: a comparison of wines, light and dark."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright
from sklearn.datasets import load_wine

from modeldesk import compare, profile
from modeldesk.reports import comparison_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parents[1] / "docs" / "images"
LARGEST_BYTES = 250_000
FLAGS = ["--disable-background-networking", "--disable-gpu", "--font-render-hinting=none"]


def pages() -> dict[str, str]:
    """Return the documents to photograph by the name of their picture."""
    wines = load_wine(as_frame=True).frame
    later = wines.copy()
    later["alcohol"] += 0.8
    later.loc[::6, "magnesium"] = None
    comparison = compare(profile(later), profile(wines))
    notebook = f"<!doctype html><body style='margin:16px'>{comparison._repr_html_()}"
    return {
        "report": comparison_page(comparison, title="later.csv against cellar.csv"),
        "notebook": notebook,
    }


def photograph(browser: Browser, folder: Path, *, dark: bool) -> list[int]:
    """Take every picture in one colour scheme; return the files' sizes in bytes."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": 1200, "height": 860}, color_scheme=scheme, locale="en-GB", offline=True
    )
    page = context.new_page()
    sizes = []
    with tempfile.TemporaryDirectory() as place:
        for name, document in pages().items():
            file = Path(place) / f"{name}.html"
            file.write_text(document, encoding="utf-8")
            page.goto(file.as_uri())
            picture = folder / f"{name}-{scheme}.png"
            if name == "notebook":
                page.locator(".mdr-fragment").screenshot(path=picture)
            else:
                page.screenshot(path=picture)
            sizes.append(picture.stat().st_size)
            print(f"{picture.name}: {sizes[-1] / 1000:.0f} kB")
    context.close()
    return sizes


def main() -> int:
    """Photograph the reports; returns the program's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    folder = parser.parse_args().folder
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed (Debian's package: chromium).", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=False, args=FLAGS
        )
        try:
            sizes = [photograph(browser, folder, dark=dark) for dark in (False, True)]
        finally:
            browser.close()
    return 1 if max(map(max, sizes)) > LARGEST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
