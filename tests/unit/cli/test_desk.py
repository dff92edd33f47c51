"""`publish`, `models`, `predict` and `migrate` on a home folder."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import joblib
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from modeldesk import Desk
from modeldesk.server import running_server as serving
from modeldesk.settings import Settings
from tests.support.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    import polars as pl
    from typer.testing import Result

ROW = {
    "sepal_length_cm": 5.1,
    "sepal_width_cm": 3.5,
    "petal_length_cm": 1.4,
    "petal_width_cm": 0.2,
}


@pytest.fixture
def publish(run: Callable[..., Result], files: Path, tmp_path: Path) -> Callable[..., Result]:
    """Offer a function that publishes a model as ``iris`` with the flowers as reference."""

    def command(model: object, *more: str, home: Path = tmp_path / "desk") -> Result:
        options = ["--name", "iris", "--reference", files / "iris.csv", "--target", "class"]
        return run("publish", model, *options, "--home", home, *more)

    return command


def test_publish_then_list(
    run: Callable[..., Result], publish: Callable[..., Result], files: Path, tmp_path: Path
) -> None:
    """What `publish` published stands in `models`; publishing again makes version 2."""
    published = publish(files / "iris.skops", "--description", "Three species.")
    assert published.exit_code == 0, published.stderr
    assert "Published iris version 1 (sklearn) with 150 reference rows." in published.stdout
    assert "version 2" in publish(files / "iris.skops").stdout
    listed = run("models", "--home", tmp_path / "desk")
    assert listed.exit_code == 0
    assert "1 of 2" in listed.stdout
    assert "no traffic" in listed.stdout


def test_models_as_json(run: Callable[..., Result], home: Path) -> None:
    """`models --json` gives the overview of every model."""
    (told,) = json.loads(run("models", "--home", home, "--json").stdout)
    assert (told["name"], told["versions"], told["champion"]) == ("iris", 1, 1)


def test_no_desk_is_made_by_looking(run: Callable[..., Result], tmp_path: Path) -> None:
    """`models` and `predict` in a place without a desk say so, and leave nothing behind."""
    for command in (["models"], ["predict", "iris", json.dumps(ROW)]):
        found = run(*command, "--home", tmp_path / "nowhere")
        assert found.exit_code == 2
        assert "There is no model desk in" in found.stderr
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_desk_says_how_to_go_on(run: Callable[..., Result], tmp_path: Path) -> None:
    """`models` of a desk without a model points at `publish`."""
    run("migrate", "--home", tmp_path)
    assert "modeldesk publish --help" in run("models", "--home", tmp_path).stdout


def test_a_pickle_is_loaded_only_on_trust(
    publish: Callable[..., Result], iris: pl.DataFrame, tmp_path: Path
) -> None:
    """A joblib file is refused with the reason, and taken with `--trust-pickle`."""
    features = iris.drop("class")
    model = LogisticRegression(max_iter=500).fit(features, iris["class"].to_numpy())
    path = tmp_path / "iris.joblib"
    joblib.dump(model, path)
    refused = publish(path)
    assert refused.exit_code == 2
    assert "runs code" in refused.stderr
    assert "--trust-pickle" in refused.stderr
    assert publish(path, "--trust-pickle").exit_code == 0


def test_a_function_is_published_by_import_path(
    publish: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`package.module:object` names a function that is importable."""
    (tmp_path / "rules_of_thumb.py").write_text(
        "import polars as pl\n\n\n"
        "def species(rows: pl.DataFrame) -> list[str]:\n"
        "    return ['Iris-setosa' if w < 0.8 else 'Iris-virginica' "
        "for w in rows['petal_width_cm']]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    published = publish("rules_of_thumb:species")
    assert published.exit_code == 0, published.stderr
    assert "(function)" in published.stdout


@pytest.mark.parametrize("model", ["missing.skops", "no_such_package:model"])
def test_a_model_that_is_not_there_is_named(publish: Callable[..., Result], model: str) -> None:
    """A file or an import path that leads nowhere ends with 2 and is named."""
    found = publish(model)
    assert found.exit_code == 2
    assert model.split(":", maxsplit=1)[0] in found.stderr


def test_predict_one_row(run: Callable[..., Result], home: Path) -> None:
    """A row as JSON text is answered with the class and the probabilities."""
    shown = run("predict", "iris", json.dumps(ROW), "--home", home)
    assert shown.exit_code == 0, shown.stderr
    assert "iris version 1" in shown.stdout
    assert "Iris-setosa" in shown.stdout
    assert "%" in shown.stdout


@pytest.mark.parametrize("form", ["text", "json", "csv", "parquet", "standard input"])
def test_predict_takes_rows_in_every_form(
    run: Callable[..., Result], home: Path, tmp_path: Path, iris: pl.DataFrame, form: str
) -> None:
    """JSON text, files of each kind and the standard input give the same predictions."""
    frame = iris.drop("class").gather([0, 149])
    document = json.dumps(frame.to_dicts())
    given = {"text": document, "standard input": "-"}.get(form, str(tmp_path / f"rows.{form}"))
    (tmp_path / "rows.json").write_text(document)
    frame.write_csv(tmp_path / "rows.csv")
    frame.write_parquet(tmp_path / "rows.parquet")
    found = run("predict", "iris", given, "--json", "--home", home, text=document)
    assert found.exit_code == 0, found.stderr
    told = json.loads(found.stdout)
    answered = [prediction["prediction"] for prediction in told["predictions"]]
    assert answered == ["Iris-setosa", "Iris-virginica"]
    assert sum(told["predictions"][0]["probabilities"].values()) == pytest.approx(1)


def test_many_rows_are_shown_in_part(
    run: Callable[..., Result], home: Path, tmp_path: Path, iris: pl.DataFrame
) -> None:
    """A long table is cut, and says how to get all of it."""
    iris.drop("class").write_csv(tmp_path / "rows.csv")
    shown = run("predict", "iris", tmp_path / "rows.csv", "--version", "1", "--home", home)
    assert "and 50 more rows; --json gives all of them" in shown.stdout


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("{'age': 31}", "is not JSON"),
        ("[]", "holds no row"),
        ("rows-of-nobody.json", "cannot be read"),
        ("rows-of-nobody.csv", "There is no file"),
        (json.dumps(ROW | {"petal_width_cm": "wide"}), "petal_width_cm"),
        (json.dumps({"petal_width": 0.2}), "did you mean 'petal_width_cm'?"),
    ],
)
def test_wrong_rows_are_explained(
    run: Callable[..., Result], home: Path, rows: str, message: str
) -> None:
    """Input that is no row of the model ends with 2 and says what is wrong where."""
    found = run("predict", "iris", rows, "--home", home)
    assert found.exit_code == 2
    assert message in found.stderr


def test_an_unknown_model_suggests_the_known(run: Callable[..., Result], home: Path) -> None:
    """A misspelt model is answered with the name that was meant."""
    found = run("predict", "irsi", json.dumps(ROW), "--home", home)
    assert found.exit_code == 2
    assert "Did you mean 'iris'?" in found.stderr


@pytest.mark.parametrize("command", [["models"], ["predict", "iris", json.dumps(ROW)]])
def test_no_server_ends_with_3(run: Callable[..., Result], command: list[str]) -> None:
    """`--url` of an address where nothing listens ends with 3."""
    found = run(*command, "--url", f"http://127.0.0.1:{free_port()}")
    assert found.exit_code == 3
    assert "modeldesk serve" in found.stderr


def test_migrate_says_from_where_to_where(run: Callable[..., Result], tmp_path: Path) -> None:
    """`migrate` makes a database, and the second time finds it up to date."""
    first = run("migrate", "--home", tmp_path)
    assert first.exit_code == 0
    assert "was brought from nothing to revision" in first.stdout
    assert "is up to date at revision" in run("migrate", "--home", tmp_path).stdout


def test_migrate_leaves_a_newer_database_alone(run: Callable[..., Result], tmp_path: Path) -> None:
    """A database of a newer modeldesk ends with 3 and the advice to upgrade."""
    run("migrate", "--home", tmp_path)
    with sqlite3.connect(tmp_path / "modeldesk.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
    database.close()
    found = run("migrate", "--home", tmp_path)
    assert found.exit_code == 3
    assert "Upgrade modeldesk" in found.stderr


def test_a_database_out_of_reach_ends_with_3(run: Callable[..., Result], tmp_path: Path) -> None:
    """A database that nobody answers for ends with 3, and its password stays secret."""
    url = f"postgresql://someone:secret@127.0.0.1:{free_port()}/desk"
    found = run("migrate", "--home", tmp_path, "--database-url", url)
    assert found.exit_code == 3
    assert "secret" not in found.stderr


def test_what_is_told_about_a_version_is_kept(
    publish: Callable[..., Result], files: Path, tmp_path: Path
) -> None:
    """Tags, metrics, parameters and an example come from options that may be repeated."""
    options = ["--tag", "stage=trial", "--tag", "by=night=shift", "--metric", "accuracy=0.97"]
    options += ["--parameter", "C=1.5", "--parameter", "layers=[8, 4]", "--parameter", "solver=sgd"]
    published = publish(files / "iris.skops", *options, "--example", json.dumps(ROW))
    assert published.exit_code == 0, published.stderr
    with Desk.open(Settings.load(home=tmp_path / "desk")) as desk:
        version = desk.registry.version("iris")
    assert version.tags == {"stage": "trial", "by": "night=shift"}
    assert version.metrics == {"accuracy": 0.97}
    assert version.parameters == {"C": 1.5, "layers": (8, 4), "solver": "sgd"}
    assert version.example == ROW


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--tag", "stage", "--tag 'stage' is not NAME=VALUE"),
        ("--tag", "=trial", "is not NAME=VALUE"),
        ("--metric", "accuracy=high", "not a number"),
        ("--example", "[1]", "--example is no JSON object"),
        ("--example", '{"sepal_length_cm": "long"}', "example does not fit"),
        ("--frames", "spark", "pandas"),
    ],
)
def test_an_option_that_cannot_be_read_is_named(
    publish: Callable[..., Result], files: Path, option: str, value: str, said: str
) -> None:
    """The command line is wrong, status 2."""
    found = publish(files / "iris.skops", option, value)
    assert found.exit_code == 2
    assert said in found.stderr


def test_a_pipeline_of_pandas_is_published_from_a_file(
    run: Callable[..., Result], iris: pl.DataFrame, tmp_path: Path
) -> None:
    """A step of one's own that needs pandas gets pandas; `--frames` decides otherwise."""
    table, classes = iris.drop("class").to_pandas(), iris["class"].to_numpy()
    step = FunctionTransformer(widths)
    model = make_pipeline(step, LogisticRegression(max_iter=500)).fit(table, classes)
    joblib.dump(model, tmp_path / "model.joblib")
    iris.write_csv(tmp_path / "iris.csv")
    options = ["--name", "iris", "--reference", tmp_path / "iris.csv", "--target", "class"]
    options += ["--home", tmp_path / "desk", "--trust-pickle"]
    published = run("publish", tmp_path / "model.joblib", *options)
    assert published.exit_code == 0, published.stderr
    predicted = run("predict", "iris", json.dumps(ROW), "--home", tmp_path / "desk")
    assert predicted.exit_code == 0, predicted.stderr
    refused = run("publish", tmp_path / "model.joblib", *options, "--frames", "polars")
    assert refused.exit_code == 1
    assert "--frames pandas or numpy" in refused.stderr


def widths(table: pd.DataFrame) -> pd.DataFrame:
    """Return the widths, by pandas' own means."""
    return table.loc[:, ["sepal_width_cm", "petal_width_cm"]]


def test_a_running_server_is_published_to(
    publish: Callable[..., Result], files: Path, tmp_path: Path
) -> None:
    """`--url` sends the files; what is no file of a safe format is refused before."""
    settings = Settings.load(home=tmp_path / "served", port=0, ui=False)
    with Desk.open(settings) as desk, serving(desk, settings) as url:
        published = publish(files / "iris.skops", "--url", url, "--metric", "accuracy=0.97")
        assert published.exit_code == 0, published.stderr
        assert "Published iris version 1 (sklearn) with 150 reference rows." in published.stdout
        assert desk.registry.version("iris").metrics == {"accuracy": 0.97}
        for wrong in (["json:loads"], [files / "iris.skops", "--trust-pickle"]):
            refused = publish(*wrong, "--url", url)
            assert refused.exit_code == 2
            assert "safe format" in refused.stderr
    assert not (tmp_path / "desk").exists()
