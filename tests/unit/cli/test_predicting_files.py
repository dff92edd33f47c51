"""Files of any size on the command line, without a server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from signal import SIGINT
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.patience import at_most, until
from tests.support.processes import end

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

FLOWERS = iris_frame().select(FEATURES)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Offer a home with the Iris classifier and a model that takes its time."""
    found = tmp_path / "home"
    with Desk.open(Settings.load(home=found)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        seconds = pl.DataFrame({"seconds": [0.0, 0.1]})
        desk.registry.publish(served.patient, name="patient", reference=seconds)
    return found


@pytest.mark.parametrize("arguments", [("FILE", "--model", "iris"), ("iris", "FILE")])
@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("f.csv", "o.parquet"),
        ("f.parquet", "o.csv"),
        ("f.arrows", "o.arrows"),
        ("f.ndjson", "o.csv"),
    ],
)
def test_a_file_is_predicted_into_a_file(
    run: Callable[..., Result],
    home: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    source: str,
    target: str,
) -> None:
    """In either order of the arguments; nothing but the output and the log is left of it."""
    file, output = tmp_path / source, tmp_path / target
    write: dict[str, Callable[[Path], object]] = {
        "csv": FLOWERS.write_csv,
        "parquet": FLOWERS.write_parquet,
        "arrows": FLOWERS.write_ipc_stream,
        "ndjson": FLOWERS.write_ndjson,
    }
    write[source.partition(".")[2]](file)
    given = [str(file) if word == "FILE" else word for word in arguments]
    done = run("predict", *given, "--output", output, "--home", home)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"Predicted 150 rows by iris version 1: {output}.\n"
    read: dict[str, Callable[[Path], pl.DataFrame]] = {
        "parquet": pl.read_parquet,
        "csv": pl.read_csv,
        "arrows": pl.read_ipc_stream,
    }
    found = read[target.partition(".")[2]](output)
    assert found.height == found["prediction_id"].n_unique() == 150
    assert list((home / "jobs").iterdir()) == []
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.overview.model("iris").predictions == 150
        assert desk.file_jobs.list() == ()


def test_refused_rows_are_told(run: Callable[..., Result], home: Path, tmp_path: Path) -> None:
    """The others are predicted; as JSON it is the job."""
    file = tmp_path / "f.csv"
    file.write_text(FLOWERS.head(3).write_csv().replace("5.1,", "five,"))
    given = ("predict", "iris", file, "--output", tmp_path / "o.csv", "--home", home)
    done = run(*given)
    assert "Predicted 2 rows by iris version 1" in done.stdout
    assert "1 row refused" in done.stdout
    assert "row 0, sepal_length_cm: wrong value (five)" in done.stdout
    told = json.loads(run(*given, "--json").stdout)
    assert (told["state"], told["rows_done"], told["refused"]) == ("done", 3, 1)


@pytest.mark.parametrize(
    ("name", "content", "output", "words"),
    [
        ("f.csv", "a,b\n1,2\n", "o.csv", "does not know the columns a, b"),
        ("f.csv", "", "o.csv", "holds no table"),
        ("f.parquet", "no", "o.csv", "cannot be read"),
        ("f.txt", "a", "o.csv", "is no table that can be predicted"),
        ("f.csv", "a", "o.txt", "cannot be written to"),
        ("f.csv", "a", "none/o.csv", "cannot be written to"),
        (None, "", "o.csv", "There is no file"),
    ],
)
def test_wrong_input_is_one_sentence(
    run: Callable[..., Result],
    home: Path,
    tmp_path: Path,
    name: str | None,
    content: str,
    output: str,
    words: str,
) -> None:
    """With status 2, and nothing is written."""
    file = tmp_path / (name or "none.csv")
    if name:
        file.write_text(content)
    done = run("predict", file, "--model", "iris", "--output", tmp_path / output, "--home", home)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / output).exists()
    assert not (home / "jobs").exists() or list((home / "jobs").iterdir()) == []


def test_the_arguments_must_name_one_model_and_one_input(
    run: Callable[..., Result], home: Path
) -> None:
    """Neither both ways at once nor one of them alone; and a server has its own way."""
    for given in (("iris",), ("iris", "{}", "--model", "iris")):
        done = run("predict", *given, "--home", home)
        assert done.exit_code == 2
        assert "one model and one input" in done.stderr
    done = run("predict", "iris", "f.csv", "--output", "o.csv", "--url", "http://127.0.0.1:1")
    assert done.exit_code == 2
    assert "not with --url" in done.stderr


def test_ctrl_c_ends_it_cleanly(home: Path, tmp_path: Path) -> None:
    """Status 130; nothing is written, no job is left, and the desk is whole."""
    file, output = tmp_path / "slow.csv", tmp_path / "o.csv"
    pl.DataFrame({"seconds": [0.05] * 100_000}).write_csv(file)
    command = [sys.executable, "-m", "modeldesk", "predict", str(file), "--model", "patient"]
    told = tmp_path / "told.txt"
    with told.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--output", str(output), "--home", str(home)], stderr=errors
        )
    try:
        until(lambda: (home / "jobs").exists() and list((home / "jobs").iterdir()))
        time.sleep(0.5)
    finally:
        status = end(process, signal=SIGINT, patience=at_most(60.0))
    assert status == 130, told.read_text()
    assert "Traceback" not in told.read_text()
    assert not output.exists()
    assert list((home / "jobs").iterdir()) == []
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.file_jobs.list() == ()
        assert not desk.check.run().findings
