"""`modeldesk label`: files of labels, previewed, refused, written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modeldesk import Desk
from modeldesk.client import Client
from modeldesk.server import running_server
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

SETOSA, VIRGINICA = "Iris-setosa", "Iris-virginica"


@pytest.fixture
def keys(home: Path, iris: pl.DataFrame, request: pytest.FixtureRequest) -> list[str]:
    """Offer the own keys of four predictions of this test's own."""
    found = [f"{request.node.name}-{number}" for number in range(4)]
    with Desk.open(Settings.load(home=home)) as desk:
        desk.backfill.log("iris", iris.head(4).with_columns(pl.Series("row_id", found)))
    return found


def told(result: Result) -> dict[str, Any]:
    """Return the JSON document that a command printed last."""
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ndjson", ".arrow"])
def test_a_file_of_any_kind_is_taken(
    run: Callable[..., Result], home: Path, keys: list[str], tmp_path: Path, suffix: str
) -> None:
    """Previewed first; then labelled, and the same file once more changes nothing."""
    file = tmp_path / f"labels{suffix}"
    frame = pl.DataFrame({"row_id": [*keys, "nobody"], "label": [SETOSA] * 5})
    match suffix:
        case ".csv":
            frame.write_csv(file)
        case ".parquet":
            frame.write_parquet(file)
        case ".ndjson":
            frame.write_ndjson(file)
        case _:
            frame.write_ipc(file)
    command = ("label", file, "--model", "iris", "--home", home, "--source", suffix)
    preview = run(*command, "--dry-run")
    assert "Would label 4 predictions of iris and correct 0" in preview.stdout
    first = told(run(*command, "--json"))
    assert (first["new"], first["waiting"]) == (4, 1)
    again = run(*command)
    assert "Labelled 0 predictions of iris and corrected 0; 4 had the same label" in again.stdout
    assert "1  of predictions that are not known" in again.stdout


def test_a_folder_with_other_names_of_columns(
    run: Callable[..., Result], home: Path, keys: list[str], tmp_path: Path
) -> None:
    """All files of a folder; rows are counted on from file to file."""
    for number, key in enumerate(keys):
        frame = {"order": [key], "truth": [SETOSA], "known": ["2026-01-31"], "note": ["x"]}
        pl.DataFrame(frame).write_csv(tmp_path / f"{number}.csv")
    result = run(
        *("label", tmp_path, "--model", "iris", "--home", home, "--key", "row_id"),
        *("--key-column", "order", "--label-column", "truth", "--time-column", "known"),
    )
    assert "Labelled 4 predictions" in result.stdout
    assert "say nothing about labels: note" in result.stdout


def test_a_wrong_file_is_refused_unless_wrong_rows_are_left_out(
    run: Callable[..., Result], home: Path, keys: list[str], tmp_path: Path
) -> None:
    """Nothing of it is written; the row and what is known are named."""
    file = tmp_path / "labels.csv"
    labels = [SETOSA, "cat", VIRGINICA, SETOSA]
    pl.DataFrame({"row_id": [keys[0], *keys[:3]], "label": labels}).write_csv(file)
    command = ("label", file, "--model", "iris", "--home", home)
    refused = run(*command)
    assert refused.exit_code == 2
    assert "row 1, label: unknown class 'cat'; expected a known class" in refused.output
    assert "No label was written." in refused.output
    preview = run(*command, "--dry-run")
    assert preview.exit_code == 1
    assert "the file would be refused" in preview.stdout
    done = told(run(*command, "--skip-invalid", "--on-conflict", "last", "--json"))
    assert (done["new"], done["invalid"], done["conflicting"]) == (3, 1, 0)


def test_nothing_to_label(run: Callable[..., Result], home: Path, tmp_path: Path) -> None:
    """An empty file and an unknown model are told."""
    file = tmp_path / "labels.csv"
    file.write_text("row_id,label\n")
    assert "holds no rows" in run("label", file, "--model", "iris", "--home", home).output
    file.write_text("row_id,label\na,b\n")
    assert run("label", file, "--model", "irs", "--home", home).exit_code == 2


def test_a_running_server_takes_the_file(
    run: Callable[..., Result], home: Path, keys: list[str], tmp_path: Path
) -> None:
    """The same over HTTP, and back: labels, delay and maturity by the client."""
    file = tmp_path / "labels.csv"
    pl.DataFrame({"row_id": keys, "label": [SETOSA] * 4}).write_csv(file)
    settings = Settings.load(home=home, port=0, ui=False)
    with (
        Desk.open(settings) as desk,
        running_server(desk, settings) as url,
        Client(url) as client,
    ):
        done = told(run("label", file, "--model", "iris", "--url", url, "--json"))
        assert done["new"] == 4
        labels = list(client.labels.of("iris"))
        assert {label.value for label in labels[:4]} == {SETOSA}
        found = client.prediction(labels[0].prediction_id)
        assert found.labels[0] == labels[0]
        assert client.labels.delay("iris").labels >= 4
        assert client.labels.maturity("iris").windows[-1].labelled >= 4
