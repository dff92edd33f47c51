"""The pages of a function that was published without a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from modeldesk import publish
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support import functions
from tests.support.server import running_server

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_its_pages_show_what_there_is(browser_page: Page, tmp_path: Path) -> None:
    """The playground starts with the hints' values; the monitor says that it cannot judge."""
    home = tmp_path / "home"
    version = publish(functions.risk, name="risk", home=str(home))
    with Desk.open(Settings.load(home=home)) as desk:
        desk.predictor.predict("risk", [version.example] * 40)
        desk.jobs.run()
    with running_server(home) as running:
        browser_page.goto(running.url)
        expect(browser_page.get_by_test_id("model-risk")).to_be_visible()
        browser_page.goto(f"{running.url}/models/risk/monitor?column=age")
        expect(browser_page.get_by_test_id("panel-verdict")).to_contain_text("Not enough data")
        browser_page.goto(f"{running.url}/models/risk/playground")
        # Half the age that the hint's range suggests, in the first of its cities.
        expect(browser_page.get_by_test_id("prediction")).to_contain_text("29")
        browser_page.goto("about:blank")
