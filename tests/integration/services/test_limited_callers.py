"""Whoever is limited to some models finds only these in what is about all, on each database."""

from datetime import timedelta

import pytest

from modeldesk.desk import Desk
from modeldesk.errors import Forbidden
from modeldesk.services.acting import Caller, CallerKind, UserRole, acting_as
from modeldesk.services.search import HitKind
from modeldesk.services.views import AlertStatus
from modeldesk.store import AlertsSought
from tests.integration.services.conftest import TODAY
from tests.support.iris import FEATURES, iris_frame, iris_model

MINE = Caller(kind=CallerKind.USER, name="anna", role=UserRole.EDITOR, models=frozenset({"iris"}))
NONE = Caller(kind=CallerKind.USER, name="eve", role=UserRole.ADMIN, models=frozenset())


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Offer two models whose day differs from the reference."""
    desk.registry.publish(iris_model(), name="other", reference=iris_frame(), target="class")
    for name in ("iris", "other"):
        rows = iris_frame().select(FEATURES).to_dicts()
        for row in rows:
            row["sepal_width_cm"] += 2.0
        desk.predictor.predict(name, rows, timestamps=[TODAY - timedelta(days=1)] * 150)
    desk.jobs.run()
    return desk


def test_lists_leave_out_what_is_not_theirs(two: Desk) -> None:
    """Models, alerts with their counts and columns, hits of a search, and room."""
    everything = two.alert_feed.page(AlertsSought())
    assert {alert.model for alert in everything.alerts} == {"iris", "other"}
    with acting_as(MINE):
        assert [found.name for found in two.health.models()] == ["iris"]
        page = two.alert_feed.page(AlertsSought())
        assert {alert.model for alert in page.alerts} == {"iris"}
        mine = [alert for alert in everything.alerts if alert.model == "iris"]
        assert page.many(AlertStatus.OPEN) == two.alert_feed.count_open() == len(mine)
        assert two.alert_feed.page(AlertsSought(model="other")).alerts == ()
        assert two.alert_feed.columns("other") == ()
        assert set(two.alert_feed.columns()) == {alert.column for alert in mine}
        assert [model.model for model in two.space.report().models] == ["iris"]
        for words in ("", "other", "sepal", "Hellinger"):
            assert {hit.model for hit in two.search.find(words, limit=50)} <= {"iris"}
        assert HitKind.ALERT in {hit.kind for hit in two.search.find("Hellinger")}
    with acting_as(NONE):
        assert two.health.models() == ()
        assert two.alert_feed.page(AlertsSought()).alerts == ()
        assert two.alert_feed.count_open() == 0
        assert two.search.find("") == ()
    assert two.alert_feed.count_open() == len(everything.alerts)


def test_what_is_not_theirs_is_not_changed(two: Desk) -> None:
    """An alert of another model stays as it is."""
    theirs = next(a for a in two.alert_feed.page(AlertsSought()).alerts if a.model == "other")
    with acting_as(MINE), pytest.raises(Forbidden, match="not for the model 'other'"):
        two.alert_feed.set_status([theirs.alert_id], AlertStatus.RESOLVED)
    assert two.monitoring.alert(theirs.alert_id).status is AlertStatus.OPEN
