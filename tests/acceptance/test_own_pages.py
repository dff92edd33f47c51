"""Pages and panels of one's own, in real Chromium, with the example that ships."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.measuring import measured_servers
from tests.support.seeded import seed_home
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.support.browser import BrowserRecord

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_pages.py"
MINE = """
import time
from nicegui import ui
from modeldesk.ui.own import page

@page("Margins")
async def margins(look):
    names = await look.ask(look.desk.registry.names)
    ui.label(f"{len(names)} models, {look.query.get('of', 'all')}")

@page("Rude")
def rude(look):
    time.sleep(2)
    ui.label("at last")

@page("Broken")
def broken(look):
    ui.label("so far")
    raise ValueError("<b>no margins</b>")
"""


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with pages of somebody's own."""
    del chromium
    folder = tmp_path_factory.mktemp("own")
    mine = folder / "mine.py"
    mine.write_text(MINE, encoding="utf-8")
    seed_home(folder / "home")
    files = ["--pages", str(EXAMPLE), "--pages", str(mine)]
    with (
        measured_servers(),
        running_server(folder / "home", arguments=files) as running,
    ):
        yield running


def test_a_page_of_ones_own_stands_beside_the_others(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """In the bar with its address; a page of every model among its tabs, with its chart."""
    page = browser_page
    page.goto(server.url)
    page.get_by_test_id("own-margins").click()
    expect(page).to_have_url(re.compile("/pages/margins$"))
    expect(page.get_by_test_id("own-page")).to_contain_text("4 models, all")
    page.goto(f"{server.url}/pages/margins?of=north")
    expect(page.get_by_test_id("own-page")).to_contain_text("4 models, north")
    page.goto(f"{server.url}/models/iris")
    expect(page.get_by_test_id("own-panel")).to_contain_text("scikit-learn")
    page.get_by_test_id("tab-own-hours").click()
    expect(page.get_by_test_id("own-page")).to_contain_text("predictions.")
    expect(page.get_by_test_id("own-page").locator("canvas").first).to_be_visible()
    expect(page.locator('[aria-current="page"]')).to_have_text("Hours")
    page.goto(f"{server.url}/models/nobody/pages/hours")
    expect(page.get_by_test_id("lost")).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that the model is not found


def test_a_page_that_fails_says_so_in_its_place(server: RunningServer, browser_page: Page) -> None:
    """As text, whatever the message holds; the frame round it stays."""
    page = browser_page
    page.goto(f"{server.url}/pages/broken")
    expect(page.get_by_test_id("trouble")).to_contain_text("ValueError: <b>no margins</b>")
    expect(page.get_by_test_id("own-page")).to_contain_text("so far")
    expect(page.get_by_test_id("alerts-link")).to_be_visible()


def test_a_page_that_takes_its_time_holds_up_no_prediction(server: RunningServer) -> None:
    """Even where it should have used a thread; only other pages wait for it."""
    with (
        ThreadPoolExecutor(1) as asking,
        httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client,
    ):
        example = client.get("/api/v1/models/iris/example").json()
        client.get("/")  # the pages are loaded
        rude = asking.submit(client.get, "/pages/rude")
        longest, asked = 0.0, 0
        while not rude.done():
            began = time.monotonic()
            answer = client.post("/api/v1/models/iris/predict", json={"row": example})
            assert answer.status_code == 200, answer.text
            longest, asked = max(longest, time.monotonic() - began), asked + 1
            time.sleep(0.02)
        assert "at last" in rude.result().text
    assert asked > 5
    assert longest < 1, "the page sleeps for twice as long"
