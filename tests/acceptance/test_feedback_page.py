"""Feedback on its page: a queue labelled by keys, flags, and labels from a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from modeldesk.desk import Desk
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import doubtful
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

SETOSA, VERSICOLOR, VIRGINICA = CLASSES
GIANT = {"sepal_length_cm": 30.0, "sepal_width_cm": 3.0, "petal_length_cm": 1.4,
         "petal_width_cm": 0.2}  # fmt: skip
MARKUP = "<b>not bold</b>"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A server, and what was logged there."""

    server: RunningServer
    ids: tuple[str, ...]
    """Of flowers, none of them labelled."""
    giant: str
    flagged: str

    @property
    def client(self) -> httpx.Client:
        """Asks the API."""
        return httpx.Client(base_url=f"{self.server.url}/api/v1", trust_env=False)

    def labels(self, name: str) -> list[object]:
        """Return the labels of a prediction, the newest first."""
        with self.client as client:
            return [each["value"] for each in client.get(f"predictions/{name}").json()["labels"]]


def seed(home: Path) -> tuple[tuple[str, ...], str, str]:
    """Predict flowers, of which some are doubtful, one is a giant and one is flagged."""
    frame = iris_frame()
    flowers = pl.concat([frame.select(FEATURES), doubtful()])
    with Desk.open(Settings.load(home=home)) as desk:
        for name in ("iris", "files", "quiet"):
            desk.registry.publish(iris_model(), name=name, reference=frame, target="class")
        answer = desk.predictor.predict("iris", flowers.to_dicts())
        ids = tuple(each.prediction_id for each in answer.predictions)
        (giant,) = desk.predictor.predict("iris", [GIANT]).predictions
        desk.feedback.flag(
            ids[0], reason="wrong prediction", comment=MARKUP, proposed_label=VIRGINICA
        )
        desk.predictor.predict(
            "files", frame.select(FEATURES).to_dicts(), row_ids=[f"f{n}" for n in range(150)]
        )
        _numbers(desk)
    return ids, giant.prediction_id, ids[0]


def _numbers(desk: Desk) -> None:
    inputs, target = load_diabetes(return_X_y=True)
    names = [f"x{place}" for place in range(inputs.shape[1])]
    table = pl.DataFrame(inputs, schema=names)
    model = LinearRegression().fit(table, target)
    reference = table.with_columns(pl.Series("progress", target))
    desk.registry.publish(model, name="progress", reference=reference, target="progress")
    odd = table.head(2).with_columns(pl.lit(9.0).alias("x3"))
    desk.predictor.predict("progress", odd.to_dicts())


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Offer a server with unlabelled predictions."""
    home = tmp_path_factory.mktemp("feedback") / "home"
    ids, giant, flagged = seed(home)
    with measured_servers(), running_server(home) as running:
        yield Seeded(server=running, ids=ids, giant=giant, flagged=flagged)


def here(page: Page) -> str:
    """Return the prediction that is to be labelled."""
    row = page.get_by_test_id("queue").locator("[aria-current=true]")
    return (row.get_attribute("data-testid") or "").removeprefix("queued-")


def moves_on(page: Page, name: str) -> str:
    """Wait until another row than this one is to be labelled; return it."""
    old = page.get_by_test_id(f"queued-{name}")
    expect(old).not_to_have_attribute("aria-current", "true")
    ready(page)
    return here(page)


def ready(page: Page) -> Locator:
    """Wait until the row that is to be labelled is shown."""
    body = page.locator(".md-label-body:not(.md-answer-old)")
    expect(body).to_be_visible()
    return body


def test_a_queue_is_labelled_by_keys(seeded: Seeded, browser_page: Page) -> None:
    """The flagged row first, then the giant, then doubtful ones; labels are in the store."""
    page = browser_page
    page.goto(f"{seeded.server.url}/models/iris")
    page.get_by_test_id("tab-feedback").click()
    ready(page)
    assert here(page) == seeded.flagged
    expect(page.get_by_test_id("reasons")).to_contain_text(
        f"Flagged: wrong prediction; proposed: {VIRGINICA}"
    )
    expect(page.get_by_test_id("label-place")).to_contain_text(re.compile(r"1 of \d+"))
    page.keyboard.press("Enter")
    assert moves_on(page, seeded.flagged) == seeded.giant
    assert seeded.labels(seeded.flagged) == [VIRGINICA]
    expect(page.get_by_test_id("reasons")).to_contain_text("sepal_length_cm is 30.0, above 7.9")
    expect(page.get_by_test_id("value-sepal_length_cm")).to_contain_text(
        "above the largest of the reference, 7.9"
    )
    page.keyboard.press("s")
    third = moves_on(page, seeded.giant)
    expect(page.get_by_test_id("reasons")).to_contain_text("The largest score is only")
    page.keyboard.press("2")
    moves_on(page, third)
    assert seeded.labels(third) == [VERSICOLOR]
    expect(page.get_by_test_id("label-place")).to_contain_text("2 labelled")

    page.keyboard.press("u")
    expect(page.get_by_test_id(f"queued-{third}")).to_have_attribute("aria-current", "true")
    ready(page)
    page.get_by_test_id("class-3").click()
    moves_on(page, third)
    assert seeded.labels(third) == [VIRGINICA, VERSICOLOR]
    page.keyboard.press("k")
    expect(page.get_by_test_id(f"queued-{third}")).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    assert moves_on(page, third) != seeded.giant

    page.reload()
    ready(page)
    expect(page.get_by_test_id(f"queued-{seeded.flagged}")).to_have_count(0)
    page.get_by_test_id("why-outside").click()
    expect(page.get_by_test_id(f"queued-{seeded.giant}")).to_be_visible()
    expect(page).to_have_url(re.compile("why=outside"))
    expect(page.get_by_test_id("queue-note")).to_have_text("of the newest 172 rows, 2 labelled")


def test_flags_tell_what_became_of_them(seeded: Seeded, browser_page: Page) -> None:
    """Open ones can be accepted; all of them come as a file."""
    page = browser_page
    with seeded.client as client:
        for name, label in ((seeded.ids[1], VERSICOLOR), (seeded.ids[2], None)):
            body = {"reason": "unsure", "comment": MARKUP, "proposed_label": label}
            client.post(f"predictions/{name}/flags", json=body).raise_for_status()
    page.goto(f"{seeded.server.url}/models/iris/feedback")
    flags = page.get_by_test_id("flags").locator("tbody tr")
    before = flags.count()
    flag = page.get_by_test_id("flags").locator("tr", has_text=VERSICOLOR)
    expect(flag).to_contain_text("Open")
    expect(flag).to_contain_text(MARKUP)
    flag.get_by_role("button", name=f"Accept {VERSICOLOR}").click()
    expect(flags).to_have_count(before - 1)
    assert seeded.labels(seeded.ids[1]) == [VERSICOLOR]
    page.get_by_test_id("flags-all").click()
    expect(flag).to_contain_text("Accepted")
    expect(page).to_have_url(re.compile("flags=all"))
    with page.expect_download() as download:
        page.get_by_test_id("flags-download").click()
    table = pl.read_csv(download.value.path())
    states = dict(zip(table["prediction_id"], table["state"], strict=True))
    assert states[seeded.ids[1]] == "accepted"
    assert states[seeded.ids[2]] == "open"
    flag.get_by_role("button").first.click()
    expect(page.get_by_test_id("prediction-title")).to_contain_text(seeded.ids[1])
    page.get_by_test_id("prediction-close").click()

    with seeded.client as client:
        flag_of = f"predictions/{seeded.ids[3]}/flags"
        client.post(flag_of, json={"reason": "seen elsewhere"}).raise_for_status()
    shown = flags.count()
    expect(page.get_by_test_id("flags-news")).to_be_visible()
    expect(flags).to_have_count(shown)
    page.get_by_test_id("flags-news").click()
    expect(flags.first).to_contain_text("seen elsewhere")
    expect(page.get_by_test_id("flags-news")).to_be_hidden()


def test_labels_of_a_file_are_previewed_before_they_are_stored(
    seeded: Seeded, browser_page: Page, browser_record: BrowserRecord, tmp_path: Path
) -> None:
    """The preview stores nothing; wrong rows can be left out; a file of something else is told."""
    page = browser_page
    page.goto(f"{seeded.server.url}/models/files/feedback")
    expect(page.get_by_test_id("label-import")).to_be_visible()
    good = tmp_path / "labels.csv"
    keys = [f"f{n}" for n in range(20)] + ["later"]
    pl.DataFrame({"row_id": keys, "label": [SETOSA] * 21}).write_csv(good)

    def count() -> int:
        with seeded.client as client:
            found = client.get("models/files/labels", params={"limit": 1000}).json()
        return len(found["labels"])

    page.get_by_test_id("label-drop-file").set_input_files(good)
    expect(page.get_by_test_id("import-new")).to_have_text("20")
    expect(page.get_by_test_id("import-waiting")).to_have_text("1")
    assert count() == 0
    page.get_by_test_id("import-store").click()
    expect(page.get_by_test_id("import-counts")).to_be_hidden()
    expect(page.get_by_test_id("queue-note")).to_contain_text("20 labelled")
    assert count() == 20

    mixed = tmp_path / "mixed.parquet"
    frame = pl.DataFrame({"row_id": ["f30", "f31"], "label": [SETOSA, "cow"]})
    frame.write_parquet(mixed)
    page.get_by_test_id("label-drop-file").set_input_files(mixed)
    expect(page.get_by_test_id("import-invalid")).to_have_text("1")
    expect(page.get_by_test_id("label-import")).to_contain_text("unknown class 'cow'")
    page.get_by_test_id("import-others").click()
    expect(page.get_by_test_id("queue-note")).to_contain_text("21 labelled")

    wrong = tmp_path / "wrong.csv"
    pl.DataFrame({"row_id": ["f30"], "colour": ["red"]}).write_csv(wrong)
    page.get_by_test_id("label-drop-file").set_input_files(wrong)
    expect(page.get_by_test_id("import-trouble")).to_contain_text("label")
    browser_record.console_errors.clear()  # the browser notes that the server refused
    other = tmp_path / "notes.txt"
    other.write_text("x")
    page.get_by_test_id("label-drop-file").set_input_files(other)
    expect(page.get_by_test_id("label-drop")).to_contain_text("notes.txt is no table")


def test_numbers_are_written(seeded: Seeded, browser_page: Page) -> None:
    """What is none is refused in passing; when all is done, there is nothing left."""
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{seeded.server.url}/models/progress/feedback")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first = here(page)
    field = page.get_by_test_id("label-number")
    field.fill("many")
    field.press("Enter")
    expect(page.locator(".md-said")).to_contain_text("Not stored")
    assert seeded.labels(first) == []
    field.fill("151.5")
    field.press("Enter")
    second = moves_on(page, first)
    assert seeded.labels(first) == [151.5]
    page.get_by_test_id("label-number").fill("90")
    page.get_by_test_id("label-store").click()
    expect(page.get_by_test_id("queue-empty")).to_be_visible()
    expect(page.get_by_test_id("label-card")).to_be_hidden()
    assert seeded.labels(second) == [90]


def test_nothing_to_label_yet(seeded: Seeded, browser_page: Page) -> None:
    """The page says so, and shows what comes."""
    page = browser_page
    page.goto(f"{seeded.server.url}/models/quiet/feedback?why=nonsense&row=nope")
    expect(page.get_by_test_id("queue-empty")).to_contain_text("Nothing to label yet")
    expect(page.get_by_test_id("no-flags")).to_be_visible()
    row = iris_frame().select(FEATURES).row(0, named=True) | {"sepal_width_cm": 99.0}
    with seeded.client as client:
        client.post("models/quiet/predict", json={"row": row}).raise_for_status()
    expect(page.get_by_test_id("reasons")).to_contain_text("sepal_width_cm is 99.0")


def test_a_viewer_sees_and_labels_nothing(tmp_path: Path, browser_page: Page) -> None:
    """What one may not do is not offered: neither by buttons, nor by keys, nor beside a row."""
    page, home, password = browser_page, tmp_path / "home", "a few random words"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        (giant,) = desk.predictor.predict("iris", [GIANT]).predictions
        for role in (UserRole.VIEWER, UserRole.ADMIN):
            desk.accounts.add(str(role), role=role, password=password)
    with measured_servers(), running_server(home) as running:
        page.goto(f"{running.url}/models/iris/feedback")
        page.get_by_label("Name").fill("viewer")
        page.get_by_label("Password").fill(password)
        page.get_by_test_id("sign-in").click()
        expect(page.get_by_test_id("reasons")).to_contain_text("sepal_length_cm is 30.0")
        expect(page.get_by_test_id("answers")).to_have_count(0)
        expect(page.get_by_test_id("label-import")).to_have_count(0)
        page.keyboard.press("1")
        page.goto(f"{running.url}/models/iris/predictions?row={giant.prediction_id}")
        expect(page.get_by_test_id("row-truth")).to_have_text("not known")
        expect(page.get_by_test_id("label-set")).to_have_count(0)
        expect(page.get_by_test_id("row-flag")).to_have_count(0)
        page.goto("about:blank")
