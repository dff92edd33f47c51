"""A monitor's rule is tried on past days and set, on each database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Thresholds
from modeldesk.errors import NotFound
from modeldesk.monitors import DriftRule
from modeldesk.services.views import AlertStatus
from tests.integration.services.conftest import TODAY
from tests.support.iris import FEATURES, iris_frame

WIDTH = "sepal_width_cm"
SHIFTS = {40: 0.5, 4: 0.0, 3: 0.1, 2: 0.5, 1: 2.0}
"""Days ago, and by how much sepals are wider then."""
STRICT = DriftRule(thresholds=Thresholds(min_distance=0.6))
KEEN = DriftRule(thresholds=Thresholds(min_distance=0.0, false_alarm_rate=0.9))


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


def alerted(desk: Desk) -> set[tuple[int, str]]:
    """Return days ago and column of the alerts that are not over."""
    return {
        ((TODAY - alert.window.start).days, alert.column)
        for alert in desk.monitoring.alerts("iris")
        if not alert.status.over
    }


def told(desk: Desk, rule: DriftRule) -> set[tuple[int, str]]:
    """Return what the trial of a rule says, in the same form."""
    trial = desk.watching.tried("iris", rule)
    return {((TODAY - day.window.start).days, name) for day in trial.days for name in day.then}


def test_the_rule_in_force_says_what_the_alerts_say(watched: Desk) -> None:
    """Of the last 30 days; the trial of no other rule differs from it."""
    rule = watched.watching.rule("iris")
    assert rule == DriftRule()
    trial = watched.watching.tried("iris", rule)
    assert all(day.now == day.then for day in trial.days)
    assert len(trial.days) == 4
    assert (40, WIDTH) in alerted(watched)
    assert told(watched, rule) == {found for found in alerted(watched) if found[0] < 30}


@pytest.mark.parametrize("rule", [STRICT, KEEN])
def test_what_was_tried_comes_true(watched: Desk, rule: DriftRule) -> None:
    """Once set, the last days have the alerts that the trial told; older days keep theirs."""
    old = {found for found in alerted(watched) if found[0] >= 30}
    expected = told(watched, rule)
    assert expected != told(watched, DriftRule())
    assert alerted(watched) == told(watched, DriftRule()) | old
    assert watched.watching.set_rule("iris", rule) == rule
    watched.jobs.run()
    assert alerted(watched) == expected | old
    trial = watched.watching.tried("iris", rule)
    assert trial.alerts_now == trial.alerts_then == len(expected)
    (entry,) = watched.audit.page(action="monitor").entries
    assert entry.object == "model iris"
    after = entry.details["after"]
    assert isinstance(after, dict)
    assert after["thresholds"]["min_distance"] == rule.thresholds.min_distance


def test_a_trial_changes_nothing(watched: Desk) -> None:
    """Neither alerts nor what pages show."""
    before, report = alerted(watched), watched.monitoring.drift("iris")
    watched.watching.tried("iris", STRICT)
    watched.jobs.run()
    assert alerted(watched) == before
    assert watched.monitoring.drift("iris") == report


def test_people_keep_their_word(watched: Desk) -> None:
    """A resolved alert that the new rule finds as well stays resolved."""
    alert = next(a for a in watched.monitoring.alerts("iris") if a.column == WIDTH)
    watched.monitoring.set_status(alert.alert_id, AlertStatus.RESOLVED)
    watched.watching.set_rule("iris", KEEN)
    watched.jobs.run()
    assert watched.monitoring.alert(alert.alert_id).status is AlertStatus.RESOLVED


def test_unknown_names_are_told(desk: Desk) -> None:
    """A model, or a column with numbers of its own, that is not there."""
    with pytest.raises(NotFound, match="no model 'nobody'"):
        desk.watching.set_rule("nobody", DriftRule())
    with pytest.raises(NotFound, match="no column 'nothing'"):
        desk.watching.set_rule("iris", replace(STRICT, overrides={"nothing": Thresholds()}))
    assert desk.watching.rule("iris") == DriftRule()
    assert desk.watching.tried("iris", STRICT).days == ()
