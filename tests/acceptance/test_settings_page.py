"""The settings of one model: its rule is tried and set, its log policy changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

WIDTH = "sepal_width_cm"
LENGTH = "sepal_length_cm"
SHIFTS = {5: 0.0, 4: 0.15, 3: 0.3, 2: 0.8, 1: 3.0}
PASSWORD = "a few random words"  # noqa: S105 - of a test


def seed(home: Path, distances: dict[int, float]) -> None:
    """Log five days on which sepals are wider and wider; note how far each is."""
    now = datetime.now(UTC)
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "idle"):
            desk.registry.publish(iris_model(), name=name, reference=iris_frame(), target="class")
        for ago, shift in SHIFTS.items():
            rows = iris_frame().select(FEATURES).to_dicts()
            for row in rows:
                row[WIDTH] += shift
            desk.predictor.predict("iris", rows, timestamps=[now - timedelta(days=ago)] * 150)
        desk.jobs.run()
        for window, column in desk.monitoring.drift("iris").history(WIDTH):
            assert column.distance is not None
            if column.verdict.status is Status.CHANGED:
                distances[(now - window.start).days] = column.distance


@pytest.fixture(scope="module")
def seeded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningServer, dict[int, float]]]:
    """Offer a server, and the distances of the days that count as changed."""
    home = tmp_path_factory.mktemp("settings") / "home"
    distances: dict[int, float] = {}
    seed(home, distances)
    with measured_servers(), running_server(home) as running:
        yield running, distances


@pytest.fixture
def server(seeded: tuple[RunningServer, dict[int, float]]) -> RunningServer:
    """Offer the server alone."""
    return seeded[0]


def still_open(server: RunningServer) -> set[str]:
    """Return the days that have open alerts, as the API tells them."""
    answer = httpx.get(f"{server.url}/api/v1/alerts?status=open&model=iris", trust_env=False)
    return {alert["window"]["start"][:10] for alert in answer.json()["alerts"]}


def policy(server: RunningServer) -> dict[str, object]:
    """Return the log policy, as the API tells it."""
    answer = httpx.get(f"{server.url}/api/v1/models/iris/policy", trust_env=False)
    found: dict[str, object] = answer.raise_for_status().json()
    return found


def monitor(server: RunningServer) -> dict[str, Any]:
    """Return the monitor's rule, as the API tells it."""
    answer = httpx.get(f"{server.url}/api/v1/models/iris/monitor", trust_env=False)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def fill(page: Page, field: str, value: str) -> None:
    """Type a number into a field."""
    page.get_by_test_id(field).fill(value)


def toggle(page: Page, field: str, option: str) -> None:
    """Choose one of several options, or no more; the list is closed again."""
    page.get_by_test_id(field).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)


def test_a_rule_is_tried_on_past_days_and_set(
    seeded: tuple[RunningServer, dict[int, float]], browser_page: Page
) -> None:
    """With a larger distance fewer days change; once set, the alerts are those that were told."""
    server, distances = seeded
    page = browser_page
    page.goto(f"{server.url}/models/iris")
    page.get_by_test_id("tab-settings").click()
    expect(page).to_have_url(f"{server.url}/models/iris/settings")
    sentence = page.get_by_test_id("trial-sentence")
    expect(sentence).to_contain_text(f"calls {len(distances)} of 5 days changed")
    expect(page.get_by_test_id("rule-set")).to_be_disabled()
    least = sorted(distances.values())
    limit = round((least[-2] + least[-1]) / 2, 2)
    fill(page, "rule-min_distance", str(limit))
    expect(sentence).to_contain_text(
        f"1 of 5 days would have been called changed, not {len(distances)}"
    )
    expect(page).to_have_url(re.compile(rf"\?min_distance={limit}$"))
    page.reload()
    expect(page.get_by_test_id("rule-min_distance")).to_have_value(str(limit))
    expect(sentence).to_contain_text("1 of 5 days would")
    assert len(still_open(server)) == len(distances)
    page.get_by_test_id("rule-set").click()
    expect(page.get_by_test_id("rule-says")).to_contain_text("In force now")
    expect(page).to_have_url(re.compile(r"/settings\??$"))
    expect(sentence).to_contain_text("calls 1 of 5 days changed")
    for _ in range(50):
        if len(still_open(server)) == 1:
            break
        page.wait_for_timeout(200)
    assert len(still_open(server)) == 1
    trail = httpx.get(f"{server.url}/api/v1/audit?action=monitor", trust_env=False).json()
    assert trail["entries"][0]["details"]["after"]["thresholds"]["min_distance"] == limit


def test_a_number_that_no_rule_can_have_is_refused(
    server: RunningServer, browser_page: Page
) -> None:
    """In its place, with the way back; the address that says it opens the rule in force."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/settings?false_alarm_rate=7&min_rows=x&history=-1")
    expect(page.get_by_test_id("trial-sentence")).to_contain_text("The rule in force")
    fill(page, "rule-min_rows", "")
    expect(page.get_by_test_id("rule-says")).to_contain_text("A number is missing")
    expect(page.get_by_test_id("rule-set")).to_be_disabled()
    page.get_by_test_id("rule-back").click()
    expect(page.get_by_test_id("rule-min_rows")).to_have_value("30")
    expect(page.get_by_test_id("rule-says")).to_be_hidden()


def test_a_column_has_a_rule_of_its_own(server: RunningServer, browser_page: Page) -> None:
    """It is given in the table, tried before it is set, and taken back there."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/settings")
    own = page.get_by_test_id("own-rules")
    expect(own).to_contain_text("none is muted")
    fill(page, "own-rule-name", "no such column")
    page.get_by_test_id("own-rule-add").click()
    expect(page.get_by_test_id("own-rules-says")).to_contain_text("no column 'no such column'")
    fill(page, "own-rule-name", LENGTH)
    page.get_by_test_id("own-rule-add").click()
    dialog = page.get_by_test_id("own-rule-dialog")
    expect(dialog.get_by_test_id("column-trial")).to_contain_text("These numbers call")
    fill(page, "column-min_missing_change", "0.25")
    expect(dialog.get_by_test_id("column-trial")).to_contain_text("These numbers would call")
    page.get_by_test_id("column-rule-set").click()
    expect(page.get_by_test_id("column-rule-says")).to_contain_text("In force now")
    page.get_by_test_id("own-rule-close").click()
    table = page.get_by_test_id("own-rules-table")
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.locator("tbody tr td")).to_have_text(
        [LENGTH, "as all columns", "0.25", "", re.compile("Change")]
    )
    assert monitor(server)["overrides"][LENGTH]["min_missing_change"] == 0.25
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 800})
    # What is set for all columns afterwards leaves the column its own number.
    fill(page, "rule-min_missing_change", "0.1")
    page.get_by_test_id("rule-set").click()
    expect(page.get_by_test_id("rule-says")).to_contain_text("In force now")
    found = monitor(server)
    assert found["thresholds"]["min_missing_change"] == 0.1
    assert found["overrides"][LENGTH]["min_missing_change"] == 0.25
    page.get_by_test_id("own-rule-drop").click()
    expect(own).to_contain_text("none is muted")
    assert monitor(server)["overrides"] == {}


def test_a_log_policy_is_changed(server: RunningServer, browser_page: Page) -> None:
    """What is saved is in force; what cannot be is refused in its place."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/settings")
    expect(page.get_by_test_id("policy-sample")).to_be_disabled()
    page.get_by_test_id("policy-rows").click()
    page.get_by_role("option", name="a sample of the rows").click()
    fill(page, "policy-sample", "25")
    for field in ("policy-drop", "policy-hash"):
        toggle(page, field, "petal_width_cm")
    page.get_by_test_id("policy-save").click()
    expect(page.get_by_test_id("policy-says")).to_contain_text("dropped or hashed, not both")
    assert policy(server)["rows"] == "all"
    toggle(page, "policy-hash", "petal_width_cm")
    page.get_by_test_id("policy-save").click()
    expect(page.get_by_test_id("policy-says")).to_contain_text("The change is in the audit trail")
    found = policy(server)
    assert (found["rows"], found["sample"], found["drop"]) == ("sample", 0.25, ["petal_width_cm"])
    page.reload()
    expect(page.get_by_test_id("policy-sample")).to_have_value("25")


def test_a_model_without_traffic(server: RunningServer, browser_page: Page) -> None:
    """There is nothing to try a rule on; all else is there, on a phone too."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/models/idle/settings")
    expect(page.get_by_test_id("trial")).to_contain_text("No day to try it on")
    expect(page.get_by_test_id("champion")).to_contain_text("sklearn")
    expect(page.get_by_test_id("limits")).to_contain_text("60 s")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_one_may_not_change_is_shown_and_not_offered(
    tmp_path: Path, browser_page: Page
) -> None:
    """Editors set rules and not policies; viewers neither."""
    home = tmp_path / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for role in UserRole:
            desk.accounts.add(str(role), role=role, password=PASSWORD)
    page = browser_page
    with measured_servers(), running_server(home) as running:
        for name, sets in (("editor", True), ("viewer", False)):
            page.context.clear_cookies()
            page.goto(f"{running.url}/models/iris/settings")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_test_id("sign-in").click()
            expect(page.get_by_test_id("policy")).to_contain_text("Administrators change this")
            expect(page.get_by_test_id("policy-text")).to_be_disabled()
            expect(page.get_by_test_id("policy-save")).to_have_count(0)
            expect(page.get_by_test_id("rule-set")).to_have_count(int(sets))
            expect(page.get_by_test_id("own-rule-add")).to_have_count(int(sets))
            expect(page.get_by_test_id("admin-link")).to_have_count(0)
        page.goto("about:blank")
