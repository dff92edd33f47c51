"""Files as people and programs use them: through kill -9, on the page, in bounded memory."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import httpx
import polars as pl
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.ledger import tell
from tests.support.patience import until
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.browser import BrowserRecord

ROWS = 260_000
KILLS = 2
GROWTH = 120 * 1024
"""Kilobytes by which a file five times as large may raise the peak."""
FLOWERS = iris_frame().select(FEATURES)
PARQUET = {"Content-Type": "application/vnd.apache.parquet"}


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for a database of each kind, with the Iris classifier."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    found = Settings.load(home=tmp_path / "home", database_url=url)
    with Desk.open(found) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return found


def told(url: str) -> dict[str, object]:
    """Return what a server says about a job."""
    found: dict[str, object] = httpx.get(url, trust_env=False, timeout=30).json()
    return found


def rows_done(url: str) -> int:
    """Return how many rows of a job are done."""
    return int(str(told(url)["rows_done"]))


def sent(server: RunningServer, body: bytes) -> str:
    """Send a file of flowers; return the path of its job."""
    answer = httpx.post(
        f"{server.url}/api/v1/models/iris/jobs",
        content=body,
        headers=PARQUET,
        trust_env=False,
        timeout=60,
    )
    return f"/api/v1/jobs/{answer.json()['job_id']}"


def killed_in_the_middle(settings: Settings, body: bytes) -> tuple[bytes, list[int]]:
    """Send a file, kill its server as often as said; return the result, and after how many rows."""
    environment = {"MODELDESK_DATABASE_URL": settings.database_url} if settings.database_url else {}
    chance = random.Random(11)
    path, stops = "", [0]
    for cycle in range(KILLS + 1):
        with running_server(
            settings.home, arguments=["--no-ui"], environment=environment
        ) as server:
            path = path or sent(server, body)
            job = server.url + path
            if cycle < KILLS:
                until(partial(_further, job, stops[-1]))
                time.sleep(chance.uniform(0.0, 0.3))
                stops.append(rows_done(job))
                server.kill()
                continue
            until(partial(_over, job))
            answer = httpx.get(f"{job}/result", trust_env=False, timeout=60)
            assert answer.status_code == 200, told(job)
            return answer.content, stops[1:]
    raise AssertionError


def _further(job: str, rows: int) -> bool:
    return rows_done(job) > rows


def _over(job: str) -> bool:
    return told(job)["state"] not in {"queued", "running"}


@pytest.mark.timeout(400)
def test_each_row_is_logged_once_through_kill_9(settings: Settings, tmp_path: Path) -> None:
    """A server that is killed in the middle of a file goes on with it when it is back."""
    many = pl.concat([FLOWERS] * (ROWS // FLOWERS.height + 1)).head(ROWS)
    frame = many.with_columns(pl.format("key-{}", pl.int_range(pl.len())).alias("row_id"))
    frame.write_parquet(tmp_path / "flowers.parquet")
    body = (tmp_path / "flowers.parquet").read_bytes()
    result, stops = killed_in_the_middle(settings, body)
    tell(f"{KILLS} x kill -9 after {stops} of {ROWS} rows")
    assert 0 < stops[0] < ROWS
    (tmp_path / "result.parquet").write_bytes(result)
    found = pl.read_parquet(tmp_path / "result.parquet")
    assert found["row_id"].to_list() == frame["row_id"].to_list()
    assert found["prediction_id"].n_unique() == ROWS
    with Desk.open(settings) as desk:
        desk.jobs.run()
        overview = desk.overview.model("iris")
        assert overview.predictions == overview.profiled == ROWS
        with desk.store.reading() as connection:
            logged = connection.execute(sa.text("select sum(rows) from chunks")).scalar_one()
            keys = connection.execute(sa.text("select count(*) from row_keys")).scalar_one()
        assert int(logged) == int(keys) == ROWS
        for row in (0, ROWS // 2, ROWS - 1):
            assert desk.reader.prediction(found["prediction_id"][row]).row_id == f"key-{row}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """Offer a server with the Iris classifier, and a model that takes its time."""
    home = tmp_path / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        seconds = pl.DataFrame({"seconds": [0.0, 0.1]})
        desk.registry.publish(served.patient, name="patient", reference=seconds)
    with running_server(home) as running:
        yield running


def test_a_file_is_dropped_watched_and_its_result_fetched(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord, tmp_path: Path
) -> None:
    """The page takes the file, tells what is wrong with it, and gives the predictions."""
    page = browser_page
    lines = FLOWERS.write_csv().splitlines()
    lines[18] = "oops," + lines[18].partition(",")[2]
    file = tmp_path / "march flowers.csv"
    file.write_text("\n".join(lines))
    page.goto(f"{server.url}/models/iris")
    page.get_by_test_id("tab-batch").click()
    expect(page.get_by_test_id("jobs")).to_contain_text("No files yet")
    page.get_by_test_id("batch-drop-file").set_input_files(file)
    jobs = page.get_by_test_id("jobs")
    expect(jobs).to_contain_text("march flowers.csv")
    expect(jobs.get_by_test_id("state")).to_contain_text("Done")
    expect(jobs).to_contain_text("150 rows")
    expect(jobs).to_contain_text("1 row refused")
    expect(jobs).to_contain_text("row 17, sepal_length_cm: wrong value (oops)")
    with page.expect_download() as download:
        page.get_by_test_id("download-csv").click()
    target = tmp_path / "result.csv"
    download.value.save_as(target)
    assert download.value.suggested_filename.startswith("iris-")
    assert pl.read_csv(target)["class"].null_count() == 1

    wrong = tmp_path / "wrong.csv"
    wrong.write_text("colour\nred\n")
    page.get_by_test_id("batch-drop-file").set_input_files(wrong)
    told = page.get_by_test_id("batch-drop-title")
    expect(told).to_have_text("The model does not know the columns colour.")
    page.get_by_test_id("batch-drop-file").set_input_files(tmp_path / "result.csv")
    expect(told).to_contain_text("does not know the columns prediction_id")
    assert all("422" in message for message in browser_record.console_errors)
    assert len(browser_record.console_errors) == 2
    browser_record.console_errors.clear()
    jobs.get_by_test_id("remove").click()
    expect(jobs).to_contain_text("No files yet")


def test_a_job_under_way_is_watched_and_cancelled_on_the_page(
    server: RunningServer, browser_page: Page, tmp_path: Path
) -> None:
    """The bar moves while the model works, and stays where it was once it is cancelled."""
    page = browser_page
    pl.DataFrame({"seconds": [0.2] * 400_000}).write_csv(tmp_path / "slow.csv")
    page.goto(f"{server.url}/models/patient/batch")
    page.get_by_test_id("batch-drop-file").set_input_files(tmp_path / "slow.csv")
    jobs = page.get_by_test_id("jobs")
    expect(jobs.get_by_test_id("state")).to_contain_text("Running")
    expect(jobs.get_by_test_id("progress")).to_have_attribute("aria-valuenow", "0")
    jobs.get_by_test_id("cancel").click()
    expect(jobs.get_by_test_id("state")).to_contain_text("Cancelled")
    expect(jobs.get_by_test_id("progress")).to_have_count(0)


@pytest.mark.timeout(300)
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file five times as large takes hardly more memory on the command line."""
    home = tmp_path / "home"
    reference = pl.DataFrame({"note": ["one thing", "another thing and more"] * 50})
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(served.every_kind, name="notes", reference=reference)
    small = peak(home, tmp_path, rows=40_000)
    large = peak(home, tmp_path, rows=200_000)
    tell(f"peak {small / 1024:.0f} MB for 60 MB of rows, {large / 1024:.0f} MB for 300 MB")
    assert large - small < GROWTH


def peak(home: Path, folder: Path, *, rows: int) -> int:
    """Predict a file of so many rows of 1,500 characters; return the peak in kilobytes."""
    source, target = folder / f"{rows}.csv", folder / f"{rows}.parquet"
    with source.open("w") as file:
        file.write("note\n")
        for row in range(rows):
            file.write(f"{row} {'some words ' * 136}\n")
    command = [sys.executable, "-m", "modeldesk", "predict", str(source), "--model", "notes"]
    process = subprocess.Popen(
        [*command, "--output", str(target), "--home", str(home)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert pl.scan_parquet(target).select(pl.len()).collect().item() == rows
    source.unlink()
    return usage.ru_maxrss
