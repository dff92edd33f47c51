"""A model's versions on their page: how good each is, which answers, and how that is changed."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.lenders import ALONE, BROKEN, DAYS, LENT, MARKUP, ROWS, Lent, lend
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.shop import SHOP, reference, spend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

PASSWORD = "a few random words"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Lent]]:
    """Offer a server with three versions of loans, and what was asked."""
    home = tmp_path_factory.mktemp("versions") / "home"
    lent = lend(home)
    with measured_servers(), running_server(home) as running:
        yield running, lent


@pytest.fixture
def server(seeded: tuple[RunningServer, Lent]) -> RunningServer:
    """Offer the server alone."""
    return seeded[0]


@pytest.fixture
def address(server: RunningServer) -> str:
    """Offer the page's address."""
    return f"{server.url}/models/{LENT}/versions"


def api(server: RunningServer, path: str) -> dict[str, object]:
    """Return what the API says of the model."""
    answer = httpx.get(f"{server.url}/api/v1/models/{LENT}/{path}", trust_env=False)
    answer.raise_for_status()
    return dict(answer.json())


def champion(server: RunningServer) -> int:
    """Return which version is the champion, as the API says."""
    found = api(server, "aliases")["aliases"]
    assert isinstance(found, list)
    return int(next(each["version"] for each in found if each["alias"] == "champion"))


def points(page: Page, name: str) -> list[list[float]]:
    """Return the points of a series of the chart of versions."""
    found = page.get_by_test_id("versions-chart").evaluate(
        "(element, name) => getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === name).data.map(point => point.value)",
        name,
    )
    return list(found)


def test_which_version_is_best(seeded: tuple[RunningServer, Lent], browser_page: Page) -> None:
    """Each version's accuracy on its test set and on live labels, drawn and in the table."""
    server, lent = seeded
    page = browser_page
    page.goto(f"{server.url}/models/{LENT}")
    page.get_by_test_id("tab-versions").click()
    expect(page).to_have_url(f"{server.url}/models/{LENT}/versions")
    choose(page, "measure", "Accuracy")
    tested = {1: lent.right(lent.first, lent.test), 2: lent.right(lent.second, lent.test)}
    shown = points(page, "test set")
    assert [round(x) for x, _ in shown] == [1, 2]
    assert [y for _, y in shown] == pytest.approx([right.mean() for right in tested.values()])
    lived = {1: lent.right(lent.first, lent.rows), 2: lent.right(lent.second, lent.rows)}
    shown = points(page, "live labels")
    assert [y for _, y in shown] == pytest.approx([right.mean() for right in lived.values()])
    for number, right in tested.items():
        row = page.get_by_test_id(f"version-{number}")
        figure = float(row.locator("td").nth(2).locator("span").inner_text())
        assert figure == pytest.approx(right.mean(), abs=0.006)
    first = page.get_by_test_id("version-1")
    expect(first).to_contain_text("champion")
    expect(first).to_contain_text(f"{DAYS * ROWS:,}")
    expect(page.get_by_test_id("version-2")).to_contain_text(f"{DAYS * ROWS:,} as shadow")
    expect(page.get_by_test_id("version-2")).to_contain_text(re.compile(r"\d+\.\d kB"))
    expect(page.get_by_test_id("version-3")).to_contain_text(MARKUP)
    page.get_by_test_id("measure").click()
    page.get_by_role("option", name="Log loss").click()
    expect(page).to_have_url(re.compile("measure=log_loss"))
    page.reload()
    expect(page.get_by_test_id("measure")).to_contain_text("Log loss")


def test_everything_about_one_version(
    server: RunningServer, address: str, browser_page: Page
) -> None:
    """Its test set, what was told of it, its columns; its file comes down, its code asks it."""
    page = browser_page
    page.goto(address)
    page.get_by_test_id("version-2").get_by_role("button").click()
    expect(page).to_have_url(re.compile("version=2"))
    expect(page.get_by_test_id("version-title")).to_have_text("Version 2")
    expect(page.get_by_test_id("version-test")).to_contain_text("than version 1 on the same 600")
    expect(page.get_by_test_id("test-slices")).to_contain_text("young renters")
    expect(page.get_by_test_id("test-classes")).to_contain_text("yes")
    expect(page.get_by_test_id("version-tags")).to_contain_text("risk")
    expect(page.get_by_test_id("version-metrics")).to_contain_text("0.91")
    expect(page.get_by_test_id("version-parameters")).to_contain_text("true")
    expect(page.get_by_test_id("version-libraries")).to_contain_text("scikit-learn")
    expect(page.get_by_test_id("version-inputs")).to_contain_text("income_keur")
    listed = api(server, "versions")["versions"]
    assert isinstance(listed, list)
    sha = next(each["sha256"] for each in listed if each["number"] == 2)
    expect(page.get_by_test_id("facts")).to_contain_text(sha)
    with page.expect_download() as coming:
        page.get_by_test_id("download").click()
    assert coming.value.path().stat().st_size > 1_000
    code = page.get_by_test_id("snippet-curl").locator("pre")
    expect(code).to_contain_text(f"{server.url}/api/v1/models/{LENT}/versions/2/predict")
    asked = subprocess.run(
        ["/bin/sh", "-c", code.inner_text()], capture_output=True, text=True, check=True, timeout=60
    )
    assert '"version":2' in asked.stdout.replace(" ", "")
    page.reload()
    expect(page.get_by_test_id("version-title")).to_have_text("Version 2")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("version-drawer")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("version=2"))


def test_a_champion_is_made_and_taken_back(
    server: RunningServer, address: str, browser_page: Page
) -> None:
    """The dialog says what will happen and why; the history has who, from where to where, why."""
    page = browser_page
    page.goto(f"{address}?version=2")
    page.get_by_test_id("promote").click()
    says = page.get_by_test_id("alias-says")
    expect(says).to_contain_text("Version 2 answers everybody who names no version")
    expect(says).to_contain_text("in place of version 1")
    expect(says).to_contain_text("on the same 600 rows")
    page.get_by_test_id("alias-reason").fill("better where people are young")
    page.get_by_test_id("alias-do").click()
    expect(page.get_by_test_id("alias-dialog")).to_be_hidden()
    expect(page.get_by_test_id("alias-champion")).to_contain_text("v2")
    assert champion(server) == 2
    moves = page.get_by_test_id("moves").locator("tbody tr")
    expect(moves.first).to_contain_text("v1 → v2")
    expect(moves.first).to_contain_text("better where people are young")
    page.get_by_test_id("version-close").click()
    page.get_by_test_id("alias-champion").get_by_test_id("roll-back").click()
    expect(says).to_contain_text("champion points at version 1 instead of 2")
    page.get_by_test_id("alias-do").click()
    expect(page.get_by_test_id("alias-champion")).to_contain_text("v1")
    expect(moves.first).to_contain_text("taken back")
    assert champion(server) == 1


def test_an_alias_of_ones_own(server: RunningServer, address: str, browser_page: Page) -> None:
    """It is made, moved, removed, and brought back."""
    page = browser_page
    page.goto(address)
    page.get_by_test_id("new-alias").click()
    page.get_by_test_id("alias-name").fill("3 blind mice")
    page.get_by_test_id("alias-do").click()
    expect(page.get_by_test_id("alias-trouble")).to_contain_text("is no name for an alias")
    page.get_by_test_id("alias-name").fill("challenger")
    choose(page, "alias-version", "v2")
    expect(page.get_by_test_id("alias-says")).to_contain_text("The alias challenger is made")
    page.get_by_test_id("alias-do").click()
    row = page.get_by_test_id("alias-challenger")
    expect(row).to_contain_text("v2")
    row.get_by_test_id("move").click()
    choose(page, "alias-version", re.compile("^v1"))
    page.get_by_test_id("alias-do").click()
    expect(row.get_by_role("button", name="v1")).to_be_visible()
    row.get_by_test_id("remove").click()
    expect(page.get_by_test_id("alias-says")).to_contain_text("gets an error")
    page.get_by_test_id("alias-do").click()
    expect(row).to_contain_text("removed from v1")
    row.get_by_test_id("roll-back").click()
    page.get_by_test_id("alias-do").click()
    expect(row.get_by_role("button", name="v1")).to_be_visible()
    found = api(server, "aliases")["aliases"]
    assert isinstance(found, list)
    assert {each["alias"]: each["version"] for each in found} == {"champion": 1, "challenger": 1}


def test_a_version_that_does_not_load_changes_nothing(
    server: RunningServer, address: str, browser_page: Page
) -> None:
    """The dialog says why, and the version before goes on answering."""
    page = browser_page
    page.goto(address)
    page.get_by_test_id("alias-champion").get_by_test_id("move").click()
    choose(page, "alias-version", f"v{BROKEN}")
    page.get_by_test_id("alias-do").click()
    expect(page.get_by_test_id("alias-trouble")).to_contain_text(re.compile("hash|not those"))
    page.get_by_test_id("alias-cancel").click()
    expect(page.get_by_test_id("alias-champion")).to_contain_text("v1")
    assert champion(server) == 1


def test_two_people_at_once(server: RunningServer, address: str, browser_page: Page) -> None:
    """Who decides on what is no longer so is told, and overwrites nothing."""
    page = browser_page
    page.goto(address)
    expect(page.get_by_test_id("alias-champion")).to_contain_text("v1")
    page.get_by_test_id("new-alias").click()
    page.get_by_test_id("alias-name").fill("both")
    choose(page, "alias-version", "v2")
    at = f"{server.url}/api/v1/models/{LENT}"
    moved = httpx.put(f"{at}/aliases/both", json={"version": 1}, trust_env=False)
    assert moved.status_code == httpx.codes.OK
    page.get_by_test_id("alias-do").click()
    expect(page.get_by_test_id("alias-trouble")).to_contain_text("points at version 1")
    page.get_by_test_id("alias-cancel").click()
    page.get_by_test_id("share-traffic").click()
    choose(page, "shadow", "No shadow")
    httpx.put(f"{at}/routing", json={"canary": {"version": 2, "percent": 1}}, trust_env=False)
    page.get_by_test_id("routing-do").click()
    expect(page.get_by_test_id("routing-trouble")).to_contain_text("by somebody else")
    httpx.put(f"{at}/routing", json={"shadow": {"version": 2}}, trust_env=False)
    httpx.delete(f"{at}/aliases/both", trust_env=False)


def test_traffic_is_shared(server: RunningServer, address: str, browser_page: Page) -> None:
    """A canary with its share and key, and no shadow; the page says so, and so does the API."""
    page = browser_page
    page.goto(address)
    page.get_by_test_id("share-traffic").click()
    expect(page.get_by_test_id("routing-says")).to_contain_text("That is so already")
    choose(page, "canary", "v2")
    page.get_by_test_id("canary-share").fill("25")
    choose(page, "canary-key", "Input age")
    choose(page, "shadow", "No shadow")
    expect(page.get_by_test_id("routing-says")).to_contain_text("Version 2 answers 25 %")
    page.get_by_test_id("routing-do").click()
    expect(page.get_by_test_id("traffic")).to_contain_text("25 % of requests")
    expect(page.get_by_test_id("version-2")).to_contain_text("canary 25 %")
    assert api(server, "routing") == {
        "canary": {"version": 2, "percent": 25.0, "key": "age"},
        "shadow": None,
    }
    at = f"{server.url}/api/v1/models/{LENT}/routing"
    httpx.put(at, json={"shadow": {"version": 2}}, trust_env=False)
    # The page looks again by itself.
    expect(page.get_by_test_id("version-2")).to_contain_text("shadow")


def test_one_version_says_how_the_next_is_published(
    server: RunningServer, browser_page: Page
) -> None:
    """And addresses that mean nothing are as if nothing was asked."""
    page = browser_page
    page.goto(f"{server.url}/models/{ALONE}/versions?days=9&measure=luck&version=x&below=no")
    expect(page.get_by_test_id("one-version")).to_contain_text("modeldesk.publish(")
    expect(page.get_by_test_id("one-version")).to_contain_text(f'name="{ALONE}"')
    expect(page.get_by_test_id("version-drawer")).to_be_hidden()
    page.goto(f"{server.url}/models/{ALONE}/versions?version=77")
    expect(page.get_by_test_id("trouble")).to_contain_text("no version 77")


def test_nothing_scrolls_sideways_on_a_telephone(address: str, browser_page: Page) -> None:
    """The page is as wide as the window; tables scroll in their cards."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}?version=2")
    expect(page.get_by_test_id("version-test")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_who_may_not_change_sees_no_button(tmp_path: Path, browser_page: Page) -> None:
    """A viewer and an editor see aliases and history, and are offered nothing that changes them."""
    home = tmp_path / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        for _ in range(2):
            desk.registry.publish(spend, name=SHOP, reference=reference())
        desk.accounts.add("ed", role=UserRole.EDITOR, password=PASSWORD)
        desk.accounts.add("ann", role=UserRole.ADMIN, password=PASSWORD)
    page = browser_page
    with running_server(home) as running:
        for name, many in (("ed", 0), ("ann", 1)):
            page.context.clear_cookies()
            page.goto(f"{running.url}/models/{SHOP}/versions?version=2")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_test_id("sign-in").click()
            expect(page.get_by_test_id("alias-champion")).to_contain_text("v1")
            expect(page.get_by_test_id("facts")).to_be_visible()
            for button in ("move", "promote", "new-alias", "share-traffic"):
                expect(page.get_by_test_id(button)).to_have_count(many)
        page.goto("about:blank")
