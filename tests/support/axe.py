"""What axe finds wrong on a page for people who do not see it, or have no mouse."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_GRAVE = {"critical", "serious"}


def grave_violations(page: Page) -> list[str]:
    """Run axe on a page as it is now; return what it calls critical or serious, a line each."""
    script = files("axe_playwright_python") / "axe.min.js"
    page.evaluate(script.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:200]} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in _GRAVE
        for node in each["nodes"][:5]
    ]
