"""The list of models and a model's overview: is it fine, why not, and what happened."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.metrics import accuracy_score

from modeldesk.desk import Desk
from modeldesk.services.about import About
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.subpath import below_a_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

FELL, FINE, IDLE = "fell", "fine", "idle"
DAYS = 16
ROWS = 60
HOSTILE = "<b>x</b>" + "\u202e" + "😀" + "y" * 3_000
OTHERS = 26
"""Models without traffic, so that there is a second page."""
SERVED = 2
"""How many of them answer; the others are served elsewhere."""


class Truth:
    """What the latest week's rows are labelled and predicted as."""

    labels: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()


def seed(home: Path) -> Truth:
    """Publish a model that fell in its last week, one that is fine, and many without traffic."""
    truth = Truth()
    now = datetime.now(UTC)
    frame = iris_frame()
    with Desk.open(Settings.load(home=home)) as desk:
        about = About(tags={"team": "botany", "owner": "garden crew"}, description=HOSTILE)
        for name in (FELL, FINE, FELL):
            desk.registry.publish(
                iris_model(), name=name, reference=frame, target="class", about=about
            )
        for number in range(OTHERS):
            name = f"{IDLE}-{number:02}"
            if number < SERVED:
                desk.registry.publish(iris_model(), name=name, reference=frame, target="class")
            else:
                desk.registry.register(name, reference=frame, prediction="class")
        rng = np.random.default_rng(5)
        for ago in reversed(range(DAYS)):
            _a_day(desk, FINE, now - timedelta(days=ago), rng, wrong=0.0)
            found = _a_day(
                desk, FELL, now - timedelta(days=ago), rng, wrong=0.5 if ago < 7 else 0.0,
                shifted=ago == 3,
            )  # fmt: skip
            if ago < 7:
                truth.labels += found.labels
                truth.predictions += found.predictions
        desk.jobs.run()
    return truth


def _a_day(
    desk: Desk,
    name: str,
    at: datetime,
    rng: np.random.Generator,
    *,
    wrong: float,
    shifted: bool = False,
) -> Truth:
    """Predict and label flowers of one day; a share of the labels is another class."""
    rows = iris_frame().sample(ROWS, with_replacement=True, seed=int(rng.integers(1_000_000)))
    asked = rows.select(FEATURES)
    if shifted:
        asked = asked.with_columns(pl.col(FEATURES[1]) + 3)
    answer = desk.predictor.predict(name, asked.to_dicts(), timestamps=[at] * ROWS)
    column = desk.registry.record(name).signature.prediction.name
    labels = [
        str(rng.choice([one for one in CLASSES if one != value])) if rng.random() < wrong else value
        for value in rows["class"].to_list()
    ]
    ids = [each.prediction_id for each in answer.predictions]
    times = [min(at + timedelta(hours=1), datetime.now(UTC))] * ROWS
    desk.labelling.label(name, {"prediction_id": ids, "label": labels, "label_time": times})
    told = Truth()
    told.labels = tuple(labels)
    told.predictions = tuple(str(each.outputs[column]) for each in answer.predictions)
    return told


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Truth]]:
    """Offer a server with models in several states, and what was true of one."""
    home = tmp_path_factory.mktemp("overview") / "home"
    truth = seed(home)
    with measured_servers(), running_server(home) as running:
        yield running, truth


@pytest.fixture
def server(seeded: tuple[RunningServer, Truth]) -> RunningServer:
    """Offer the server alone."""
    return seeded[0]


def names(page: Page) -> list[str]:
    """Return the models that the table shows, from the top."""
    found = page.get_by_test_id("models").locator("tbody .md-name").all_inner_texts()
    return [words.strip() for words in found]


def chart(page: Page, series: str) -> list[Any]:
    """Return what a series of the timeline has on each day."""
    found = page.get_by_test_id("timeline").evaluate(
        "(element, name) => getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === name).data.map(point => point.value)",
        series,
    )
    return list(found)


def wide(page: Page) -> int:
    """Return how wide the page is, scrolled parts included."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def reason(page: Page, concern: str) -> Locator:
    """Return the line of a reason."""
    return page.get_by_test_id(f"reason-{concern}")


def test_one_screen_says_whether_a_model_is_fine(
    seeded: tuple[RunningServer, Truth], browser_page: Page
) -> None:
    """The figure is scikit-learn's; each reason leads to the page that shows it."""
    server, truth = seeded
    page = browser_page
    page.goto(f"{server.url}/models/{FELL}")
    expect(page.get_by_test_id("tab-overview")).to_have_attribute("aria-current", "page")
    expect(page.get_by_test_id("health-word")).to_have_text("Needs attention")
    reasons = page.locator("[data-testid^=reason-]")
    expect(reasons.first).to_have_attribute("data-testid", "reason-performance")
    accuracy = accuracy_score(truth.labels, truth.predictions)
    expect(reason(page, "performance")).to_contain_text(f"Accuracy is {accuracy:.3g} instead of")
    expect(reason(page, "alerts")).to_contain_text(FEATURES[1])

    shown = page.get_by_test_id("measured-accuracy")
    expect(shown).to_contain_text("worse by")
    now = float(shown.locator(".md-measure-value").inner_text())
    assert now == pytest.approx(accuracy, abs=0.006)
    expect(page.get_by_test_id("figure-predictions")).to_contain_text(f"{DAYS * ROWS:,}")
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("100 %")

    reason(page, "alerts").get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/models/{FELL}/monitor\\?column={FEATURES[1]}&day="))
    expect(page.get_by_test_id("panel-title")).to_have_text(FEATURES[1])
    page.go_back()
    reason(page, "performance").get_by_role("link").click()
    expect(page).to_have_url(f"{server.url}/models/{FELL}/performance")


def test_days_and_events_share_one_axis(server: RunningServer, browser_page: Page) -> None:
    """The range changes all of it; versions and alerts stand on their days and in the list."""
    page = browser_page
    page.goto(f"{server.url}/models/{FELL}")
    expect(page.get_by_test_id("timeline").locator("canvas").first).to_be_visible()
    asked = chart(page, "labelled")
    assert asked == [ROWS] * DAYS
    values = [value for value in chart(page, "value") if value is not None]
    assert len(values) == DAYS
    assert max(values[-7:]) < min(values[:-7])
    (versions,) = chart(page, "Versions")
    assert versions == [DAYS - 1, 0]
    days = page.get_by_test_id("timeline").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === 'Alerts').data.map(point => point.day)"
    )
    assert (datetime.now(UTC) - timedelta(days=3)).date().isoformat() in days
    expect(page.get_by_test_id("events")).to_contain_text("Version 2 was published.")
    choose(page, "range", "Last 7 days")
    expect(page).to_have_url(re.compile(r"\?days=7$"))
    expect(page.get_by_test_id("figure-predictions")).to_contain_text(f"{7 * ROWS}")
    assert len(chart(page, "labelled")) == 7
    page.reload()
    expect(page.get_by_test_id("range")).to_contain_text("Last 7 days")
    page.get_by_test_id("appearance-dark").click()
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    expect(page.get_by_test_id("timeline").locator("canvas").first).to_be_visible()


def test_a_healthy_model_says_so_in_one_sentence(server: RunningServer, browser_page: Page) -> None:
    """Without reasons; a version without traffic, and a model without any, say what they lack."""
    page = browser_page
    page.goto(f"{server.url}/models/{FINE}")
    expect(page.get_by_test_id("health-word")).to_have_text("Healthy")
    expect(page.get_by_test_id("health")).to_contain_text("4 features are as in the reference")
    expect(page.locator("[data-testid^=reason-]")).to_have_count(0)
    page.get_by_test_id("to-monitor").click()
    expect(page).to_have_url(f"{server.url}/models/{FINE}/monitor")
    page.goto(f"{server.url}/models/{FELL}")
    choose(page, "version", "v2")
    expect(page).to_have_url(f"{server.url}/models/{FELL}?version=2")
    expect(page.get_by_test_id("no-performance")).to_contain_text("No labels yet")
    page.goto(f"{server.url}/models/{IDLE}-00")
    expect(page.get_by_test_id("health-word")).to_have_text("No traffic yet")
    page.get_by_role("link", name="Make a prediction in the playground").click()
    expect(page).to_have_url(f"{server.url}/models/{IDLE}-00/playground")


def test_figures_follow_what_is_predicted(server: RunningServer, browser_page: Page) -> None:
    """Without a reload, and the chart stays where it is."""
    page = browser_page
    name = f"{IDLE}-01"
    page.goto(f"{server.url}/models/{name}")
    expect(page.get_by_test_id("figure-predictions")).to_contain_text("0")
    row = iris_frame().select(FEATURES).to_dicts()[0]
    answer = httpx.post(
        f"{server.url}/api/v1/models/{name}/predict", json={"row": row}, trust_env=False
    )
    assert answer.is_success
    expect(page.get_by_test_id("figure-predictions")).to_contain_text("1")
    expect(page.get_by_test_id("figure-model-time")).to_contain_text("of 1 batch")
    expect(page.get_by_test_id("health-word")).to_have_text("Too early to tell")
    expect(page.get_by_test_id("timeline").locator("canvas").first).to_be_visible()


def test_who_needs_attention_comes_first(server: RunningServer, browser_page: Page) -> None:
    """With the reason; columns order, a search finds as one types, all of it in the address."""
    page = browser_page
    page.goto(server.url)
    expect(page.get_by_test_id("models-count")).to_have_text(f"{OTHERS + 2} models")
    assert names(page)[0] == FELL
    row = page.get_by_test_id(f"model-{FELL}")
    expect(row).to_contain_text("Needs attention")
    expect(row).to_contain_text("Accuracy is")
    expect(row).to_contain_text("worse by")
    expect(row).to_contain_text("team: botany")
    expect(row.locator("svg rect")).to_have_count(DAYS)
    expect(page.get_by_test_id("figure-need-attention")).to_contain_text("1")
    assert len(names(page)) == 25
    page.get_by_test_id("page-later").click()
    expect(page.get_by_test_id("models").locator("tbody tr")).to_have_count(OTHERS + 2 - 25)
    expect(page).to_have_url(re.compile("page=2"))

    page.get_by_test_id("search").fill("botany")
    expect(page.get_by_test_id("models").locator("tbody tr")).to_have_count(2)
    expect(page.get_by_test_id("models").get_by_title("Owner").first).to_contain_text("garden crew")
    expect(page).to_have_url(re.compile("q=botany"))
    page.get_by_test_id("sort-name").click()
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.get_by_test_id("models").locator("tbody .md-name").first).to_have_text(FELL)
    page.get_by_test_id("sort-name").click()
    expect(page.get_by_test_id("models").locator("tbody .md-name").first).to_have_text(FINE)
    page.get_by_test_id("layout-cards").click()
    expect(page.get_by_test_id(f"card-{FELL}")).to_contain_text("Needs attention")
    expect(page).to_have_url(re.compile("cards"))
    page.reload()
    expect(page.get_by_test_id("search")).to_have_value("botany")
    expect(page.get_by_test_id("model-cards").locator("article")).to_have_count(2)
    page.get_by_test_id("search").fill("nobody has this")
    expect(page.get_by_test_id("nothing-found")).to_be_visible()
    page.get_by_role("button", name="Show all models").click()
    expect(page.get_by_test_id("models-count")).to_have_text(f"{OTHERS + 2} models")
    choose(page, "order", "Needs attention first")
    page.get_by_test_id(f"card-{FELL}").get_by_role("link").click()
    expect(page).to_have_url(f"{server.url}/models/{FELL}")


def test_a_phone_shows_all_of_it(server: RunningServer, browser_page: Page) -> None:
    """Nothing is wider than the screen, whatever somebody wrote into a description."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", "/?view=cards", f"/models/{FELL}", f"/models/{IDLE}-02"):
        page.goto(server.url + path)
        expect(page.get_by_test_id("title")).to_be_visible()
        assert wide(page) <= 390, path
    page.goto(f"{server.url}/models/{FELL}")
    expect(page.get_by_text("<b>x</b>").first).to_be_visible()


def test_links_hold_behind_a_proxy_and_strange_addresses_open(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Below a path too; what an address cannot mean is as if it were not there."""
    page = browser_page
    with below_a_path(server.url, "/desk") as url:
        page.goto(f"{url}/")
        page.get_by_role("link", name=FELL, exact=True).click()
        expect(page).to_have_url(f"{url}/models/{FELL}")
        page.get_by_test_id(f"drift-{FEATURES[1]}").get_by_role("link").click()
        expect(page).to_have_url(re.compile(f"{url}/models/{FELL}/monitor\\?column="))
        page.goto("about:blank")
    page.goto(f"{server.url}/?sort=size&page=99&days=8&view=map")
    expect(page.get_by_test_id("models").locator("tbody tr")).to_have_count(OTHERS + 2 - 25)
    page.goto(f"{server.url}/models/{FELL}?version=x&days=1e9")
    expect(page.get_by_test_id("range")).to_contain_text("Last 30 days")
    for lost in ("nope", f"{FELL}?version=9"):
        response = page.goto(f"{server.url}/models/{lost}")
        assert response is not None
        assert response.status == httpx.codes.NOT_FOUND
        expect(page.get_by_test_id("lost")).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that these are not found
