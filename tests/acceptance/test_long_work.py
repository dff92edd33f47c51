"""Long work on the pages: how far it is can be seen, and it can be cancelled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.axe import grave_violations
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.shop import SHOP, customers, reference, spend
from tests.support.slow import SECONDS, slow_spend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

ROWS = 1_600
"""Logged requests: the slow version takes more than six seconds for them."""


def seed(home: Path) -> None:
    """Log requests that a quick version answered, and label them; a slow version waits."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(spend, name=SHOP, reference=reference())
        desk.registry.publish(slow_spend, name=SHOP, reference=reference())
        now = datetime.now(UTC)
        rows = customers(ROWS)
        for start in range(0, ROWS, 400):
            some = rows[start : start + 400]
            at = now - timedelta(days=1 + start // 400)
            answer = desk.predictor.predict(SHOP, some, version=1, timestamps=[at] * len(some))
            ids = [each.prediction_id for each in answer.predictions]
            column = answer.signature.prediction.name
            truth = [float(str(each.outputs[column])) + 1 for each in answer.predictions]
            desk.labelling.label(SHOP, {"prediction_id": ids, "label": truth})
        desk.jobs.run()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with a slow version."""
    home = tmp_path_factory.mktemp("long") / "home"
    seed(home)
    with measured_servers(), running_server(home) as running:
        yield running


def done(page: Page) -> int:
    """Return how many rows the page says are done."""
    words = page.get_by_test_id("work-told").inner_text()
    found = re.search(r"([\d,]+) of 1,600 rows", words)
    return int(found[1].replace(",", "")) if found else 0


def logged(server: RunningServer) -> int:
    """Return how many predictions the log has, of both versions."""
    answer = httpx.get(f"{server.url}/api/v1/models/{SHOP}", trust_env=False)
    return int(answer.raise_for_status().json()["predictions"])


def test_a_replay_tells_how_far_it_is_and_can_be_cancelled(
    server: RunningServer, browser_page: Page
) -> None:
    """What is cancelled leaves nothing; started again, it comes to its end."""
    page, before = browser_page, logged(server)
    page.goto(f"{server.url}/models/{SHOP}/compare?one=2&other=1&source=replay")
    expect(page.get_by_test_id("work-told")).to_contain_text("of 1,600 rows")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d?$"))
    first = done(page)
    page.wait_for_timeout(1_500)
    assert first < done(page) < ROWS
    assert grave_violations(page) == []
    page.get_by_test_id("work-cancel").click()
    expect(page.get_by_test_id("replay-cancelled")).to_be_visible()
    expect(page.get_by_test_id("work")).to_have_count(0)
    page.wait_for_timeout(500)
    assert logged(server) == before

    page.get_by_test_id("replay-again").click()
    expect(page.get_by_test_id("work")).to_be_visible()
    expect(page.get_by_test_id("figure-rows")).to_contain_text(
        "1,600", timeout=ROWS * SECONDS * 4_000
    )
    assert logged(server) == before


def test_what_is_no_longer_wanted_ends(server: RunningServer, browser_page: Page) -> None:
    """Another source takes the place of a replay at once."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/compare?one=2&other=1&source=replay")
    expect(page.get_by_test_id("work")).to_be_visible()
    page.get_by_test_id("sort-ranges").click()
    expect(page.get_by_test_id("ranges")).to_be_visible()
    expect(page.get_by_test_id("work")).to_have_count(0)
    expect(page.get_by_test_id("verdict").or_(page.get_by_test_id("no-change"))).to_be_visible()
