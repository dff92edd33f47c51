"""Pages that have gone leave nothing of theirs that only the garbage collector finds."""

from __future__ import annotations

import json
import os
import sys
import time
from signal import SIGUSR1
from typing import TYPE_CHECKING, Any

import httpx

from modeldesk.ui.places import column_path
from tests.support.seeded import seed_home
from tests.support.server import RunningServer, running_server
from tests.support.shop import SHOP
from tests.support.visiting import drawers, opened, pages

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

OWN = """
from modeldesk.ui.own import page

@page("Mine", model=True)
async def mine(look):
    rows = await look.ask(look.desk.reader.page, look.model, limit=10)

    def draw(colours):
        assert look and rows
        return {"title": {"text": look.model}, "color": [colours.brand]}

    look.chart(draw)
"""
"""What draws its chart keeps the page, and what that has read."""

TIDY = [sys.executable, "-m", "tests.support.tidy_server", "serve"]
PATIENCE = 60.0


def told(server: RunningServer) -> list[dict[str, Any]]:
    """Return what the server has told so far."""
    lines = server.output.splitlines()
    return [json.loads(line) for line in lines if line.startswith('{"open"')]


def left_by_pages(server: RunningServer) -> dict[str, int]:
    """Wait until no page is open, and return what all of them have left in rings."""
    left: dict[str, int] = {}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = len(told(server))
        os.kill(server.process.pid, SIGUSR1)
        while len(told(server)) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        answer = told(server)[-1]
        left |= answer["left"]
        if not answer["open"]:
            return left
        time.sleep(1)
    message = f"pages stay open: {told(server)[-1]}"
    raise AssertionError(message)


def test_pages_that_have_gone_leave_nothing_to_collect(browser_page: Page, tmp_path: Path) -> None:
    """Neither a page nor a part of it, nor the figures that it has read."""
    home = tmp_path / "home"
    seed_home(home)
    mine = tmp_path / "mine.py"
    mine.write_text(OWN, encoding="utf-8")
    with running_server(home, command=TIDY, arguments=["--pages", str(mine)]) as server:
        rows = f"{server.url}/api/v1/models/{SHOP}/predictions?limit=1"
        row = httpx.get(rows, trust_env=False).json()["rows"][0]["prediction_id"]
        more = drawers(SHOP, column="country", row=row)
        own = f"/models/{SHOP}/pages/mine"
        for place in [*pages(SHOP), column_path(SHOP, "country"), *more, own]:
            opened(browser_page, server.url + place)
        browser_page.goto("about:blank")
        assert left_by_pages(server) == {}
