"""Comparisons on their page: two versions on the same rows, groups of rows, two ranges of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from modeldesk.demo import loans
from tests.support.fields import choose
from tests.support.lenders import ALONE, DAYS, LENT, ROWS, Lent, lend
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Lent]]:
    """Offer a server with versions of loans, and what was asked."""
    home = tmp_path_factory.mktemp("compare") / "home"
    lent = lend(home)
    with measured_servers(), running_server(home) as running:
        yield running, lent


@pytest.fixture
def lent(seeded: tuple[RunningServer, Lent]) -> Lent:
    """Offer what was asked."""
    return seeded[1]


@pytest.fixture
def address(seeded: tuple[RunningServer, Lent]) -> str:
    """Offer the page's address."""
    return f"{seeded[0].url}/models/{LENT}/compare"


def figure(page: Page, name: str) -> str:
    """Return the value of a figure."""
    return page.get_by_test_id(f"figure-{name}").locator(".md-figure-value").inner_text()


def number(page: Page, name: str) -> int:
    """Return a figure that is a whole number."""
    return int(figure(page, name).replace(",", ""))


def drawn(page: Page, chart: str = "gaps") -> None:
    """Wait until a chart is drawn, so that nothing takes it away while its script is loaded."""
    expect(page.get_by_test_id(chart).locator("canvas").first).to_be_visible()


def gaps(page: Page) -> dict[str, float]:
    """Return the differences that the chart shows, by measure."""
    found = page.get_by_test_id("gaps").evaluate(
        "element => Object.fromEntries(getElement(element.id.slice(1)).chart.getOption()"
        ".series.flatMap(one => one.data).filter(bar => bar && bar.measure)"
        ".map(bar => [bar.measure, bar.value]))"
    )
    return dict(found)


def cells(page: Page, table: str, row: str) -> list[str]:
    """Return the cells of a row of a table, the first line of each."""
    found = page.get_by_test_id(table).locator("tbody tr").filter(has_text=row).first
    return [words.split("\n")[0].strip() for words in found.locator("td").all_inner_texts()]


def test_which_version_is_better_in_the_shadow(
    address: str, lent: Lent, browser_page: Page
) -> None:
    """From the table of versions to the verdict: gaps, improvements and regressions, both ways."""
    page = browser_page
    page.goto(address.replace("compare", "versions"))
    page.get_by_test_id("version-2").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"compare\?one=2&other=1"))
    drawn(page)
    page.get_by_test_id("source-shadow").click()
    expect(page).to_have_url(re.compile("source=shadow"))
    one, other = (lent.right(model, lent.rows) for model in (lent.second, lent.first))
    same = lent.said(lent.second, lent.rows) == lent.said(lent.first, lent.rows)
    expect(page.get_by_test_id("verdict")).to_contain_text("Version 2")
    expect(page.get_by_test_id("figure-rows")).to_contain_text("shadowed")
    assert number(page, "rows") == number(page, "labelled") == DAYS * ROWS
    improved, regressed = int((one & ~other).sum()), int((other & ~one).sum())
    assert (number(page, "improved"), number(page, "regressed")) == (improved, regressed)
    drawn(page)
    agreement = float(figure(page, "agreement").removesuffix(" %"))
    assert agreement == pytest.approx(same.mean() * 100, abs=0.06)
    expect(page.get_by_test_id("mcnemar")).to_contain_text(f"Only v2 is right on {improved} rows")
    assert gaps(page)["accuracy"] == pytest.approx(one.mean() - other.mean())
    yes = lent.rows[loans.TARGET].to_numpy() == "yes"
    told = cells(page, "changed-parts", "yes")
    assert [told[place] for place in (1, 2, 4)] == [
        str(int(yes.sum())),
        str(int((yes & other & ~one).sum())),
        str(int((yes & one & ~other).sum())),
    ]
    expect(page.get_by_test_id("changed-parts")).to_contain_text("young renters")
    expect(page.get_by_test_id("note-changes")).to_contain_text("owner")
    page.get_by_test_id("swap").click()
    expect(page).to_have_url(re.compile("one=1&other=2"))
    expect(page.get_by_test_id("source-shadow")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("mcnemar")).to_contain_text(f"Only v1 is right on {regressed} rows")
    drawn(page)
    assert gaps(page)["accuracy"] == pytest.approx(other.mean() - one.mean())
    expect(page.get_by_test_id("source-test")).to_be_disabled()
    page.reload()
    expect(page.get_by_test_id("mcnemar")).to_contain_text("Only v1 is right")


def test_the_test_set_at_publish(address: str, lent: Lent, browser_page: Page) -> None:
    """It is what is shown unless something else is asked for, since it costs nothing."""
    page = browser_page
    page.goto(f"{address}?one=2&other=1")
    one, other = (lent.right(model, lent.test) for model in (lent.second, lent.first))
    expect(page.get_by_test_id("source-test")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("verdict")).to_contain_text("on the same 600 rows")
    assert number(page, "improved") == int((one & ~other).sum())
    drawn(page)
    assert gaps(page)["accuracy"] == pytest.approx(one.mean() - other.mean())
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_replay_is_started_by_a_person(address: str, lent: Lent, browser_page: Page) -> None:
    """Version 2 predicts what version 1 answered once more; rows and days are chosen."""
    page = browser_page
    page.goto(f"{address}?one=2&other=1")
    drawn(page)
    page.get_by_test_id("source-replay").click()
    expect(page.get_by_test_id("figure-rows")).to_contain_text("predicted once more")
    assert number(page, "rows") == DAYS * ROWS
    drawn(page)
    choose(page, "rows", "1,000 rows at most")
    expect(page.get_by_test_id("figure-rows")).to_contain_text("1,000")
    expect(page).to_have_url(re.compile("rows=1000"))
    latest = lent.rows.tail(1_000)
    one, other = (lent.right(model, latest) for model in (lent.second, lent.first))
    assert number(page, "regressed") == int((other & ~one).sum())


def test_a_version_that_cannot_predict_says_so(address: str, browser_page: Page) -> None:
    """Version 3 has nothing in common with the champion but a replay, and that fails."""
    page = browser_page
    page.goto(f"{address}?one=3&other=1")
    expect(page.get_by_test_id("no-source")).to_contain_text("without a test set")
    page.get_by_test_id("start-replay").click()
    expect(page.get_by_test_id("trouble")).to_be_visible()
    expect(page.get_by_test_id("trouble").get_by_role("button")).to_have_text("Try again")


def test_the_rows_on_which_they_disagree(address: str, lent: Lent, browser_page: Page) -> None:
    """With what both say and what was true; each leads to its prediction."""
    page = browser_page
    page.goto(f"{address}?one=2&other=1&source=shadow")
    rows = page.get_by_test_id("disagreement-rows").locator("tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_test_id("change-regressed").click()
    expect(page).to_have_url(re.compile("change=regressed"))
    expect(rows.first).to_contain_text("regressed")
    told = cells(page, "disagreement-rows", "regressed")
    place = lent.ids.index(told[0])
    row = lent.rows[place]
    said = [lent.said(model, row)[0] for model in (lent.second, lent.first)]
    assert told[1:4] == [row[loans.TARGET][0], *said]
    assert said[1] == row[loans.TARGET][0] != said[0]
    rows.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"performance\\?row={lent.ids[place]}"))
    expect(page.get_by_test_id("rows-title")).to_contain_text(lent.ids[place])


def test_groups_side_by_side(address: str, lent: Lent, browser_page: Page) -> None:
    """The accuracy of each kind of housing, and of a slice against the rest."""
    page = browser_page
    page.goto(address)
    page.get_by_test_id("sort-groups").click()
    expect(page).to_have_url(re.compile("sort=groups"))
    table = page.get_by_test_id("groups-table")
    expect(table).to_contain_text("housing=rent")
    heads = table.locator("th").all_inner_texts()
    right = lent.right(lent.first, lent.rows)
    for name in ("rent", "own", "family"):
        inside = (lent.rows["housing"] == name).to_numpy()
        row = table.locator("tbody tr").filter(has_text=f"housing={name}").locator("td")
        expect(row.nth(1)).to_contain_text(f"{inside.sum():,} ")
        shown = row.nth(heads.index("Accuracy")).locator(".md-measure-value").inner_text()
        assert float(shown) == pytest.approx(right[inside].mean(), abs=0.006)
    choose(page, "groups-by", "Slice young renters")
    expect(page.get_by_test_id("trouble")).to_contain_text("in common")
    choose(page, "against", "Against over thirty")
    expect(table).to_contain_text("young renters")
    expect(page.get_by_test_id("verdict")).to_contain_text("more than chance")
    expect(page).to_have_url(re.compile(r"slice=young\+renters&against=over\+thirty"))
    page.reload()
    expect(page.get_by_test_id("groups-by")).to_contain_text("young renters")
    expect(table).to_contain_text("over thirty")


def test_what_changed_between_two_ranges(address: str, lent: Lent, browser_page: Page) -> None:
    """The change of the mean error is that of the rows; its parts are told by column."""
    page = browser_page
    page.goto(f"{address}?sort=ranges")
    drawn(page, "change-chart")
    today = datetime.now(UTC).date()
    days = {"base-from": 6, "base-to": 5, "from": 2, "to": 1}
    for field, ago in days.items():
        page.get_by_test_id(field).fill((today - timedelta(days=ago)).isoformat())
    page.get_by_test_id("compare-ranges").click()
    expect(page).to_have_url(re.compile(f"from={today - timedelta(days=2)}"))
    wrong = ~lent.right(lent.first, lent.rows)
    before, after = (wrong[np.isin(lent.day, which)].mean() for which in ((5, 6), (1, 2)))
    expect(page.get_by_test_id("figure-before")).to_contain_text(f"{before:.3g}")
    expect(page.get_by_test_id("figure-after")).to_contain_text(f"{after:.3g}")
    expect(page.get_by_test_id("figure-change")).to_contain_text(f"{after - before:+.3g}")
    choose(page, "part", re.compile("^age"))
    expect(page.get_by_test_id("part-sentence")).to_contain_text("age")
    expect(page.get_by_test_id("bins").locator("tbody tr").first).to_be_visible()
    drawn(page, "change-chart")
    page.get_by_test_id("from").fill((today - timedelta(days=6)).isoformat())
    page.get_by_test_id("compare-ranges").click()
    expect(page.get_by_test_id("trouble")).to_contain_text("times in common")


def test_addresses_that_mean_nothing(
    seeded: tuple[RunningServer, Lent], browser_page: Page
) -> None:
    """They are as if nothing was asked; one version has nothing to be compared with."""
    page, url = browser_page, seeded[0].url
    page.goto(f"{url}/models/{LENT}/compare?sort=luck&one=x&source=7&rows=2&days=5&from=soon")
    expect(page.get_by_test_id("version-other")).to_contain_text("v1 (champion")
    page.goto(f"{url}/models/{ALONE}/compare")
    expect(page.get_by_test_id("one-version")).to_contain_text("There is one version so far")
    page.get_by_test_id("sort-groups").click()
    expect(page.get_by_test_id("no-groups")).to_contain_text("segment_by")


def test_it_tells_what_is_new(address: str, lent: Lent, browser_page: Page) -> None:
    """Nothing moves by itself; a click compares once more. The last test: it adds a row."""
    page = browser_page
    page.goto(f"{address}?one=2&other=1&source=shadow")
    drawn(page)
    before = number(page, "rows")
    page.wait_for_timeout(7_000)  # it has looked once
    expect(page.get_by_test_id("news")).to_be_hidden()
    row = lent.rows.drop(loans.TARGET).row(0, named=True)
    place = address.replace("/models/", "/api/v1/models/").removesuffix("/compare")
    asked = page.request.post(f"{place}/predict", data={"row": row})
    assert asked.ok, asked.text()
    expect(page.get_by_test_id("news")).to_contain_text("New rows or labels", timeout=30_000)
    assert number(page, "rows") == before
    page.get_by_test_id("news").click()
    expect(page.get_by_test_id("figure-rows")).to_contain_text(f"{before + 1:,}")
    expect(page.get_by_test_id("news")).to_be_hidden()
