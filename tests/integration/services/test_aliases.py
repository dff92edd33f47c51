"""Aliases move onto versions that work, with history and back; no request fails for it."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import (
    Conflict,
    Incompatible,
    InvalidArgument,
    ModelFailed,
    NotFound,
)
from modeldesk.services.acting import Caller, CallerKind, acting_as
from modeldesk.settings import Settings
from tests.support import versions

ROW = {"a": 1.0}
REFERENCE = {"a": [1.0, 2.0, 3.0]}


def publish(desk: Desk, *models: Callable[..., object], name: str = "model") -> None:
    """Publish functions as versions 1, 2, ... of a model."""
    for model in models:
        desk.registry.publish(model, name=name, reference=REFERENCE)


@pytest.fixture
def desk(settings: Settings, clock: FrozenClock) -> Iterator[Desk]:
    """Offer a desk with three versions, the first of which is the champion."""
    with Desk.open(settings, clock=clock) as opened:
        publish(opened, versions.one, versions.two, versions.three)
        yield opened


def answered(desk: Desk, alias: str | None = None) -> int:
    """Return the version that answers now."""
    batch = desk.predictor.predict("model", [ROW], alias=alias)
    assert batch.predictions[0].outputs["prediction"] == float(batch.version)
    return batch.version


def test_a_move_is_seen_by_the_next_request(desk: Desk) -> None:
    """The champion and an alias of one's own answer with the version they point at."""
    assert answered(desk) == 1
    desk.aliases.move("model", "champion", 2)
    assert answered(desk) == 2
    desk.aliases.move("model", "for-berlin", 3)
    assert (answered(desk, "for-berlin"), answered(desk, "champion"), answered(desk)) == (3, 2, 2)
    assert [(found.alias, found.version) for found in desk.aliases.of("model")] == [
        ("champion", 2),
        ("for-berlin", 3),
    ]
    assert desk.overview.model("model").champion == 2


def test_history_says_who_moved_what_when_and_why(desk: Desk, clock: FrozenClock) -> None:
    """Each move stands there with both versions; the first is that of the first version."""
    clock.advance(timedelta(minutes=5))
    with acting_as(Caller(kind=CallerKind.USER, name="anna")):
        moved = desk.aliases.move("model", "champion", 2, reason="better")
    first, last = reversed(desk.aliases.history("model", "champion"))
    assert last == moved
    assert (last.from_version, last.to_version, last.reason) == (1, 2, "better")
    assert last.by == "user anna"
    assert last.at - first.at == timedelta(minutes=5)
    assert (first.from_version, first.to_version) == (None, 1)
    with pytest.raises(NotFound, match="no alias 'nobody'"):
        desk.aliases.history("model", "nobody")


def test_rollbacks_take_back_one_move_after_the_other(desk: Desk) -> None:
    """After 1, 2, 3 two rollbacks end at 1; a move in between is taken back first."""
    desk.aliases.move("model", "champion", 2)
    desk.aliases.move("model", "champion", 3)
    assert desk.aliases.rollback("model").to_version == 2
    desk.aliases.move("model", "champion", 3)
    assert desk.aliases.rollback("model").to_version == 2
    assert desk.aliases.rollback("model").to_version == 1
    assert answered(desk) == 1
    with pytest.raises(Conflict, match="first version"):
        desk.aliases.rollback("model")
    assert len(desk.aliases.history("model", "champion")) == 7


def test_an_alias_is_removed_and_brought_back(desk: Desk) -> None:
    """Not the champion; and rolling a removal back restores the alias."""
    desk.aliases.move("model", "challenger", 2)
    assert desk.aliases.remove("model", "challenger").to_version is None
    with pytest.raises(NotFound, match=r"no alias 'challenger'.*Known aliases: champion"):
        answered(desk, "challenger")
    desk.aliases.rollback("model", "challenger")
    assert answered(desk, "challenger") == 2
    with pytest.raises(Conflict, match="needs a champion"):
        desk.aliases.remove("model", "champion")


def test_two_who_move_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    """Who expects another version is refused, and of those who race all but one are."""
    with pytest.raises(Conflict, match="points at version 1, not at version 3"):
        desk.aliases.move("model", "champion", 2, expected=3)
    first = desk.aliases.history("model", "champion")
    assert desk.aliases.move("model", "champion", 1, reason="again") == first[0]
    assert desk.aliases.history("model", "champion") == first
    barrier = threading.Barrier(4)
    refused: list[Conflict] = []

    def move(version: int) -> None:
        barrier.wait()
        try:
            desk.aliases.move("model", "champion", version, expected=1)
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=move, args=(2 + n % 2,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(desk.aliases.history("model", "champion")) == 2


@pytest.mark.parametrize("alias", ["", "7", "a b", "a/b", "x" * 101])
def test_what_is_no_name_is_refused(desk: Desk, alias: str) -> None:
    """Nothing is moved."""
    with pytest.raises(InvalidArgument, match="no name for an alias"):
        desk.aliases.move("model", alias, 2)


def test_a_version_that_does_not_work_stays_out(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that fails on its example is refused with its own words; the old one answers."""
    order = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(order))
    publish(desk, versions.told_to)
    order.write_text("fail")
    with pytest.raises(ModelFailed, match="not today"):
        desk.aliases.move("model", "champion", 4)
    assert answered(desk) == 1
    assert len(desk.aliases.history("model", "champion")) == 1
    (state,) = [v for v in desk.serving.of("model").versions if v.version == 4]
    assert (state.state, state.problem) == ("failed", "The function raised ValueError: not today.")
    order.unlink()
    desk.aliases.move("model", "champion", 4)
    assert desk.predictor.predict("model", [ROW]).version == 4


def test_a_version_that_is_served_elsewhere_takes_no_place_of_one_that_answers(
    desk: Desk,
) -> None:
    """Requests would fail; among versions that are all served elsewhere aliases move freely."""
    logged = {"a": [1.0, 2.0], "prediction": [1.0, 2.0]}
    desk.registry.register("model", reference=logged, prediction="prediction")
    with pytest.raises(Incompatible, match="served elsewhere"):
        desk.aliases.move("model", "champion", 4)
    for _ in range(2):
        desk.registry.register("elsewhere", reference=logged, prediction="prediction")
    desk.aliases.move("elsewhere", "champion", 2)
    assert desk.overview.model("elsewhere").champion == 2


def test_moving_under_load_fails_no_request(desk: Desk) -> None:
    """Eight threads ask by alias while it moves to and fro; each answer says its version."""
    stop = threading.Event()
    seen: dict[int, int] = {}
    failed: list[BaseException] = []

    def ask(alias: str | None) -> None:
        while not stop.is_set():
            try:
                version = answered(desk, alias)
            except BaseException as error:  # noqa: BLE001 - shown below
                failed.append(error)
                return
            seen[version] = seen.get(version, 0) + 1

    threads = [threading.Thread(target=ask, args=(alias,)) for alias in (None, "champion") * 4]
    for thread in threads:
        thread.start()
    for version in (2, 3, 1) * 4:
        desk.aliases.move("model", "champion", version)
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert set(seen) == {1, 2, 3}


def test_another_process_follows_and_loads_before_it_switches(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its old version answers until the new one is ready; one that does not load is held back."""
    order = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(order))
    with Desk.open(settings) as here, Desk.open(settings) as there:
        publish(here, versions.one, versions.told_to)
        assert there.predictor.predict("model", [ROW]).version == 1
        here.aliases.move("model", "champion", 2)
        order.write_text("fail")
        held = wait_for(lambda: reason(there), seconds=20)
        assert "not today" in held
        assert there.predictor.predict("model", [ROW]).version == 1
        here.aliases.rollback("model")
        order.unlink()
        wait_for(lambda: not there.serving.of("model").held, seconds=10)
        publish(here, versions.three)
        here.aliases.move("model", "champion", 3)
        wait_for(lambda: there.predictor.predict("model", [ROW]).version == 3, seconds=10)


def reason(desk: Desk) -> str:
    """Return why a version is held back; ask for predictions meanwhile, as traffic does."""
    desk.predictor.predict("model", [ROW])
    return "".join(held.reason for held in desk.serving.of("model").held)


def wait_for(what: Callable[[], object], *, seconds: float) -> str:
    """Return what is found as text, when it is true."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return str(found)
