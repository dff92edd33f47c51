"""What people do with a model's columns: on the monitor, on a page of their own, side by side."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect

from modeldesk import compare, profile
from modeldesk.desk import Desk
from modeldesk.performance.slices import Slice
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.shop import (
    IDLE,
    MARKUP,
    SHOP,
    WIDE,
    customers,
    reference,
    spend,
    total,
    wide_reference,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

COLUMN = "sepal_width_cm"
ROWS = 60
SHIFTED = 1
"""On this day, so many days ago, the column's values were higher."""
DAYS = (6, 5, 4, 2, 1)
"""So many days ago there was traffic."""
NOW = datetime.now(UTC)


def flowers(ago: int) -> pl.DataFrame:
    """Return the inputs of a day."""
    rows = iris_frame().sample(ROWS, seed=ago).select(FEATURES)
    return rows.with_columns(pl.col(COLUMN) + (1.5 if ago == SHIFTED else 0.0))


def day(ago: int) -> str:
    """Return a day as pages write it."""
    return f"{NOW - timedelta(days=ago):%Y-%m-%d}"


def seed(home: Path) -> None:
    """Log flowers of five days, customers of two, and publish a wide model without traffic."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.registry.set_policy("iris", LogPolicy(segment_by=("class",)))
        for ago in DAYS:
            times = [NOW - timedelta(days=ago)] * ROWS
            desk.predictor.predict("iris", flowers(ago).to_dicts(), timestamps=times)
        desk.registry.publish(spend, name=SHOP, reference=reference())
        desk.registry.set_policy(SHOP, LogPolicy(segment_by=("country",)))
        for ago in (2, 1):
            times = [NOW - timedelta(days=ago)] * 80
            desk.predictor.predict(SHOP, customers(80, seed=ago), timestamps=times)
        desk.registry.publish(total, name=WIDE, reference=wide_reference())
        desk.registry.publish(spend, name=IDLE, reference=reference())
        long_ago = [NOW - timedelta(days=60)] * 40
        desk.predictor.predict(IDLE, customers(40), timestamps=long_ago)
        desk.jobs.run()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with columns to look at."""
    home = tmp_path_factory.mktemp("columns") / "home"
    seed(home)
    with measured_servers(), running_server(home) as running:
        yield running


def names(page: Page) -> list[str]:
    """Return the columns that the monitor's table shows, from above."""
    return page.get_by_test_id("columns").locator("button.md-name").all_inner_texts()


def drawn(page: Page, chart: str, series: str) -> list[float | None]:
    """Return the values that a chart shows."""
    found = page.get_by_test_id(chart).evaluate(
        "(element, name) => getElement(element.id.slice(1)).chart.getOption().series"
        ".find(one => one.name === name).data.map(point => point?.value === undefined"
        " ? point : point.value)",
        series,
    )
    return [None if value in (None, "-") else float(value) for value in found]


def drawn_line(page: Page) -> float:
    """Return at which distance the timeline draws its threshold."""
    found = page.get_by_test_id("timeline").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption().series"
        ".find(one => one.name === 'distance').markLine.data[0].yAxis"
    )
    return float(found)


def alerts(server: RunningServer, status: str) -> set[str]:
    """Return the columns of iris that have alerts of a status, as the API tells them."""
    address = f"{server.url}/api/v1/models/iris/alerts?status={status}"
    answer = httpx.get(address, trust_env=False).raise_for_status()
    return {alert["column"] for alert in answer.json()["alerts"]}


def eventually(page: Page, holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within ten seconds."""
    for _ in range(50):
        if holds():
            return True
        page.wait_for_timeout(200)
    return False


def at_place(page: Page, place: int, *, places: int) -> tuple[float, float]:
    """Return where a place of the timeline lies on the page."""
    chart = page.get_by_test_id("timeline")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    width = (box["width"] - 64 - 12) / places
    return box["x"] + 64 + (place + 0.5) * width, box["y"] + 90


def ready(page: Page, chart: str) -> Locator:
    """Wait for a chart's picture."""
    canvas = page.get_by_test_id(chart).locator("canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_timeout(300)
    return canvas


def test_the_table_says_what_changed_and_can_be_asked(
    server: RunningServer, browser_page: Page
) -> None:
    """The changed column is on top; search, filters and order stand in the address."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    expect(page.get_by_test_id(f"column-{COLUMN}")).to_contain_text("Changed")
    assert names(page)[0] == COLUMN
    row = page.get_by_test_id(f"column-{COLUMN}")
    distinct = flowers(SHIFTED)[COLUMN].n_unique()
    expect(row).to_contain_text(f"≈ {distinct}")
    expect(row).to_contain_text("60")
    places = row.locator(".md-strip").first.get_attribute("data-words")
    assert places is not None
    assert places.split("|") == ["60 rows"] * 3 + [""] + ["60 rows"] * 2

    page.get_by_test_id("sort-name").click()
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Column")
    assert names(page) == sorted(names(page), key=str.casefold)
    page.get_by_test_id("sort-name").click()
    expect(page.locator("th[aria-sort=descending]")).to_be_visible()
    choose(page, "filter-role", "Features")
    expect(page.get_by_test_id("columns").locator("button.md-name")).to_have_count(4)
    choose(page, "filter-verdict", "Changed")
    expect(page.get_by_test_id("columns").locator("button.md-name")).to_have_count(1)
    expect(page).to_have_url(re.compile("verdict=changed"))
    page.reload()
    expect(page.get_by_test_id("columns").locator("button.md-name")).to_have_text([COLUMN])
    page.get_by_test_id("find").fill("nothing like it")
    expect(page.get_by_text("No column fits the filters.")).to_be_visible()


def test_many_columns_come_in_pages_and_keys_lead_through_them(
    server: RunningServer, browser_page: Page
) -> None:
    """Not all are sent; arrow keys move, and Enter opens."""
    page = browser_page
    page.goto(f"{server.url}/models/{WIDE}/monitor")
    rows = page.get_by_test_id("columns").locator("tbody tr.md-row")
    expect(rows).to_have_count(40)
    expect(page.get_by_text("1 to 40 of 72")).to_be_visible()
    page.get_by_test_id("columns-next").click()
    expect(rows).to_have_count(32)
    expect(page).to_have_url(re.compile("page=2"))
    first = rows.nth(0).locator("button")
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(rows.nth(1).locator("button")).to_be_focused()
    name = rows.nth(1).locator("button").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("panel-title")).to_have_text(name)


def test_one_day_is_marked_in_every_chart(server: RunningServer, browser_page: Page) -> None:
    """Where the pointer is, all small charts and the map have a line; a tip says the number."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    ready(page, "heatmap")
    strip = page.get_by_test_id(f"column-{COLUMN}").locator(".md-strip").first
    strip.hover(position={"x": 112 * 5.5 / 6, "y": 12})
    tip = page.locator(".md-tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text(f"{day(1)}: 60 rows")
    lines = page.evaluate(
        "[...document.querySelectorAll('.md-strip, .md-map')].map(each =>"
        " getComputedStyle(each, '::after').opacity)"
    )
    assert len(lines) == 1 + 4 * 8
    assert set(lines) == {"0.8"}
    strip.hover(position={"x": 112 * 3.5 / 6, "y": 12})
    expect(tip).to_contain_text(f"{day(3)}: no rows")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_segments_and_ranges_of_the_monitor(server: RunningServer, browser_page: Page) -> None:
    """A segment has its own rows; hours have their own map; both stand in the address."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    choose(page, "segment", "class=Iris-setosa")
    expect(page).to_have_url(re.compile("segment=class%3DIris-setosa"))
    row = page.get_by_test_id(f"column-{COLUMN}").locator(".md-trend-said").first
    expect(row).not_to_have_text("60")
    assert 5 < int(row.inner_text()) < 40
    choose(page, "range", "Last 48 hours")
    expect(page.get_by_role("heading", name="per column and hour")).to_be_visible()
    expect(page).to_have_url(re.compile("range=48h"))
    page.reload()
    expect(page.get_by_role("heading", name="per column and hour")).to_be_visible()
    page.get_by_test_id(f"column-{COLUMN}").get_by_role("button").click()
    expect(page.get_by_test_id("panel-facts")).to_contain_text("Median")
    page.goto(f"{server.url}/models/{WIDE}/monitor")
    expect(page.get_by_text("No traffic has been profiled yet")).to_be_visible()
    expect(page.get_by_test_id("segment")).to_have_count(0)


def test_a_range_without_traffic_leads_to_all_days(
    server: RunningServer, browser_page: Page
) -> None:
    """On the monitor and on a column's page; a version without any says so instead."""
    page = browser_page
    page.goto(f"{server.url}/models/{IDLE}/monitor")
    expect(page.get_by_text("Nothing was profiled in the last 30 days.")).to_be_visible()
    page.get_by_test_id("all-days").click()
    ready(page, "heatmap")
    expect(page).to_have_url(re.compile("range=all"))
    page.goto(f"{server.url}/models/{IDLE}/columns/age")
    page.get_by_role("link", name="Show all days").click()
    ready(page, "timeline")
    assert drawn(page, "timeline", "rows") == [40]
    page.goto(f"{server.url}/models/{WIDE}/columns/f_1")
    expect(page.get_by_text("No traffic has been profiled yet")).to_be_visible()


def test_a_column_over_time_and_one_day_beside_the_reference(
    server: RunningServer, browser_page: Page
) -> None:
    """From the panel to the page; its medians are NumPy's; a click and keys choose the day."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor?column={COLUMN}")
    page.get_by_test_id("panel-open").click()
    expect(page).to_have_url(re.compile(f"/models/iris/columns/{COLUMN}"))
    expect(page.get_by_test_id("title")).to_have_text(COLUMN)
    ready(page, "timeline")
    medians = [
        None
        if ago not in DAYS
        else float(np.quantile(flowers(ago)[COLUMN].to_numpy(), 0.5, method="inverted_cdf"))
        for ago in range(6, 0, -1)
    ]
    assert drawn(page, "timeline", "median") == pytest.approx(medians)
    assert drawn(page, "timeline", "rows") == [60, 60, 60, 0, 60, 60]
    expect(page.get_by_test_id("window")).to_contain_text(day(1))
    expect(page.get_by_test_id("window-verdict")).to_contain_text("Changed")
    expect(page.get_by_test_id("facts")).to_contain_text("60")
    expect(page.get_by_test_id("column-alerts")).to_contain_text(day(1))
    expect(page.get_by_test_id("window-after")).to_be_disabled()

    page.mouse.click(*at_place(page, 1, places=6))
    expect(page.get_by_test_id("window")).to_contain_text(day(5))
    expect(page).to_have_url(re.compile(f"day={day(5)}"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("window")).to_contain_text(day(4))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("window")).to_contain_text(day(2))  # the day between has no rows
    page.get_by_test_id("window-before").click()
    expect(page.get_by_test_id("window")).to_contain_text(day(4))
    expect(page).to_have_url(re.compile(f"day={day(4)}"))
    page.reload()
    expect(page.get_by_test_id("window")).to_contain_text(day(4))


def test_days_are_put_together_by_dragging(server: RunningServer, browser_page: Page) -> None:
    """Their rows are compared as one, and listed."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/columns/{COLUMN}")
    ready(page, "timeline")
    page.mouse.move(*at_place(page, 4, places=6))
    page.mouse.down()
    page.mouse.move(*at_place(page, 5, places=6), steps=4)
    page.mouse.up()
    expect(page.get_by_test_id("window")).to_have_text(f"{day(2)} to {day(1)}")
    expect(page).to_have_url(re.compile(f"day={day(2)}&to={day(1)}"))
    both = pl.concat([flowers(2), flowers(1)]).select(COLUMN)
    mean = f"{np.mean(both[COLUMN].to_numpy()):.5g}"
    expect(page.get_by_test_id("facts").get_by_role("row", name="Mean")).to_contain_text(mean)
    alone = compare(profile(both), profile(iris_frame().select(COLUMN))).column(COLUMN)
    expect(page.get_by_test_id("window-verdict")).to_contain_text(alone.verdict.sentence)
    page.get_by_test_id("window-rows").click()
    rows = page.get_by_test_id("rows-table").locator("tbody tr")
    expect(rows).to_have_count(25)
    expect(rows.first).to_contain_text(day(1))
    page.get_by_role("button", name="Next 25 rows").click()
    expect(page.get_by_role("button", name="Latest rows")).to_be_visible()
    expect(page).to_have_url(re.compile("rows=1"))
    page.reload()
    expect(rows).to_have_count(25)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("rows")).to_be_hidden()


def test_the_rows_by_which_a_change_is_seen(server: RunningServer, browser_page: Page) -> None:
    """The log is shown with the day, and a condition on the column that they fulfil."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/columns/{COLUMN}?day={day(1)}")
    page.get_by_test_id("window-log").click()
    expect(page).to_have_url(re.compile("/models/iris/predictions"))
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["from"], asked["to"]) == ([day(1)], [day(1)])
    (condition,) = asked["condition"]
    assert condition.startswith(COLUMN)
    rows = flowers(SHIFTED)
    expected = rows.filter(Slice.of("rows", condition).mask(rows)).height
    assert 0 < expected < ROWS
    expect(page.get_by_test_id("log").locator("tbody tr")).to_have_count(min(expected, 50))


def test_a_column_is_judged_by_numbers_of_its_own(
    server: RunningServer, browser_page: Page
) -> None:
    """What is typed is drawn and tried, then set; verdict and alert follow; a mute ends alerts."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/columns/{COLUMN}")
    trial = page.get_by_test_id("column-trial")
    expect(trial).to_have_text("These numbers call 1 of 5 days changed.")
    expect(page.get_by_test_id("column-rule-set")).to_be_disabled()
    expect(page.get_by_test_id("column-rule-common")).to_be_hidden()
    before = profile(iris_frame().select(FEATURES))
    distance = compare(profile(flowers(SHIFTED)), before).column(COLUMN).distance
    assert distance is not None
    limit = str(round(distance + 0.02, 2))
    page.get_by_test_id("column-min_distance").fill(limit)
    expect(trial).to_have_text("These numbers would call 0 of 5 days changed, not 1.")
    expect(page).to_have_url(re.compile(f"min_distance={limit}"))
    assert drawn_line(page) == float(limit)
    page.reload()
    expect(page.get_by_test_id("column-min_distance")).to_have_value(limit)
    expect(trial).to_contain_text("would call 0 of 5 days")
    assert alerts(server, "open") == {COLUMN}
    page.get_by_test_id("column-rule-set").click()
    expect(page.get_by_test_id("column-rule-says")).to_contain_text("In force now")
    expect(page.get_by_test_id("window-verdict")).to_contain_text("Stable")
    expect(page).not_to_have_url(re.compile("min_distance"))
    assert eventually(page, lambda: alerts(server, "open") == set())
    expect(page.get_by_test_id("column-alerts")).to_contain_text("Resolved")

    page.get_by_test_id("column-rule-common").click()
    expect(page.get_by_test_id("window-verdict")).to_contain_text("Changed")
    expect(page.get_by_test_id("column-min_distance")).to_have_value("0.1")
    assert eventually(page, lambda: alerts(server, "open") == {COLUMN})
    expect(page.get_by_test_id("column-mute")).to_be_disabled()
    page.get_by_test_id("column-mute-reason").fill(f"a new ruler {MARKUP}")
    page.get_by_test_id("column-mute").click()
    expect(page.get_by_test_id("column-alerting")).to_contain_text(f"a new ruler {MARKUP}")
    expect(page.get_by_test_id("window-verdict")).to_contain_text("Changed")
    assert eventually(page, lambda: alerts(server, "open") == set())
    page.goto(f"{server.url}/models/iris/monitor")
    expect(page.get_by_test_id(f"column-{COLUMN}")).to_contain_text("muted")
    page.go_back()
    page.get_by_test_id("column-unmute").click()
    expect(page.get_by_test_id("column-mute")).to_be_visible()
    assert eventually(page, lambda: alerts(server, "open") == {COLUMN})
    assert page.title() != "owned"


def test_categories_and_texts_have_their_own_charts(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Shares add up, values stand side by side, and what users wrote stays text."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/columns/country")
    ready(page, "timeline")
    countries = [row["country"] for row in customers(80, seed=1)]
    share = 100 * countries.count("DE") / 80
    assert drawn(page, "timeline", "DE")[-1] == pytest.approx(share, abs=0.01)
    table = page.get_by_test_id("values")
    expect(table).to_contain_text(MARKUP)
    expect(table.get_by_role("row", name="DE")).to_contain_text(f"{share:.1f} %")
    page.mouse.move(*at_place(page, 0, places=2))
    page.wait_for_timeout(300)
    choose(page, "segment", f"country={MARKUP}")
    expect(page.get_by_test_id("window-verdict")).to_be_visible()
    expect(table.locator("tbody tr").first).to_contain_text("100 %")
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0

    page.goto(f"{server.url}/models/{SHOP}/columns/note")
    ready(page, "timeline")
    expect(page.get_by_test_id("words")).to_contain_text("customer")
    lengths = [len(str(row["note"]).split()) for row in customers(80, seed=1)]
    assert set(lengths) == {3}
    expect(page.get_by_test_id("facts")).to_contain_text("Mean words")
    page.goto(f"{server.url}/models/{SHOP}/columns/{quote('no/such', safe='')}")
    expect(page.get_by_test_id("lost")).to_contain_text("no/such")
    browser_record.console_errors.clear()  # the browser notes that it is not found


def test_profiles_side_by_side(server: RunningServer, browser_page: Page) -> None:
    """Reference and latest day without a choice; a third joins; distances are those of compare."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    page.get_by_test_id("tab-profiles").click()
    expect(page).to_have_url(f"{server.url}/models/iris/profiles")
    cards = page.get_by_test_id("compared").locator("article")
    expect(cards).to_have_count(8)
    expect(cards.first).to_contain_text(COLUMN)
    expect(page.get_by_test_id("profile-a")).to_contain_text("150 rows")
    expect(page.get_by_test_id("profile-b")).to_contain_text("60 rows, 1 day")
    before = profile(iris_frame().select(FEATURES))
    today = compare(profile(flowers(1)), before).column(COLUMN)
    pair = cards.first.get_by_test_id("pair-A to B")
    expect(pair).to_contain_text(f"distance {today.distance:.3f}")
    expect(pair).to_contain_text("Changed")

    page.get_by_test_id("add-c").click()
    expect(page.get_by_test_id("profile-c")).to_contain_text("60 rows, 1 day")
    expect(page).to_have_url(re.compile(f"c=1%3A{day(2)}"))
    page.get_by_test_id("c-first").fill(day(6))
    expect(page).to_have_url(re.compile(f"c=1%3A{day(6)}"))
    page.get_by_test_id("c-last").fill(day(4))
    expect(page.get_by_test_id("profile-c")).to_contain_text("180 rows, 3 days")
    three = compare(
        profile(flowers(1)), profile(pl.concat([flowers(ago) for ago in (6, 5, 4)]))
    ).column(COLUMN)
    back = cards.first.get_by_test_id("pair-B to C")
    expect(back).to_be_visible()
    said = float(re.search(r"distance ([\d.]+)", back.inner_text())[1])  # type: ignore[index]
    assert said == pytest.approx(three.distance or 0.0, abs=0.12)  # other bins: B is the base
    mean = f"{np.mean(flowers(1)[COLUMN].to_numpy()):.5g}"
    expect(cards.first.get_by_role("row", name="Mean")).to_contain_text(mean)
    page.get_by_test_id("find").fill("petal")
    expect(cards).to_have_count(2)
    expect(page).to_have_url(re.compile("petal"))
    page.reload()
    expect(cards).to_have_count(2)
    expect(page.get_by_test_id("profile-c")).to_contain_text("180 rows, 3 days")
    page.get_by_test_id("remove-b").click()
    expect(page.get_by_test_id("add-b")).to_be_visible()
    expect(cards.first.get_by_test_id("pair-A to C")).to_be_visible()
    cards.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/models/iris/columns/petal"))


def test_profiles_of_segments_and_of_days_without_traffic(
    server: RunningServer, browser_page: Page
) -> None:
    """A segment's rows only; an empty day is no error, and the fields lead on."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/profiles?a=1:{day(1)}&b=1:{day(3)}")
    expect(page.get_by_test_id("profile-b")).to_contain_text("no traffic on these days")
    expect(page.get_by_test_id("compared").locator("article").first).to_contain_text(
        "Not enough data"
    )
    choose(page, "a-segment", "class=Iris-setosa")
    expect(page).to_have_url(re.compile("class%3DIris-setosa"))
    expect(page.get_by_test_id("profile-a")).not_to_contain_text("60 rows")
    choose(page, "b-what", "Reference")
    expect(page.get_by_test_id("profile-b")).to_contain_text("150 rows")
    page.goto(f"{server.url}/models/iris/profiles?a=1:{day(1)}:class=tulip")
    expect(page.get_by_test_id("trouble")).to_contain_text("no segment 'class=tulip'")
    choose(page, "a-what", "Reference")
    expect(page.get_by_test_id("trouble")).to_have_count(0)
    page.goto(f"{server.url}/models/{WIDE}/profiles")
    expect(page.get_by_test_id("profile-a")).to_contain_text("60 rows")
    expect(page.get_by_text("1 to 12 of 72")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["", f"/columns/{COLUMN}", "/profiles"], ids=["monitor", "column", "profiles"]
)
def test_nothing_is_wider_than_a_telephone(
    server: RunningServer, browser_page: Page, path: str
) -> None:
    """At 390 pixels the page itself does not scroll sideways."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/models/iris{path}")
    expect(page.get_by_test_id("title")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_new_rows_appear_in_place(server: RunningServer, browser_page: Page) -> None:
    """Without a reload, on a column's page and beside each other."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/columns/age")
    ready(page, "timeline")
    assert drawn(page, "timeline", "rows")[-1] == 80
    rows = [row | {"seen": f"{row['seen']}"} for row in customers(5, seed=9)]
    answer = page.request.post(f"{server.url}/api/v1/models/{SHOP}/predict", data={"rows": rows})
    assert answer.ok
    for _ in range(150):
        if drawn(page, "timeline", "rows")[-1] == 5:
            break
        page.wait_for_timeout(100)
    assert drawn(page, "timeline", "rows") == [80, 80, 5]
    page.goto(f"{server.url}/models/{SHOP}/profiles?a=1:reference&b=1:{day(0)}")
    expect(page.get_by_test_id("profile-b")).to_contain_text("5 rows, 1 day")
    assert page.request.post(f"{server.url}/api/v1/models/{SHOP}/predict", data={"rows": rows}).ok
    expect(page.get_by_test_id("profile-b")).to_contain_text("10 rows, 1 day")
