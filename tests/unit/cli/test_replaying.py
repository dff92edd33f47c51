"""`modeldesk replay`: logged requests, labelled files, and wrong questions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from modeldesk import Desk
from modeldesk.settings import Settings
from tests.unit.cli.conftest import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(scope="module")
def two(home: Path, iris: pl.DataFrame) -> Path:
    """Offer the home folder with a worse second version, and 150 labelled predictions."""
    truth = iris["class"].to_list()
    worse = LogisticRegression(C=0.0005, max_iter=500).fit(iris.select(FEATURES), truth)
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(worse, name="iris", reference=iris, target="class")
        answer = desk.predictor.predict("iris", iris.select(FEATURES).to_dicts())
        ids = [each.prediction_id for each in answer.predictions]
        desk.labelling.label("iris", {"prediction_id": ids, "label": truth})
    return home


def test_logged_requests_are_compared(run: Callable[..., Result], two: Path) -> None:
    """First the verdict, then figures and rows; as JSON with all of it."""
    result = run("replay", "iris", "--version", 2, "--home", two)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Version 2 is worse than version 1 on the same 150 rows, by ")
    assert "150 rows" in lines[1]
    assert any(line.startswith("McNemar's test: p = ") for line in lines)
    assert "They disagree on, among others:" in lines
    told = json.loads(run("replay", "iris", "--version", 2, "--home", two, "--json").stdout)
    assert (told["rows"], told["labelled"], told["one"], told["other"]) == (150, 150, 2, 1)
    assert told["regressed"] > told["improved"]
    few = run("replay", "iris", "--version", 2, "--home", two, "--limit", 30, "--show", 0)
    assert "There are more rows; --limit takes more of them." in few.stdout
    assert "They disagree on" not in few.stdout
    none = run("replay", "iris", "--version", 2, "--home", two, "--to", "2020-01-01")
    assert "there is no row that both predicted" in none.stdout


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_labelled_file_is_compared(
    run: Callable[..., Result], two: Path, iris: pl.DataFrame, tmp_path: Path, suffix: str
) -> None:
    """Both versions predict it, whatever kind it is of."""
    file = tmp_path / f"test{suffix}"
    write = iris.write_csv if suffix == ".csv" else iris.write_parquet
    write(file)
    options = ("--file", file, "--label", "class", "--home", two, "--json")
    told = json.loads(run("replay", "iris", "--version", 2, "--against", 1, *options).stdout)
    assert (told["source"], told["rows"], told["labelled"]) == ("table", 150, 150)
    (accuracy,) = [each for each in told["differences"] if each["measure"] == "accuracy"]
    assert accuracy["outcome"] == "worse"


def test_slices_are_named_or_written_out(run: Callable[..., Result], two: Path) -> None:
    """Improvements and regressions of each, in words and as JSON; a wrong one shows its place."""
    condition = "petal_length_cm >= 2"
    added = run("slices", "add", "iris", "short", "petal_length_cm < 2", "--home", two)
    assert added.exit_code == 0, added.output
    command = ("replay", "iris", "--version", 2, "--home", two, "--slice", "short")
    told = json.loads(run(*command, "--slice", condition, "--json").stdout)
    short, other = told["slices"]
    assert (short["name"], short["rows"]) == ("short", 50)
    assert (other["name"], other["rows"]) == (condition, 100)
    assert short["regressed"] + other["regressed"] == told["regressed"] > 0
    lines = run(*command, "--slice", condition).stdout.splitlines()
    assert "  slice short: 50 rows, 0 improved, 0 regressed" in lines
    changed = f"{other['improved']:,} improved, {other['regressed']:,} regressed"
    assert f"  slice {condition}: 100 rows, {changed}" in lines
    for wrong, said in (
        ("petal_length_cm >=", "wrong at line 1, column 19"),
        ("label == prediction", "Of pairs, conditions speak of inputs alone"),
    ):
        refused = run(*command, "--slice", wrong)
        assert refused.exit_code == 2
        assert said in " ".join(refused.output.split())


def test_wrong_questions_are_refused(run: Callable[..., Result], two: Path) -> None:
    """A file without a label, a range of a file, a version that is not there."""
    command = ("replay", "iris", "--home", two, "--version")
    assert "--file and --label go together" in run(*command, 2, "--label", "class").output
    ranged = run(*command, 2, "--file", "x.csv", "--label", "c", "--from", "2026-01-01")
    assert "for logged requests" in ranged.output
    missing = run(*command, 7)
    assert missing.exit_code != 0
    assert "no version 7" in missing.output
