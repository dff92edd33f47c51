"""What stays in the browser while a page changes elsewhere: rows, focus, and pictures."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

NOW = datetime.now(UTC)
DAYS = (3, 2, 1)

COUNTED = """element => {
  const chart = getElement(element.id.slice(1)).chart, draw = chart.setOption;
  element.drawn = 0;
  chart.setOption = function (...args) { element.drawn += 1; return draw.apply(this, args); };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with three days of traffic."""
    home = tmp_path_factory.mktemp("stays") / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for ago in DAYS:
            rows = iris_frame().sample(60, seed=ago).select(FEATURES).to_dicts()
            desk.predictor.predict("iris", rows, timestamps=[NOW - timedelta(days=ago)] * 60)
        desk.jobs.run()
    with measured_servers(), running_server(home) as running:
        yield running


def day(ago: int) -> str:
    """Return a day as pages write it."""
    return f"{NOW - timedelta(days=ago):%Y-%m-%d}"


def counted(page: Page, name: str) -> Locator:
    """Count from now on how often a picture is drawn."""
    chart = page.get_by_test_id(name)
    expect(chart.locator("canvas").first).to_be_visible()
    chart.evaluate(COUNTED)
    return chart


def test_rows_and_focus_stay_while_a_panel_opens(server: RunningServer, browser_page: Page) -> None:
    """The row that is opened by a key keeps the focus, and no row is built anew."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    row = page.get_by_test_id("column-petal_length_cm")
    expect(row).to_contain_text("≈")  # what is counted later is there, too
    heatmap = counted(page, "heatmap")
    rows = page.locator("[data-testid=columns] tbody tr")
    many = rows.count()
    rows.evaluate_all("rows => rows.forEach(row => { row.known = true })")

    choose(page, "day", re.compile(day(2)))
    expect(page.get_by_text(re.compile(f"{day(2)}.*against the reference"))).to_be_visible()
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("panel-title")).to_have_text("petal_length_cm")
    expect(row.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    expect(row.get_by_role("button")).to_be_focused()
    expect(page.get_by_test_id("panel")).to_contain_text(day(2))
    assert rows.evaluate_all("rows => rows.filter(row => row.known).length") == many
    assert heatmap.evaluate("element => element.drawn") == 0


def test_rows_move_as_a_whole_when_the_order_changes(
    server: RunningServer, browser_page: Page
) -> None:
    """An element stays the row of its column: what has the focus does not become another one."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    expect(page.get_by_test_id("column-class")).to_contain_text("≈")
    rows = page.locator("[data-testid=columns] tbody tr")
    many, first = rows.count(), rows.first.get_attribute("data-testid")
    rows.evaluate_all("rows => rows.forEach(row => { row.known = row.dataset.testid })")
    page.get_by_test_id("sort-name").click()
    expect(page.locator("th[aria-sort=ascending]")).to_be_visible()
    expect(rows.first).not_to_have_attribute("data-testid", str(first))
    same = "rows => rows.filter(row => row.known === row.dataset.testid).length"
    assert rows.evaluate_all(same) == many


def test_the_chosen_day_is_framed_over_the_map(server: RunningServer, browser_page: Page) -> None:
    """The frame stands at the latest day, and goes to the one that is chosen."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    chosen = "element => element.closest('.md-map').style.getPropertyValue('--md-chosen').trim()"
    heatmap = counted(page, "heatmap")
    assert heatmap.evaluate(chosen) == "2"
    choose(page, "day", re.compile(day(3)))
    page.wait_for_function(f"({chosen})(document.querySelector('[data-testid=heatmap]')) === '0'")


def test_a_state_of_a_picture_is_drawn_once(server: RunningServer, browser_page: Page) -> None:
    """Asking for the same once more draws nothing; other colours do."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    heatmap = counted(page, "heatmap")
    heatmap.evaluate("element => getElement(element.id.slice(1)).update_chart()")
    assert heatmap.evaluate("element => element.drawn") == 0
    page.get_by_test_id("appearance-dark").click()
    page.wait_for_function("document.querySelector('[data-testid=heatmap]').drawn === 1")
    heatmap.evaluate("element => getElement(element.id.slice(1)).update_chart()")
    assert heatmap.evaluate("element => element.drawn") == 1
