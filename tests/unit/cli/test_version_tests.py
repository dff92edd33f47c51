"""`modeldesk publish --test`, `performance --test` and `performance --versions`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import skops.io as sio
from sklearn.linear_model import LogisticRegression

from modeldesk import Desk
from modeldesk.settings import Settings
from tests.support.server import running_server
from tests.unit.cli.conftest import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl
    from typer.testing import Result

VERDICT = "Version 2 is worse than version 1 on the same 150 rows, by accuracy"


@pytest.fixture(scope="module")
def worse(tmp_path_factory: pytest.TempPathFactory, iris: pl.DataFrame) -> Path:
    """Offer the file of a classifier that takes many flowers for others."""
    path = tmp_path_factory.mktemp("models") / "worse.skops"
    model = LogisticRegression(C=0.0005, max_iter=500)
    sio.dump(model.fit(iris.select(FEATURES), iris["class"].to_list()), path)
    return path


@pytest.fixture(scope="module")
def tested(home: Path, worse: Path, iris: pl.DataFrame) -> Path:
    """Offer a home whose second version, a worse one, was published with a test set."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.slices.define("iris", "short", "petal_length_cm < 2")
        desk.registry.publish(
            sio.load(worse), name="iris", reference=iris, target="class", test=iris
        )
    return home


def test_a_test_set_is_told_of_when_publishing(
    run: Callable[..., Result], files: Path, worse: Path, iris: pl.DataFrame, tmp_path: Path
) -> None:
    """The verdict, and where the figures are; the outcome may be called otherwise there."""
    renamed = tmp_path / "test.parquet"
    iris.rename({"class": "kind"}).write_parquet(renamed)
    flowers = ("--name", "flowers", "--reference", files / "iris.csv", "--target", "class")
    place = ("--home", tmp_path / "home")
    first = run("publish", files / "iris.skops", *flowers, *place, "--test", files / "iris.csv")
    assert first.exit_code == 0, first.output
    assert "On 150 test rows: Version 1 is the first of 'flowers'." in first.stdout
    labelled = ("--test", renamed, "--test-label", "kind")
    second = run("publish", worse, *flowers, *place, *labelled)
    assert second.exit_code == 0, second.output
    assert f"On 150 test rows: {VERDICT}" in second.stdout
    assert "See: modeldesk performance flowers --version 2 --test" in second.stdout
    wrong = run("publish", worse, *flowers, *place, "--test", renamed)
    assert wrong.exit_code == 2
    assert "no column 'class'" in wrong.output
    alone = run("publish", worse, *flowers, *place, "--test-label", "kind")
    assert (alone.exit_code, "no test set" in alone.output) == (2, True)
    with Desk.open(Settings.load(home=tmp_path / "home")) as desk:
        assert len(desk.registry.versions("flowers")) == 2


def test_figures_on_the_test_set_are_shown(run: Callable[..., Result], tested: Path) -> None:
    """The verdict first, then measures, slices, and what changed."""
    result = run("performance", "iris", "--test", "--version", 2, "--home", tested)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Version 2 of iris on its test set  classification, 150 labelled rows"
    assert lines[1].startswith(VERDICT)
    (accuracy,) = [line for line in lines if line.startswith("accuracy ")]
    assert accuracy.split() == ["accuracy", "0.7333", "0.6574", "to", "0.7976", "150"]
    (short,) = [line for line in lines if line.startswith("short ")]
    assert short.split()[:4] == ["short", "50", "33.3", "%"]
    assert "Against version 1" in lines
    assert "  slice short: 50 rows, 0 improved, 0 regressed" in lines
    chosen = ("--measure", "mcc", "--json", "--version", 2, "--home", tested)
    told = json.loads(run("performance", "iris", "--test", *chosen).stdout)
    assert [each["measure"] for each in told["figures"]] == ["mcc"]
    none = run("performance", "iris", "--test", "--home", tested)
    assert none.exit_code == 2
    assert "Version 1 of 'iris' has no test set" in none.output


def test_versions_are_shown_in_a_line(run: Callable[..., Result], tested: Path) -> None:
    """A line per version, on test sets and on live labels, or why there is nothing."""
    result = run("performance", "iris", "--versions", "--measure", "accuracy", "--home", tested)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    first, second = (lines.index(title) for title in ("On their test sets", "On live labels"))
    rows = [line for line in lines[first:second] if line.startswith(("1 champion", "2 "))]
    assert "no figures, because it was published without a test set" in rows[0]
    assert "0.7333 (0.6574 to 0.7976)" in rows[1]
    assert all(
        "no figures, because no such row is labelled" in line for line in lines[second + 3 :]
    )
    told = json.loads(run("performance", "iris", "--versions", "--json", "--home", tested).stdout)
    assert [each["version"] for each in told["versions"]] == [1, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--test", "--days"), "--test does not go together with --days"),
        (("--test", "--from", "2026-01-01"), "--test does not go together with --from"),
        (("--test", "--versions"), "--test does not go together with --versions"),
        (("--versions", "--version", 2), "--versions does not go together with --version"),
        (("--versions", "--segment", "a=b"), "--versions does not go together with --segment"),
        (("--versions", "--measure", "mae"), "does not apply"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run: Callable[..., Result], tested: Path, options: tuple[object, ...], words: str
) -> None:
    """With the status of a wrong command line."""
    result = run("performance", "iris", *options, "--home", tested)
    assert result.exit_code == 2
    assert words in result.output


def test_a_running_server_tells_the_same(
    run: Callable[..., Result], tested: Path, files: Path
) -> None:
    """And takes a test set with a model."""
    with running_server(tested, arguments=["--no-ui"]) as server:
        for options in (("--test", "--version", 2), ("--versions",)):
            asked = ("performance", "iris", *options, "--json")
            there = run(*asked, "--url", server.url)
            assert there.exit_code == 0, there.output
            assert json.loads(there.stdout) == json.loads(run(*asked, "--home", tested).stdout)
        told = ("--name", "sent", "--reference", files / "iris.csv", "--target", "class")
        sent = run(
            "publish",
            files / "iris.skops",
            *told,
            "--test",
            files / "iris.csv",
            "--url",
            server.url,
        )
        assert sent.exit_code == 0, sent.output
        assert "On 150 test rows: Version 1 is the first of 'sent'." in sent.stdout
        champion = run("performance", "sent", "--test", "--url", server.url)
        assert "Version 1 of sent on its test set" in champion.stdout
