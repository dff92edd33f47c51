"""`modeldesk fairness` and `modeldesk attribution`: groups side by side, and changes divided."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from modeldesk import Desk
from modeldesk.settings import Settings
from tests.support.server import running_server
from tests.support.shoppers import NAME, START, Visitors, open_shop, visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

LATER = f"{START + timedelta(days=30):%Y-%m-%d}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Offer a home with two labelled days, on the second of which one country is turned."""
    home = tmp_path_factory.mktemp("shop")
    with Desk.open(Settings.load(home=home)) as desk:
        open_shop(desk)
        visit(desk, [Visitors(rows=900), Visitors(rows=900, turned="PL")])
        desk.slices.define(NAME, "young", "age < 0")
        desk.slices.define(NAME, "none", "age > 99")
        desk.jobs.run()
    return home


def line(text: str, begin: str) -> list[str]:
    """Return the words of the line that begins so."""
    (found,) = [each for each in text.splitlines() if each.startswith(begin)]
    return found.split()


def test_groups_stand_side_by_side(run: Callable[..., Result], shop: Path) -> None:
    """A sentence, then a line per measure and group with its difference."""
    options = ("--by", "country", "--against", "DE", "--measure", "accuracy")
    result = run("fairness", NAME, *options, "--home", shop)
    assert result.exit_code == 0, result.output
    assert "Version 1 of shop  1,800 labelled rows, against country=DE" in result.stdout
    assert (
        "Of 3 differences 1 is more than chance: accuracy of country=PL is worse." in result.stdout
    )
    lines = [each for each in result.stdout.splitlines() if each.startswith("accuracy")]
    assert [each.split()[1] for each in lines] == [
        f"country={name}" for name in ("DE", "FR", "IT", "PL")
    ]
    assert lines[-1].split()[-1] == "worse"


def test_a_group_without_rows_says_why(run: Callable[..., Result], shop: Path) -> None:
    """Its figures are not defined, and the group that others are compared with has no gap."""
    options = ("--group", "young", "--group", "none", "--against", "young", "--measure", "recall")
    result = run("fairness", NAME, *options, "--of", "no", "--home", shop)
    assert result.exit_code == 0, result.output
    none, young = sorted(each for each in result.stdout.splitlines() if each.startswith("recall"))
    assert "not defined, because there are no rows" in none
    assert young.split()[:3] == ["recall", "no", "young"]
    assert young.rstrip().endswith(")")
    later = run("fairness", NAME, "--by", "country", "--from", LATER, "--home", shop)
    assert later.exit_code == 0
    assert "Nothing can be compared, because no row of this range is labelled" in later.stdout


def test_a_change_is_divided(run: Callable[..., Result], shop: Path) -> None:
    """The ranges, a sentence, a line per column, segment and slice; bins on demand."""
    result = run("attribution", NAME, "--home", shop)
    assert result.exit_code == 0, result.output
    assert "Version 1 of shop  realised error" in result.stdout
    assert "base: 2026-01-11 00:00 to 2026-01-12 00:00, 900 rows, mean 0." in result.stdout
    assert "Where 'country' is 'PL' it rose from " in result.stdout
    kinds = [each.split()[:2] for each in result.stdout.splitlines() if "(" in each]
    assert ["segment", "country"] in kinds
    assert ["slice", "young"] in kinds
    assert ["column", "age"] in kinds
    assert "share before" not in result.stdout
    assert "Nothing can be told of: none." in result.stdout
    told = run("attribution", NAME, "--bins", "--home", shop).stdout
    assert line(told, "PL ")[1].replace(".", "").isdigit()
    assert told.count("share before") == 4


def test_days_and_rows_are_chosen(run: Callable[..., Result], shop: Path) -> None:
    """Both ranges, how many rows are read, and what is estimated."""
    ranges = ("--from", "2026-01-11", "--to", "2026-01-12", "--base-from", "2026-01-12")
    options = (*ranges, "--base-to", "2026-01-13", "--rows", "200", "--squared")
    result = run("attribution", NAME, *options, "--json", "--home", shop)
    told = json.loads(result.stdout)
    assert told["base"]["start"] == "2026-01-12T00:00:00Z"
    assert told["current"]["end"] == "2026-01-12T00:00:00Z"
    assert (told["base"]["looked_at"], told["base"]["cut"]) == (200, True)
    text = run("attribution", NAME, *options, "--home", shop).stdout
    assert "200 rows, of 200 that were read of more" in text
    estimated = run("attribution", NAME, "--estimated", "--home", shop)
    assert estimated.exit_code == 0
    assert "Version 1 of shop  estimated error" in estimated.stdout
    later = run("attribution", NAME, "--from", LATER, "--home", shop)
    assert "cannot be told, because the base has no row" in later.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fairness", "shp", "--by", "country"), "shp"),
        (("fairness", NAME), "not clear which groups"),
        (("fairness", NAME, "--by", "age"), "not split by 'age'"),
        (("fairness", NAME, "--group", "young", "--group", "country=PL"), "are in both"),
        (("fairness", NAME, "--by", "country", "--measure", "f2"), "no measure 'f2'"),
        (("attribution", NAME, "--version", "9"), "version 9"),
        (("attribution", NAME, "--rows", "0"), "1 to 1,000,000 rows"),
        (("attribution", NAME, "--from", "2026-01-12", "--to", "2026-01-11"), "no time in it"),
    ],
)
def test_what_is_wrong_is_named(
    run: Callable[..., Result], shop: Path, arguments: tuple[str, ...], words: str
) -> None:
    """With the status of a wrong command line."""
    result = run(*arguments, "--home", shop)
    assert result.exit_code == 2
    assert words in result.output


def test_a_running_server_tells_the_same(run: Callable[..., Result], shop: Path) -> None:
    """As JSON on the command line."""
    commands = (("fairness", NAME, "--by", "country"), ("attribution", NAME))
    here = [json.loads(run(*each, "--json", "--home", shop).stdout) for each in commands]
    with running_server(shop, arguments=["--no-ui"]) as server:
        for command, told in zip(commands, here, strict=True):
            there = run(*command, "--json", "--url", server.url)
            assert json.loads(there.stdout) == told
