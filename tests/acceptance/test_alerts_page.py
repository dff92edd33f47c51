"""The alerts of all models on one page: found, read, dealt with, by mouse and by keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.linear_model import LinearRegression

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

WIDTH, LENGTH = "sepal_width_cm", "petal_length_cm"
ODD = '<img src=x onerror=alert(1)> {{ 1 + 1 }} "&\u202e🙂'
DAYS = 8
"""Days on which all features of one model are far from the reference."""


def seed(home: Path) -> None:
    """Log eight bad days of one model, a bad one of another, and publish one without traffic."""
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = iris_frame().select(FEATURES).to_dicts()
    far = [{name: value + 9 for name, value in row.items()} for row in rows]
    wide = [{**row, WIDTH: row[WIDTH] + 4} for row in rows]
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("garden", "meadow", "idle"):
            desk.registry.publish(iris_model(), name=name, reference=iris_frame(), target="class")
        for ago in range(DAYS):
            desk.predictor.predict("garden", far, timestamps=[now - timedelta(days=ago)] * 150)
        desk.predictor.predict("meadow", wide, timestamps=[now - timedelta(days=40)] * 150)
        _odd(desk, now)
        desk.jobs.run()


def _odd(desk: Desk, now: datetime) -> None:
    """Log a bad day of a model whose column is called as nobody would on purpose."""
    values = np.random.default_rng(3).normal(size=300)
    table = pl.DataFrame({ODD: values})
    model = LinearRegression().fit(table.to_numpy(), values)
    desk.registry.publish(model, name="odd", reference=table)
    rows = [{ODD: value + 9} for value in values[:150].tolist()]
    desk.predictor.predict("odd", rows, timestamps=[now - timedelta(days=50)] * 150)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with many alerts."""
    home = tmp_path_factory.mktemp("alerts") / "home"
    seed(home)
    with measured_servers(), running_server(home) as running:
        yield running


def told(server: RunningServer, **query: str) -> list[dict[str, object]]:
    """Return the alerts as the API tells them."""
    answer = httpx.get(f"{server.url}/api/v1/alerts", params=query, trust_env=False)
    found: list[dict[str, object]] = answer.raise_for_status().json()["alerts"]
    return found


def entries(page: Page) -> Locator:
    """Return the alerts that are shown."""
    return page.get_by_test_id("feed").locator("article")


def status_of(server: RunningServer, entry: Locator) -> str:
    """Return where an alert stands, as the API tells it."""
    name = entry.get_attribute("data-testid") or ""
    key = int(name.removeprefix("alert-"))
    return str(next(alert["status"] for alert in told(server) if alert["alert_id"] == key))


def test_a_person_finds_an_alert_and_its_cause(server: RunningServer, browser_page: Page) -> None:
    """From any page over the number in the top bar to the column at its day in the monitor."""
    page = browser_page
    still_open = told(server, status="open")
    page.goto(f"{server.url}/models/idle/playground")
    link = page.get_by_test_id("alerts-link")
    expect(link).to_contain_text(str(len(still_open)))
    expect(link).to_have_attribute("aria-label", f"Alerts, {len(still_open)} open")
    link.click()
    expect(page).to_have_url(f"{server.url}/alerts")
    expect(page.get_by_test_id("status-open")).to_contain_text(str(len(still_open)))
    expect(entries(page)).to_have_count(25)
    page.get_by_test_id("next-page").click()
    expect(entries(page)).to_have_count(len(still_open) - 25)
    expect(page).to_have_url(re.compile("page=2"))
    page.get_by_test_id("filter-text").fill("MEADOW")
    found = told(server, model="meadow")
    (meadow,) = (alert for alert in found if alert["column"] == WIDTH)
    expect(entries(page)).to_have_count(len(found))
    expect(page).to_have_url(re.compile(r"alerts\?text=MEADOW"))
    entry = page.get_by_test_id(f"alert-{meadow['alert_id']}")
    expect(entry).to_contain_text(str(meadow["sentence"]))
    expect(entry).to_contain_text(f"{meadow['distance']:.3f}")
    expect(entry.locator("svg.spark")).to_be_visible()
    entry.get_by_test_id("column").click()
    expect(page.get_by_test_id("panel-title")).to_have_text(WIDTH)
    expect(page.get_by_test_id("panel-verdict")).to_contain_text("Changed")
    day = str(meadow["window"]["start"])[:10]  # type: ignore[index]  # JSON
    expect(page).to_have_url(re.compile(f"column={WIDTH}&day={day}$"))


def test_every_choice_stands_in_the_address(server: RunningServer, browser_page: Page) -> None:
    """Model, column, days and status; an address that means nothing is as if it were none."""
    page = browser_page
    page.goto(f"{server.url}/alerts?status=nonsense&days=5&page=x")
    expect(entries(page)).to_have_count(25)
    choose(page, "filter-model", "garden")
    choose(page, "filter-column", LENGTH)
    expect(entries(page)).to_have_count(DAYS)
    choose(page, "filter-days", "Last 7 days")
    expect(entries(page)).to_have_count(7)
    expect(page).to_have_url(f"{server.url}/alerts?model=garden&column={LENGTH}&days=7")
    page.reload()
    expect(entries(page)).to_have_count(7)
    expect(page.get_by_test_id("filter-column")).to_have_value(LENGTH)
    page.get_by_test_id("status-resolved").click()
    expect(page.get_by_test_id("no-alerts")).to_contain_text("No alerts here")
    expect(page).to_have_url(re.compile("status=resolved"))
    page.get_by_test_id("show-all").click()
    expect(entries(page)).to_have_count(25)
    expect(page).to_have_url(re.compile(r"alerts\?status=any$"))
    page.goto(f"{server.url}/alerts?model=idle")
    expect(page.get_by_test_id("no-alerts")).to_be_visible()


def test_alerts_are_dealt_with_one_by_one(server: RunningServer, browser_page: Page) -> None:
    """Each deed changes the alert, its place, and the number in the top bar."""
    page = browser_page
    page.goto(f"{server.url}/alerts?model=garden&column={WIDTH}")
    before = len(told(server, status="open"))
    expect(entries(page)).to_have_count(DAYS)
    entries(page).first.get_by_test_id("acknowledge").click()
    expect(entries(page)).to_have_count(DAYS - 1)
    entries(page).first.get_by_test_id("false-alarm").click()
    expect(entries(page)).to_have_count(DAYS - 2)
    expect(page.get_by_test_id("status-false_alarm")).to_contain_text("1")
    page.get_by_test_id("status-acknowledged").click()
    expect(entries(page)).to_have_count(1)
    expect(entries(page).first).to_contain_text("Acknowledged")
    assert status_of(server, entries(page).first) == "acknowledged"
    entries(page).first.get_by_test_id("reopen").click()
    expect(page.get_by_test_id("no-alerts")).to_be_visible()
    expect(page.get_by_test_id("alerts-link")).to_contain_text(str(before - 1))
    trail = httpx.get(f"{server.url}/api/v1/audit?action=alert", trust_env=False).json()["entries"]
    assert [entry["details"]["after"] for entry in trail[:3]] == [
        *("open", "false_alarm", "acknowledged"),
    ]


def test_several_are_dealt_with_at_once(server: RunningServer, browser_page: Page) -> None:
    """Selected one by one or all of the page; what does not fit a deed is left alone."""
    page = browser_page
    page.goto(f"{server.url}/alerts?model=garden&column=petal_width_cm")
    expect(entries(page)).to_have_count(DAYS)
    for place in (0, 2):
        entries(page).nth(place).get_by_test_id("tick").click()
    expect(page.get_by_test_id("selected")).to_have_text("2 selected")
    page.get_by_test_id("all-resolve").click()
    expect(entries(page)).to_have_count(DAYS - 2)
    expect(page.get_by_test_id("all-resolve")).to_be_hidden()
    page.get_by_test_id("status-any").click()
    expect(entries(page)).to_have_count(DAYS)
    page.get_by_test_id("tick-all").click()
    expect(page.get_by_test_id("selected")).to_have_text(f"{DAYS} selected")
    page.get_by_test_id("all-acknowledge").click()
    expect(page.get_by_text(f"Acknowledged {DAYS - 2} alerts.")).to_be_visible()
    found = [alert["status"] for alert in told(server) if alert["column"] == "petal_width_cm"]
    assert sorted(map(str, found)) == ["acknowledged"] * (DAYS - 2) + ["resolved"] * 2


def test_keys_do_all_of_it(server: RunningServer, browser_page: Page) -> None:
    """J and k move, x selects, a and r act on what is selected, or where one is."""
    page = browser_page
    page.goto(f"{server.url}/alerts?model=garden&column=sepal_length_cm")
    expect(entries(page)).to_have_count(DAYS)
    expect(entries(page).first.locator("svg.spark")).to_be_visible()
    names = [entry.get_attribute("data-testid") for entry in entries(page).all()]
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    expect(entries(page).nth(1)).to_be_focused()
    page.keyboard.press("a")
    expect(entries(page)).to_have_count(DAYS - 1)
    expect(page.get_by_test_id(str(names[1]))).to_have_count(0)
    expect(entries(page).nth(1)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_test_id("selected")).to_have_text("2 selected")
    page.keyboard.press("r")
    expect(entries(page)).to_have_count(DAYS - 3)
    page.get_by_test_id("filter-text").fill("arf")
    expect(page.get_by_test_id("no-alerts")).to_be_visible()
    found = [alert["status"] for alert in told(server) if alert["column"] == "sepal_length_cm"]
    assert found.count("acknowledged") == 1
    assert found.count("resolved") == 2


def test_the_page_follows_what_happens_elsewhere(server: RunningServer, browser_page: Page) -> None:
    """In place where the alerts stay the same; where they move, it waits for a click."""
    page = browser_page
    page.goto(f"{server.url}/alerts?status=any&model=meadow&column={WIDTH}")
    expect(entries(page).first).to_contain_text("Open")
    (alert,) = (each for each in told(server, model="meadow") if each["column"] == WIDTH)
    address = f"{server.url}/api/v1/alerts/{alert['alert_id']}"
    for status, words in (("acknowledged", "Acknowledged"), ("open", "Open")):
        httpx.patch(address, json={"status": status}, trust_env=False).raise_for_status()
        expect(entries(page).first).to_contain_text(words)
    page.goto(f"{server.url}/alerts?model=meadow&column={WIDTH}")
    expect(entries(page)).to_have_count(1)
    httpx.patch(address, json={"status": "resolved"}, trust_env=False).raise_for_status()
    page.get_by_test_id("show-new").click()
    expect(page.get_by_test_id("no-alerts")).to_be_visible()
    httpx.patch(address, json={"status": "open"}, trust_env=False).raise_for_status()
    expect(entries(page)).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(
    server: RunningServer, browser_page: Page, width: int
) -> None:
    """On a phone, too, every deed can be reached."""
    page = browser_page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{server.url}/alerts?status=any")
    expect(entries(page).first.locator("svg.spark")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = entries(page).first.locator("button").last.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    bell = page.get_by_test_id("alerts-link").bounding_box()
    assert bell is not None
    assert bell["x"] + bell["width"] <= width


def test_filters_fold_on_a_phone(server: RunningServer, browser_page: Page) -> None:
    """Behind one button that says how many are set; where alerts stand stays in sight."""
    page = browser_page
    page.goto(f"{server.url}/alerts?status=any&model=odd&days=7")
    expect(page.get_by_test_id("filter-text")).to_be_visible()
    fold = page.get_by_test_id("filters-fold")
    expect(fold).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(fold).to_contain_text("2 set")
    expect(page.get_by_test_id("filter-text")).to_be_hidden()
    expect(page.get_by_test_id("status-open")).to_be_visible()
    fold.click()
    choose(page, "filter-days", "All days")
    expect(fold).to_contain_text("1 set")
    expect(page.get_by_test_id("filter-text")).to_be_visible()


def test_names_are_shown_as_they_are_and_never_read_as_markup(
    server: RunningServer, browser_page: Page
) -> None:
    """A column's name is text in the feed, in the fields and in the address."""
    page = browser_page
    page.goto(f"{server.url}/alerts?model=odd&column={quote(ODD)}")
    expect(entries(page)).to_have_count(1)
    link = entries(page).first.get_by_test_id("column")
    assert link.inner_text() == ODD
    expect(page.locator(".md-feed img")).to_have_count(0)
    link.click()
    expect(page.get_by_test_id("panel-title")).to_have_text(ODD)
