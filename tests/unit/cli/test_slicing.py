"""`modeldesk slices`: in a home folder and on a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modeldesk import Desk
from modeldesk.client import Client
from modeldesk.errors import InvalidExpression
from modeldesk.server import running_server
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typer.testing import Result

SETOSA, VIRGINICA = "Iris-setosa", "Iris-virginica"


@pytest.fixture(params=["home", "server"])
def place(request: pytest.FixtureRequest, home: Path) -> Iterator[tuple[str, ...]]:
    """Offer the options for the home folder, and for a server of it."""
    if request.param == "home":
        yield ("--home", str(home))
        return
    settings = Settings.load(home=home, port=0, ui=False)
    with Desk.open(settings) as desk, running_server(desk, settings) as url:
        yield ("--url", url)


def test_slices_are_added_listed_and_removed(
    run: Callable[..., Result], place: tuple[str, ...]
) -> None:
    """A second one of the same name replaces the first."""
    assert "iris has no slices yet" in run("slices", "list", "iris", *place).stdout
    added = run("slices", "add", "iris", "long petals", "(petal_length_cm>4.0)", *place)
    assert added.exit_code == 0, added.output
    assert "The slice 'long petals' of iris is: petal_length_cm > 4" in added.stdout
    run("slices", "add", "iris", "long petals", "petal_length_cm > 5", *place)
    (found,) = json.loads(run("slices", "list", "iris", "--json", *place).stdout)
    assert (found["name"], found["expression"]) == ("long petals", "petal_length_cm > 5")
    table = run("slices", "list", "iris", *place).stdout
    assert "long petals" in table
    gone = run("slices", "remove", "iris", "long petals", *place)
    assert "It was: petal_length_cm > 5" in gone.stdout
    again = run("slices", "remove", "iris", "long petals", *place)
    assert again.exit_code == 2
    assert "no slice 'long petals'" in again.output


def test_a_wrong_condition_is_a_wrong_command_line(
    run: Callable[..., Result], place: tuple[str, ...]
) -> None:
    """The sentence says where and what to write instead."""
    wrong = run("slices", "add", "iris", "x", "petal_lenght_cm > 4", *place)
    assert wrong.exit_code == 2
    assert "Did you mean petal_length_cm?" in " ".join(wrong.output.split())


def test_the_worst_slice_is_found(
    run: Callable[..., Result], home: Path, iris: pl.DataFrame, place: tuple[str, ...]
) -> None:
    """Told in sentences, or as JSON with the condition to keep."""
    rng = np.random.default_rng(7)
    frame = iris.sample(1000, with_replacement=True, seed=1)
    with Desk.open(Settings.load(home=home)) as desk:
        column = desk.registry.record("iris").signature.prediction.name
        right = frame[column].to_numpy()
        wrong = rng.random(1000) < np.where(frame["sepal_width_cm"] >= 3.2, 0.6, 0.05)
        keys = pl.Series("row_id", [f"{place}-{number}" for number in range(1000)])
        desk.backfill.log("iris", frame.with_columns(keys))
        other = np.where(right == SETOSA, VIRGINICA, SETOSA)
        desk.labelling.label("iris", {"row_id": keys, "label": np.where(wrong, other, right)})
    shown = run("slices", "find", "iris", "--limit", "1", "--rows", "1000", *place)
    assert shown.exit_code == 0, shown.output
    assert "error of the newest 1,000 labelled rows:" in shown.stdout
    assert "sepal_width_cm" in shown.stdout
    told = json.loads(run("slices", "find", "iris", "--rows", "1000", "--json", *place).stdout)
    assert "sepal_width_cm" in told["slices"][0]["expression"]
    assert run("slices", "find", "iris", "--min-rows", "1", *place).exit_code == 2


def test_the_client_says_where_a_condition_is_wrong(home: Path) -> None:
    """And tries conditions that are not finished."""
    settings = Settings.load(home=home, port=0, ui=False)
    with (
        Desk.open(settings) as desk,
        running_server(desk, settings) as url,
        Client(url) as client,
    ):
        with pytest.raises(InvalidExpression) as caught:
            client.slices.define("iris", "x", "petal_length_cm = 4")
        assert (caught.value.start, caught.value.end) == (16, 17)
        assert caught.value.hint == "Write == to compare."
        found = client.slices.check("iris", "petal_length_cm > 4 and pet", cursor=27)
        assert found.error is not None
        assert found.error.start == 24
        assert found.completions is not None
        texts = [item.text for item in found.completions.items]
        assert texts == ["petal_length_cm", "petal_width_cm"]
        assert client.slices.check("iris", "time is null").matching == 0
        assert client.slices.of("iris") == ()
