"""The Performance tab beyond the figures: estimates, slices, the worst of them, rows behind all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.metrics import accuracy_score, confusion_matrix

from modeldesk.client import Client
from modeldesk.demo import loans
from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.server import RunningServer, running_server
from tests.support.shop import MARKUP, SHOP, customers, reference, spend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

UNLABELLED = 7
"""Days whose outcomes are not known: the latest ones."""
FEW = 40
"""Rows of the latest day, too few for an estimate that can be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The labelled rows, as they were sent: what went in, what the model said, what was true."""

    rows: pl.DataFrame
    said: tuple[str, ...]
    truth: tuple[str, ...]

    def accuracy(self, which: pl.Expr) -> float:
        """Return the accuracy of some rows."""
        inside = self.rows.select(which.alias("in"))["in"].to_numpy()
        truth, said = np.array(self.truth)[inside], np.array(self.said)[inside]
        return float(accuracy_score(truth, said))


def seed(home: Path) -> Told:
    """Lend for two weeks, label the first; and log customers whose values are markup."""
    days = loans.days(now=datetime.now(UTC), seed=7)
    known = loans.applications(2_000, np.random.default_rng(7))
    frames: list[pl.DataFrame] = []
    said: list[str] = []
    truth: list[str] = []
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(
            loans.train(known), name=loans.MODEL, reference=known, target=loans.TARGET
        )
        desk.registry.set_policy(loans.MODEL, LogPolicy(segment_by=loans.SEGMENTS))
        for name, condition in loans.SLICES.items():
            desk.slices.define(loans.MODEL, name, condition)
        desk.slices.define(loans.MODEL, "<b>nobody", "age > 200")
        for number, day in enumerate(days):
            rows = day.rows.head(FEW) if number == len(days) - 1 else day.rows
            answer = desk.predictor.predict(
                loans.MODEL, rows.to_dicts(), timestamps=list(day.times[: rows.height])
            )
            if number < len(days) - UNLABELLED:
                ids = [each.prediction_id for each in answer.predictions]
                table = {"prediction_id": ids, "label": list(day.truths)}
                desk.labelling.label(loans.MODEL, table)
                frames.append(rows)
                said += [str(each.outputs[loans.TARGET]) for each in answer.predictions]
                truth += day.truths
        desk.estimating.learn(loans.MODEL, end=days[loans.LEARNED_DAYS].window.start)
        desk.registry.publish(spend, name=SHOP, reference=reference())
        answer = desk.predictor.predict(SHOP, customers(60))
        desk.jobs.run()
    return Told(rows=pl.concat(frames), said=tuple(said), truth=tuple(truth))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Told]]:
    """Offer a server with loans, and what was sent to it."""
    home = tmp_path_factory.mktemp("parts") / "home"
    told = seed(home)
    with running_server(home) as running:
        yield running, told


@pytest.fixture
def tab(seeded: tuple[RunningServer, Told]) -> str:
    """Offer the address of the tab."""
    return f"{seeded[0].url}/models/loans/performance"


def opened(page: Page, address: str) -> None:
    """Open the tab and wait until everything is there that takes longer."""
    page.goto(address)
    expect(page.get_by_test_id("parts-table")).to_be_visible()


def series(page: Page, name: str) -> list[float | None]:
    """Return what a series of the chart of days shows, oldest first; nothing without it."""
    found = page.get_by_test_id("history").evaluate(
        "(element, name) => (getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === name)?.data ?? []).map(point => point.value)",
        name,
    )
    return list(found)


def names(table: Locator) -> list[str]:
    """Return the names in the first column."""
    return [
        words.splitlines()[0].strip() for words in table.locator("td:first-child").all_inner_texts()
    ]


def test_estimates_go_on_where_labels_end(
    seeded: tuple[RunningServer, Told], tab: str, browser_page: Page
) -> None:
    """They stand beside what labels say, on the same days, as the service tells them."""
    page = browser_page
    opened(page, tab)
    with Client(seeded[0].url) as client:
        report = client.estimates(loans.MODEL)
    expected = [day.estimate_of("accuracy") for day in report.days]
    shown = series(page, "estimate")
    assert shown == pytest.approx([None if each is None else each.value for each in expected])
    assert len(shown) == loans.DAYS
    realised = series(page, "value")
    assert [value is None for value in realised] == [False] * 7 + [True] * UNLABELLED
    assert series(page, "labelled")[-UNLABELLED:] == [0] * UNLABELLED
    # More young people ask in the last days: the estimate falls before any label says so.
    early, late = shown[:5], shown[-4:-1]
    assert max(value for value in late if value) < min(value for value in early if value)
    expect(page.get_by_test_id("history-key")).to_contain_text("estimate, in the band")
    expect(page.get_by_test_id("estimate-warning")).to_contain_text(
        re.compile(r"On \d+ \w+:.*40 rows")
    )
    card = page.get_by_test_id("estimate-accuracy")
    expect(card).to_contain_text(re.compile(r"0\.\d+ to 0\.\d+"))
    expect(card).to_contain_text(re.compile(r"[12] of 2"))
    expect(page.get_by_test_id("estimates-learned")).to_contain_text("scores are corrected")
    choose(page, "measure", "Recall")
    choose(page, "class", "yes")
    expect(page).to_have_url(re.compile("measure=recall&of=yes"))
    recall = [day.estimate_of("recall", "yes") for day in report.days]
    expect(page.get_by_test_id("no-estimate")).to_have_count(0)
    assert series(page, "estimate") == pytest.approx([each.value for each in recall if each])
    choose(page, "class", "no")
    expect(page.get_by_test_id("no-estimate")).to_contain_text("Recall is not estimated")
    assert series(page, "estimate") == []


def test_without_labels_in_the_range_there_are_estimates(tab: str, browser_page: Page) -> None:
    """The tab says that it knows no better, and has the way to the days with labels."""
    page = browser_page
    page.goto(f"{tab}?days=7")
    expect(page.get_by_test_id("only-estimates")).to_contain_text("None of")
    assert all(value is not None for value in series(page, "estimate"))
    expect(page.get_by_test_id("estimate-accuracy")).to_be_visible()
    expect(page.get_by_test_id("confusion")).to_have_count(0)
    choose(page, "measure", "Log loss")
    expect(page).to_have_url(re.compile("measure=log_loss"))
    page.get_by_role("button", name="Show all days").click()
    expect(page.get_by_test_id("figure-accuracy")).to_be_visible()
    expect(page.get_by_test_id("parts-table")).to_be_visible()


def test_the_worst_parts_come_first(
    seeded: tuple[RunningServer, Told], tab: str, browser_page: Page
) -> None:
    """With the figures of scikit-learn, marked where they differ from those of all rows."""
    told, page = seeded[1], browser_page
    opened(page, tab)
    table = page.get_by_test_id("parts-table")
    listed = names(table)
    assert listed[0] == "All rows"
    assert listed[-1].startswith("<b>nobody")
    assert set(loans.SLICES) <= {name.removesuffix(" slice").split("slice")[0] for name in listed}
    renters = page.get_by_test_id("part-slice young renters")
    expected = told.accuracy((pl.col("age") < 30) & (pl.col("housing") == "rent"))
    cell = renters.locator("td").nth(3)
    assert float(cell.locator(".md-measure-value").inner_text()) == pytest.approx(
        expected, abs=0.006
    )
    expect(cell.locator(".md-mark--worse")).to_be_visible()
    expect(renters.locator("svg polyline")).to_have_count(1)
    own = page.get_by_test_id("part-segment housing=own")
    expect(own.locator("td").nth(3).locator(".md-mark--better")).to_be_visible()
    expect(page.get_by_test_id("part-all").locator(".md-mark")).to_have_count(0)
    order = [listed.index(name) for name in listed if "own" in name or "young" in name]
    assert order == sorted(order)
    choose(page, "parts-by", "Worst by Log loss")
    expect(page).to_have_url(re.compile("by=log_loss"))
    page.reload()
    expect(page.get_by_test_id("parts-by")).to_contain_text("Worst by Log loss")


def test_a_person_adds_a_slice_with_help_and_deletes_it(tab: str, browser_page: Page) -> None:
    """Names are offered, mistakes have a place and a hint, and the figures come by themselves."""
    page = browser_page
    opened(page, tab)
    page.get_by_test_id("add-slice").click()
    expect(page.get_by_test_id("slice-name")).to_be_focused()
    field = page.get_by_test_id("slice-condition")
    field.press_sequentially("age > 60 and hous")
    offers = page.get_by_test_id("slice-offers").locator("button")
    expect(offers.first).to_contain_text("housing")
    wrong = page.get_by_test_id("slice-wrong")
    expect(wrong).to_contain_text("there is no column 'hous'")
    expect(wrong).to_contain_text("Did you mean housing?")
    expect(wrong.locator("pre")).to_have_text(re.compile(r"age > 60 and hous\n {13}\^{4}$"))
    field.press("Enter")
    expect(field).to_have_value("age > 60 and housing ")
    field.press_sequentially("== ")
    expect(offers.first).to_contain_text('"')
    shown = offers.locator("code").all_inner_texts()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(f"age > 60 and housing == {shown[1]} ")
    expect(page.get_by_test_id("slice-matches")).to_contain_text("of the newest")
    page.get_by_test_id("slice-keep").click()
    expect(page.get_by_test_id("slice-trouble")).to_be_visible()
    page.get_by_test_id("slice-name").fill("older")
    page.get_by_test_id("slice-keep").click()
    expect(page.get_by_test_id("slice-form")).to_be_hidden()
    row = page.get_by_test_id("part-slice older")
    expect(row).to_contain_text(f"age > 60 and housing == {shown[1]}")
    expect(row.locator("svg")).to_be_visible(timeout=40_000)
    page.get_by_label("Delete the slice older").click()
    page.get_by_test_id("delete-slice").click()
    expect(row).to_have_count(0)


def test_the_worst_slices_are_found(tab: str, browser_page: Page) -> None:
    """Where the model misses what only holds together; their rows and a name are a click away."""
    page = browser_page
    opened(page, tab)
    page.get_by_test_id("find-slices").click()
    expect(page).to_have_url(re.compile("find=1"))
    found = page.get_by_test_id("found-slices")
    expect(found).to_contain_text('housing == "rent"')
    found.get_by_test_id("found-keep").first.click()
    expect(page.get_by_test_id("slice-condition")).to_have_value(re.compile("age <"))
    expect(page.get_by_test_id("slice-matches")).to_be_visible()
    found.get_by_test_id("found-rows").first.click()
    expect(page.get_by_test_id("rows-condition")).to_contain_text("age <")
    expect(page).to_have_url(re.compile("condition="))
    page.reload()
    expect(page.get_by_test_id("found-slices")).to_contain_text('housing == "rent"')
    expect(page.get_by_test_id("rows-table")).to_be_visible()
    page.get_by_test_id("rows-close").click()
    page.get_by_test_id("find-slices").click()
    expect(page.get_by_test_id("finder")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("find="))


def test_what_mistakes_cost_moves_the_threshold(tab: str, browser_page: Page) -> None:
    """A dear miss makes the model say yes earlier; the address keeps what was said."""
    page = browser_page
    opened(page, tab)
    told = page.get_by_test_id("cheapest")
    expect(told).to_contain_text("a row")
    before = told.inner_text()
    page.get_by_test_id("cost-of-a-miss").fill("25")
    expect(told).not_to_have_text(before)
    expect(page).to_have_url(re.compile("missed=25"))
    cheapest = r"Cheapest from ([0-9.]+) on"
    first, then = (re.search(cheapest, words) for words in (before, told.inner_text()))
    assert first is not None
    assert then is not None
    assert float(then[1]) < float(first[1])
    after = told.inner_text()
    page.reload()
    expect(page.get_by_test_id("cheapest")).to_have_text(after)
    expect(page.get_by_test_id("cost-of-a-miss")).to_have_value("25")


def test_behind_every_figure_stand_its_rows(
    seeded: tuple[RunningServer, Told], tab: str, browser_page: Page
) -> None:
    """A cell, a class's mistakes, a slice and a segment open theirs; so does the address."""
    told, page = seeded[1], browser_page
    opened(page, tab)
    missed = int(confusion_matrix(told.truth, told.said, labels=["no", "yes"])[1, 0])
    cell = page.get_by_label(re.compile(r"^Show .* of yes predicted as no"))
    expect(cell).to_have_text(f"{missed:,}")
    cell.click()
    expect(page.get_by_test_id("rows-condition")).to_have_text(
        'label == "yes" and prediction == "no"'
    )
    table = page.get_by_test_id("rows-table")
    truths = table.locator("tbody tr td:nth-child(3)")
    seen = 0
    for _ in range(missed // 25 + 1):
        expect(truths.first).to_have_text("yes")
        texts = truths.all_inner_texts()
        assert set(texts) == {"yes"}
        seen += len(texts)
        older = page.get_by_test_id("rows-older")
        if not older.count():
            break
        first = table.locator("tbody tr").first.get_attribute("data-testid")
        older.click()
        expect(table.locator("tbody tr").first).not_to_have_attribute("data-testid", first or "")
    assert seen == missed
    page.reload()
    expect(page.get_by_test_id("rows-condition")).to_be_visible()
    page.get_by_test_id("rows-table").locator("tbody tr").first.click()
    expect(page.get_by_test_id("neighbours").locator("tbody tr")).to_have_count(5)
    expect(page).to_have_url(re.compile("row="))
    page.get_by_test_id("rows-back").click()
    expect(page.get_by_test_id("rows-table")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("rows")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("condition"))
    page.get_by_test_id("classes").get_by_title(re.compile("Rows of yes that were")).click()
    expect(page.get_by_test_id("rows-condition")).to_have_text(
        'label == "yes" and prediction != "yes"'
    )
    page.get_by_test_id("rows-close").click()
    page.get_by_test_id("part-segment housing=own").get_by_role("button").click()
    expect(page.get_by_test_id("rows-condition")).to_have_text('housing == "own"')
    expect(page.get_by_test_id("rows-note")).to_have_text("The latest 25 rows")
    page.get_by_test_id("rows-close").click()
    page.get_by_role("button", name="<b>nobody", exact=True).click()
    expect(page.get_by_test_id("rows-title")).to_have_text("Rows of '<b>nobody'")
    expect(page.get_by_test_id("no-rows")).to_be_visible()


def test_rows_of_a_segment_stay_within_it(tab: str, browser_page: Page) -> None:
    """A cell of the page's segment opens no rows of others."""
    page = browser_page
    opened(page, f"{tab}?segment=housing%3Down")
    page.get_by_label(re.compile(r"^Show .* of yes predicted as no")).click()
    expect(page.get_by_test_id("rows-condition")).to_have_text(
        'housing == "own" and label == "yes" and prediction == "no"'
    )
    expect(page.get_by_test_id("scorecard")).to_have_count(0)


def test_wrong_addresses_say_what_is_wrong(tab: str, browser_page: Page) -> None:
    """Where the rows would be; the rest of the page is there."""
    page = browser_page
    for query, words in (
        ("slice=nope", "no slice 'nope'"),
        ("condition=age+%3D+3", "Write == to compare"),
        ("row=nope", "no prediction"),
    ):
        opened(page, f"{tab}?{query}")
        expect(page.get_by_test_id("rows").get_by_test_id("trouble")).to_contain_text(words)


def test_values_are_text_and_never_markup(
    seeded: tuple[RunningServer, Told], browser_page: Page
) -> None:
    """Also in rows and neighbours, of a model without labels, on a narrow dark page."""
    page = browser_page
    page.set_viewport_size({"width": 900, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{seeded[0].url}/models/shop/performance?condition=age+%3E+0")
    expect(page.get_by_test_id("no-labels")).to_contain_text(
        "modeldesk label outcomes.csv --model shop"
    )
    table = page.get_by_test_id("rows-table")
    expect(table).to_contain_text(MARKUP)
    table.locator("tbody tr").first.click()
    expect(page.get_by_test_id("neighbours")).to_be_visible()
    assert page.title() == "shop Performance - modeldesk"
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
