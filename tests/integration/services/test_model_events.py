"""What happened to a model, on each database: gathered from everywhere, the latest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.errors import NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.acting import Caller, CallerKind, UserRole, acting_as
from modeldesk.services.model_events import EventKind
from modeldesk.services.views import AlertStatus
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import NOW, logged

if TYPE_CHECKING:
    from modeldesk.desk import Desk


def test_everything_that_happens_is_told(desk: Desk, clock: FrozenClock) -> None:
    """Versions, aliases, alerts and what became of them, flags, and what else was changed."""
    yesterday = NOW - timedelta(days=1)
    ids = logged(desk, iris_frame().with_columns(pl.col(FEATURES[0]) + 4), at=yesterday)
    desk.jobs.run()
    many = len(desk.monitoring.alerts("iris"))
    clock.advance(timedelta(minutes=1))
    alert = next(a for a in desk.monitoring.alerts("iris") if a.column == FEATURES[0])
    desk.monitoring.set_status(alert.alert_id, AlertStatus.RESOLVED)
    clock.advance(timedelta(minutes=1))
    desk.feedback.flag(ids[0], reason="unsure", comment="hm", proposed_label="Iris-setosa")
    clock.advance(timedelta(minutes=1))
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    clock.advance(timedelta(minutes=1))
    desk.aliases.move("iris", "champion", 2, reason="It is better.")
    clock.advance(timedelta(minutes=1))
    desk.registry.set_policy("iris", LogPolicy(segment_by=("class",)))
    found = desk.events.of("iris")
    assert [event.sentence for event in found[:5]] == [
        "The log policy was changed.",
        "Alias champion moved from version 1 to 2. It is better.",
        "Version 2 was published.",
        "A prediction was flagged as unsure, should have been Iris-setosa: hm",
        f"Alert on {FEATURES[0]} of {yesterday:%Y-%m-%d} was resolved.",
    ]
    opened = [event for event in found[5:] if event.kind is EventKind.ALERT]
    assert len(opened) == many
    assert {event.day for event in opened} == {yesterday.date()}
    assert found[-1].sentence == "Version 1 was published."
    assert [event.kind for event in found].count(EventKind.VERSION) == 3
    assert found[3].prediction_id == ids[0]
    assert [event.time for event in found] == sorted((event.time for event in found), reverse=True)


def test_only_those_of_the_range(desk: Desk, clock: FrozenClock) -> None:
    """What is about an earlier day is left out."""
    clock.advance(timedelta(days=10))
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    found = desk.events.of("iris", start=NOW + timedelta(days=5))
    assert [event.sentence for event in found] == ["Version 2 was published."]


def test_who_may_not_see_the_trail_is_not_told_of_it(desk: Desk) -> None:
    """The rest is for everybody who sees the model."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("class",)))
    viewer = Caller(kind=CallerKind.USER, name="anna", role=UserRole.VIEWER)
    with acting_as(viewer):
        assert [event.kind for event in desk.events.of("iris")] == [EventKind.VERSION]
    assert [event.kind for event in desk.events.of("iris")] == [
        EventKind.CHANGE,
        EventKind.VERSION,
    ]


def test_of_another_model_nothing_is_told(desk: Desk) -> None:
    """Also where one's name begins with the other's."""
    desk.registry.publish(iris_model(), name="iris2", reference=iris_frame(), target="class")
    desk.registry.set_policy("iris2", LogPolicy(segment_by=("class",)))
    assert len(desk.events.of("iris")) == 1
    assert len(desk.events.of("iris2")) == 2
    with pytest.raises(NotFound):
        desk.events.of("tulips")


def test_long_words_are_cut(desk: Desk) -> None:
    """A list and a chart have no room for a page of text."""
    (one, *_) = logged(desk, iris_frame().head(1))
    desk.feedback.flag(one, reason="other", comment="x" * 9_000)
    assert len(desk.events.of("iris")[0].sentence) < 310
