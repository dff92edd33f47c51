"""A canary answers its share, the same people each time; a shadow repeats and never answers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.desk import Desk
from modeldesk.errors import (
    Incompatible,
    InvalidArgument,
    ModelFailed,
    NotFound,
)
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.services.reading import Which
from modeldesk.settings import Settings
from modeldesk.store import Compaction
from tests.support import versions

REFERENCE = {"a": [1.0, 2.0, 3.0], "customer": [7, 8, 9]}
CUSTOMERS = range(400)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """Offer a desk with three versions, the first of which is the champion."""
    with Desk.open(settings) as opened:
        publish(opened, versions.one, versions.two, versions.three)
        yield opened


def publish(desk: Desk, *models: Callable[..., object]) -> None:
    """Publish functions as versions of a model."""
    for model in models:
        desk.registry.publish(model, name="model", reference=REFERENCE)


def row(customer: int = 7) -> dict[str, object]:
    """Return a row of a customer."""
    return {"a": 1.0, "customer": customer}


def canary(percent: float, key: str | None = "customer") -> Routing:
    """Return a routing with version 2 as canary."""
    return Routing(canary=Canary(version=2, percent=percent, key=key))


def chosen(desk: Desk) -> set[int]:
    """Return the customers whom the canary answers."""
    futures = {number: desk.predictor.submit("model", [row(number)]) for number in CUSTOMERS}
    return {number for number, future in futures.items() if future.result().version == 2}


def wait_for(what: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_canary_answers_its_share_and_keeps_its_people(desk: Desk) -> None:
    """About a tenth, the same each time; with a larger share those and others; then nobody."""
    desk.routes.set("model", canary(10))
    few = chosen(desk)
    assert 20 < len(few) < 65
    assert chosen(desk) == few
    desk.routes.set("model", canary(50))
    assert few < chosen(desk)
    desk.routes.set("model", canary(100))
    assert len(chosen(desk)) == len(CUSTOMERS)
    desk.routes.set("model", Routing())
    assert chosen(desk) == set()


def test_the_key_is_a_column_the_own_key_or_what_the_caller_says(desk: Desk) -> None:
    """However a number is written; and tables are decided as rows are."""
    routing = canary(30)
    share = routing.canary
    assert share is not None
    desk.routes.set("model", routing)
    for number in range(20):
        wanted = 2 if share.takes("model", str(number)) else 1
        assert desk.predictor.predict("model", [row(number)]).version == wanted
        table: dict[str, list[float]] = {"a": [1.0], "customer": [number]}
        assert desk.predictor.submit_table("model", table).result().version == wanted
        assert desk.predictor.predict("model", [row()], key=str(number)).version == wanted
    desk.routes.set("model", canary(30, key=None))
    for number in range(20):
        wanted = 2 if share.takes("model", f"order-{number}") else 1
        batch = desk.predictor.predict("model", [row()], row_ids=[f"order-{number}"])
        assert batch.version == wanted
    versions_seen = {desk.predictor.predict("model", [row()]).version for _ in range(60)}
    assert versions_seen == {1, 2}, "without a key, chance decides"


def test_who_asks_a_version_or_another_alias_gets_it(desk: Desk) -> None:
    """A canary shares the champion's traffic only."""
    desk.routes.set("model", canary(100))
    desk.aliases.move("model", "challenger", 3)
    assert desk.predictor.predict("model", [row()], version=1).version == 1
    assert desk.predictor.predict("model", [row()], alias="challenger").version == 3
    assert desk.predictor.predict("model", [row()], alias="champion").version == 2
    with pytest.raises(InvalidArgument, match="Both version 1 and the alias"):
        desk.predictor.predict("model", [row()], version=1, alias="champion")


def test_other_processes_and_later_ones_share_alike(desk: Desk, settings: Settings) -> None:
    """The same customers get the canary in another process, and after a restart."""
    with Desk.open(settings) as other:
        assert chosen(other) == set()
        desk.routes.set("model", canary(30))
        here = chosen(desk)
        wait_for(lambda: chosen(other) == here)


def test_a_shadow_repeats_what_the_champion_answers(desk: Desk) -> None:
    """Its rows are logged under its version, name the answered ones, and are nobody's traffic."""
    desk.routes.set("model", Routing(shadow=Shadow(version=3)))
    answers = [
        desk.predictor.predict("model", [row(n), row(n)], row_ids=[f"order-{n}", None])
        for n in range(10)
    ]
    desk.predictor.predict("model", [row()], version=2)
    wait_for(lambda: desk.overview.model("model").shadow == 20)
    page = desk.reader.page("model", which=Which.SHADOW).frame
    assert page["version"].unique().to_list() == [3]
    assert page["prediction"].unique().to_list() == [3.0]
    ids = [found.prediction_id for batch in answers for found in batch.predictions]
    assert sorted(page["shadow_of"]) == sorted(ids)
    pairs = {shadow: key for shadow, key in page.select("shadow_of", "row_id").rows() if key}
    assert pairs[answers[4].predictions[0].prediction_id] == "order-4"
    answered = desk.reader.page("model").frame
    assert sorted(answered["version"].unique()) == [1, 2]
    assert answered["shadow_of"].null_count() == answered.height == 21
    assert desk.reader.page("model", which=Which.ALL).frame.height == 41
    both = desk.reader.by_row_id("model", "order-4")
    assert {found.version: found.shadow_of for found in both} == {
        1: None,
        3: answers[4].predictions[0].prediction_id,
    }
    overview = desk.overview.model("model")
    assert (overview.predictions, overview.shadow) == (21, 20)
    told = desk.measures.tell().decode()
    assert 'modeldesk_shadow_predictions_total{model="model",version="3"} 20.0' in told
    assert 'modeldesk_predictions_total{model="model",version="3"} 0.0' not in told


def test_shadow_rows_stay_apart_when_they_are_profiled_and_merged(desk: Desk) -> None:
    """Profiles count them under the shadow's version, the overview does not count them."""
    desk.routes.set("model", Routing(shadow=Shadow(version=3)))
    for number in range(3):
        desk.predictor.predict("model", [row(number)])
        wait_for(lambda: desk.overview.model("model").shadow > number)  # noqa: B023
    assert desk.predictor.predict("model", [row()], version=3).version == 3
    wait_for(lambda: desk.jobs.run() == 0)
    before = desk.overview.model("model")
    assert (before.predictions, before.profiled, before.shadow) == (4, 4, 3)
    assert sum(entry.rows for entry in before.volume) == 4
    assert [w.comparison.rows for w in desk.monitoring.drift("model", version=3).windows] == [4]
    Compaction(desk.store).run(fewest=2)
    assert desk.reader.page("model", which=Which.SHADOW).frame.height == 3
    assert desk.reader.page("model").frame.height == 4
    desk.rebuild.run("model")
    assert desk.overview.model("model") == before
    assert desk.check.run().findings == ()


def test_a_slow_shadow_delays_nobody_and_drops_what_it_cannot_keep_up_with(
    tmp_path: Path,
) -> None:
    """Answers come at the champion's pace; what does not fit its queue is counted."""
    wanted = Settings.load(home=tmp_path / "home", max_shadow_rows=3)
    with Desk.open(wanted) as desk:
        publish(desk, versions.one, versions.slow)
        desk.routes.set("model", Routing(shadow=Shadow(version=2)))
        desk.predictor.predict("model", [row()])
        started = time.monotonic()
        for number in range(40):
            assert desk.predictor.predict("model", [row(number)]).version == 1
        assert time.monotonic() - started < 40 * 0.2 / 2
        told = desk.measures.tell().decode()
        name = 'modeldesk_shadow_dropped_rows_total{model="model",version="2"}'
        (line,) = [line for line in told.splitlines() if line.startswith(name)]
        assert float(line.split()[-1]) > 10


def test_a_shadow_that_fails_harms_nobody(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The champion's answers come as before; the failures stand under the shadow's version."""
    order = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(order))
    publish(desk, versions.told_to)
    desk.routes.set("model", Routing(shadow=Shadow(version=4)))
    order.write_text("fail")
    assert desk.predictor.predict("model", [row()]).version == 1
    wait_for(lambda: desk.serving.of("model").versions[3].failed == 1)
    assert desk.serving.of("model").versions[0].failed == 0


def test_a_canary_that_does_not_work_gets_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with its own words, and all stays as it was."""
    order = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(order))
    publish(desk, versions.told_to)
    order.write_text("fail")
    with pytest.raises(ModelFailed, match="not today"):
        desk.routes.set("model", Routing(canary=Canary(version=4, percent=50)))
    assert desk.routes.of("model") == Routing()


def test_what_cannot_be_is_refused(desk: Desk) -> None:
    """Versions that are not there, are served elsewhere, are the champion, or take other rows."""
    with pytest.raises(NotFound, match="no version 9"):
        desk.routes.set("model", Routing(shadow=Shadow(version=9)))
    with pytest.raises(InvalidArgument, match="Version 1 is the champion"):
        desk.routes.set("model", Routing(shadow=Shadow(version=1)))
    with pytest.raises(NotFound, match="Known columns"):
        desk.routes.set("model", canary(10, key="colour"))
    with pytest.raises(InvalidArgument, match="'prediction' is no input"):
        desk.routes.set("model", canary(10, key="prediction"))
    for percent in (-1.0, 101.0, float("nan")):
        with pytest.raises(InvalidArgument, match="no share"):
            canary(percent)
    desk.registry.publish(versions.two, name="model", reference={"a": [1.0], "b": [2.0]})
    with pytest.raises(Incompatible, match="needs 'b', which version 1's rows do not have"):
        desk.routes.set("model", Routing(shadow=Shadow(version=4)))
    logged = {"a": [1.0, 2.0], "prediction": [1.0, 2.0]}
    desk.registry.register("model", reference=logged, prediction="prediction")
    with pytest.raises(Incompatible, match="served elsewhere"):
        desk.routes.set("model", Routing(shadow=Shadow(version=5)))
    assert desk.routes.of("model") == Routing()
