"""Names, values and notes that try to break pages are shown as text, in bounded room and time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from modeldesk.ui.places import FEEDBACK, MONITOR, PREDICTIONS, VERSIONS, column_path
from tests.support.hostile import (
    CHANGED,
    CHERRY,
    ENVIRONMENT,
    IMAGE,
    NAME,
    NOTE,
    RIGHT_TO_LEFT,
    SIGNS,
    TARGET,
    TEMPLATE,
    WIDE,
    seed_hostile,
)
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.shop import MARKUP
from tests.support.visiting import Traffic, drawers, elements, opened, pages, widest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

SECONDS = 10.0
WIDE_SECONDS = 20.0
"""Comparing 5,000 columns takes three seconds, where nothing else runs; a skeleton comes first."""
TAKEN_OVER = {"owned", "1"}
"""What a page is called when a script out of the data has run."""
MOST_ELEMENTS = 8_000
MOST_BYTES = 3_000_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
EVERY = [
    *pages(NAME),
    *(place for place in drawers(NAME, column=IMAGE, row="ROW") if not place.startswith("/a")),
    *(
        column_path(NAME, column)
        for column in (CHERRY, RIGHT_TO_LEFT, SIGNS, TEMPLATE, NOTE, TARGET)
    ),
]
EVERY_WIDE = [
    *(place for place in pages(WIDE) if place.startswith("/models")),
    *(place for place in drawers(WIDE, column="f_3") if place.startswith("/models")),
]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """Offer a server with hostile models, and the row with the long value."""
    home: Path = tmp_path_factory.mktemp("hostile") / "home"
    row = seed_hostile(home)
    with measured_servers(), running_server(home, environment=ENVIRONMENT) as running:
        yield running, row


@pytest.fixture
def server(seeded: tuple[RunningServer, str]) -> RunningServer:
    """Offer the server alone."""
    return seeded[0]


def bounded(page: Page, server: RunningServer, place: str, *, most: float = SECONDS) -> None:
    """Open a place; fail where a script runs, or where it costs too much."""
    traffic = Traffic(origin=server.url)
    traffic.watch(page)
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    began = time.monotonic()
    opened(page, server.url + place, settled_ms=250)
    seconds = time.monotonic() - began
    assert seconds < most, (place, seconds)
    assert page.title() not in TAKEN_OVER, place
    assert page.locator("img[src=x]").count() == 0, place
    assert elements(page) <= MOST_ELEMENTS, place
    assert traffic.received <= MOST_BYTES, place
    assert widest(page) <= DESK["width"], place
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.wait_for_timeout(100)
    assert widest(page) <= PHONE["width"], place
    assert traffic.foreign == [], place


@pytest.mark.parametrize("part", range(4))
def test_no_page_is_broken_by_names_and_values(
    seeded: tuple[RunningServer, str], browser_page: Page, part: int
) -> None:
    """No script runs, nothing is wider than the screen, and no page is sent megabytes."""
    server, row = seeded
    for place in EVERY[part::4]:
        bounded(browser_page, server, place.replace("ROW", row))


@pytest.mark.parametrize("part", range(2))
def test_no_page_is_broken_by_five_thousand_columns(
    server: RunningServer, browser_page: Page, part: int
) -> None:
    """Each shows some of them, and a way to the others."""
    for place in EVERY_WIDE[part::2]:
        bounded(browser_page, server, place, most=WIDE_SECONDS)


def test_what_was_written_is_read(seeded: tuple[RunningServer, str], browser_page: Page) -> None:
    """Every odd name and note stands where it belongs, letter by letter."""
    server, row = seeded
    page = browser_page
    opened(page, server.url + MONITOR.path(NAME))
    table = page.get_by_test_id("columns")
    for name in (IMAGE, CHERRY, RIGHT_TO_LEFT, SIGNS, TEMPLATE, TARGET):
        expect(table.get_by_role("button", name=name.strip(), exact=True)).to_be_visible()
    opened(page, server.url + column_path(NAME, SIGNS))
    expect(page.get_by_test_id("title")).to_have_text(SIGNS)
    expect(page.get_by_test_id("column-alerting")).to_contain_text(MARKUP)
    opened(page, server.url + VERSIONS.path(NAME) + "?version=2")
    expect(page.get_by_test_id("version-drawer")).to_contain_text(MARKUP)
    opened(page, server.url + FEEDBACK.path(NAME) + "?flags=all")
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    opened(page, f"{server.url}{PREDICTIONS.path(NAME)}?row={row}")
    expect(page.get_by_text("10,000,000 characters").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.get_by_test_id("search-field").fill("größe")
    hits = page.get_by_test_id("search-hits").locator("a")
    expect(hits.first).to_contain_text(CHERRY)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("panel-title")).to_have_text(CHERRY)
    assert page.title() not in TAKEN_OVER


def test_a_column_among_five_thousand_is_found(server: RunningServer, browser_page: Page) -> None:
    """The changed ones come first; one is found by its name, looked at, and given its own rule."""
    page = browser_page
    opened(page, server.url + MONITOR.path(WIDE))
    names = page.get_by_test_id("columns").locator("button.md-name")
    expect(names.first).to_be_visible()
    first = names.all_inner_texts()[: CHANGED + 1]
    assert {f"f_{place}" for place in range(CHANGED)} <= set(first)  # and what is predicted
    page.get_by_test_id("find").fill("f_4321")
    expect(names).to_have_text(["f_4321"])
    names.first.click()
    page.get_by_test_id("panel-open").click()
    expect(page.get_by_test_id("title")).to_have_text("f_4321")
    expect(page.get_by_test_id("column-trial")).to_contain_text("call 0 of 1 day changed")
