"""`alias`, `aliases`, `rollback` and `routing` on a home folder and on a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modeldesk import Client, Desk
from modeldesk.errors import InvalidArgument
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.server import running_server
from modeldesk.settings import Settings
from tests.support import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

REFERENCE = {"a": [1.0, 2.0, 3.0], "customer": [7, 8, 9]}


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Offer a home with three versions of ``model``."""
    with Desk.open(Settings.load(home=tmp_path / "three")) as desk:
        for model in (versions.one, versions.two, versions.three):
            desk.registry.publish(model, name="model", reference=REFERENCE)
    return tmp_path / "three"


def test_aliases_move_and_come_back(run: Callable[..., Result], three: Path) -> None:
    """Each command says where the alias points; the list and the history show it."""
    place = ("--home", three)
    moved = run("alias", "model", "champion", 2, "--reason", "better", *place)
    assert (moved.exit_code, moved.stdout) == (0, "model: champion points at version 2.\n")
    run("alias", "model", "challenger", 3, *place)
    listed = json.loads(run("aliases", "model", "--json", *place).stdout)
    assert [(found["alias"], found["version"]) for found in listed] == [
        ("challenger", 3),
        ("champion", 2),
    ]
    assert "challenger" in run("aliases", "model", *place).stdout
    asked = run(
        "predict", "model", '{"a": 1, "customer": 7}', "--alias", "challenger", "--json", *place
    )
    assert json.loads(asked.stdout)["version"] == 3
    back = run("rollback", "model", "--reason", "worse", *place)
    assert back.stdout == "model: champion points at version 1 again.\n"
    history = run("aliases", "model", "--history", "champion", *place).stdout
    assert "better" in history
    assert "command line" in history
    assert "worse; takes back move" in history
    gone = run("alias", "model", "challenger", "--remove", *place)
    assert gone.stdout == "model: challenger is removed.\n"


def test_what_cannot_be_moved_is_said(run: Callable[..., Result], three: Path) -> None:
    """A wrong command line ends with 2, a conflict with 1."""
    place = ("--home", three)
    assert run("alias", "model", "champion", *place).exit_code == 2
    assert run("alias", "model", "champion", 2, "--remove", *place).exit_code == 2
    refused = run("alias", "model", "champion", 2, "--expected", 3, *place)
    assert refused.exit_code == 1
    assert "points at version 1, not at version 3" in refused.stderr
    assert run("rollback", "model", *place).exit_code == 1


def test_traffic_is_shared_bit_by_bit(run: Callable[..., Result], three: Path) -> None:
    """What is not named stays as it is."""
    place = ("--home", three)
    assert "champion has all" in run("routing", "model", *place).stdout
    canary = ("--canary", 2, "--percent", 10, "--key", "customer")
    told = run("routing", "model", *canary, "--shadow", 3, *place).stdout
    assert told.splitlines() == [
        "model: version 2 answers 10% of the traffic, by customer.",
        "model: version 3 predicts the same rows as a shadow.",
    ]
    more = json.loads(run("routing", "model", "--percent", 50, "--json", *place).stdout)
    assert more["canary"] == {"version": 2, "percent": 50.0, "key": "customer"}
    assert more["shadow"] == {"version": 3}
    ended = run("routing", "model", "--no-canary", "--no-shadow", *place).stdout
    assert "champion has all" in ended


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--canary", 2), "Say it with --percent"),
        (("--percent", 10), "no canary"),
        (("--shadow", 3, "--no-shadow"), "begin and end"),
        (("--canary", 2, "--percent", 200), "0 to 100"),
        (("--canary", 2, "--percent", 5, "--key", "colour"), "Known columns"),
    ],
)
def test_half_a_routing_is_refused(
    run: Callable[..., Result], three: Path, options: tuple[object, ...], said: str
) -> None:
    """The error says what is missing, and nothing changes."""
    refused = run("routing", "model", *options, "--home", three)
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert "champion has all" in run("routing", "model", "--home", three).stdout


def test_a_server_is_asked_as_a_home_is(run: Callable[..., Result], three: Path) -> None:
    """With --url, and with the client that the commands use."""
    settings = Settings.load(home=three, port=0, ui=False)
    with Desk.open(settings) as desk, running_server(desk, settings) as url:
        moved = run("alias", "model", "champion", 2, "--url", url)
        assert moved.stdout == "model: champion points at version 2.\n"
        assert "champion" in run("aliases", "model", "--url", url).stdout
        back = run("rollback", "model", "--url", url)
        assert back.stdout == "model: champion points at version 1 again.\n"
        told = run("routing", "model", "--shadow", 3, "--url", url).stdout
        assert "version 3 predicts" in told
        with Client(url) as client:
            client.aliases.move("model", "challenger", 3, expected=None, reason="newer")
            row = {"a": 1.0, "customer": 7}
            assert client.predict("model", row, alias="challenger").version == 3
            assert client.aliases.history("model", "challenger")[0].reason == "newer"
            assert client.aliases.remove("model", "challenger").to_version is None
            assert len(client.aliases.of("model")) == 1
            routing = Routing(canary=Canary(version=2, percent=50), shadow=Shadow(version=3))
            assert client.routes.set("model", routing) == client.routes.of("model") == routing
            assert routing.canary is not None
            for key in ("anna", "ben", "chris", "dora"):
                wanted = 2 if routing.canary.takes("model", key) else 1
                assert client.predict("model", row, key=key).version == wanted
            with pytest.raises(InvalidArgument, match="is the champion"):
                client.routes.set("model", Routing(shadow=Shadow(version=1)))
