"""After months of traffic, people still find what changed, since when, and in which rows."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import pytest
from playwright.sync_api import expect

from modeldesk.ui.places import MONITOR, OVERVIEW, PERFORMANCE, PREDICTIONS, column_path
from tests.support.fields import choose
from tests.support.large import (
    A_DAY,
    DAYS,
    DRIFTED,
    LABELLED,
    LATELY,
    MODEL,
    OUTCOME,
    SEGMENT,
    WORST,
    day,
    seed_large,
)
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

SECONDS = 4.0
"""What a page may take until its main picture is there, on a machine that does other things too."""

_DRAWN = """name => {
  const canvas = document.querySelector(`[data-testid="${name}"] canvas`);
  return !!canvas && canvas.width > 0;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """A server, and all that was logged."""

    server: RunningServer
    rows: pl.DataFrame

    def go(self, page: Page, path: str, chart: str) -> None:
        """Open a page twice; the second time its chart is there soon."""
        for _ in range(2):
            began = time.monotonic()
            page.goto(self.server.url + path)
            page.wait_for_function(_DRAWN, arg=chart)
            seconds = time.monotonic() - began
        assert seconds < SECONDS, path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    """Offer a server of a large store."""
    home = tmp_path_factory.mktemp("large") / "home"
    rows = seed_large(home)
    with measured_servers(), running_server(home) as running:
        yield Large(server=running, rows=rows)


def test_the_column_that_drifted_is_found(large: Large, browser_page: Page) -> None:
    """The overview names it, the monitor has it on top, its page tells since when."""
    page = browser_page
    large.go(page, OVERVIEW.path(MODEL), "timeline")
    reason = page.get_by_test_id("reason-alerts")
    expect(reason).to_contain_text(DRIFTED)
    reason.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/monitor\?.*column={DRIFTED}"))
    expect(page.get_by_test_id("panel-title")).to_have_text(DRIFTED)
    large.go(page, MONITOR.path(MODEL), "heatmap")
    names = page.get_by_test_id("columns").locator("button.md-name")
    expect(names.first).to_have_text(DRIFTED)
    expect(names).to_have_count(30)
    choose(page, "range", "All days")
    expect(page.get_by_role("heading", name="per column and week")).to_be_visible()
    expect(names.first).to_have_text(DRIFTED)
    choose(page, "segment", f"{SEGMENT}={WORST}")
    expect(page).to_have_url(re.compile("range=all&segment="))
    expect(names.first).to_have_text(DRIFTED)

    large.go(page, f"{column_path(MODEL, DRIFTED)}?range=30", "timeline")
    changed = page.get_by_test_id("timeline").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption().series"
        ".find(one => one.name === 'distance').data.map(point => point.symbol === 'diamond')"
    )
    # Since when it lasts is what it tells: later days are judged by those before as well.
    assert changed[-LATELY]
    assert not any(changed[:-LATELY])


def test_the_rows_of_a_change_are_found(large: Large, browser_page: Page) -> None:
    """From the column's day to its rows in the log; as many as one counts by hand."""
    page = browser_page
    large.go(page, f"{column_path(MODEL, DRIFTED)}?day={day(LATELY):%Y-%m-%d}", "timeline")
    page.get_by_test_id("window-log").click()
    field = page.get_by_test_id("log-condition")
    expect(field).to_have_value(re.compile(rf"^{DRIFTED} "))
    found = re.fullmatch(
        rf"{DRIFTED} (?:> (\S+)|< (\S+) or {DRIFTED} > (\S+))", field.input_value()
    )
    assert found is not None
    above = float(found[1] or found[3])
    below = float(found[2] or "-inf")
    column = pl.col(DRIFTED)
    expected = large.rows.filter((pl.col("ago") == LATELY) & ((column > above) | (column < below)))
    rows = page.get_by_test_id("log").locator("tbody tr")
    expect(rows).to_have_count(expected.height)
    assert 0 < expected.height <= A_DAY
    rows.first.click()
    expect(page.get_by_test_id("prediction-title")).to_be_visible()


def test_where_it_became_worse_is_found(large: Large, browser_page: Page) -> None:
    """The figure is what one counts by hand; the worst segment is the first, with its rows."""
    page = browser_page
    large.go(page, f"{PERFORMANCE.path(MODEL)}?days=7", "history")
    labelled = large.rows.filter(pl.col("ago") <= 6)
    right = labelled.select((pl.col("truth") == pl.col(OUTCOME)).mean()).item()
    expect(page.get_by_test_id("figure-accuracy")).to_contain_text(f"{right:.3g}"[:4])
    worst = page.get_by_test_id(f"part-segment {SEGMENT}={WORST}")
    expect(worst).to_contain_text("worse")
    worst.get_by_role("button").first.click()
    expect(page.get_by_test_id("rows-condition")).to_have_text(f'{SEGMENT} == "{WORST}"')
    expect(page.get_by_test_id("rows-table").locator("tbody tr").first).to_be_visible()
    large.go(page, PERFORMANCE.path(MODEL), "history")
    counted = page.get_by_test_id("history").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption().series"
        ".find(one => one.name === 'labelled').data.reduce((sum, point) =>"
        " sum + Number(point?.value ?? point ?? 0), 0)"
    )
    assert counted == LABELLED * A_DAY


def test_the_log_is_searched(large: Large, browser_page: Page) -> None:
    """Wrong answers of a region of the last days; from thousands of rows, page by page."""
    page = browser_page
    page.goto(large.server.url + PREDICTIONS.path(MODEL))
    rows = page.get_by_test_id("log").locator("tbody tr")
    expect(rows).to_have_count(50)
    assert large.rows.height == DAYS * A_DAY
    query = f"?from={day(3):%Y-%m-%d}&segment={SEGMENT}%3D{WORST}&label=wrong"
    began = time.monotonic()
    page.goto(large.server.url + PREDICTIONS.path(MODEL) + query)
    wrong = large.rows.filter(
        (pl.col("ago") <= 3) & (pl.col(SEGMENT) == WORST) & (pl.col("truth") != pl.col(OUTCOME))
    )
    expect(rows).to_have_count(min(50, wrong.height))
    assert time.monotonic() - began < SECONDS
    assert wrong.height > 10
