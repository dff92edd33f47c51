"""A model's data on its page: what it is, what goes with what, and files; from everywhere."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import scipy.stats
from playwright.sync_api import expect

from modeldesk.demo import loans
from modeldesk.desk import Desk
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from tests.support.axe import grave_violations
from tests.support.fields import choose
from tests.support.measuring import measured_servers
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.browser import BrowserRecord

PASSWORD = "correct horse battery staple"  # noqa: S105 - of users that exist in this test only
MARKUP = "<img src=x onerror=alert(1)>"
RTL = "مرحبا بالعالم"
NUMBERS = ("age", "income_keur", "amount_keur", "employed_years")


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A server, and what was logged and kept there."""

    server: RunningServer
    logged: pl.DataFrame
    """Inputs and true outcomes of the last days."""
    reference: pl.DataFrame

    def at(self, query: str = "", model: str = "loans") -> str:
        """Return the page's address."""
        return f"{self.server.url}/models/{model}/data{query}"


def odd_table() -> pl.DataFrame:
    """Return a table that is unkind to pages: markup, other scripts, long texts, many columns."""
    rng = np.random.default_rng(3)
    many = {f"feature_{n:02}": rng.normal(size=60) for n in range(70)}
    odd = {
        MARKUP: [MARKUP, RTL, "🦉"] * 20,
        RTL: rng.normal(size=60),
        "prediction": ["a", "b"] * 30,
    }
    long = {"long": ["x" * 200_000, *["short"] * 59], "none": [None] * 60, "same": [1.0] * 60}
    return pl.DataFrame({**odd, **long, **many}, strict=False)


def seed(home: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Publish loans with reference and test, log and label some days; and an odd table."""
    rng, now = np.random.default_rng(8), datetime.now(UTC)
    known, test = (loans.applications(many, rng) for many in (800, 300))
    rows = loans.applications(400, rng)
    days = [rows.slice(part * 100, 100) for part in range(4)]
    with Desk.open(Settings.load(home=home)) as desk:
        for role in UserRole:
            desk.accounts.add(str(role), role=role, password=PASSWORD)
        model = loans.train(known)
        desk.registry.publish(model, name="loans", reference=known, target=loans.TARGET, test=test)
        for name in ("new", "live"):
            desk.registry.publish(model, name=name, reference=known, target=loans.TARGET)
        desk.registry.register("odd", reference=odd_table(), prediction="prediction")
        for ago, part in zip((60, 3, 2, 1), days, strict=True):
            inputs = part.drop(loans.TARGET).to_dicts()
            times = [now - timedelta(days=ago)] * part.height
            answer = desk.predictor.predict("loans", inputs, timestamps=times)
            ids = [each.prediction_id for each in answer.predictions]
            told = {"prediction_id": ids, "label": part[loans.TARGET].to_list()}
            desk.labelling.label("loans", told)
        desk.jobs.run()
    with closing(sqlite3.connect(home / "sales.db")) as connection, connection:
        connection.execute("create table sales (price real, shop text)")
        connection.executemany(
            "insert into sales values (?, ?)", [(n, f"s{n % 3}") for n in range(30)]
        )
    return rows.slice(100), known


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Offer a server with a model's data, and what that is."""
    home = tmp_path_factory.mktemp("data") / "home"
    logged, reference = seed(home)
    sources = {"MODELDESK_DATA_SOURCES": json.dumps({"sales": f"sqlite:///{home / 'sales.db'}"})}
    with measured_servers(), running_server(home, environment=sources) as running:
        yield Seeded(server=running, logged=logged, reference=reference)


def enter(page: Page, address: str, name: str = "editor") -> None:
    """Sign in, and open an address."""
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("title")).to_be_visible()


def drawn(page: Page, chart: str) -> dict[str, Any]:
    """Return what a chart shows, when it does."""
    expect(page.get_by_test_id(chart).locator("canvas").first).to_be_visible()
    found = page.get_by_test_id(chart).evaluate(
        "element => { const all = getElement(element.id.slice(1)).chart.getOption();"
        "return {series: all.series.map(s => ({type: s.type, name: s.name, data: s.data})),"
        "x: all.xAxis[0].data, y: all.yAxis[0].data}; }"
    )
    return dict(found)


def eta(values: pl.Series, groups: pl.Series) -> float:
    """Return the correlation ratio, by its definition."""
    parts = [
        part["v"].to_numpy() for part in pl.DataFrame({"v": values, "g": groups}).partition_by("g")
    ]
    middle = values.to_numpy().mean()
    between = sum(len(part) * (part.mean() - middle) ** 2 for part in parts)
    return float(np.sqrt(between / ((values.to_numpy() - middle) ** 2).sum()))


def test_a_person_sees_what_is_in_the_data(seeded: Seeded, browser_page: Page) -> None:
    """Rows, columns, missing cells; each column's summary and what it says of the label."""
    page, logged = browser_page, seeded.logged
    enter(page, f"{seeded.server.url}/models/loans")
    page.get_by_test_id("tab-data").click()
    expect(page).to_have_url(seeded.at())
    expect(page.get_by_test_id("fact-rows")).to_contain_text("300")
    expect(page.get_by_test_id("fact-missing")).to_contain_text("none")
    expect(page.get_by_test_id("fact-labelled")).to_contain_text("100 %")
    twice = logged.height - logged.drop(loans.TARGET).n_unique()
    expect(page.get_by_test_id("fact-duplicates")).to_contain_text(str(twice))

    row = page.get_by_test_id("column-age")
    ages = logged["age"].to_numpy()
    mean = f"{ages.mean():.5g} ± {ages.std(ddof=1):.5g}"
    expect(row).to_contain_text(mean)
    expect(row).to_contain_text(f"median {np.median(ages):.5g}")
    expect(row).to_contain_text(f"{eta(logged['age'], logged[loans.TARGET]):.2f}")
    expect(row.locator("svg")).to_be_visible()
    renters = int((logged["housing"] == "rent").sum())
    expect(page.get_by_test_id("column-housing")).to_contain_text(f"rent ({renters})")
    expect(page.get_by_test_id("column-label")).to_contain_text("the target")

    strongest = max(NUMBERS, key=lambda name: eta(logged[name], logged[loans.TARGET]))
    page.get_by_test_id("order-association").click()
    expect(page).to_have_url(re.compile("order=association"))
    expect(page.get_by_test_id("columns").locator("tbody tr").first).not_to_contain_text("time")
    order = [
        name
        for name in page.get_by_test_id("columns").locator("button.md-name").all_inner_texts()
        if name in NUMBERS
    ]
    assert order[0] == strongest
    page.get_by_test_id("find-column").fill("keur")
    expect(page.get_by_test_id("columns").locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("q=keur"))
    page.reload()
    expect(page.get_by_test_id("columns").locator("tbody tr")).to_have_count(2)
    page.get_by_test_id("find-column").fill("nothing like it")
    expect(page.get_by_text("No column has that in its name.")).to_be_visible()


def _follow_to_its_prediction(page: Page, seeded: Seeded) -> None:
    """Click a row's number: the log shows the prediction with the values of the row."""
    table = page.get_by_test_id("rows")
    heads = table.locator("thead th").all_inner_texts()
    cells = table.locator("tbody tr").first.locator("td").all_inner_texts()
    shown = dict(zip(heads, cells, strict=True))
    link = page.get_by_role("link", name=f"Prediction of row {shown['#']}", exact=True)
    name = (link.get_attribute("href") or "").partition("row=")[2]
    link.click()
    expect(page.get_by_test_id("prediction-title")).to_have_text(f"Prediction {name}")
    told = page.request.get(f"{seeded.server.url}/api/v1/predictions/{name}").json()
    assert told["inputs"]["age"] == float(shown["age"])
    assert told["inputs"]["housing"] == shown["housing"]


def test_ranges_and_conditions_choose_the_rows(seeded: Seeded, browser_page: Page) -> None:
    """The facts, the rows and the files are about those alone; what is wrong is told in place."""
    page, logged = browser_page, seeded.logged
    enter(page, seeded.at())
    choose(page, "range", "All days")
    expect(page.get_by_test_id("fact-rows")).to_contain_text("400")
    choose(page, "range", "Last 7 days")
    expect(page.get_by_test_id("fact-rows")).to_contain_text("300")
    expect(page).to_have_url(re.compile("days=7"))
    field = page.get_by_test_id("data-condition")
    field.press_sequentially('age < 40 and housing == "rent"')
    wanted = logged.filter((pl.col("age") < 40) & (pl.col("housing") == "rent"))
    expect(page.get_by_test_id("data-matches")).to_contain_text(
        f"True of {wanted.height} of 300 rows"
    )
    page.get_by_test_id("condition-apply").click()
    expect(page.get_by_test_id("fact-rows")).to_contain_text("of 300 rows meet the condition")
    expect(page).to_have_url(re.compile("condition=age"))
    for kind in ("csv", "parquet"):
        with page.expect_download() as waiting:
            page.get_by_test_id(f"download-{kind}").click()
        data = waiting.value.path().read_bytes()
        read = pl.read_csv if kind == "csv" else pl.read_parquet
        table = read(io.BytesIO(data))
        assert table.height == wanted.height
        assert table["income_keur"].sum() == pytest.approx(wanted["income_keur"].sum())
        assert table["label"].value_counts().sort("label").rows() == (
            wanted[loans.TARGET].rename("label").value_counts().sort("label").rows()
        )
    page.get_by_test_id("view-rows").click()
    expect(page.get_by_test_id("rows-note")).to_contain_text(f"1 to 25 of {wanted.height} rows")
    expect(page.get_by_test_id("rows").locator("tbody tr")).to_have_count(25)
    page.get_by_test_id("next-page").click()
    expect(page.get_by_test_id("rows-note")).to_contain_text("26 to")
    expect(page).to_have_url(re.compile("page=2"))
    _follow_to_its_prediction(page, seeded)
    page.go_back()
    page.get_by_test_id("condition-clear").click()
    expect(page.get_by_test_id("fact-rows")).not_to_contain_text("of 300 rows")
    expect(field).to_have_value("")
    field.fill("income > 3")
    page.get_by_test_id("condition-apply").click()
    expect(page.get_by_test_id("data-trouble")).to_contain_text("there is no column 'income'")
    field.fill("age > 1000")
    page.get_by_test_id("condition-apply").click()
    expect(page.get_by_test_id("no-rows")).to_contain_text("None of 300 rows")
    expect(page.get_by_test_id("download-csv")).to_be_disabled()


def test_what_is_written_counts_however_late_it_arrives(seeded: Seeded, browser_page: Page) -> None:
    """Applied at once after another was cleared: the server has not even heard of either."""
    page = browser_page
    enter(page, seeded.at("?days=7&condition=age%20%3C%2040"))
    # Until then the page framework holds events back, each by itself, and may change their order.
    page.wait_for_function("window.did_handshake")
    field = page.get_by_test_id("data-condition")
    field.evaluate(
        """(field, condition) => {
            const click = name => document.querySelector(`[data-testid=${name}]`).click();
            click('condition-clear');
            field.value = condition;
            click('condition-apply');
            field.dispatchEvent(new Event('input', {bubbles: true}));
        }""",
        "age > 1000",
    )
    expect(page.get_by_test_id("no-rows")).to_contain_text("None of 300 rows")
    expect(page).to_have_url(re.compile("condition=age.*1000"))
    expect(field).to_have_value("age > 1000")


def test_associations_are_those_of_scipy(seeded: Seeded, browser_page: Page) -> None:
    """Bars beside the target, and a map of all pairs; a click shows the two columns."""
    page, logged = browser_page, seeded.logged
    enter(page, seeded.at("?view=associations"))
    bars = drawn(page, "association-bars")
    told = {bar["column"]: bar["value"] for bar in bars["series"][0]["data"]}
    for name in NUMBERS:
        assert told[name] == pytest.approx(eta(logged[name], logged[loans.TARGET]), abs=1e-3)
    assert list(told.values()) == sorted(told.values(), reverse=True)
    cells = {
        (c["x"], c["y"]): c["value"][2] for c in drawn(page, "association-map")["series"][0]["data"]
    }
    pearson = scipy.stats.pearsonr(logged["age"], logged["employed_years"]).statistic
    assert cells["age", "employed_years"] == pytest.approx(pearson, abs=1e-3)
    choose(page, "choose-target", "income_keur")
    expect(page).to_have_url(re.compile("target=income_keur"))
    expect(page.get_by_test_id("with-target")).to_contain_text("from 300 rows")
    page.wait_for_function(
        "() => { const one = document.querySelector('[data-testid=association-bars]');"
        "const all = one && getElement(one.id.slice(1))?.chart?.getOption();"
        "return !!all && all.series[0].data.some(bar => bar.name.includes('Pearson')); }"
    )
    bars = drawn(page, "association-bars")
    told = {bar["column"]: bar["value"] for bar in bars["series"][0]["data"]}
    pearson = scipy.stats.pearsonr(logged["age"], logged["income_keur"]).statistic
    assert told["age"] == pytest.approx(pearson, abs=1e-3)
    place = page.get_by_test_id("association-bars").evaluate(
        "element => getElement(element.id.slice(1)).chart"
        ".convertToPixel({seriesIndex: 0}, [0.002, 0])"
    )
    page.get_by_test_id("association-bars").click(position={"x": place[0] + 3, "y": place[1]})
    expect(page).to_have_url(re.compile("view=pair&target=income_keur&x="))
    expect(page.get_by_test_id("pair-association")).to_be_visible()


def test_two_columns_have_the_picture_that_fits(seeded: Seeded, browser_page: Page) -> None:
    """Points, boxes, counts, and one column alone; with the figures beside them."""
    page, logged = browser_page, seeded.logged
    enter(page, seeded.at("?view=pair&x=age&y=income_keur&by=housing"))
    points = drawn(page, "pair-chart")
    assert {each["type"] for each in points["series"]} == {"scatter"}
    assert {each["name"] for each in points["series"]} == set(logged["housing"])
    pairs = {tuple(p["value"]) for each in points["series"] for p in each["data"]}
    assert pairs == set(logged.select("age", "income_keur").cast(pl.Float64).rows())
    rho = scipy.stats.spearmanr(logged["age"], logged["income_keur"]).statistic
    expect(page.get_by_test_id("pair-association")).to_contain_text(f"Spearman's rho {rho:.2f}")

    choose(page, "choose-column", "housing")
    expect(page).to_have_url(re.compile("x=housing"))
    expect(page.get_by_test_id("pair-card")).to_contain_text("income_keur by housing")
    boxes = drawn(page, "pair-chart")
    renters = logged.filter(pl.col("housing") == "rent")["income_keur"].to_numpy()
    values = boxes["series"][0]["data"][boxes["x"].index("rent")]["value"]
    assert values[1:4] == pytest.approx(np.quantile(renters, (0.25, 0.5, 0.75)))

    choose(page, "choose-with", "purpose")
    expect(page.get_by_test_id("pair-card")).to_contain_text("housing and purpose")
    counts = drawn(page, "pair-chart")
    cells = {
        (counts["x"][c["value"][0]], counts["y"][c["value"][1]]): c["value"][2]
        for c in counts["series"][0]["data"]
    }
    told = logged.group_by("housing", "purpose").len().rows()
    assert {(a, b): n for a, b, n in told} == {key: n for key, n in cells.items() if n}

    choose(page, "choose-with", "nothing else")
    expect(page.get_by_test_id("pair-card")).to_contain_text("Distribution of housing")
    alone = drawn(page, "pair-chart")
    assert sum(bar["value"] for bar in alone["series"][0]["data"]) == 300
    page.goto(seeded.at())
    page.get_by_test_id("column-age").get_by_role("button").click()
    expect(page).to_have_url(re.compile("view=pair&x=age"))
    expect(page.get_by_test_id("pair-card")).to_contain_text("Distribution of age")


def test_what_a_version_was_made_with(seeded: Seeded, browser_page: Page) -> None:
    """The reference and the test set, with their true outcomes; what is not there says so."""
    page = browser_page
    enter(page, seeded.at(), name="viewer")
    page.get_by_test_id("source-reference").click()
    expect(page).to_have_url(re.compile("source=reference"))
    expect(page.get_by_test_id("fact-rows")).to_contain_text("800")
    expect(page.get_by_test_id("range")).to_be_hidden()
    mean = seeded.reference["income_keur"].to_numpy().mean()
    expect(page.get_by_test_id("column-income_keur")).to_contain_text(f"{mean:.5g} ±")
    page.get_by_test_id("source-test").click()
    expect(page.get_by_test_id("fact-rows")).to_contain_text("300")
    page.goto(seeded.at("?source=test", model="new"))
    expect(page.get_by_test_id("no-source")).to_contain_text("published without a test set")
    page.get_by_test_id("show-logged").click()
    expect(page.get_by_test_id("no-rows")).to_contain_text("No rows in this range")
    page.get_by_test_id("all-days").click()
    expect(page.get_by_test_id("no-rows")).to_contain_text("No predictions yet")
    page.get_by_test_id("source-other").click()
    expect(page.get_by_test_id("table-drop")).to_be_visible()
    expect(page.get_by_test_id("table-source")).to_have_count(0)


def test_a_table_from_elsewhere(
    seeded: Seeded, browser_page: Page, browser_record: BrowserRecord, tmp_path: Path
) -> None:
    """A file that is dropped, and a source that the operator named; the second in the address."""
    page = browser_page
    enter(page, seeded.at("?source=other"))
    expect(page.get_by_test_id("no-source")).to_contain_text("Choose a file or a source")
    file = tmp_path / "mine.csv"
    seeded.reference.head(77).with_columns(extra=pl.lit("=1+1")).write_csv(file)
    page.get_by_test_id("table-drop-file").set_input_files(file)
    expect(page.get_by_test_id("held")).to_contain_text("mine.csv: 77 rows")
    expect(page.get_by_test_id("fact-rows")).to_contain_text("77")
    expect(page.get_by_test_id("column-extra")).to_contain_text("constant")
    with page.expect_download() as waiting:
        page.get_by_test_id("download-csv").click()
    assert "'=1+1" in waiting.value.path().read_text(encoding="utf-8")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1")
    page.get_by_test_id("table-drop-file").set_input_files(broken)
    expect(page.get_by_test_id("table-drop")).to_contain_text("cannot be read")
    browser_record.console_errors.clear()  # the browser notes that the file was refused

    page.get_by_test_id("table-query").fill("select * from absent")
    page.get_by_test_id("table-read").click()
    expect(page.get_by_test_id("elsewhere")).to_contain_text("no such table")
    page.get_by_test_id("table-query").fill("select * from sales where price < 20")
    page.get_by_test_id("table-read").click()
    expect(page.get_by_test_id("held")).to_contain_text("sales: 20 rows")
    expect(page.get_by_test_id("fact-rows")).to_contain_text("20")
    expect(page).to_have_url(re.compile("table=sales&sql=select"))
    page.reload()
    expect(page.get_by_test_id("held")).to_contain_text("sales: 20 rows")
    expect(page.get_by_test_id("column-shop")).to_be_visible()
    choose(page, "table-source", "An address")
    page.get_by_test_id("table-address").fill("http://169.254.169.254/latest")
    page.get_by_test_id("table-read").click()
    expect(page.get_by_test_id("elsewhere")).to_contain_text("not on the public internet")


def test_new_rows_are_told_and_move_nothing(seeded: Seeded, browser_page: Page) -> None:
    """Whoever wants to see them asks for them."""
    page = browser_page
    enter(page, seeded.at(model="live"))
    expect(page.get_by_test_id("no-rows")).to_be_visible()
    row = seeded.reference.drop(loans.TARGET).row(0, named=True)
    address = f"{seeded.server.url}/api/v1/models/live/predict"
    answer = page.request.post(address, data={"row": row}, headers={"Origin": seeded.server.url})
    assert answer.ok, answer.text()
    expect(page.get_by_test_id("news")).to_be_visible()
    expect(page.get_by_test_id("no-rows")).to_be_visible()
    page.get_by_test_id("news").click()
    expect(page.get_by_test_id("fact-rows")).to_contain_text("1")
    expect(page.get_by_test_id("news")).to_be_hidden()
    expect(page.get_by_test_id("column-age")).to_contain_text(str(row["age"]))


def test_hostile_tables_are_shown_as_they_are(
    seeded: Seeded, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Markup is text, long values are cut, many columns come in parts; nothing is too wide."""
    page = browser_page
    enter(page, seeded.at("?source=reference", model="odd"))
    expect(page.get_by_test_id("columns").locator("tbody tr")).to_have_count(25)
    expect(page.get_by_role("button", name=MARKUP)).to_be_visible()
    page.get_by_test_id("next-page").click()
    expect(page).to_have_url(re.compile("page=2"))
    assert grave_violations(page) == []
    page.get_by_test_id("view-rows").click()
    expect(page.get_by_test_id("rows")).to_contain_text(RTL)
    assert max(map(len, page.get_by_test_id("rows").locator("td").all_inner_texts())) < 300
    page.get_by_test_id("rows-card").get_by_test_id("next-page").first.click()
    expect(page).to_have_url(re.compile("across=2"))
    for view in ("associations", "pair", "rows", "columns"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_test_id(f"view-{view}").click()
        expect(page.get_by_test_id(f"view-{view}")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_test_id("data")).not_to_have_class(re.compile("md-answer-old"))
        assert grave_violations(page) == []
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(150)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(seeded.at("?source=x&days=5&view=y&x=nope&y=z&order=q&page=999&version=a&sql=select"))
    expect(page.get_by_test_id("fact-rows")).to_contain_text("300")
    assert page.goto(seeded.at("?version=9")) is not None
    expect(page.get_by_test_id("lost")).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that this is not found
