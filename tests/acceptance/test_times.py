"""Times of day on the pages: in the zone of whoever looks, with UTC on hover."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.browser import guarded_context
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.support.browser import BrowserRecord

ZONES = ("America/New_York", "Asia/Kolkata", "UTC")

PAINTED = """
window.painted = new Set();
const look = () => {
  document.querySelectorAll('time[data-md-time="minute"]')
    .forEach((time) => window.painted.add(time.textContent.trim()));
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Notes what each frame that the browser paints tells of times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A server, and when what happened."""

    server: RunningServer
    predicted: datetime
    """A minute before a midnight in UTC: in other zones that is another day, or another hour."""
    known: datetime
    """When the label of the first row was known."""
    first: str
    """The row that has it, and a flag."""


def seed(home: Path) -> tuple[datetime, datetime, str]:
    """Predict three flowers just before midnight, and label and flag the first."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    predicted = midnight - timedelta(days=1, seconds=48)
    known = predicted + timedelta(hours=1)
    with Desk.open(Settings.load(home=home)) as desk:
        frame = iris_frame()
        desk.registry.publish(iris_model(), name="iris", reference=frame, target="class")
        rows = frame.select(FEATURES).head(3).to_dicts()
        first = desk.predictor.predict("iris", rows, timestamps=[predicted] * 3).predictions[0]
        table = {"prediction_id": [first.prediction_id], "label": [CLASSES[1]]}
        desk.labelling.label("iris", table | {"label_time": [known]})
        desk.feedback.flag(first.prediction_id, reason="wrong")
        desk.jobs.run()
    return predicted, known, first.prediction_id


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Offer a server with predictions just before midnight."""
    home = tmp_path_factory.mktemp("times") / "home"
    predicted, known, first = seed(home)
    with measured_servers(), running_server(home) as running:
        yield Seeded(server=running, predicted=predicted, known=known, first=first)


@pytest.fixture(params=ZONES)
def zoned(
    chromium: Browser, browser_record: BrowserRecord, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, ZoneInfo]]:
    """Offer a fresh page in a zone."""
    with guarded_context(chromium, browser_record, timezone=request.param) as context:
        yield context.new_page(), ZoneInfo(request.param)
    browser_record.assert_clean()


def in_utc(when: datetime) -> str:
    """Return what is said on hover."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def test_the_log_tells_times_of_the_zone(seeded: Seeded, zoned: tuple[Page, ZoneInfo]) -> None:
    """In the table and beside it; never another one for a moment; days to choose stay in UTC."""
    page, zone = zoned
    here = seeded.predicted.astimezone(zone)
    page.add_init_script(PAINTED)
    page.goto(f"{seeded.server.url}/models/iris/predictions?row={seeded.first}")
    row = page.get_by_test_id(f"row-{seeded.first}").locator("time")
    expect(row).to_have_text(f"{here:%Y-%m-%d %H:%M}")
    expect(row).to_have_attribute("title", in_utc(seeded.predicted))
    head = page.get_by_test_id("log").locator("th", has_text="Time").locator("span")
    named = "In UTC" if zone.key == "UTC" else f"In {zone.key}; in UTC on hover"
    expect(head).to_have_attribute("title", named)
    expect(page.locator("footer")).to_contain_text(f"Times are in {zone.key}, days")

    note = page.get_by_test_id("prediction-note").locator("time")
    expect(note).to_have_text(f"{here:%Y-%m-%d %H:%M:%S}")
    expect(note).to_have_attribute("title", in_utc(seeded.predicted))
    label = page.get_by_test_id("label-history").locator("time")
    expect(label).to_have_text(f"{seeded.known.astimezone(zone):%Y-%m-%d %H:%M}")
    expect(label).to_have_attribute("title", re.compile(f"^{in_utc(seeded.known)}; arrived"))
    every = {f"{when.astimezone(zone):%Y-%m-%d %H:%M}" for when in (seeded.predicted, seeded.known)}
    flag = page.get_by_test_id("row-flags").locator("time")
    assert set(page.evaluate("[...window.painted]")) == every | {flag.inner_text()}

    day = f"{seeded.predicted:%Y-%m-%d}"
    page.goto(f"{seeded.server.url}/models/iris/predictions?from={day}&to={day}")
    expect(page.get_by_test_id("log").locator("tbody tr")).to_have_count(3)


def test_how_long_ago_says_when_on_hover(seeded: Seeded, zoned: tuple[Page, ZoneInfo]) -> None:
    """The time of the zone above the one in UTC."""
    page, zone = zoned
    here = f"{seeded.predicted.astimezone(zone):%Y-%m-%d %H:%M:%S} in {zone.key}"
    said = in_utc(seeded.predicted)
    title = said if zone.key == "UTC" else f"{here}\n{said}"
    for place in ("/", "/models/iris"):
        page.goto(seeded.server.url + place)
        last = page.get_by_test_id("figure-last-prediction").locator("time")
        expect(last).to_have_text(re.compile("^1 day ago|hours ago$"))
        expect(last).to_have_attribute("title", title)
    for place, element in (("feedback?flags=all", "flags"), ("versions", "versions")):
        page.goto(f"{seeded.server.url}/models/iris/{place}")
        ago = page.get_by_test_id(element).locator("time").first
        expect(ago).to_have_text(re.compile("just now|minutes? ago"))
        lines = (ago.get_attribute("title") or "").splitlines()
        moment = datetime.strptime(lines[-1], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        assert timedelta() <= datetime.now(UTC) - moment < timedelta(minutes=10)
        assert lines[:-1] == (
            []
            if zone.key == "UTC"
            else [f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} in {zone.key}"]
        )


def test_times_that_change_stay_in_the_zone(seeded: Seeded, zoned: tuple[Page, ZoneInfo]) -> None:
    """A prediction of the playground, an administrator's trail, and a version's details."""
    page, zone = zoned
    page.goto(f"{seeded.server.url}/models/iris/playground")
    told = page.get_by_test_id("prediction-id").locator("time")
    expect(told).to_be_visible()
    moment = told.get_attribute("datetime") or ""
    for value in ("5.5", "6.5"):
        at = datetime.fromisoformat(moment).astimezone(zone)
        expect(told).to_have_text(f"{at:%Y-%m-%d %H:%M:%S}")
        page.get_by_test_id(f"number-{FEATURES[0]}").fill(value)
        expect(told).not_to_have_attribute("datetime", moment)
        moment = told.get_attribute("datetime") or ""
    for place, element in (
        ("/admin?tab=audit", "entries"),
        ("/models/iris/versions?version=1", "facts"),
    ):
        page.goto(seeded.server.url + place)
        time = page.get_by_test_id(element).locator("time").first
        at = datetime.fromisoformat(time.get_attribute("datetime") or "")
        expect(time).to_have_text(f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
        expect(time).to_have_attribute("title", re.compile(f"^{in_utc(at)}"))
