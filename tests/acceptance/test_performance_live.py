"""The Performance page while labels and traffic arrive, and labelling its mistakes on the spot."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.metrics import accuracy_score

from modeldesk.client import Client
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.axe import grave_violations
from tests.support.fields import choose
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Page

ROWS, KNOWN = 120, 80
"""Predictions, and how many of them are labelled before a page is opened."""
MARK = "element => { element.dataset.kept = 'yes'; }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A server, and what was asked and said."""

    server: RunningServer
    ids: Mapping[str, list[str]]
    """Of each model's predictions."""
    said: tuple[str, ...]
    truth: tuple[str, ...]

    def page(self, model: str) -> str:
        """Return the address of the page."""
        return f"{self.server.url}/models/{model}/performance"

    def accuracy(self, many: int) -> float:
        """Return the share of right answers among the first rows, as scikit-learn counts."""
        return float(accuracy_score(self.truth[:many], self.said[:many]))


def seed(home: Path) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Predict noisy flowers for three models, and label some of two."""
    rows = iris_frame().sample(ROWS, seed=3)
    noise = pl.Series(np.random.default_rng(3).normal(0, 0.5, ROWS))
    inputs = rows.with_columns(pl.col(FEATURES) + noise).select(FEATURES).to_dicts()
    truth = rows["class"].to_list()
    at = datetime.now(UTC) - timedelta(days=1)
    ids: dict[str, list[str]] = {}
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "relabelled", "fresh"):
            desk.registry.publish(iris_model(), name=name, reference=iris_frame(), target="class")
            answer = desk.predictor.predict(name, inputs, timestamps=[at] * ROWS)
            found = [each.prediction_id for each in answer.predictions]
            column = answer.signature.prediction.name
            said = [str(each.outputs[column]) for each in answer.predictions]
            ids[name] = found
            if name != "fresh":
                known = {"prediction_id": found[:KNOWN], "label": truth[:KNOWN]}
                desk.labelling.label(name, known)
        desk.jobs.run()
    return ids, said, truth


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Offer a server with predictions of which some are labelled."""
    home = tmp_path_factory.mktemp("live") / "home"
    ids, said, truth = seed(home)
    with measured_servers(), running_server(home) as running:
        yield Seeded(server=running, ids=ids, said=tuple(said), truth=tuple(truth))


def shown_accuracy(page: Page) -> float:
    """Return the figure on top of the page."""
    return float(page.get_by_test_id("figure-accuracy").locator(".md-figure-value").inner_text())


def charted(page: Page) -> list[float]:
    """Return what the chart of days shows of the days that have labels."""
    found = page.get_by_test_id("history").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === 'value').data.map(point => point.value)"
    )
    return [value for value in found if value is not None]


def comes(page: Page, wanted: Callable[[], bool]) -> bool:
    """Wait until something is so; whether it comes to that."""
    for _ in range(150):
        if wanted():
            return True
        page.wait_for_timeout(100)
    return False


def cells(page: Page) -> list[int]:
    """Return the confusion matrix, row by row."""
    found = page.get_by_test_id("confusion").locator(".md-confusion-count")
    expect(found.first).to_be_visible()  # it comes after what is above it
    return [int(words) for words in found.all_inner_texts()]


def counted(said: tuple[str, ...], truth: tuple[str, ...]) -> list[int]:
    """Return the confusion matrix as one counts it by hand."""
    pairs = Counter(zip(truth, said, strict=True))
    return [pairs[true, predicted] for true in CLASSES for predicted in CLASSES]


def test_labels_that_arrive_change_the_figures_and_nothing_else(
    seeded: Seeded, browser_page: Page
) -> None:
    """In place: what a person chose, opened and scrolled to stays."""
    page = browser_page
    page.goto(seeded.page("iris"))
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text(f"{KNOWN}")
    assert shown_accuracy(page) == pytest.approx(seeded.accuracy(KNOWN), abs=0.006)
    assert cells(page) == counted(seeded.said[:KNOWN], seeded.truth[:KNOWN])
    # Slices and segments come after the page and move what is below them, an open list as well.
    loaded = page.get_by_test_id("parts-table").or_(page.get_by_test_id("no-parts"))
    expect(loaded).to_be_visible()
    choose(page, "curve-class", CLASSES[1])
    expect(page.get_by_test_id("curve-class")).to_contain_text(CLASSES[1])
    cost = page.get_by_test_id("cost-of-a-miss")
    cost.fill("7")
    expect(page).to_have_url(re.compile("missed=7"))
    page.get_by_test_id("confusion").locator("button").first.click()
    expect(page.get_by_test_id("rows-table")).to_be_visible()
    page.evaluate("window.scrollTo(0, 500)")
    for kept in ("classes", "curve-roc", "confusion", "figure-accuracy", "rows-table"):
        page.get_by_test_id(kept).evaluate(MARK)

    with Client(seeded.server.url) as client:
        ids = seeded.ids["iris"][KNOWN:]
        client.label("iris", {"prediction_id": ids, "label": list(seeded.truth[KNOWN:])})
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text(f"{ROWS}")
    assert shown_accuracy(page) == pytest.approx(seeded.accuracy(ROWS), abs=0.006)
    assert comes(page, lambda: charted(page) == [pytest.approx(seeded.accuracy(ROWS))])
    assert comes(page, lambda: cells(page) == counted(seeded.said, seeded.truth))
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("100 %")

    expect(page.locator("[data-kept=yes]")).to_have_count(5)
    expect(page.get_by_test_id("rows-table")).to_be_visible()
    expect(cost).to_have_value("7")
    expect(page.get_by_test_id("curve-class")).to_contain_text(CLASSES[1])
    assert page.evaluate("window.scrollY") == 500


def test_the_first_labels_bring_the_figures(seeded: Seeded, browser_page: Page) -> None:
    """Nobody has to load the page again."""
    page = browser_page
    page.goto(seeded.page("fresh"))
    expect(page.get_by_test_id("no-labels")).to_be_visible()
    with Client(seeded.server.url) as client:
        known = {"prediction_id": seeded.ids["fresh"], "label": [CLASSES[0]] * ROWS}
        client.label("fresh", known)
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("100 %")
    expect(page.get_by_test_id("no-labels")).to_have_count(0)
    assert sum(cells(page)) == ROWS


def test_mistakes_are_labelled_from_the_confusion_matrix(
    seeded: Seeded, browser_page: Page
) -> None:
    """By keys alone: the marked row gets the class of the key, and the next one is marked."""
    page = browser_page
    page.goto(seeded.page("relabelled"))
    before = cells(page)
    mistakes = page.get_by_test_id("confusion").locator(".md-confusion-wrong button")
    counts = [int(words) for words in mistakes.all_inner_texts()]
    many = max(counts)
    assert many >= 3
    mistakes.nth(counts.index(many)).focus()
    page.keyboard.press("Enter")
    rows = page.get_by_test_id("rows-table").locator("tbody tr")
    expect(rows).to_have_count(many)
    told = page.get_by_test_id("quick-told")
    expect(told).to_contain_text(f"Row 1 of {many}: what was true of it?")
    expect(rows.first).to_have_class(re.compile("md-row--open"))
    assert grave_violations(page) == []
    said = rows.first.locator("td").nth(1).inner_text()
    key = f"{CLASSES.index(said) + 1}"

    page.keyboard.press(key)
    expect(told).to_contain_text("1 labelled here")
    expect(told).to_contain_text(f"Row 2 of {many}")
    expect(rows.first).to_contain_text("check_circle")
    expect(rows).to_have_count(many)
    expect(rows.nth(1)).to_have_class(re.compile("md-row--open"))
    page.keyboard.press("k")
    expect(rows.first).to_have_class(re.compile("md-row--open"))
    page.keyboard.press("j")
    page.get_by_test_id(f"quick-{key}").click()
    expect(told).to_contain_text("2 labelled here")
    first_id = (rows.first.get_attribute("data-testid") or "").removeprefix("row-")
    with Client(seeded.server.url) as client:
        (label, *_) = client.prediction(first_id).labels
    assert (label.value, label.source) == (said, "page")
    assert comes(page, lambda: sum(cells(page)[::4]) == sum(before[::4]) + 2)
    expect(rows).to_have_count(many)
    page.keyboard.press("u")
    expect(rows.nth(1)).to_have_class(re.compile("md-row--open"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rows-title")).to_contain_text("Prediction ")
    page.keyboard.press("k")
    expect(page.get_by_test_id("rows-title")).to_contain_text(first_id)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("rows")).to_be_hidden()
