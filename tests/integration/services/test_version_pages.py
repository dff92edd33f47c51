"""What the pages of versions ask for: a list a page at a time, sources, and safe changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from modeldesk.errors import Conflict, InvalidArgument, NotFound
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.services.comparison_sources import Source, Wanted
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame

if TYPE_CHECKING:
    from modeldesk.desk import Desk


def publish(desk: Desk, *, test: bool = False) -> None:
    """Publish a version that always says setosa."""
    desk.registry.publish(
        functions.guesses_setosa,
        name="iris",
        reference=iris_frame(),
        target="class",
        test=iris_frame() if test else None,
    )


def predict(desk: Desk, rows: int, version: int | None = None) -> None:
    """Ask for the first flowers."""
    asked = iris_frame().select(FEATURES).head(rows).to_dicts()
    desk.predictor.predict("iris", asked, version=version)


def shadowed(desk: Desk, rows: int) -> None:
    """Wait until so many rows were predicted beside answers."""
    until = time.monotonic() + 60
    while desk.overview.model("iris").shadow < rows:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_versions_come_a_page_at_a_time(desk: Desk) -> None:
    """The newest first, with what each answered, whether it is profiled already or not."""
    publish(desk)
    publish(desk)
    desk.routes.set("iris", Routing(shadow=Shadow(version=3)))
    predict(desk, 5)
    shadowed(desk, 5)
    desk.jobs.run()
    predict(desk, 2, version=2)
    predict(desk, 3)
    shadowed(desk, 8)
    page = desk.version_list.page("iris", limit=2)
    told = [(each.version.number, each.predictions, each.shadowed) for each in page.listed]
    assert told == [(3, 0, 8), (2, 2, 0)]
    assert (page.older, page.newer, page.numbers) == (True, False, (1, 2, 3))
    rest = desk.version_list.page("iris", below=2)
    assert [(each.version.number, each.predictions) for each in rest.listed] == [(1, 8)]
    assert (rest.older, rest.newer, rest.champion.number) == (False, True, 1)
    assert rest.listed[0].last_prediction_at is not None
    assert desk.version_list.page("iris", below=1).listed == ()
    with pytest.raises(InvalidArgument, match="From 1 to 200"):
        desk.version_list.page("iris", limit=0)


def test_files_are_weighed_and_can_be_had(desk: Desk) -> None:
    """An estimator is a file to download; a function is none."""
    publish(desk)
    sizes = desk.version_list.sizes("iris", [1, 2, 99])
    assert set(sizes) == {1, 2}
    assert sizes[1] == desk.registry.size(desk.registry.record("iris", 1))
    assert desk.version_list.files("iris", 1).downloadable
    assert not desk.version_list.files("iris", 2).downloadable
    assert len(desk.registry.download(desk.registry.record("iris", 1)).content) > 100


def test_every_source_says_why_there_is_nothing_in_it(desk: Desk) -> None:
    """Until there is: a test set at publish, a shadow, requests."""
    publish(desk)
    told = {each.source: each.because for each in desk.paired_sources.of("iris", 2, 1)}
    assert "without a test set" in told[Source.TEST]
    assert "shadowed" in told[Source.SHADOW]
    assert "no request" in told[Source.REPLAY]
    publish(desk, test=True)
    desk.routes.set("iris", Routing(shadow=Shadow(version=3)))
    predict(desk, 20)
    shadowed(desk, 20)
    assert [each.because for each in desk.paired_sources.of("iris", 3, 1)] == ["", "", ""]
    back = desk.paired_sources.of("iris", 1, 3)
    assert "swap" in back[0].because or "without a test set" in back[0].because
    same = desk.paired_sources.of("iris", 1, 1)
    assert {each.because for each in same} == {"A version is not compared with itself."}


def test_versions_are_compared_on_each_source(desk: Desk) -> None:
    """With the slices that speak of inputs; those of predictions are left out."""
    desk.slices.define("iris", "short", f"{FEATURES[0]} < 5")
    desk.slices.define("iris", "doubtful", "confidence < 0.9")
    publish(desk, test=True)
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    predict(desk, 60)
    shadowed(desk, 60)
    for source, rows in ((Source.TEST, 150), (Source.SHADOW, 60), (Source.REPLAY, 60)):
        found = desk.paired_sources.compare("iris", Wanted(one=2, other=1, source=source))
        assert (found.source, found.rows) == (source.value, rows)
        assert [each.name for each in found.slices] == ["short"]
    with pytest.raises(NotFound, match=r"test set|swap"):
        desk.paired_sources.compare("iris", Wanted(one=1, other=2, source=Source.TEST))
    with pytest.raises(InvalidArgument, match="itself"):
        desk.paired_sources.compare("iris", Wanted(one=1, other=1, source=Source.SHADOW))


def test_what_a_rollback_would_take_back_is_known_before(desk: Desk) -> None:
    """And nothing else is taken back, if somebody moved the alias meanwhile."""
    publish(desk)
    assert desk.aliases.next_back("iris") is None
    first = desk.aliases.move("iris", "champion", 2)
    back = desk.aliases.next_back("iris")
    assert back is not None
    assert (back.move_id, back.from_version) == (first.move_id, 1)
    publish(desk)
    desk.aliases.move("iris", "champion", 3)
    with pytest.raises(Conflict, match="somebody else"):
        desk.aliases.rollback("iris", expected=back.move_id)
    assert [each.version for each in desk.aliases.of("iris")] == [3]
    desk.aliases.move("iris", "old", 1)
    assert [(each.alias, each.to_version) for each in desk.aliases.moves("iris")] == [
        ("old", 1),
        ("champion", 3),
        ("champion", 2),
        ("champion", 1),
    ]
    assert len(desk.aliases.moves("iris", limit=2)) == 2


def test_an_alias_that_is_there_already_is_not_made_again(desk: Desk) -> None:
    """Who expects none, or another version, is told; so is who removes it."""
    publish(desk)
    desk.aliases.move("iris", "old", 1, expected=0)
    with pytest.raises(Conflict, match="points at version 1, not at no version"):
        desk.aliases.move("iris", "old", 2, expected=0)
    with pytest.raises(Conflict, match="points at version 1, not at version 2"):
        desk.aliases.remove("iris", "old", expected=2)
    assert desk.aliases.remove("iris", "old", expected=1).to_version is None


def test_traffic_that_somebody_else_shared_is_not_shared_anew(desk: Desk) -> None:
    """What was expected is compared in the same transaction."""
    publish(desk)
    seen = desk.routes.of("iris")
    canary = Routing(canary=Canary(version=2, percent=5))
    desk.routes.set("iris", canary, expected=seen)
    with pytest.raises(Conflict, match="somebody else"):
        desk.routes.set("iris", Routing(), expected=seen)
    assert desk.routes.of("iris") == canary
    assert desk.routes.set("iris", Routing(), expected=canary) == Routing()
