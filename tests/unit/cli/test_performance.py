"""`modeldesk performance`: figures with intervals, reasons where there are none, and versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modeldesk import Desk
from modeldesk.client import Client
from modeldesk.performance import Costs
from modeldesk.server import running_server
from modeldesk.settings import Settings
from tests.support import functions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl
    from typer.testing import Result

SETOSA = "Iris-setosa"


@pytest.fixture(scope="module")
def labelled(home: Path, iris: pl.DataFrame) -> Path:
    """Offer a home with two versions, the first of which has 60 labelled flowers of one class."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(functions.guesses_setosa, name="iris", reference=iris, target="class")
        desk.registry.publish(
            functions.guesses_setosa, name="quiet", reference=iris, target="class"
        )
        rows = iris.head(50).drop("class").to_dicts()
        answer = desk.predictor.predict("iris", rows)
        ids = [found.prediction_id for found in answer.predictions]
        desk.labelling.label("iris", {"prediction_id": ids, "label": [SETOSA] * 50})
        desk.slices.define("iris", "long", "petal_length_cm > 1.55")
        desk.jobs.run()
    return home


def test_figures_have_intervals_or_reasons(run: Callable[..., Result], labelled: Path) -> None:
    """A line per measure and class; what is not defined says why."""
    result = run("performance", "iris", "--home", labelled)
    assert result.exit_code == 0, result.output
    assert "Version 1 of iris  classification, 50 labelled rows" in result.stdout
    (accuracy,) = [line for line in result.stdout.splitlines() if line.startswith("accuracy ")]
    assert accuracy.split() == ["accuracy", "1", "0.9287", "to", "1", "50"]
    assert "not defined, because" in result.stdout


def test_measures_and_days_are_chosen(run: Callable[..., Result], labelled: Path) -> None:
    """A line per day, with the share that is labelled."""
    options = ("--measure", "accuracy", "--measure", "mcc", "--days")
    result = run("performance", "iris", "--home", labelled, *options)
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith(("accuracy", "mcc"))] == [
        "accuracy",
        "mcc",
    ]
    (day,) = [line for line in lines if line.startswith("20")]
    assert "50" in day
    assert "100 %" in day
    assert "1 (0.9287 to 1)" in day
    nothing = run("performance", "iris", "--home", labelled, "--to", "2001-01-01")
    assert nothing.exit_code == 0
    assert "there are no figures, because no row of this range is labelled" in nothing.stdout


def test_versions_are_compared(run: Callable[..., Result], labelled: Path) -> None:
    """The verdict first; a version without labels cannot be compared, and that is no failure."""
    same = run("performance", "iris", "--against", "1", "--home", labelled)
    assert "No difference between versions 1 and 1 is shown" in same.stdout
    assert "no difference shown" in same.stdout
    other = run("performance", "iris", "--version", "2", "--against", "1", "--home", labelled)
    assert (other.exit_code, "cannot be compared yet" in other.stdout) == (0, True)


def test_parts_and_a_slice_are_told(run: Callable[..., Result], labelled: Path) -> None:
    """A line for all rows and one per part; a slice alone, also of every version."""
    found = run("performance", "iris", "--parts", "--measure", "accuracy", "--home", labelled)
    assert found.exit_code == 0, found.output
    assert [line.split()[:3] for line in found.stdout.splitlines() if " (" in line] == [
        ["all", "rows", "50"],
        ["long", "13", "1"],
    ]
    alone = run("performance", "iris", "--slice", "long", "--home", labelled)
    assert "Version 1 of iris, long  classification, 13 labelled rows" in alone.stdout
    line = run("performance", "iris", "--versions", "--slice", "long", "--json", "--home", labelled)
    told = json.loads(line.stdout)
    assert told["slice"] == "long"
    assert told["versions"][0]["live"]["labelled"] == 13


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("iris", "--parts", "--slice", "long"), "does not go together with --slice"),
        (("iris", "--slice", "wide"), "wide"),
        (("irs",), "irs"),
        (("iris", "--measure", "f2"), "no measure 'f2'"),
        (("iris", "--measure", "mae"), "does not apply"),
        (("iris", "--segment", "x=1"), "segment 'x=1'"),
        (("iris", "--version", "9"), "version 9"),
        (("iris", "--against", "1", "--days"), "Leave out --days"),
    ],
)
def test_what_is_wrong_is_named(
    run: Callable[..., Result], labelled: Path, arguments: tuple[str, ...], words: str
) -> None:
    """With the status of a wrong command line."""
    result = run("performance", *arguments, "--home", labelled)
    assert result.exit_code == 2
    assert words in result.output


def test_a_running_server_tells_the_same(run: Callable[..., Result], labelled: Path) -> None:
    """As JSON on the command line, and by the client in Python."""
    here = json.loads(run("performance", "iris", "--json", "--home", labelled).stdout)
    settings = Settings.load(home=labelled, port=0, ui=False)
    with (
        Desk.open(settings) as desk,
        running_server(desk, settings) as url,
        Client(url) as client,
    ):
        there = run("performance", "iris", "--json", "--url", url)
        assert json.loads(there.stdout) == here
        chosen = ["accuracy", "mcc"]
        assert client.performance.report(
            "iris", measures=chosen, confidence=0.9
        ) == desk.performance.report("iris", measures=chosen, confidence=0.9)
        assert client.performance.segments("iris") == ()
        assert client.performance.confusion("iris") == desk.performance.confusion("iris")
        curves = client.performance.curves("iris", of="Iris-virginica")
        assert curves == desk.performance.curves("iris", of="Iris-virginica")
        compared = client.performance.compare("iris", 2, measures=chosen)
        assert compared == desk.performance.compare("iris", 2, 1, measures=chosen)
        costs = Costs(false_positive=2, true_negative=-1)
        dear = client.performance.curves("iris", of="Iris-virginica", costs=costs)
        assert dear == desk.performance.curves("iris", of="Iris-virginica", costs=costs)
        parts = client.performance.parts_table("iris", measures=chosen, daily=["mcc"])
        assert parts == desk.performance.parts_table("iris", measures=chosen, daily=["mcc"])
        assert [part.slice for part in parts.parts] == ["long"]
        part = client.performance.report("iris", slice="long")
        assert part == desk.performance.report("iris", slice="long")
        table = run("performance", "quiet", "--url", url).stdout
        assert "there are no figures, because no row is labelled" in table
