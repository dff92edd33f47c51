"""`log`: tables of predictions made elsewhere, in every format, here and to a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk import Desk
from modeldesk.server import running_server
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def table(iris: pl.DataFrame) -> pl.DataFrame:
    """Offer the flowers with times and keys."""
    times = [NOW - timedelta(minutes=row) for row in range(150)]
    keys = [f"order-{row}" for row in range(150)]
    return iris.with_columns(pl.Series("timestamp", times), pl.Series("row_id", keys))


@pytest.fixture
def log(run: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    """Offer a function that logs a file for the model ``flowers``, registered at need."""

    def command(file: object, *more: object, home: Path = tmp_path / "desk") -> Result:
        options = ["--model", "flowers", "--register", "--prediction", "class", "--home", home]
        return run("log", file, *options, *more)

    return command


def read_back(home: Path) -> pl.DataFrame:
    """Return all logged rows in order of their keys."""
    with Desk.open(Settings.load(home=home)) as desk:
        frame = desk.reader.page("flowers", limit=10_000).frame
    return frame.sort(pl.col("row_id").str.split("-").list.last().cast(pl.Int64))


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "rows.csv": lambda frame, path: frame.write_csv(path),
    "rows.parquet": lambda frame, path: frame.write_parquet(path),
    "rows.json": lambda frame, path: path.write_text(json.dumps(frame.to_dicts(), default=str)),
    "rows.jsonl": lambda frame, path: frame.write_ndjson(path),
    "rows.arrow": lambda frame, path: frame.write_ipc(path),
    "rows.feather": lambda frame, path: frame.write_ipc_stream(path),
    "rows.arrows": lambda frame, path: frame.write_ipc_stream(path),
    "rows.ndjson": lambda frame, path: frame.write_ndjson(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_is_logged_alike(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path, name: str
) -> None:
    """Values, times and keys read back as they were written."""
    WRITERS[name](table, tmp_path / name)
    found = log(tmp_path / name)
    assert found.exit_code == 0, found.stderr
    assert "Registered flowers version 1 with 150 reference rows" in found.stderr
    assert found.stdout == "Logged 150 rows for flowers version 1.\n"
    frame = read_back(tmp_path / "desk")
    assert frame["time"].to_list() == table["timestamp"].to_list()
    for column in ("sepal_width_cm", "class", "row_id"):
        assert frame[column].to_list() == table[column].to_list()


def test_a_folder_is_logged_in_order_of_name(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """Files of several formats may lie together; others are left out."""
    folder = tmp_path / "days"
    folder.mkdir()
    table[:50].write_parquet(folder / "1.parquet")
    table[50:].write_csv(folder / "2.csv")
    (folder / "notes.txt").write_text("not a table")
    assert "Logged 150 rows" in log(folder).stdout
    assert read_back(tmp_path / "desk").height == 150


def test_a_model_is_registered_once(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """The same command again adds rows to the same version."""
    table.write_parquet(tmp_path / "rows.parquet")
    log(tmp_path / "rows.parquet")
    again = log(tmp_path / "rows.parquet")
    assert "Registered" not in again.stderr
    assert "150 rows for flowers version 1" in again.stdout
    assert read_back(tmp_path / "desk").height == 300


def test_reference_and_scores_can_be_named(
    log: Callable[..., Result], table: pl.DataFrame, iris: pl.DataFrame, tmp_path: Path
) -> None:
    """The model is registered from another table, with probabilities."""
    scored = iris.with_columns(pl.lit(0.9).alias("p_setosa"))
    scored.write_csv(tmp_path / "training.csv")
    table.with_columns(pl.lit(0.8).alias("p_setosa")).write_csv(tmp_path / "rows.csv")
    options = ["--reference", tmp_path / "training.csv", "--score", "p_setosa=Iris-setosa"]
    assert log(tmp_path / "rows.csv", *options).exit_code == 0
    with Desk.open(Settings.load(home=tmp_path / "desk")) as desk:
        (score,) = desk.registry.version("flowers").signature.scores
    assert score.label == "Iris-setosa"


def test_time_and_key_columns_can_be_named(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """Columns that nobody knows are named in the summary."""
    renamed = table.rename({"timestamp": "at", "row_id": "order"})
    renamed.with_columns(shop=pl.lit("Delft")).write_csv(tmp_path / "rows.csv")
    table.drop("timestamp", "row_id").write_csv(tmp_path / "training.csv")
    options = ["--time", "at", "--row-id", "order", "--reference", tmp_path / "training.csv"]
    found = log(tmp_path / "rows.csv", *options)
    assert "Columns that the model does not know: shop." in found.stdout
    assert read_back(tmp_path / "desk")["time"][7] == table["timestamp"][7]


def test_rows_that_do_not_fit_are_summed_up(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """The others are logged; with `--strict` the status says that something was left."""
    table.write_parquet(tmp_path / "right.parquet")
    log(tmp_path / "right.parquet")
    wrong = table.with_columns(
        pl.when(pl.int_range(pl.len()) < 3)
        .then(pl.lit("wide"))
        .otherwise(pl.col("sepal_width_cm").cast(pl.String))
        .alias("sepal_width_cm")
    )
    wrong.write_csv(tmp_path / "wrong.csv")
    found = log(tmp_path / "wrong.csv")
    assert found.exit_code == 0
    assert "Logged 147 rows" in found.stdout
    assert "3  sepal_width_cm: expected a number" in found.stdout
    strict = log(tmp_path / "wrong.csv", "--strict", "--json")
    assert strict.exit_code == 1
    told = json.loads(strict.stdout)
    assert (told["logged"], told["quarantined"], sum(told["reasons"].values())) == (147, 3, 3)


def test_whole_numbers_in_text_fit_an_integer(log: Callable[..., Result], tmp_path: Path) -> None:
    """`3` and `3.0` are the same whole number; `3.5` is none."""
    pl.DataFrame({"rooms": [1, 2, 3, 4], "class": ["a", "b", "a", "b"]}).write_parquet(
        tmp_path / "training.parquet"
    )
    (tmp_path / "rows.csv").write_text("rooms,class\n3,a\n3.0,a\n3.5,b\n9007199254740993,b\n")
    found = log(tmp_path / "rows.csv", "--reference", tmp_path / "training.parquet", "--json")
    told = json.loads(found.stdout)
    assert (told["logged"], told["quarantined"]) == (3, 1)
    with Desk.open(Settings.load(home=tmp_path / "desk")) as desk:
        rows = desk.reader.page("flowers").frame["rooms"].to_list()
    assert sorted(rows) == [3, 3, 9007199254740993]


def test_large_files_are_sent_in_batches(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """What several batches came to is added up."""
    many = pl.concat([table] * 800)
    many.write_csv(tmp_path / "rows.csv")
    assert "Logged 120,000 rows" in log(tmp_path / "rows.csv").stdout


def test_rows_before_a_failure_stay(
    log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """How many were logged is said, so that one can go on from there."""
    folder = tmp_path / "days"
    folder.mkdir()
    table.write_parquet(folder / "1.parquet")
    (folder / "2.parquet").write_bytes(b"PAR1 cut short")
    found = log(folder)
    assert found.exit_code == 2
    assert "150 rows logged until then; they stay." in found.stderr
    assert "2.parquet cannot be read as parquet" in found.stderr


@pytest.mark.parametrize("name", WRITERS)
def test_a_bar_shows_how_far_it_is(
    log: Callable[..., Result],
    table: pl.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """On a terminal; with the number of rows where the file tells it."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    WRITERS[name](table, tmp_path / name)
    shown = log(tmp_path / name).stderr
    assert "Logging" in shown
    assert ("150/150" in shown) is (name in {"rows.csv", "rows.parquet", "rows.arrow"})
    (tmp_path / "wrong.csv").write_bytes(b"")
    assert "holds no rows" in log(tmp_path / "wrong.csv").stderr


def test_a_running_server_takes_rows(
    run: Callable[..., Result], table: pl.DataFrame, home: Path, tmp_path: Path
) -> None:
    """With `--url` the rows go to the server that has the model."""
    table.write_parquet(tmp_path / "rows.parquet")
    settings = Settings.load(home=home, port=0)
    with Desk.open(settings) as desk, running_server(desk, settings) as url:
        found = run("log", tmp_path / "rows.parquet", "--model", "iris", "--url", url)
        assert found.exit_code == 0, found.stderr
        assert found.stdout == "Logged 150 rows for iris version 1.\n"
        assert len(desk.reader.by_row_id("iris", "order-7")) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.txt", "a", "is no table that can be read"),
        ("rows.csv", "", "holds no rows"),
        ("rows.csv", "a,b\n", "holds no rows"),
        ("rows.csv", "a,b\n1,2,3\n", "cannot be read as csv"),
        ("rows.json", '{"a": 1}', "holds no list of rows"),
        ("rows.json", "[]", "holds no rows"),
        ("rows.json", "[", "cannot be read as json"),
        ("rows.jsonl", "1\n", "holds no list of rows"),
        ("rows.arrow", "ARROW1", "cannot be read as arrow"),
    ],
)
def test_wrong_files_are_explained(
    run: Callable[..., Result],
    home: Path,
    tmp_path: Path,
    name: str,
    content: str,
    message: str,
) -> None:
    """A file that is no table ends with 2 and says what is wrong."""
    (tmp_path / name).write_text(content)
    found = run("log", tmp_path / name, "--model", "iris", "--home", home)
    assert found.exit_code == 2
    assert message in found.stderr


def test_wrong_options_are_explained(
    run: Callable[..., Result], log: Callable[..., Result], table: pl.DataFrame, tmp_path: Path
) -> None:
    """What cannot go together, or leads nowhere, ends with 2."""
    table.write_parquet(tmp_path / "rows.parquet")
    rows = tmp_path / "rows.parquet"
    (tmp_path / "empty").mkdir()
    pl.DataFrame({"class": []}).write_parquet(tmp_path / "none.parquet")
    for found, message in (
        (run("log", rows, "--model", "x", "--register"), "needs --prediction"),
        (log(rows, "--url", "http://127.0.0.1:1"), "not with --url"),
        (log(rows, "--score", "p_setosa"), "is no pair"),
        (log(rows, "--reference", tmp_path / "none.parquet"), "no rows to register"),
        (log(tmp_path / "nothing.csv"), "There is no file"),
        (log(tmp_path / "empty"), "has no tables"),
        (run("log", rows, "--model", "x", "--home", tmp_path / "nowhere"), "no model desk"),
    ):
        assert found.exit_code == 2, message
        assert message in found.stderr
