"""`profile` and `compare`: tables in files, summed up and told apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def wider(tmp_path: Path, iris: pl.DataFrame) -> Path:
    """Offer the flowers with sepals twice as wide."""
    path = tmp_path / "wider.csv"
    iris.with_columns(pl.col("sepal_width_cm") * 2).write_csv(path)
    return path


def test_profile_shows_every_column(run: Callable[..., Result], files: Path) -> None:
    """The table has a row per column with its kind, histogram, range and frequent values."""
    shown = run("profile", files / "iris.csv")
    assert shown.exit_code == 0
    assert "150 rows, 5 columns (4 float, 1 categorical). No value is missing." in shown.stdout
    row = next(line for line in shown.stdout.splitlines() if "sepal_width_cm" in line)
    assert all(figure in row for figure in ("float", "0 %", "2.00", "3.00", "4.40", "3.06", "█"))
    assert "Iris-setosa 33.3 %" in shown.stdout


def test_profile_as_json(run: Callable[..., Result], files: Path) -> None:
    """`--json` gives the figures of every column as one document."""
    shown = run("profile", files / "iris.csv", "--json")
    told = json.loads(shown.stdout)
    assert (told["schema"], told["rows"]) == ("modeldesk.profile/1", 150)
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["petal_width_cm"]["moments"]["maximum"] == 2.5
    assert columns["petal_width_cm"]["quantiles"]["0.5"] == 1.3
    assert columns["petal_width_cm"]["frequent"] is None
    assert sum(columns["petal_width_cm"]["histogram"]["shares"]) == pytest.approx(1)
    assert columns["class"]["frequent"][0] == {"value": "Iris-setosa", "count": 50}
    assert columns["class"]["types"] == {"string": 150}
    assert columns["class"]["moments"] is None


def test_profile_of_dates_and_gaps(run: Callable[..., Result], tmp_path: Path) -> None:
    """Dates are shown as dates, and the share of missing values per column."""
    path = tmp_path / "visits.csv"
    path.write_text("day,visitors\n2026-03-01T09:30:00,12\n2026-03-02T10:00:00,\n")
    shown = run("profile", path).stdout
    assert "2026-03-01 09:30 to 2026-03-02 10:00" in shown
    assert "Values are missing in 1 column: visitors 50.0 %." in shown


def test_a_folder_is_one_table(
    run: Callable[..., Result], tmp_path: Path, iris: pl.DataFrame
) -> None:
    """All CSV and Parquet files of a folder count together; other files are left alone."""
    iris.head(100).write_csv(tmp_path / "a.csv")
    iris.tail(50).write_parquet(tmp_path / "b.parquet")
    (tmp_path / "notes.txt").write_text("not a table")
    assert json.loads(run("profile", tmp_path, "--json").stdout)["rows"] == 150


def test_compare_says_what_changed(run: Callable[..., Result], files: Path, wider: Path) -> None:
    """The changed column comes first, with its distance, both histograms and a sentence."""
    shown = run("compare", wider, files / "iris.csv")
    assert shown.exit_code == 0
    rows = [line for line in shown.stdout.splitlines() if line.startswith(("sepal", "petal"))]
    assert "sepal_width_cm" in rows[0]
    assert "▲ changed" in rows[0]
    assert rows[0].count("█") == 1  # both sides share a scale
    assert all("✓ stable" in row for row in rows[1:4])
    assert "sepal_width_cm" in shown.stdout.splitlines()[1]


def test_compare_as_json(run: Callable[..., Result], files: Path, wider: Path) -> None:
    """`--json` gives the comparison, both sides' figures and the names of changed columns."""
    told = json.loads(run("compare", wider, files / "iris.csv", "--json").stdout)
    assert told["schema"] == "modeldesk.comparison/1"
    assert told["changed"] == ["sepal_width_cm"]
    column = next(found for found in told["columns"] if found["name"] == "sepal_width_cm")
    assert column["distance"] > 0.5
    assert column["verdict"]["status"] == "changed"
    assert column["reference"]["moments"]["maximum"] == 4.4
    assert column["current"]["moments"]["maximum"] == 8.8
    assert sum(column["histogram"]["current"]) == pytest.approx(1)


def test_exit_code_is_for_scripts(run: Callable[..., Result], files: Path, wider: Path) -> None:
    """`--exit-code` ends with 1 where a column changed, and with 0 where none did."""
    same = files / "iris.csv"
    assert run("compare", wider, same, "--exit-code").exit_code == 1
    unchanged = run("compare", same, same, "--exit-code")
    assert unchanged.exit_code == 0
    assert "None of 5 columns changed." in unchanged.stdout


def test_too_few_rows_are_said_to_be_too_few(
    run: Callable[..., Result], files: Path, tmp_path: Path, iris: pl.DataFrame
) -> None:
    """Columns that nobody can judge are counted in the sentence, not called stable."""
    iris.head(2).write_csv(tmp_path / "two.csv")
    shown = run("compare", tmp_path / "two.csv", files / "iris.csv").stdout
    assert "could not be judged for lack of data" in shown


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("table.txt", b"a,b\n1,2\n", "is neither a CSV nor a Parquet file"),
        ("table.mdpf", b"no profile", "is no profile that can be read"),
        ("table.parquet", b"no parquet", "cannot be read as parquet"),
        ("table.csv", b"", "cannot be read as csv"),
        ("table.csv", b"a,b\n", "holds no rows"),
    ],
)
def test_files_that_are_no_tables_are_named(
    run: Callable[..., Result], tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """A file that cannot be read as a table ends with 2 and says why."""
    (tmp_path / name).write_bytes(content)
    found = run("profile", tmp_path / name)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr


def test_a_folder_without_tables_is_named(run: Callable[..., Result], tmp_path: Path) -> None:
    """An empty folder ends with 2; tables of different columns are summed up side by side."""
    found = run("profile", tmp_path)
    assert (found.exit_code, "has no .csv or .parquet files" in found.stderr) == (2, True)
    (tmp_path / "a.csv").write_text("a\n1\n")
    (tmp_path / "b.csv").write_text("b\n1\n")
    assert "2 rows, 2 columns" in run("profile", tmp_path).stdout


def test_a_reference_in_a_folder_is_one_table(
    run: Callable[..., Result], files: Path, tmp_path: Path
) -> None:
    """What a model is published with is one table: no tables, or unlike ones, end with 2."""
    folder = tmp_path / "tables"
    folder.mkdir()
    command = ("publish", files / "iris.skops", "--name", "iris", "--home", tmp_path / "home")
    found = run(*command, "--reference", folder)
    assert (found.exit_code, "has no rows" in found.stderr) == (2, True)
    (folder / "a.csv").write_text("a\n1\n")
    (folder / "b.csv").write_text("b\n1\n")
    found = run(*command, "--reference", folder)
    assert (found.exit_code, "do not have the same columns" in found.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "There is no file"),
        ("empty.csv", b"a,b\n", "holds no rows"),
        ("broken.parquet", b"no parquet", "cannot be read as parquet"),
        ("table.txt", b"a,b\n1,2\n", "is neither a CSV nor a Parquet file"),
    ],
)
def test_a_reference_that_is_no_table_is_named(
    run: Callable[..., Result],
    files: Path,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    """Publishing with it ends with 2 and says why."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    command = ("publish", files / "iris.skops", "--name", "iris", "--home", tmp_path / "home")
    found = run(*command, "--reference", tmp_path / name)
    assert (found.exit_code, message in found.stderr) == (2, True)
