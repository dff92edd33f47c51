"""What people do on the pages, in real Chromium, against a server in a process of its own."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.seeded import seed_home
from tests.support.server import RunningServer, running_server
from tests.support.shop import IDLE, MARKUP, SHOP, WIDE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.browser import BrowserRecord

DRIFTED = "sepal_width_cm"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Offer a home with three days of traffic that no server has touched yet."""
    home = tmp_path_factory.mktemp("seeded") / "home"
    seed_home(home)
    return home


@pytest.fixture(scope="module")
def server(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server on a copy of the seeded home."""
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(seeded, home)
    with running_server(home) as running:
        yield running


def handle(page: Page, feature: str) -> Locator:
    """Return a slider's part that takes the keyboard."""
    return page.get_by_test_id(f"slider-{feature}").locator("[tabindex]")


def query(page: Page) -> dict[str, str]:
    """Return what the address carries."""
    found = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    return {name: values[0] for name, values in found.items()}


def cell(page: Page, column: int, row: int, *, columns: int) -> dict[str, float]:
    """Return where a cell of the heat map lies in the page, counted from 0."""
    box = page.get_by_test_id("heatmap").bounding_box()
    assert box is not None
    width = (box["width"] - 184 - 8) / columns
    return {"x": box["x"] + 184 + (column + 0.5) * width, "y": box["y"] + 8 + (row + 0.5) * 30}


def test_the_main_loop_from_the_models_to_a_flag_that_survives_a_restart(
    seeded: Path, tmp_path: Path, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Find the drifted column, open it, try the model, flag an answer, find the flag again."""
    page = browser_page
    home = tmp_path / "home"
    shutil.copytree(seeded, home)
    with running_server(home) as running:
        page.goto(running.url)
        expect(page.get_by_test_id("model-iris")).to_contain_text("450")
        page.get_by_test_id("model-iris").click()
        expect(page.get_by_test_id("title")).to_have_text("iris")
        expect(page.get_by_test_id("health-word")).to_have_text("Needs attention")
        page.get_by_test_id("tab-monitor").click()
        expect(page.get_by_test_id("figure-predictions")).to_contain_text("450")
        expect(page.get_by_test_id("figure-open-alerts")).to_contain_text("1")

        page.get_by_test_id("alerts").get_by_role("button", name=DRIFTED).click()
        expect(page.get_by_test_id("panel-title")).to_have_text(DRIFTED)
        expect(page.get_by_test_id("panel-verdict")).to_contain_text("Changed")
        expect(page.get_by_test_id("panel-distribution").locator("canvas")).to_be_visible()
        expect(page.get_by_test_id("panel-facts")).to_contain_text("Median")
        expect(page).to_have_url(re.compile(f"column={DRIFTED}"))

        page.get_by_test_id("panel-close").click()
        page.get_by_test_id("tab-playground").click()
        answer = page.get_by_test_id("prediction")
        expect(answer).to_have_text("Iris-versicolor")
        before = page.get_by_test_id("prediction-id").inner_text()
        handle(page, "petal_length_cm").focus()
        for _ in range(30):
            page.keyboard.press("ArrowRight")
        expect(answer).to_have_text("Iris-virginica")
        expect(page.get_by_test_id("prediction-id")).not_to_have_text(before)
        page.get_by_test_id("flag").click()
        page.get_by_test_id("flag-comment").fill("looks like versicolor to me")
        page.get_by_test_id("flag-label").click()
        page.get_by_role("option", name="Iris-versicolor").click()
        page.get_by_test_id("flag-store").click()
        expect(page.get_by_text("Flag 1 is stored.")).to_be_visible()
        expect(page.get_by_test_id("flag-1")).to_contain_text("looks like versicolor to me")
        browser_record.assert_clean()
        page.goto("about:blank")
    with running_server(home) as running:
        page.goto(f"{running.url}/models/iris/playground")
        row = page.get_by_test_id("flag-1")
        expect(row).to_contain_text("looks like versicolor to me")
        expect(row).to_contain_text("Iris-versicolor")
        row.get_by_role("button").click()
        expect(page.get_by_test_id("prediction")).to_have_text("Iris-virginica")
        expect(page).to_have_url(re.compile(r"petal_length_cm=6\.[5-9]"))
        page.goto("about:blank")


def test_what_needs_attention_is_on_top_and_what_rests_is_there_too(
    server: RunningServer, browser_page: Page
) -> None:
    """Models with open alerts come first; one without traffic says so."""
    browser_page.goto(server.url)
    rows = browser_page.get_by_test_id("models").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("iris")
    expect(browser_page.get_by_test_id(f"model-{IDLE}")).to_contain_text("No traffic yet")
    expect(browser_page.get_by_test_id("model-iris").locator("svg rect")).to_have_count(3)
    browser_page.get_by_role("link", name="iris").click()
    expect(browser_page).to_have_url(f"{server.url}/models/iris")


def test_a_click_on_the_heat_map_opens_the_column_at_the_day(
    server: RunningServer, browser_page: Page
) -> None:
    """What changed is on top, on the middle day; the day chooser follows."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor")
    expect(page.get_by_test_id("heatmap").locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    place = cell(page, 1, 0, columns=3)
    page.mouse.click(place["x"], place["y"])
    expect(page.get_by_test_id("panel-title")).to_have_text(DRIFTED)
    expect(page.get_by_test_id("panel-verdict")).to_contain_text("Changed")
    expect(page).to_have_url(re.compile("day=2"))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("panel")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("column="))


def test_days_columns_and_versions_stand_in_the_address(
    server: RunningServer, browser_page: Page
) -> None:
    """Whoever gets the address sees the same; a wrong one still opens the monitor."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/monitor?version=1&column=country&day=nonsense")
    expect(page.get_by_test_id("panel-title")).to_have_text("country")
    page.get_by_test_id("column-age").get_by_role("button").click()
    expect(page.get_by_test_id("panel-title")).to_have_text("age")
    expect(page).to_have_url(re.compile("column=age"))
    page.get_by_test_id("panel-close").click()
    expect(page.get_by_test_id("panel")).to_be_hidden()
    page.get_by_test_id("version").click()
    page.get_by_role("option", name="v2").click()
    expect(page.get_by_text("No traffic has been profiled yet")).to_be_visible()
    expect(page).to_have_url(re.compile("version=2"))
    page.wait_for_load_state("networkidle")  # the page of the other version was loaded anew
    page.get_by_test_id("column-age").click()
    expect(page.get_by_test_id("panel-facts")).to_contain_text("Median")
    page.goto(f"{server.url}/models/{SHOP}/monitor?version=all&column=nothing")
    expect(page.get_by_test_id("trouble")).to_contain_text("There is no column 'nothing'")


def test_a_column_among_many_is_found_by_its_name(
    server: RunningServer, browser_page: Page
) -> None:
    """Of more columns than a page of the table shows, a search finds one on the next page."""
    page = browser_page
    page.goto(f"{server.url}/models/{WIDE}/monitor")
    rows = page.get_by_test_id("columns").locator("tbody tr.md-row")
    expect(rows.first).to_be_visible()
    assert rows.count() < 70
    page.get_by_label("Find a column").fill("f_69")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("button").click()
    expect(page.get_by_test_id("panel-title")).to_have_text("f_69")
    expect(page.get_by_test_id("panel-facts")).to_contain_text("Median")


def test_another_day_changes_the_table_and_the_open_panel(
    server: RunningServer, browser_page: Page
) -> None:
    """On the first day nothing had changed."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/monitor?column={DRIFTED}")
    expect(page.get_by_test_id("panel-verdict")).to_contain_text("Stable")
    page.keyboard.press("Escape")
    page.get_by_test_id("day").click()
    page.get_by_role("option", name=re.compile("changed")).click()
    expect(page.get_by_test_id(f"column-{DRIFTED}")).to_contain_text("Changed")
    first = page.get_by_test_id("columns").locator("tbody tr.md-row").first
    expect(first).to_contain_text(DRIFTED)
    first.click()
    expect(page.get_by_test_id("panel-verdict")).to_contain_text("Changed")
    history = page.get_by_test_id("panel-history")
    expect(history.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    history.click(position={"x": 130, "y": 208})
    expect(page.get_by_test_id("panel-verdict")).to_contain_text("Stable")


def test_an_alert_is_acknowledged_then_resolved(
    seeded: Path, tmp_path: Path, browser_page: Page
) -> None:
    """The figure counts open ones; a resolved one leaves the list."""
    home = tmp_path / "home"
    shutil.copytree(seeded, home)
    page = browser_page
    with running_server(home) as running:
        page.goto(f"{running.url}/models/iris/monitor")
        entry = page.get_by_test_id("alerts").locator(".md-alert")
        entry.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_test_id("figure-open-alerts")).to_contain_text("0")
        expect(entry).to_contain_text("Acknowledged, just now")
        entry.get_by_role("button", name="Resolve").click()
        expect(page.get_by_text("No open alerts")).to_be_visible()
        page.goto("about:blank")


def test_colours_are_the_systems_until_chosen_and_then_remembered(
    server: RunningServer, browser_page: Page
) -> None:
    """The page turns at once, charts included, and is dark again after a reload."""
    page = browser_page
    body = page.locator("body")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/models/iris/monitor")
    expect(body).to_have_class(re.compile("body--dark"))
    page.emulate_media(color_scheme="light")
    expect(body).to_have_class(re.compile("body--light"))
    page.wait_for_timeout(500)
    light = page.get_by_test_id("heatmap").screenshot()
    page.get_by_test_id("appearance-dark").click()
    expect(body).to_have_class(re.compile("body--dark"))
    page.wait_for_timeout(800)
    assert page.get_by_test_id("heatmap").screenshot() != light
    page.reload()
    expect(body).to_have_class(re.compile("body--dark"))
    expect(page.get_by_test_id("appearance-dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("appearance-auto").click()
    expect(body).to_have_class(re.compile("body--light"))


def test_addresses_that_lead_nowhere_lead_back(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """An unknown model and an unknown address answer 404 with a way out."""
    page = browser_page
    for path in ("/models/nope", "/models/nope/playground", "/nowhere"):
        response = page.goto(server.url + path)
        assert response is not None
        assert response.status == 404
        expect(page.get_by_test_id("lost")).to_contain_text("There is no")
        page.get_by_role("link", name="See all models").click()
        expect(page.get_by_test_id("models")).to_be_visible()
    assert all("404" in message for message in browser_record.console_errors)
    browser_record.console_errors.clear()


def test_a_form_field_for_every_kind_of_feature(server: RunningServer, browser_page: Page) -> None:
    """Every field changes the row that is predicted, and the address keeps the inputs."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/playground?age=40&basket_eur=10&income=&newsletter=")
    answer = page.get_by_test_id("prediction")
    expect(answer).to_have_text("90")
    page.get_by_test_id("number-age").fill("50")
    expect(answer).to_have_text("110")
    expect(page.get_by_test_id("slider-age")).to_have_attribute("aria-valuenow", "50")
    page.get_by_test_id("number-age").fill("99")
    expect(page.get_by_test_id("note-age")).to_contain_text("Above everything in the reference")
    expect(answer).to_have_text("208")
    page.get_by_test_id("switch-member").click()
    page.get_by_test_id("choice-newsletter").click()
    page.get_by_role("option", name="true", exact=True).click()
    page.get_by_test_id("text-note").fill("a new\nnote")
    page.get_by_test_id("choice-country").fill("Elsewhere")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("note-country")).to_contain_text("the reference does not have")
    page.get_by_test_id("text-seen").fill("2026-02-03T04:05:06Z")
    expect(answer).to_have_text("208")
    expect(page).to_have_url(re.compile("seen=2026-02-03"))
    kept = query(page)
    assert kept["age"] == "99"
    assert kept["newsletter"] == "true"
    assert kept["note"] == "a new\nnote"
    assert kept["country"] == "Elsewhere"
    assert kept["income"] == ""
    page.reload()
    expect(answer).to_have_text("208")
    expect(page.get_by_test_id("text-note")).to_have_value("a new\nnote")
    page.get_by_test_id("reset").click()
    expect(page.get_by_test_id("note-age")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("country=Elsewhere"))


@pytest.mark.parametrize("model", ["iris", SHOP])
def test_an_example_of_the_reference_fills_the_form(
    server: RunningServer, browser_page: Page, model: str
) -> None:
    """Every feature of whatever kind, and the model says of it what the example says."""
    page = browser_page
    page.goto(f"{server.url}/models/{model}/playground")
    heads = page.get_by_test_id("examples").locator("th").all_inner_texts()
    said = next(place for place, head in enumerate(heads) if head.endswith(", predicted"))
    expect(page.get_by_test_id("examples").locator("tbody tr")).to_have_count(6)
    for place in (5, 0):
        cells = page.get_by_test_id(f"example-{place}").locator("td").all_inner_texts()
        before = page.url
        page.get_by_test_id(f"use-example-{place}").click()
        expect(page).not_to_have_url(before)
        expect(page.get_by_test_id("prediction")).to_have_text(cells[said])
        for name, words in zip(heads[:said], cells[:said], strict=True):
            assert alike(query(page)[name], words), (name, words)


def alike(kept: str, shown: str) -> bool:
    """Whether an address keeps the value that a table shows."""
    try:
        return float(kept) == pytest.approx(float(shown.replace(",", "")), rel=1e-3)
    except ValueError:
        whole, mark, _ = shown.partition("… (")
        return kept.startswith(whole) if mark else (kept or "—") == shown


def test_a_feature_that_never_varied_has_a_number_but_no_slider(
    server: RunningServer, browser_page: Page
) -> None:
    """There is no range to slide in; any number can be typed."""
    page = browser_page
    page.goto(f"{server.url}/models/{WIDE}/playground")
    answer = page.get_by_test_id("prediction")
    expect(page.get_by_test_id("flag")).to_be_enabled()
    before = float(answer.inner_text())
    page.get_by_test_id("find-feature").fill("constant")
    expect(page.get_by_test_id("number-constant")).to_be_visible()
    expect(page.get_by_test_id("slider-constant")).to_have_count(0)
    page.get_by_test_id("number-constant").fill("1001")
    expect(answer).not_to_have_text(str(before))
    assert float(answer.inner_text()) == pytest.approx(before + 1000, abs=0.2)


def test_what_the_model_refuses_is_said_at_the_field_with_a_way_out(
    server: RunningServer, browser_page: Page
) -> None:
    """An emptied number and a date that is none; the old answer fades and cannot be flagged."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/playground?age=40&basket_eur=10")
    expect(page.get_by_test_id("prediction")).to_have_text("90")
    page.get_by_test_id("number-age").fill("")
    expect(page.get_by_test_id("note-age")).to_contain_text("expected a whole number")
    expect(page.get_by_test_id("trouble")).to_contain_text("Nothing was predicted or logged")
    expect(page.get_by_test_id("flag")).to_be_disabled()
    page.get_by_test_id("number-age").fill("40")
    expect(page.get_by_test_id("trouble")).to_be_hidden()
    expect(page.get_by_test_id("flag")).to_be_enabled()
    page.get_by_test_id("text-seen").fill("yesterday")
    expect(page.get_by_test_id("note-seen")).to_contain_text("Not a date")
    page.get_by_test_id("reset").click()
    expect(page.get_by_test_id("trouble")).to_be_hidden()


def test_a_flag_that_is_refused_says_why_in_the_dialog(
    server: RunningServer, browser_page: Page
) -> None:
    """A proposed number that is none; the dialog stays open with what was typed."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/playground")
    page.get_by_test_id("flag").click()
    page.get_by_test_id("flag-label").fill("a lot")
    page.get_by_test_id("flag-store").click()
    expect(page.get_by_test_id("flag-dialog")).to_contain_text("'a lot' is not a number")
    page.get_by_test_id("flag-label").fill("120")
    page.get_by_test_id("flag-store").click()
    expect(page.get_by_test_id("flag-dialog")).to_be_hidden()
    expect(page.get_by_test_id("flags")).to_contain_text("120")


def test_flags_of_others_come_while_somebody_plays(
    server: RunningServer, browser_page: Page
) -> None:
    """What is in the form stays, and what is shown stays in its place."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/playground?age=41&basket_eur=10")
    predicted = page.get_by_test_id("prediction")
    expect(predicted).not_to_be_empty()
    with httpx.Client(base_url=f"{server.url}/api/v1/") as client:
        example = client.get(f"models/{SHOP}/example").raise_for_status().json()
        row = example | {"age": 30}
        answer = client.post(f"models/{SHOP}/predict", json={"row": row}).raise_for_status().json()
        (one,) = answer["predictions"]
        body = {"reason": "wrong", "comment": "seen elsewhere"}
        client.post(f"predictions/{one['prediction_id']}/flags", json=body).raise_for_status()
    expect(page.get_by_test_id("flags")).to_contain_text("seen elsewhere", timeout=15_000)
    expect(page.get_by_test_id("number-age")).to_have_value("41")
    page.get_by_role("button", name=one["prediction_id"]).click()
    expect(page.get_by_test_id("number-age")).to_have_value("30")


def test_what_users_write_is_shown_as_text(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Markup in a description, a category and a comment changes nothing on any page."""
    page = browser_page
    page.goto(f"{server.url}/models/{SHOP}/monitor?column=country")
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    expect(page.get_by_test_id("panel-facts")).to_contain_text(MARKUP)
    bars = page.get_by_test_id("panel-distribution")
    expect(bars.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    for y in (50, 85, 120, 155):
        bars.hover(position={"x": 156, "y": y})
        page.wait_for_timeout(150)
    page.goto(f"{server.url}/models/{SHOP}/playground")
    page.get_by_test_id("choice-country").click()
    page.get_by_role("option", name=MARKUP).click()
    page.get_by_test_id("flag").click()
    page.get_by_test_id("flag-comment").fill(MARKUP)
    page.get_by_test_id("flag-store").click()
    expect(page.get_by_test_id("flags")).to_contain_text(MARKUP)
    assert page.title() == f"{SHOP} Playground - modeldesk"
    assert page.locator("img[src=x]").count() == 0
    page.goto(f"{server.url}/models/{quote(MARKUP, safe='')}")
    expect(page.locator("body")).to_contain_text("404")
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0
    browser_record.console_errors.clear()  # the browser notes that the model is not found


def test_an_empty_desk_says_what_to_run(tmp_path: Path, browser_page: Page) -> None:
    """The lines to publish a model and the demo's command."""
    with running_server(tmp_path / "home") as running:
        browser_page.goto(running.url)
        steps = browser_page.get_by_test_id("no-models")
        expect(steps).to_contain_text("modeldesk.publish(")
        expect(steps).to_contain_text("modeldesk demo")
        browser_page.goto("about:blank")
