"""What people see of profiles and comparisons outside the server: reports and notebooks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest
from playwright.sync_api import expect
from sklearn.datasets import load_wine

import modeldesk
from tests.support.browser import BrowserRecord, guarded_context

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

HOSTILE = "<script>document.title='taken over'</script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Offer wines: the cellar's, and later ones with more alcohol, in a table each."""
    folder = tmp_path_factory.mktemp("wines")
    data = load_wine(as_frame=True).frame
    wines = pl.DataFrame({str(name): data[name].to_numpy() for name in data.columns})
    wines = wines.with_columns(
        pl.when(pl.col("target") == 0).then(pl.lit(HOSTILE)).otherwise(pl.lit("b")).alias(HOSTILE)
    )
    wines.write_parquet(folder / "cellar.parquet")
    wines.with_columns(pl.col("alcohol") + 1.5).write_parquet(folder / "later.parquet")
    return folder


def modeldesk_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, as a person does."""
    command = [sys.executable, "-m", "modeldesk", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    """Offer the report of a comparison with a stored profile."""
    saved = modeldesk_command(folder, "profile", "cellar.parquet", "--save", "cellar.mdpf")
    assert saved.returncode == 0, saved.stderr
    arguments = ("compare", "later.parquet", "cellar.mdpf", "--html", "report.html", "--exit-code")
    compared = modeldesk_command(folder, *arguments)
    assert compared.returncode == 1, compared.stderr
    return folder / "report.html"


def assert_first_is_alcohol(page: Page) -> None:
    """Fail unless the drifted column is the first line, and called changed."""
    first = page.locator("details").first
    expect(first.locator("summary b")).to_have_text("alcohol")
    expect(first.locator(".mdr-chip")).to_contain_text("changed")
    expect(first.locator("svg").first).to_be_visible()


def test_a_report_opens_offline(
    browser_page: Page, browser_record: BrowserRecord, report: Path
) -> None:
    """The drifted column is first; names are text; nothing is asked for; no error is seen."""
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(report.as_uri())
    assert_first_is_alcohol(browser_page)
    expect(browser_page.locator("b", has_text=HOSTILE)).to_be_visible()
    expect(browser_page).to_have_title("later.parquet against cellar.mdpf")
    assert asked == [report.as_uri()]
    assert not browser_record.foreign_requests


def test_a_column_opens_to_its_figures(browser_page: Page, report: Path) -> None:
    """A click on a stable column shows the large histogram and both sides' figures."""
    browser_page.goto(report.as_uri())
    column = browser_page.locator("details").filter(has_text="malic_acid")
    figures = column.get_by_role("row").filter(has_text="median")
    expect(figures).to_be_hidden()
    column.locator("summary").click()
    expect(figures).to_be_visible()
    expect(column.locator("svg.hist--large")).to_be_visible()


def test_a_report_is_light_or_dark_as_the_reader_is(chromium: Browser, report: Path) -> None:
    """The ground follows what the system prefers; a phone's width needs no sideways scrolling."""
    record = BrowserRecord()
    grounds = []
    with guarded_context(chromium, record) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.set_viewport_size({"width": 400, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
    record.assert_clean()
    assert grounds == ["rgb(244, 246, 249)", "rgb(13, 18, 24)"]


def test_a_report_can_be_printed(chromium: Browser, report: Path) -> None:
    """On paper it has more than a page, and every column has a line."""
    record = BrowserRecord()
    with guarded_context(chromium, record) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        assert len(page.pdf(format="A4", print_background=True)) > 20_000
        page.emulate_media(media="print")
        for line in page.locator("summary").all():
            expect(line).to_be_visible()
    record.assert_clean()


@pytest.mark.parametrize("theme", ["true", "false"])
def test_a_notebook_shows_what_changed(
    browser_page: Page, folder: Path, tmp_path: Path, theme: str
) -> None:
    """Both representations stand in a notebook's page, in the notebook's theme."""
    cellar = modeldesk.profile(pl.read_parquet(folder / "cellar.parquet"))
    later = modeldesk.profile(pl.read_parquet(folder / "later.parquet"))
    cells = modeldesk.compare(later, cellar)._repr_html_() + cellar._repr_html_()
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><body data-jp-theme-light={theme}>{cells}", "utf-8")
    browser_page.goto(notebook.as_uri())
    assert_first_is_alcohol(browser_page)
    expect(browser_page.locator(".mdr-fragment")).to_have_count(2)
    ground = browser_page.locator(".mdr-fragment").first.evaluate(
        "element => getComputedStyle(element).backgroundColor"
    )
    assert ground == ("rgb(255, 255, 255)" if theme == "true" else "rgb(21, 28, 37)")


def test_json_is_complete(folder: Path, report: Path) -> None:
    """A script gets the verdicts and the figures of both sides from one document."""
    assert report.exists()
    shown = modeldesk_command(folder, "compare", "later.parquet", "cellar.mdpf", "--json")
    told = json.loads(shown.stdout)
    assert told["changed"] == ["alcohol"]
    alcohol = next(column for column in told["columns"] if column["name"] == "alcohol")
    assert alcohol["current"]["moments"]["mean"] == pytest.approx(
        alcohol["reference"]["moments"]["mean"] + 1.5
    )
