"""What administrators look after: users, keys, storage, jobs, the trail, the settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.services.acting import Scope, UserRole
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.browser import BrowserRecord

PASSWORD = "a few random words"  # noqa: S105 - of a test
SECRET = "hunter2-and-more"  # noqa: S105 - of a test
TABS = ("users", "keys", "storage", "jobs", "audit", "about")


def seed(home: Path) -> None:
    """Log a day of flowers, fill the trail, and leave a failed file."""
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "idle"):
            desk.registry.publish(iris_model(), name=name, reference=iris_frame(), target="class")
        desk.predictor.predict("iris", iris_frame().select(FEATURES).to_dicts())
        for number in range(60):
            desk.keys.create(f"old-{number}", scopes=[Scope.READ])
        desk.jobs.run()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server that asks nobody who they are."""
    home = tmp_path_factory.mktemp("open") / "home"
    seed(home)
    environment = {"MODELDESK_OIDC_CLIENT_SECRET": SECRET, "MODELDESK_KEEP_ROWS_DAYS": "30"}
    with measured_servers(), running_server(home, environment=environment) as running:
        yield running


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with a user of each role."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for role in UserRole:
            desk.accounts.add(str(role), role=role, password=PASSWORD)
    with measured_servers(), running_server(home) as running:
        yield running


def sign_in(page: Page, url: str, name: str, password: str = PASSWORD) -> None:
    """Go to a page over the login page."""
    page.context.clear_cookies()
    page.goto(url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_test_id("sign-in").click()


def status(server: RunningServer, path: str, key: str) -> int:
    """Return how the API answers a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{server.url}/api/v1/{path}", headers=headers, trust_env=False).status_code


def test_users_come_change_and_go(
    staffed: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Who is added can sign in, with the role and the password that were given last."""
    page = browser_page
    sign_in(page, f"{staffed.url}/", "admin")
    page.get_by_test_id("admin-link").click()
    expect(page).to_have_url(f"{staffed.url}/admin")
    expect(page.get_by_test_id("users").locator("tbody tr")).to_have_count(3)
    expect(page.get_by_test_id("sign-in-off")).to_have_count(0)
    page.get_by_test_id("new-user-name").fill("anna")
    page.get_by_test_id("new-user-password").fill("short")
    page.get_by_test_id("add-user-button").click()
    expect(page.get_by_test_id("add-user")).to_contain_text("12 to 1000 characters")
    page.get_by_test_id("new-user-password").fill(PASSWORD)
    page.get_by_test_id("add-user-button").click()
    expect(page.get_by_test_id("user-anna")).to_contain_text("never")
    choose(page, "role-anna", "admin")
    expect(page.get_by_text("anna is admin now.")).to_be_visible()
    page.get_by_test_id("user-anna").get_by_test_id("set-password").click()
    page.get_by_test_id("password").fill(PASSWORD[::-1])
    page.get_by_test_id("password-yes").click()
    expect(page.get_by_text("anna has a new password.")).to_be_visible()

    sign_in(page, f"{staffed.url}/admin?tab=users", "anna", PASSWORD[::-1])
    expect(page.get_by_test_id("user-anna")).to_be_visible()
    page.get_by_test_id("find-user").fill("VIEW")
    expect(page.get_by_test_id("users").locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("find=VIEW"))
    page.get_by_test_id("find-user").fill("")
    sign_in(page, f"{staffed.url}/admin", "admin")
    page.get_by_test_id("user-anna").get_by_test_id("remove-user").click()
    expect(page.get_by_test_id("question")).to_contain_text("Remove anna?")
    page.get_by_test_id("question-yes").click()
    expect(page.get_by_test_id("user-anna")).to_have_count(0)
    page.get_by_test_id("tab-audit").click()
    first = page.get_by_test_id("entries").locator("tbody tr")
    expect(first.nth(0)).to_contain_text("user.removed")
    expect(first.nth(0)).to_contain_text("user admin")
    expect(page.get_by_test_id("entries")).to_contain_text("viewer -> admin")
    sign_in(page, f"{staffed.url}/admin", "anna", PASSWORD[::-1])
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("about:blank")
    browser_record.console_errors.clear()  # the browser notes that the last one was refused


def test_others_are_told_that_the_page_is_not_for_them(
    staffed: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Neither the link nor any part of the page is shown to them."""
    page = browser_page
    sign_in(page, f"{staffed.url}/", "editor")
    expect(page.get_by_test_id("alerts-link")).to_be_visible()
    expect(page.get_by_test_id("admin-link")).to_have_count(0)
    for tab in TABS:
        answer = page.goto(f"{staffed.url}/admin?tab={tab}")
        assert answer is not None
        assert answer.status == httpx.codes.FORBIDDEN
        expect(page.get_by_test_id("refused")).to_be_visible()
        expect(page.locator("table")).to_have_count(0)
    browser_record.console_errors.clear()  # the browser notes each refusal


def test_a_key_is_made_copied_and_revoked(staffed: RunningServer, browser_page: Page) -> None:
    """It is shown once, is good for what was chosen, and for nothing once it is revoked."""
    page = browser_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, f"{staffed.url}/admin?tab=keys", "admin")
    page.get_by_test_id("new-key-name").fill("nightly")
    page.get_by_test_id("scope-predict").click()
    page.get_by_test_id("make-key").click()
    expect(page.get_by_test_id("add-key")).to_contain_text("A key needs a scope")
    page.get_by_test_id("scope-read").click()
    page.get_by_test_id("new-key-models").click()
    page.get_by_role("option", name="iris").click()
    page.keyboard.press("Escape")
    choose(page, "new-key-expiry", "after 30 days")
    page.get_by_test_id("make-key").click()
    key = page.get_by_test_id("the-key").inner_text()
    page.get_by_test_id("made-key").get_by_test_id("copy").click()
    expect(page.get_by_test_id("made-key").get_by_test_id("copy")).to_have_text(
        re.compile("Copied")
    )
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.get_by_test_id("key-kept").click()
    expect(page.get_by_test_id("made-key")).to_be_hidden()
    assert key not in page.content()
    row = page.get_by_test_id("key-nightly")
    expect(row).to_contain_text("iris")
    expect(row).to_contain_text(key[:12])
    assert status(staffed, "models/iris", key) == httpx.codes.OK
    assert status(staffed, "audit", key) == httpx.codes.FORBIDDEN
    row.get_by_test_id("revoke").click()
    page.get_by_test_id("question-yes").click()
    expect(row).to_contain_text("revoked")
    expect(row.get_by_test_id("revoke")).to_have_count(0)
    page.wait_for_timeout(1000)
    assert status(staffed, "models/iris", key) == httpx.codes.UNAUTHORIZED
    page.goto("about:blank")


def test_without_sign_in_the_page_says_so_and_works(
    open_server: RunningServer, browser_page: Page
) -> None:
    """How it is switched on; keys can be made before."""
    page = browser_page
    page.goto(f"{open_server.url}/admin")
    expect(page.get_by_test_id("sign-in-off")).to_contain_text("modeldesk users add")
    expect(page.get_by_test_id("new-user-role")).to_have_value("admin")
    page.get_by_test_id("tab-keys").click()
    expect(page.get_by_test_id("keys-not-asked")).to_be_visible()
    expect(page.get_by_test_id("keys").locator("tbody tr")).to_have_count(25)
    for number in (2, 3):
        page.get_by_test_id("next-page").click()
        expect(page).to_have_url(re.compile(f"tab=keys&page={number}"))
    expect(page.get_by_test_id("keys").locator("tbody tr")).to_have_count(10)


def test_storage_says_what_models_take_and_for_how_long(
    open_server: RunningServer, browser_page: Page
) -> None:
    """Rows and settings are those that were given."""
    page = browser_page
    page.goto(f"{open_server.url}/admin?tab=storage")
    rows = page.get_by_test_id("sizes").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("iris")
    expect(rows.first.locator("td").nth(2)).to_have_text("150")
    expect(page.get_by_test_id("size-idle").locator("td").nth(2)).to_have_text("0")
    expect(page.get_by_test_id("figure-rows-in-the-log")).to_contain_text("150")
    kept = page.get_by_test_id("kept-keep_rows_days")
    expect(kept).to_contain_text("30 days")
    expect(kept).to_contain_text("0 rows")
    expect(page.get_by_test_id("kept-keep_daily_days")).to_contain_text("for ever")


def test_jobs_are_watched_and_removed(open_server: RunningServer, browser_page: Page) -> None:
    """A file that was sent while the page is open appears, with what became of it."""
    page = browser_page
    page.goto(f"{open_server.url}/admin?tab=jobs")
    expect(page.get_by_test_id("doing")).to_contain_text(re.compile("resting|now:"))
    expect(page.get_by_test_id("figure-failed-steps")).to_contain_text("0")
    expect(page.get_by_test_id("no-jobs")).to_be_visible()
    csv = iris_frame().select(FEATURES).head(20).write_csv()
    sent = httpx.post(
        f"{open_server.url}/api/v1/models/iris/jobs?file=flowers.csv",
        content=csv,
        headers={"Content-Type": "text/csv"},
        trust_env=False,
    ).raise_for_status()
    row = page.get_by_test_id(f"job-{sent.json()['job_id']}")
    expect(row).to_contain_text("flowers.csv")
    expect(row).to_contain_text("Done")
    expect(row.locator("td").nth(4)).to_have_text("20")
    choose(page, "job-state", "Failed")
    expect(page.get_by_test_id("no-jobs")).to_be_visible()
    expect(page).to_have_url(re.compile("state=failed"))
    choose(page, "job-state", "Any state")
    row.get_by_test_id("remove").click()
    expect(page.get_by_test_id("no-jobs")).to_be_visible()
    left = httpx.get(f"{open_server.url}/api/v1/jobs", trust_env=False).json()
    assert left["jobs"] == []


def test_the_trail_is_read_page_by_page_and_narrowed(
    open_server: RunningServer, browser_page: Page
) -> None:
    """The pages together are the whole trail; filters stand in the address."""
    page = browser_page
    page.goto(f"{open_server.url}/admin?tab=audit&action=key")
    rows = page.get_by_test_id("entries").locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("old-59")
    page.get_by_test_id("audit-older").click()
    expect(rows).to_have_count(10)
    expect(rows.last).to_contain_text("old-0")
    expect(page).to_have_url(re.compile(r"action=key&before=\d+"))
    page.reload()
    expect(rows).to_have_count(10)
    choose(page, "audit-action", "Versions")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("version.published")
    rows.first.get_by_role("button").first.click()
    expect(page).to_have_url(re.compile("actor=command"))
    expect(rows).to_have_count(2)
    page.get_by_test_id("audit-actor").fill("user nobody")
    expect(page.get_by_test_id("no-entries")).to_be_visible()


def test_settings_say_where_they_come_from_and_no_secret(
    open_server: RunningServer, browser_page: Page
) -> None:
    """Variables and flags by name, secrets not at all."""
    page = browser_page
    page.goto(f"{open_server.url}/admin?tab=about")
    expect(page.get_by_test_id("setting-keep_rows_days")).to_contain_text(
        re.compile("30.*MODELDESK_KEEP_ROWS_DAYS")
    )
    expect(page.get_by_test_id("setting-port")).to_contain_text("command line")
    expect(page.get_by_test_id("setting-max_rows")).to_contain_text("default")
    assert SECRET not in page.content()
    page.get_by_test_id("find-setting").fill("secret")
    expect(page.get_by_test_id("settings").locator("tbody tr")).to_have_count(2)


@pytest.mark.parametrize("tab", TABS)
def test_nothing_is_wider_than_a_phone(
    open_server: RunningServer, browser_page: Page, tab: str
) -> None:
    """Tables scroll in their own place."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{open_server.url}/admin?tab={tab}")
    expect(page.get_by_test_id(f"tab-{tab}")).to_have_attribute("aria-current", "page")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
