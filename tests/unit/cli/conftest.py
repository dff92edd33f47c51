"""What the tests of the command line share: a way to run it, and a home with a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
import skops.io as sio
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

from modeldesk import Desk
from modeldesk.cli import app
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

FEATURES = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")


@pytest.fixture(autouse=True)
def wide_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break no long path over lines, whatever runs the tests; a test may set another width."""
    monkeypatch.setenv("COLUMNS", "250")


@pytest.fixture
def run() -> Callable[..., Result]:
    """Offer a function that runs a command line in this process."""

    def command(*arguments: object, text: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)

    return command


@pytest.fixture(scope="session")
def iris() -> pl.DataFrame:
    """Offer the 150 flowers with their class."""
    data = load_iris()
    classes = [f"Iris-{data.target_names[number]}" for number in data.target]
    return pl.DataFrame(data.data, schema=list(FEATURES)).with_columns(pl.Series("class", classes))


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, iris: pl.DataFrame) -> Path:
    """Offer a folder with ``iris.csv`` and a model trained on it as ``iris.skops``."""
    folder = tmp_path_factory.mktemp("files")
    iris.write_csv(folder / "iris.csv")
    model = LogisticRegression(max_iter=500).fit(iris.select(FEATURES), iris["class"].to_numpy())
    sio.dump(model, folder / "iris.skops")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, files: Path, iris: pl.DataFrame) -> Path:
    """Offer a home folder with the model ``iris`` published."""
    folder = tmp_path_factory.mktemp("home")
    with Desk.open(Settings.load(home=folder)) as desk:
        desk.registry.publish(
            sio.load(files / "iris.skops"), name="iris", reference=iris, target="class"
        )
    return folder
