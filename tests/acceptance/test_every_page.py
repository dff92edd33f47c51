"""What holds for every page: nothing is in the way of anybody, and everything is found by keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.ui.places import column_path
from tests.support.axe import grave_violations
from tests.support.measuring import measured_servers
from tests.support.seeded import seed_home
from tests.support.server import RunningServer, running_server
from tests.support.shop import SHOP
from tests.support.visiting import (
    Traffic,
    drawers,
    fonts_that_failed,
    icons_are_drawn,
    opened,
    pages,
    widest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

EVERY = [*pages(SHOP), column_path(SHOP, "country")]
MORE = drawers(SHOP, column="country", row="ROW")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with models and days of traffic."""
    del chromium
    home = tmp_path_factory.mktemp("every") / "home"
    seed_home(home)
    with measured_servers(), running_server(home) as running:
        yield running


@pytest.fixture(scope="module")
def row(server: RunningServer) -> str:
    """Offer the identifier of a logged prediction."""
    address = f"{server.url}/api/v1/models/{SHOP}/predictions?limit=1"
    found: str = httpx.get(address, trust_env=False).json()["rows"][0]["prediction_id"]
    return found


def alone(page: Page, server: RunningServer) -> Traffic:
    """Keep a page from everything but the server, and note what it asks for."""
    traffic = Traffic(origin=server.url)
    traffic.watch(page)
    page.route(
        lambda url: not url.startswith((f"{server.url}/", "data:", "blob:")),
        lambda route: route.abort("internetdisconnected"),
    )
    return traffic


def comes_from_the_server(page: Page, traffic: Traffic, place: str) -> None:
    """Fail where somebody else was asked, or a font or what the page shows is not there."""
    assert traffic.foreign == [], place
    assert fonts_that_failed(page) == [], place
    assert icons_are_drawn(page), place
    expect(page.get_by_test_id("trouble")).to_have_count(0)


@pytest.mark.parametrize("place", EVERY)
def test_nothing_is_in_anybodys_way(server: RunningServer, browser_page: Page, place: str) -> None:
    """Neither in light nor in dark colours; on a phone nothing is wider than the screen.

    And nobody but the server is asked for anything.
    """
    page = browser_page
    traffic = alone(page, server)
    opened(page, server.url + place)
    comes_from_the_server(page, traffic, place)
    page.get_by_test_id("appearance-light").click()
    page.wait_for_timeout(300)
    assert grave_violations(page) == []
    page.get_by_test_id("appearance-dark").click()
    page.wait_for_timeout(300)
    assert grave_violations(page) == []
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.wait_for_timeout(300)
    assert widest(page) <= PHONE["width"]


def test_drawers_come_from_the_server_as_well(
    server: RunningServer, browser_page: Page, row: str
) -> None:
    """No drawer asks anybody else for anything; fonts and icons are there all the same."""
    traffic = alone(browser_page, server)
    for place in MORE:
        opened(browser_page, server.url + place.replace("ROW", row), settled_ms=150)
        comes_from_the_server(browser_page, traffic, place)
    assert traffic.received > 0


def test_a_column_is_found_by_keys_alone(server: RunningServer, browser_page: Page) -> None:
    """The key / opens the search, arrows choose, Enter leads there; ? tells the keys."""
    page = browser_page
    opened(page, server.url)
    page.keyboard.press("?")
    expect(page.get_by_test_id("keys")).to_contain_text("Search models, columns and alerts")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("keys")).to_have_count(0)
    page.keyboard.press("/")
    field = page.get_by_test_id("search-field")
    expect(field).to_be_focused()
    hits = page.get_by_test_id("search-hits").locator("a")
    expect(hits).to_have_count(4)
    page.keyboard.type("petal_w")
    expect(hits).to_have_count(1)
    expect(hits.first).to_contain_text("petal_width_cm")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("column=petal_width_cm"))
    expect(page.get_by_test_id("panel-title")).to_have_text("petal_width_cm")
    page.keyboard.press("/")
    field.fill("no such thing")
    expect(page.get_by_test_id("search-hits")).to_contain_text("Nothing is called")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("search-dialog")).to_be_hidden()
