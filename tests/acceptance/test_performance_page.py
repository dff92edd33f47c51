"""How good a model is, on its page: figures, days, classes, curves, and how labels are sent."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, recall_score

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server
from tests.support.subpath import below_a_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

SETOSA = CLASSES[0]
LABELLED = {9: 60, 8: 60, 7: 0, 2: 60, 1: 12}
"""Days ago, and how many of the sixty predictions of the day are labelled."""


class Truth:
    """What the model said and what was true, of the labelled rows."""

    labels: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()


def seed(home: Path) -> Truth:
    """Predict flowers over ten days and label most; models of numbers, without labels, of once."""
    truth = Truth()
    now = datetime.now(UTC)
    frame = iris_frame()
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "fresh"):
            desk.registry.publish(iris_model(), name=name, reference=frame, target="class")
        column = desk.registry.record("iris").signature.prediction.name
        desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
        rng = np.random.default_rng(5)
        for ago, labelled in LABELLED.items():
            rows = frame.sample(60, seed=ago)
            noisy = rows.with_columns(pl.col(FEATURES) + pl.Series(rng.normal(0, 0.5, 60)))
            times = [now - timedelta(days=ago)] * 60
            answer = desk.predictor.predict(
                "iris", noisy.select(FEATURES).to_dicts(), timestamps=times
            )
            some = answer.predictions[:labelled]
            if some:
                labels = rows["class"].head(labelled).to_list()
                ids = [each.prediction_id for each in some]
                known = [now - timedelta(days=ago, hours=-6)] * labelled
                table = {"prediction_id": ids, "label": labels, "label_time": known}
                desk.labelling.label("iris", table)
                truth.labels += tuple(labels)
                truth.predictions += tuple(str(each.outputs[column]) for each in some)
        _numbers(desk, now)
        _past(desk, now - timedelta(days=200))
        desk.jobs.run()
    return truth


def _past(desk: Desk, then: datetime) -> None:
    """Answer and label flowers at one time."""
    rows = iris_frame().head(50)
    desk.registry.publish(iris_model(), name="past", reference=iris_frame(), target="class")
    answer = desk.predictor.predict(
        "past", rows.select(FEATURES).to_dicts(), timestamps=[then] * 50
    )
    ids = [each.prediction_id for each in answer.predictions]
    told = {"prediction_id": ids, "label": rows["class"].to_list(), "label_time": [then] * 50}
    desk.labelling.label("past", told)


def _numbers(desk: Desk, now: datetime) -> None:
    inputs, target = load_diabetes(return_X_y=True)
    names = [f"x{place}" for place in range(inputs.shape[1])]
    table = pl.DataFrame(inputs, schema=names)
    model = LinearRegression().fit(table, target)
    reference = table.with_columns(pl.Series("progress", target))
    desk.registry.publish(model, name="progress", reference=reference, target="progress")
    answer = desk.predictor.predict(
        "progress", table.head(50).to_dicts(), timestamps=[now - timedelta(days=1)] * 50
    )
    ids = [each.prediction_id for each in answer.predictions]
    desk.labelling.label("progress", {"prediction_id": ids, "label": target[:50].tolist()})


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Truth]]:
    """Offer a server with labelled predictions, and what was true."""
    home = tmp_path_factory.mktemp("performance") / "home"
    truth = seed(home)
    with measured_servers(), running_server(home) as running:
        yield running, truth


@pytest.fixture
def server(seeded: tuple[RunningServer, Truth]) -> RunningServer:
    """Offer the server alone."""
    return seeded[0]


def drawn(page: Page, chart: str) -> Locator:
    """Return the chart's picture."""
    return page.get_by_test_id(chart).locator("canvas").first


def values(page: Page) -> list[float | None]:
    """Return the figures that the chart of days shows, oldest first."""
    found = page.get_by_test_id("history").evaluate(
        "element => getElement(element.id.slice(1)).chart.getOption()"
        ".series.find(one => one.name === 'value').data.map(point => point.value)"
    )
    return list(found)


def drawn_first(page: Page, wanted: float) -> bool:
    """Wait until the chart's first day has a figure; whether it comes to that."""
    for _ in range(50):
        if values(page)[0] == pytest.approx(wanted):
            return True
        page.wait_for_timeout(100)
    return False


def test_a_person_sees_how_good_a_model_is(
    seeded: tuple[RunningServer, Truth], browser_page: Page
) -> None:
    """The figures are those of scikit-learn; every choice goes into the address."""
    server, truth = seeded
    page = browser_page
    page.goto(f"{server.url}/models/iris")
    page.get_by_test_id("tab-performance").click()
    expect(page).to_have_url(f"{server.url}/models/iris/performance")
    expect(page.get_by_test_id("tab-performance")).to_have_attribute("aria-current", "page")
    accuracy = accuracy_score(truth.labels, truth.predictions)
    figure = page.get_by_test_id("figure-accuracy")
    shown = float(figure.locator(".md-figure-value").inner_text())
    assert shown == pytest.approx(accuracy, abs=0.006)
    expect(figure).to_contain_text(re.compile(r"0\.\d+ to (0\.\d+|1\.0+)"))
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("64.0 %")
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("192 of 300 predictions")
    expect(page.get_by_test_id("figure-delay")).to_contain_text("within 6 hours")

    expect(drawn(page, "history")).to_be_visible()
    days = values(page)
    assert len(days) == 9
    assert [value is None for value in days] == [False, False, *[True] * 5, False, False]
    expect(page.get_by_test_id("class")).to_be_hidden()
    choose(page, "measure", "Recall")
    expect(page.get_by_test_id("class")).to_be_visible()
    choose(page, "class", "Iris-virginica")
    expect(page).to_have_url(re.compile("measure=recall&of=Iris-virginica"))
    first = slice(0, 60)
    recall = recall_score(
        truth.labels[first], truth.predictions[first], labels=[CLASSES[2]], average=None
    )
    assert drawn_first(page, recall[0])

    expect(page.get_by_test_id("measure-log_loss")).to_contain_text("lower")
    expect(page.get_by_test_id("classes")).to_contain_text("Iris-versicolor")
    right = page.get_by_test_id("confusion").locator(".md-confusion-right .md-confusion-count")
    hits = [
        sum(a == b == name for a, b in zip(truth.labels, truth.predictions, strict=True))
        for name in CLASSES
    ]
    assert [int(words) for words in right.all_inner_texts()] == hits
    cell = page.get_by_test_id("confusion").locator(".md-confusion-right").first
    expect(cell).to_have_attribute("title", re.compile(f"{SETOSA} predicted as {SETOSA}"))

    for name in ("roc", "pr", "calibration"):
        expect(drawn(page, f"curve-{name}")).to_be_visible()
    choose(page, "curve-class", "Iris-versicolor")
    expect(page).to_have_url(re.compile("curve=Iris-versicolor"))
    page.reload()
    expect(page.get_by_test_id("curve-class")).to_contain_text("Iris-versicolor")
    expect(page.get_by_test_id("measure")).to_contain_text("Recall")
    expect(page.get_by_test_id("class")).to_contain_text("Iris-virginica")


def test_ranges_and_segments(server: RunningServer, browser_page: Page) -> None:
    """Fewer days have fewer rows; a segment has its own; a dark page is drawn anew."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/performance")
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text("192")
    choose(page, "range", "Last 7 days")
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text("72")
    expect(page).to_have_url(re.compile("days=7"))
    assert len(values(page)) == 2
    choose(page, "segment", f"class={SETOSA}")
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("of the segment")
    expect(page).to_have_url(re.compile("segment=class"))
    page.get_by_test_id("appearance-dark").click()
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    expect(drawn(page, "history")).to_be_visible()
    choose(page, "range", "All days")
    expect(page).to_have_url(re.compile("days=0"))
    choose(page, "segment", "All segments")
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text("192")


def test_old_labels_are_shown_where_no_newer_are(server: RunningServer, browser_page: Page) -> None:
    """Without a choice it is 90 days, or all days where nothing of these is evaluated."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/performance")
    expect(page.get_by_test_id("range")).to_contain_text("Last 90 days")
    page.goto(f"{server.url}/models/past/performance")
    expect(page.get_by_test_id("range")).to_contain_text("All days")
    expect(page.get_by_test_id("measure-accuracy")).to_contain_text("50")
    choose(page, "range", "Last 30 days")
    expect(page.get_by_test_id("no-labels-in-range")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("range")).to_contain_text("Last 30 days")
    expect(page.get_by_test_id("no-labels-in-range")).to_be_visible()


def test_a_model_of_numbers_has_no_classes(server: RunningServer, browser_page: Page) -> None:
    """Errors and their intervals; why a measure is not defined; no confusion, no curves."""
    page = browser_page
    page.set_viewport_size({"width": 900, "height": 900})
    page.goto(f"{server.url}/models/progress/performance")
    expect(page.get_by_test_id("figure-mae")).to_contain_text(re.compile(r"\d+\.?\d* to \d+"))
    expect(page.get_by_test_id("measure-quantile_coverage")).to_contain_text(
        "not defined, because there is no quantile"
    )
    expect(page.get_by_test_id("confusion")).to_have_count(0)
    expect(page.get_by_test_id("curves")).to_have_count(0)
    choose(page, "measure", "Bias")
    expect(page).to_have_url(re.compile("measure=bias"))
    bar = page.get_by_test_id("error-distribution").evaluate(
        "element => { const chart = getElement(element.id.slice(1)).chart;"
        "const data = chart.getOption().series[0].data;"
        "const at = data.findIndex(bar => bar.low !== null && bar.high !== null && bar.value > 0);"
        "const [x, y] = chart.convertToPixel({seriesIndex: 0}, [at, data[at].value / 2]);"
        "return {x, y, low: data[at].low, high: data[at].high, name: data[at].name}; }"
    )
    page.get_by_test_id("error-distribution").click(position={"x": bar["x"], "y": bar["y"]})
    expect(page.get_by_test_id("rows-condition")).to_have_text(
        f"error >= {bar['low']:g} and error < {bar['high']:g}"
    )
    rows = page.get_by_test_id("rows-table").locator("tbody tr")
    expect(rows).to_have_count(int(re.findall(r"(\d+) rows", bar["name"])[0]))
    page.get_by_test_id("rows-close").click()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 900


def test_without_labels_the_page_shows_how_they_are_sent(
    server: RunningServer, browser_page: Page, tmp_path: Path
) -> None:
    """Both pieces of code run as copied, for the address of the browser; then figures appear."""
    page = browser_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rows = iris_frame().select(FEATURES).head(3).to_dicts()
    ids = ["your-key-1", "your-key-2", "mine"]
    with httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False) as client:
        page.goto(f"{server.url}/models/fresh/performance?days=7")
        expect(page.get_by_test_id("no-labels-in-range")).to_be_visible()
        page.get_by_role("button", name="Show all days").click()
        expect(page.get_by_test_id("no-labels")).to_contain_text("No labels yet")
        with below_a_path(server.url, "/desk") as url:
            page.goto(f"{url}/models/fresh/performance")
            code = page.get_by_test_id("snippet-curl").locator("pre")
            expect(code).to_contain_text(f"curl -sS {url}/api/v1/models/fresh/labels")
            page.goto("about:blank")
        page.goto(f"{server.url}/models/fresh/performance")
        codes = {}
        for language in ("curl", "client"):
            piece = page.get_by_test_id(f"snippet-{language}")
            expect(piece).to_contain_text(server.url)
            piece.get_by_test_id("copy").click()
            expect(piece.get_by_test_id("copy")).to_have_text(re.compile("Copied"))
            codes[language] = str(page.evaluate("navigator.clipboard.readText()"))
        run = subprocess.run(
            [sys.executable, "-c", codes["client"]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert run.stdout.split() == ["0", "2"]
        told = subprocess.run(
            ["/bin/sh", "-c", codes["curl"]],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert '"rows":1' in told.stdout.replace(" ", "")
        sent = [{"row": row, "row_id": key} for row, key in zip(rows, ids, strict=True)]
        for one in sent:
            client.post("models/fresh/predict", json=one).raise_for_status()
    expect(page.get_by_test_id("no-labels")).to_be_visible()
    for _ in range(60):
        page.goto(f"{server.url}/models/fresh/performance")
        if page.get_by_test_id("figure-accuracy").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_test_id("figure-accuracy")).to_be_visible()
    expect(page.get_by_test_id("figure-labelled")).to_contain_text("2 of 3 predictions")


def test_addresses_that_mean_nothing(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Unknown choices are as if they were not there; an unknown model or version is a 404."""
    page = browser_page
    page.goto(
        f"{server.url}/models/iris/performance?days=9&measure=luck&of=x&segment=y&curve=z&version=a"
    )
    expect(page.get_by_test_id("measure")).to_contain_text("Accuracy")
    expect(page.get_by_test_id("range")).to_contain_text("Last 90 days")
    for lost in ("nope/performance", "iris/performance?version=7"):
        response = page.goto(f"{server.url}/models/{lost}")
        assert response is not None
        assert response.status == httpx.codes.NOT_FOUND
        expect(page.get_by_test_id("lost")).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that these are not found
