"""A column is judged by numbers of its own, or muted, on each database."""

from datetime import timedelta

import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Status, Thresholds
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.monitors import ColumnRule, DriftRule
from modeldesk.services.views import AlertStatus
from tests.integration.services.conftest import TODAY
from tests.support.iris import FEATURES, iris_frame

WIDTH = "sepal_width_cm"
SHIFTS = {5: 0.0, 4: 0.1, 3: 0.3, 2: 0.8, 1: 3.0}
"""Days ago, and by how much sepals are wider then."""


@pytest.fixture
def watched(desk: Desk) -> Desk:
    """Offer five days of flowers, some of them with wider sepals."""
    for ago, shift in SHIFTS.items():
        rows = iris_frame().select(FEATURES).to_dicts()
        for row in rows:
            row[WIDTH] += shift
        desk.predictor.predict("iris", rows, timestamps=[TODAY - timedelta(days=ago)] * 150)
    desk.jobs.run()
    return desk


def changed(desk: Desk, column: str) -> set[int]:
    """Return how many days ago a column changed, as pages tell it."""
    return {
        (TODAY - window.start).days
        for window, compared in desk.monitoring.drift("iris").history(column)
        if compared.verdict.status is Status.CHANGED
    }


def alerted(desk: Desk, column: str) -> set[int]:
    """Return how many days ago a column has alerts that are not over."""
    found = desk.monitoring.alerts("iris", column=column)
    assert {alert.column for alert in found} <= {column}
    return {(TODAY - alert.window.start).days for alert in found if not alert.status.over}


def halfway(desk: Desk) -> float:
    """Return a distance that only the farthest day reaches."""
    known = sorted(
        compared.distance or 0.0 for _, compared in desk.monitoring.drift("iris").history(WIDTH)
    )
    return (known[-2] + known[-1]) / 2


def test_what_was_tried_comes_true(watched: Desk) -> None:
    """On pages and among alerts; the other columns are judged as before."""
    others = {name: changed(watched, name) for name in FEATURES if name != WIDTH}
    before = changed(watched, WIDTH)
    assert len(before) > 1
    own = ColumnRule(min_distance=halfway(watched))
    trial = watched.column_rules.tried("iris", WIDTH, own)
    assert len(trial.days) == len(SHIFTS)
    assert trial.changed_now == len(before)
    told = {(TODAY - day.window.start).days for day in trial.days if day.then is Status.CHANGED}
    assert told == {1}
    assert changed(watched, WIDTH) == before
    view = watched.column_rules.set("iris", WIDTH, own)
    assert (view.own, view.common) == (own, Thresholds())
    assert view.thresholds.min_distance == own.min_distance
    watched.jobs.run()
    assert changed(watched, WIDTH) == alerted(watched, WIDTH) == told
    assert {name: changed(watched, name) for name in others} == others
    again = watched.column_rules.tried("iris", WIDTH, ColumnRule())
    assert (again.changed_now, again.changed_then) == (1, len(before))
    watched.column_rules.set("iris", WIDTH, ColumnRule())
    watched.jobs.run()
    assert alerted(watched, WIDTH) == before
    assert watched.watching.rule("iris") == DriftRule()


def test_a_trial_says_what_the_whole_rule_would_say(watched: Desk) -> None:
    """The trial of one column agrees with that of a rule, by several numbers."""
    for distance in (0.0, 0.05, 0.15, 0.3, 1.0):
        own = ColumnRule(min_distance=distance)
        rule = watched.watching.rule("iris").with_column(WIDTH, own)
        whole = {
            day.window for day in watched.watching.tried("iris", rule).days if WIDTH in day.then
        }
        alone = watched.column_rules.tried("iris", WIDTH, own)
        assert {day.window for day in alone.days if day.then is Status.CHANGED} == whole


def test_a_muted_column_has_no_alerts(watched: Desk) -> None:
    """Those of the last days are resolved, and open again once it is heard again."""
    before = alerted(watched, WIDTH)
    others = {
        alert.alert_id
        for alert in watched.monitoring.alerts("iris")
        if alert.column != WIDTH and not alert.status.over
    }
    assert before
    watched.column_rules.set("iris", WIDTH, ColumnRule(muted="a new ruler"))
    watched.jobs.run()
    assert alerted(watched, WIDTH) == set()
    assert changed(watched, WIDTH) == before
    assert others == {
        alert.alert_id for alert in watched.monitoring.alerts("iris", status=AlertStatus.OPEN)
    }
    assert WIDTH not in watched.overview.model("iris").sentence
    rule = watched.watching.rule("iris")
    assert rule.muted == {WIDTH: "a new ruler"}
    (entry,) = watched.audit.page(action="monitor").entries
    after = entry.details["after"]
    assert isinstance(after, dict)
    assert after["muted"] == {WIDTH: "a new ruler"}
    watched.column_rules.set("iris", WIDTH, ColumnRule())
    watched.jobs.run()
    assert alerted(watched, WIDTH) == before


def test_what_is_not_there_and_what_cannot_be_is_told(desk: Desk) -> None:
    """A model, a column, a number; the rule stays."""
    with pytest.raises(NotFound, match="no model 'nobody'"):
        desk.column_rules.of("nobody", WIDTH)
    for act in (desk.column_rules.set, desk.column_rules.tried):
        with pytest.raises(NotFound, match="no column 'nothing'"):
            act("iris", "nothing", ColumnRule())
        with pytest.raises(InvalidArgument, match="min_distance is 7"):
            act("iris", WIDTH, ColumnRule(min_distance=7))
    assert desk.watching.rule("iris") == DriftRule()
    assert desk.column_rules.tried("iris", WIDTH, ColumnRule()).days == ()
