"""What somebody may not do is neither offered nor done, whatever a browser sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from modeldesk.ui.places import (
    ADMIN_PATH,
    ALERTS_PATH,
    FEEDBACK,
    MONITOR,
    PERFORMANCE,
    PLAYGROUND,
    PREDICTIONS,
    SETTINGS,
    VERSIONS,
    column_path,
)
from tests.support.browser import BrowserRecord, guarded_page
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.visiting import drawers, opened, pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PASSWORD = "a few random words"  # noqa: S105 - of a test
MODEL = "iris"
PATIENCE = 20
WIDTH = "sepal_width_cm"
ROWS = 60
EDITOR, ADMIN = UserRole.EDITOR, UserRole.ADMIN

# All that listens to a person on a page, with what the server knows it by.
LISTENERS = """wanted => {
  const known = document.getElementById('app')._vnode.component.proxy.elements;
  return Object.entries(known).flatMap(([id, element]) =>
    (element.events || []).filter(event => !wanted || element.props['data-testid'] === wanted)
      .map(event => ({ id: Number(id), listener: event.listener_id, type: event.type,
                       name: element.props['data-testid'] || '' })));
}"""
SEND = """([client, events]) => {
  for (const event of events)
    window.socket.emit('event', {
      id: event.id, client_id: client || window.clientId, listener_id: event.listener,
      args: event.args });
}"""
VALUES: tuple[object, ...] = ({}, "wide", 0.9)
HANDS = {"click", "update:model-value", "update:modelValue", "open", "remove", "sort", "row"}
"""Events by which a person does something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something on a page that changes what is stored."""

    path: str
    name: str
    """By which tests find it."""
    role: UserRole
    """Who may do it, at least."""


CONTROLS = (
    Control(path=SETTINGS.path(MODEL), name="rule-set", role=EDITOR),
    Control(path=SETTINGS.path(MODEL), name="own-rule-add", role=EDITOR),
    Control(path=SETTINGS.path(MODEL), name="policy-save", role=ADMIN),
    Control(path=column_path(MODEL, WIDTH), name="column-rule-set", role=EDITOR),
    Control(path=column_path(MODEL, WIDTH), name="column-mute", role=EDITOR),
    Control(path=PERFORMANCE.path(MODEL), name="add-slice", role=EDITOR),
    Control(path=VERSIONS.path(MODEL), name="new-alias", role=ADMIN),
    Control(path=VERSIONS.path(MODEL), name="share-traffic", role=ADMIN),
    Control(path=VERSIONS.path(MODEL) + "?version=2", name="promote", role=ADMIN),
    Control(path=PREDICTIONS.path(MODEL) + "?row=ROW", name="row-flag", role=EDITOR),
    Control(path=PREDICTIONS.path(MODEL) + "?row=ROW", name="label-set", role=EDITOR),
    Control(path=FEEDBACK.path(MODEL), name="label-import", role=EDITOR),
    Control(path=FEEDBACK.path(MODEL), name="answers", role=EDITOR),
    Control(path=PLAYGROUND.path(MODEL), name="flag", role=EDITOR),
    Control(path=MONITOR.path(MODEL), name="ALERT", role=EDITOR),
    Control(path=ALERTS_PATH, name="ALERT", role=EDITOR),
    Control(path="/", name="admin-link", role=ADMIN),
)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """Offer a server with a user of each role, and a prediction."""
    home = tmp_path_factory.mktemp("roles") / "home"
    row = seed(home)
    with measured_servers(), running_server(home) as running:
        yield running, row


def seed(home: Path) -> str:
    """Publish two versions, log a day that changed, label it; make users."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Desk.open(Settings.load(home=home)) as desk:
        for _ in range(2):
            desk.registry.publish(iris_model(), name=MODEL, reference=iris_frame(), target="class")
        flowers = iris_frame().sample(ROWS, seed=1)
        rows = flowers.select(FEATURES).to_dicts()
        for row in rows:
            row[WIDTH] += 2.0
        made = desk.predictor.predict(MODEL, rows, timestamps=[yesterday] * ROWS)
        ids = [each.prediction_id for each in made.predictions]
        told = {"prediction_id": ids[:50], "label": flowers["class"].to_list()[:50]}
        desk.labelling.label(MODEL, told)
        desk.slices.define(MODEL, "wide", f"{WIDTH} > 4")
        desk.aliases.move(MODEL, "challenger", 2)
        desk.jobs.run()
        for role in UserRole:
            desk.accounts.add(str(role), role=role, password=PASSWORD)
    return ids[-1]


def sign_in(page: Page, server: RunningServer, name: str) -> None:
    """Sign in as somebody."""
    page.goto(server.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("user")).to_contain_text(name)


def stored(server: RunningServer) -> dict[str, object]:
    """Return everything that pages can change, as an administrator is told it."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        form = {"name": "admin", "password": PASSWORD}
        answer = client.post("/login", data=form, headers={"Origin": server.url})
        assert answer.status_code == httpx.codes.SEE_OTHER
        paths = (
            "alerts",
            f"models/{MODEL}/monitor",
            f"models/{MODEL}/policy",
            f"models/{MODEL}/aliases",
            f"models/{MODEL}/routing",
            f"models/{MODEL}/flags",
            f"models/{MODEL}/labels",
            f"models/{MODEL}/slices",
            "audit?limit=500",
        )
        found = {path: client.get(f"/api/v1/{path}").raise_for_status().json() for path in paths}
    entries = found.pop("audit?limit=500")["entries"]
    return {**found, "audit": [each for each in entries if each["action"] != "user.signed_in"]}


def visible(page: Page, control: Control) -> bool:
    """Whether a page offers something."""
    if control.name == "ALERT":
        found = page.get_by_role("button", name="Acknowledge", exact=True)
    else:
        found = page.get_by_test_id(control.name)
    return any(found.nth(place).is_visible() for place in range(found.count()))


@pytest.mark.parametrize("role", UserRole)
def test_only_what_somebody_may_do_is_offered(
    seeded: tuple[RunningServer, str],
    browser_page: Page,
    browser_record: BrowserRecord,
    role: UserRole,
) -> None:
    """On every page, by the table above."""
    server, row = seeded
    page = browser_page
    sign_in(page, server, str(role))
    for path in dict.fromkeys(control.path for control in CONTROLS):
        opened(page, server.url + path.replace("ROW", row))
        here = [control for control in CONTROLS if control.path == path]
        expected = {each.name: role.rank >= each.role.rank for each in here}
        for _ in range(PATIENCE):
            offered = {each.name: visible(page, each) for each in here}
            if offered == expected:
                break
            page.wait_for_timeout(200)  # drawers come after the page
        assert offered == expected, path
    page.goto(server.url + ADMIN_PATH)
    expect(page.get_by_test_id("title" if role is ADMIN else "refused")).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that a page is refused


def test_whatever_a_viewer_sends_changes_nothing(
    seeded: tuple[RunningServer, str], browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Everything that listens on any page is told of a click and of values, seen or not."""
    server, row = seeded
    page = browser_page
    sign_in(page, server, "viewer")
    before = stored(server)
    sent = 0
    every = [*pages(MODEL), *drawers(MODEL, column=WIDTH, row=row)]
    places = [place for place in every if not place.startswith(ADMIN_PATH)]
    for place in places:
        opened(page, server.url + place, settled_ms=200)
        listening = page.evaluate(LISTENERS, None)
        events = [
            {"id": each["id"], "listener": each["listener"], "args": [json.dumps(value)]}
            for each in listening
            if each["type"] in HANDS and each["name"] not in {"logout", "logout-everywhere"}
            for value in VALUES
        ]
        sent += len(events)
        page.evaluate(SEND, [None, events])
        page.wait_for_timeout(300)
    assert sent > 10 * len(places)
    assert stored(server) == before
    browser_record.page_errors.clear()  # of values that no field can have
    browser_record.console_errors.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody with the right has prepared on a page, up to the last click."""

    path: str
    role: UserRole
    last: str
    """The button of that click."""
    fill: tuple[tuple[str, str], ...] = ()
    """Fields and values that come before."""
    click: tuple[str, ...] = ()
    """Buttons that come before."""


DEEDS = (
    Deed(
        path=SETTINGS.path(MODEL),
        role=EDITOR,
        fill=(("rule-min_distance", "0.33"),),
        last="rule-set",
    ),
    Deed(path=SETTINGS.path(MODEL), role=ADMIN, fill=(("policy-text", "77"),), last="policy-save"),
    Deed(
        path=column_path(MODEL, WIDTH),
        role=EDITOR,
        fill=(("column-min_distance", "0.44"),),
        last="column-rule-set",
    ),
    Deed(
        path=column_path(MODEL, WIDTH),
        role=EDITOR,
        fill=(("column-mute-reason", "because"),),
        last="column-mute",
    ),
    Deed(
        path=PERFORMANCE.path(MODEL),
        role=EDITOR,
        click=("add-slice",),
        fill=(("slice-name", "mine"), ("slice-condition", f"{WIDTH} > 5")),
        last="slice-keep",
    ),
    Deed(
        path=PREDICTIONS.path(MODEL) + "?row=ROW",
        role=EDITOR,
        click=("row-flag",),
        last="flag-store",
    ),
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.last)
def test_the_last_click_of_somebody_else_does_nothing(
    seeded: tuple[RunningServer, str], chromium: Browser, deed: Deed
) -> None:
    """What an editor has prepared is not done when a viewer sends the click, and says so."""
    server, row = seeded
    before = stored(server)
    with (
        guarded_page(chromium, BrowserRecord()) as mine,
        guarded_page(chromium, BrowserRecord()) as theirs,
    ):
        sign_in(mine, server, str(deed.role))
        opened(mine, server.url + deed.path.replace("ROW", row))
        for name in deed.click:
            mine.get_by_test_id(name).click()
        for name, value in deed.fill:
            mine.get_by_test_id(name).fill(value)
        expect(mine.get_by_test_id(deed.last)).to_be_enabled()
        mine.wait_for_timeout(700)  # what was typed is told after a moment
        (listener,) = [
            each for each in mine.evaluate(LISTENERS, deed.last) if each["type"] == "click"
        ]
        client = mine.evaluate("window.clientId")
        sign_in(theirs, server, "viewer")
        event = {"id": listener["id"], "listener": listener["listener"], "args": []}
        theirs.evaluate(SEND, [client, [event]])
        expect(mine.get_by_text("The user viewer lacks the role").first).to_be_visible()
        assert stored(server) == before
