"""The prediction log on its page: found by filters, read one by one, labelled, flagged, brought."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings
from tests.support.fields import choose
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

SETOSA, VERSICOLOR, VIRGINICA = CLASSES
MARKUP = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A server, and what was logged there, the latest last."""

    server: RunningServer
    rows: pl.DataFrame
    """Columns ``id``, ``said``, ``truth``, ``top``, ``ago`` (days) and features."""

    @property
    def page(self) -> str:
        """The page's address."""
        return f"{self.server.url}/models/iris/predictions"


def seed(home: Path) -> pl.DataFrame:
    """Predict noisy flowers on three days and label some; a second version waits."""
    now, rng, frame = datetime.now(UTC), np.random.default_rng(7), iris_frame()
    found: list[dict[str, object]] = []
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "iris", "empty"):
            desk.registry.publish(iris_model(), name=name, reference=frame, target="class")
        column = desk.registry.record("iris").signature.prediction.name
        desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
        for ago in (9, 5, 1):
            rows = frame.sample(60, seed=ago)
            noise = pl.Series(rng.normal(0, 0.6, 60))
            inputs = rows.with_columns((pl.col(FEATURES) + noise).round(2)).select(FEATURES)
            answer = desk.predictor.predict(
                "iris",
                inputs.to_dicts(),
                timestamps=[now - timedelta(days=ago)] * 60,
                row_ids=[f"{MARKUP if n == 0 else 'flower'}-{ago}-{n}" for n in range(60)],
            )
            scores = [each.name for each in answer.signature.scores]
            for place, each in enumerate(answer.predictions):
                found.append(
                    {
                        "id": each.prediction_id,
                        "said": each.outputs[column],
                        "truth": rows["class"][place] if place % 2 == 0 else None,
                        "top": max(float(str(each.outputs[name])) for name in scores),
                        "ago": ago,
                        **inputs.row(place, named=True),
                    }
                )
        table = pl.DataFrame(found)
        known = table.drop_nulls("truth")
        desk.labelling.label("iris", {"prediction_id": known["id"], "label": known["truth"]})
        desk.jobs.run()
    return table


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Offer a server with logged predictions."""
    home = tmp_path_factory.mktemp("predictions") / "home"
    rows = seed(home)
    with measured_servers(), running_server(home) as running:
        yield Seeded(server=running, rows=rows)


def shown(page: Page) -> Locator:
    """Return the rows of the log."""
    return page.get_by_test_id("log").locator("tbody tr")


def low_score(rows: pl.DataFrame) -> float:
    """Return a score that about one row of seven does not reach."""
    limit: float = round(rows.select(pl.col("top").quantile(0.15)).item(), 3)
    return limit


def first_id(page: Page) -> str:
    """Return the identifier of the first row."""
    return (shown(page).first.get_attribute("data-testid") or "").removeprefix("row-")


def carries(page: Page, wanted: dict[str, str]) -> bool:
    """Wait until the address carries exactly this; whether it comes to that."""
    for _ in range(100):
        found = parse_qs(urlsplit(page.url).query)
        if {name: values[0] for name, values in found.items()} == wanted:
            return True
        page.wait_for_timeout(100)
    return False


def test_a_person_finds_the_wrong_answers_of_a_class(seeded: Seeded, browser_page: Page) -> None:
    """By filters that stand in the address; as many rows as one counts by hand."""
    page, rows = browser_page, seeded.rows
    page.goto(f"{seeded.server.url}/models/iris")
    page.get_by_test_id("tab-predictions").click()
    expect(page.get_by_test_id("tab-predictions")).to_have_attribute("aria-current", "page")
    expect(shown(page)).to_have_count(50)
    expect(page.get_by_test_id("log-note")).to_have_text("the latest 50, newest first")
    assert first_id(page) == rows["id"][-1]

    choose(page, "filter-label", "Wrong")
    wrong = rows.filter(pl.col("truth").is_not_null() & (pl.col("truth") != pl.col("said")))
    expect(shown(page)).to_have_count(wrong.height)
    expect(shown(page).first).to_contain_text("wrong")
    choose(page, "filter-said", VIRGINICA)
    taken = wrong.filter(pl.col("said") == VIRGINICA)
    assert 0 < taken.height < wrong.height
    expect(shown(page)).to_have_count(taken.height)
    assert carries(page, {"label": "wrong", "said": VIRGINICA})
    page.reload()
    expect(shown(page)).to_have_count(taken.height)
    expect(page.get_by_test_id("filter-said")).to_contain_text(VIRGINICA)
    page.get_by_test_id("filters-clear").click()
    expect(shown(page)).to_have_count(50)
    assert carries(page, {})


def test_scores_days_segments_and_keys_are_filters(seeded: Seeded, browser_page: Page) -> None:
    """Each takes what it says; where nothing meets them, there is a way out."""
    page, rows = browser_page, seeded.rows
    page.goto(seeded.page)
    limit = low_score(rows)
    page.get_by_test_id("filter-score-high").fill(f"{limit}")
    page.keyboard.press("Enter")
    doubtful = rows.filter(pl.col("top") <= limit)
    assert 0 < doubtful.height < 50
    expect(shown(page)).to_have_count(doubtful.height)
    day = (datetime.now(UTC) - timedelta(days=5)).date().isoformat()
    page.get_by_test_id("filter-from").fill(day)
    expect(shown(page)).to_have_count(doubtful.filter(pl.col("ago") < 9).height)
    page.get_by_test_id("filter-to").fill(day)
    expect(shown(page)).to_have_count(doubtful.filter(pl.col("ago") == 5).height)
    assert carries(page, {"from": day, "to": day, "score_high": f"{limit}"})

    page.goto(f"{seeded.page}?segment=class%3D{SETOSA}&from={day}")
    some = rows.filter((pl.col("said") == SETOSA) & (pl.col("ago") < 9))
    expect(shown(page)).to_have_count(some.height)
    page.goto(f"{seeded.page}?key=flower-5-7")
    expect(shown(page)).to_have_count(1)
    assert first_id(page) == rows.filter(pl.col("ago") == 5)["id"][7]
    page.get_by_test_id("filter-key").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("no-rows")).to_be_visible()
    page.get_by_test_id("empty-clear").click()
    expect(shown(page)).to_have_count(50)


def test_what_is_typed_counts_though_the_key_comes_first(
    seeded: Seeded, browser_page: Page
) -> None:
    """While a page connects, the browser's messages may overtake each other."""
    page, rows = browser_page, seeded.rows
    page.goto(seeded.page)
    limit = low_score(rows)
    page.get_by_test_id("filter-score-high").evaluate(
        """(field, typed) => {
            field.value = typed;
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        }""",
        f"{limit}",
    )
    expect(shown(page)).to_have_count(rows.filter(pl.col("top") <= limit).height)
    assert carries(page, {"score_high": f"{limit}"})


def test_conditions_are_written_with_help(seeded: Seeded, browser_page: Page) -> None:
    """What is wrong is said at its place; the rest of the page is there."""
    page, rows = browser_page, seeded.rows
    page.goto(seeded.page)
    field = page.get_by_test_id("log-condition")
    field.click()
    field.press_sequentially("petal_le")
    expect(page.get_by_test_id("log-offers").locator("button").first).to_contain_text(
        "petal_length_cm"
    )
    page.keyboard.press("Enter")
    expect(field).to_have_value("petal_length_cm ")
    field.press_sequentially("> 5")
    expect(page.get_by_test_id("log-matches")).to_contain_text("of the newest 180 rows")
    page.get_by_test_id("condition-apply").click()
    long = rows.filter(pl.col("petal_length_cm") > 5)
    expect(shown(page)).to_have_count(min(50, long.height))
    expect(page).to_have_url(re.compile("condition=petal_length_cm"))
    page.goto(f"{seeded.page}?condition=petal+%3D+3")
    expect(page.get_by_test_id("rows-card").get_by_test_id("trouble")).to_contain_text(
        "Write == to compare"
    )
    expect(page.get_by_test_id("log-condition")).to_have_value("petal = 3")


def test_pages_of_rows_and_their_files(seeded: Seeded, browser_page: Page) -> None:
    """Older rows follow; the file has all of them, with their labels."""
    page, rows = browser_page, seeded.rows.reverse()
    page.goto(seeded.page)
    expect(shown(page)).to_have_count(50)
    page.get_by_test_id("log-older").click()
    expect(shown(page).first).to_have_attribute("data-testid", f"row-{rows['id'][50]}")
    expect(page).to_have_url(re.compile("cursor="))
    page.reload()
    expect(shown(page).first).to_have_attribute("data-testid", f"row-{rows['id'][50]}")
    page.get_by_test_id("log-newest").click()
    expect(shown(page).first).to_have_attribute("data-testid", f"row-{rows['id'][0]}")
    for kind, read in (("csv", pl.read_csv), ("parquet", pl.read_parquet)):
        with page.expect_download() as download:
            page.get_by_test_id(f"download-{kind}").click()
        assert download.value.suggested_filename == f"iris-predictions.{kind}"
        table = read(io.BytesIO(download.value.path().read_bytes()))
        assert table["prediction_id"].to_list() == rows["id"].to_list()
        assert table["label"].to_list() == rows["truth"].to_list()


def test_a_row_by_itself_is_labelled_and_flagged(seeded: Seeded, browser_page: Page) -> None:
    """Where its values lie, what another version says, what was true; by keyboard, too."""
    page, rows = browser_page, seeded.rows
    unlabelled = rows.filter(pl.col("truth").is_null())[0]
    name = unlabelled["id"][0]
    page.goto(f"{seeded.page}?row={name}")
    drawer = page.get_by_test_id("prediction")
    expect(page.get_by_test_id("prediction-title")).to_have_text(f"Prediction {name}")
    expect(page.get_by_test_id("row-said")).to_have_text(unlabelled["said"][0])
    expect(page.get_by_test_id("row-truth")).to_have_text("not known")
    lengths = iris_frame()["petal_length_cm"]
    value = unlabelled["petal_length_cm"][0]
    if lengths.min() <= value <= lengths.max():
        share = float((lengths < value).mean() + (lengths == value).mean() / 2)
        told = f"{100 * share:.1f} % of the reference is smaller"
    else:
        told = "of the reference, "
    expect(page.get_by_test_id("value-petal_length_cm")).to_contain_text(told)
    expect(page.get_by_test_id("neighbours").locator("tbody tr")).to_have_count(5)

    page.get_by_test_id("replay-ask").click()
    expect(page.get_by_test_id("replay-answer")).to_contain_text("the same answer")
    choose(page, "label-value", VERSICOLOR)
    page.get_by_test_id("label-set").click()
    expect(page.get_by_test_id("row-truth")).to_have_text(VERSICOLOR)
    expect(page.get_by_test_id("label-history").locator("tbody tr")).to_have_count(1)
    page.get_by_test_id("row-flag").click()
    page.get_by_test_id("flag-comment").fill(MARKUP)
    page.get_by_test_id("flag-store").click()
    expect(page.get_by_test_id("row-flags")).to_contain_text(MARKUP)
    with httpx.Client(base_url=f"{seeded.server.url}/api/v1", trust_env=False) as client:
        kept = client.get(f"predictions/{name}").json()
        assert [each["value"] for each in kept["labels"]] == [VERSICOLOR]
        assert kept["labels"][0]["source"] == "page"
        flags = client.get("models/iris/flags").json()["flags"]
        assert flags[0]["comment"] == MARKUP
    page.get_by_test_id("prediction-close").click()
    expect(drawer).to_be_hidden()
    assert carries(page, {})

    choose(page, "filter-flagged", "Flagged")
    expect(shown(page)).to_have_count(1)
    shown(page).first.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("row-truth")).to_have_text(VERSICOLOR)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_rows_are_gone_through_one_by_one(seeded: Seeded, browser_page: Page) -> None:
    """By keys or buttons, up and down the table."""
    page, rows = browser_page, seeded.rows
    page.goto(f"{seeded.page}?row={rows['id'][-1]}")
    expect(page.get_by_test_id("row-said")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_test_id("prediction-title")).to_contain_text(rows["id"][-2])
    page.get_by_test_id("prediction-above").click()
    expect(page.get_by_test_id("prediction-title")).to_contain_text(rows["id"][-1])
    assert carries(page, {"row": rows["id"][-1]})


def test_new_predictions_are_announced(seeded: Seeded, browser_page: Page) -> None:
    """And do not move what is read until a person asks for them."""
    page = browser_page
    page.goto(f"{seeded.server.url}/models/empty/predictions")
    expect(page.get_by_test_id("no-predictions")).to_be_visible()
    row = iris_frame().select(FEATURES).row(0, named=True)
    with httpx.Client(base_url=f"{seeded.server.url}/api/v1", trust_env=False) as client:
        for _ in range(3):
            client.post("models/empty/predict", json={"row": row}).raise_for_status()
    expect(page.get_by_test_id("news")).to_contain_text("3 new predictions")
    expect(page.get_by_test_id("no-predictions")).to_be_visible()
    page.get_by_test_id("news").click()
    expect(shown(page)).to_have_count(3)
    expect(page.get_by_test_id("news")).to_be_hidden()


def test_addresses_that_mean_nothing(
    seeded: Seeded, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Nonsense is as if it were not there; an unknown version is a 404, an unknown row is told."""
    page = browser_page
    page.goto(f"{seeded.page}?low=x&label=maybe&cursor=..&rows=none&from=soon&score_low=inf")
    expect(shown(page)).to_have_count(50)
    page.goto(f"{seeded.page}?row=nope")
    expect(page.get_by_test_id("prediction").get_by_test_id("trouble")).to_contain_text(
        "no prediction"
    )
    response = page.goto(f"{seeded.page}?version=77")
    assert response is not None
    assert response.status == httpx.codes.NOT_FOUND
    browser_record.console_errors.clear()  # the browser notes that it is not found


def test_a_narrow_dark_page_does_not_scroll_sideways(seeded: Seeded, browser_page: Page) -> None:
    """Nor with a row open; what users wrote is text."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{seeded.page}?key={MARKUP}-5-0")
    expect(page.get_by_test_id("log")).to_contain_text(MARKUP)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shown(page).first.click()
    expect(page.get_by_test_id("neighbours")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_filters_fold_on_a_phone(seeded: Seeded, browser_page: Page) -> None:
    """Behind one button that says how many are set; where there is room they are always there."""
    page = browser_page
    page.goto(f"{seeded.page}?label=right&flagged=1")
    expect(page.get_by_test_id("filter-said")).to_be_visible()
    fold = page.get_by_test_id("filters-fold")
    expect(fold).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(fold).to_contain_text("2 set")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_test_id("filter-said")).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    choose(page, "filter-flagged", "Any")
    expect(fold).to_contain_text("1 set")
    page.get_by_test_id("filters-clear").click()
    expect(fold).not_to_contain_text("set")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    fold.click()
    expect(page.get_by_test_id("filter-said")).to_be_hidden()
