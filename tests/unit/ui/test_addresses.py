"""Whatever an address says, the pages open; what they tell leads back to the same."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from modeldesk.drift import Thresholds
from modeldesk.monitors import DriftRule
from modeldesk.services.views import AlertStatus
from modeldesk.ui.admin_audit import described
from modeldesk.ui.admin_state import AdminState, AdminTab
from modeldesk.ui.alert_words import DEEDS, STATUSES, deeds_for
from modeldesk.ui.alerts_state import AlertsState
from modeldesk.ui.rule_state import RuleState

NOW = datetime(2026, 3, 30, 15, 4, tzinfo=UTC)
ODD = ("", "0", "-1", "1e999", "nan", "9" * 30, "²", "\0", "x" * 10_000, "🙂")


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_are_as_if_they_were_not_there(odd: str) -> None:
    """Numbers and choices fall back; texts are bounded, and hold no null character."""
    names = ("status", "model", "column", "text", "days", "page", "before", "tab", "state", "find")
    query = dict.fromkeys(names, odd)
    alerts = AlertsState.read(query)
    assert (alerts.status, alerts.days, alerts.page) == (AlertStatus.OPEN, 0, 1)
    assert len(alerts.query()) < 12_000
    assert "\0" not in alerts.sought(NOW).text
    admin = AdminState.read(query)
    assert (admin.tab, admin.page, admin.before, admin.state) == (AdminTab.USERS, 1, None, None)
    numbers = ("false_alarm_rate", "min_distance", "min_rows", "history")
    rule = RuleState.read(dict.fromkeys(numbers, odd))
    assert rule.fits(DriftRule()) in {True, False}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "false_alarm", "model": "a/b", "column": "ä=&", "days": "7", "page": "3"},
        {"status": "any", "text": "100 %"},
        {},
    ],
)
def test_what_the_feed_tells_leads_back(query: dict[str, str]) -> None:
    """The address of a state is read as that state."""
    state = AlertsState.read(query)
    assert AlertsState.read(dict(parse_qsl(state.query()[1:]))) == state


def test_days_begin_at_midnight() -> None:
    """Seven days are today and the six before."""
    start = AlertsState(days=7).sought(NOW).start
    assert start == datetime(2026, 3, 24, tzinfo=UTC)
    assert AlertsState().sought(NOW).start is None


def test_a_rule_that_is_tried_differs_where_it_is_said() -> None:
    """All else stays, also what single columns have of their own; in the rest they follow."""
    own = {"age": Thresholds(min_distance=0.5)}
    rule = DriftRule(overrides=own, history=7)
    tried = RuleState.read({"min_distance": "0.25", "min_rows": "100"}).applied(rule)
    assert tried == DriftRule(
        overrides={"age": Thresholds(min_distance=0.5, min_rows=100)},
        history=7,
        thresholds=Thresholds(min_distance=0.25, min_rows=100),
    )
    assert not RuleState.read({"min_distance": "2"}).fits(rule)
    assert RuleState.read({"min_distance": "inf"}) == RuleState()


def test_every_alert_can_be_dealt_with_and_no_deed_leaves_it_where_it_is() -> None:
    """From each status there is a way to each other one that makes sense; keys are unique."""
    assert set(STATUSES) == set(AlertStatus)
    for status in AlertStatus:
        assert deeds_for(status)
        assert all(deed.status is not status for deed in deeds_for(status))
    assert len({deed.key for deed in DEEDS} | {"j", "k", "x"}) == len(DEEDS) + 3


def test_changes_are_told_by_what_differs() -> None:
    """Nested states, lists, nothing at all; long values are cut."""
    before = {"rows": "all", "drop": [], "sample": 0.1, "thresholds": {"a": 1}}
    after = {"rows": "all", "drop": ["age", "fare"], "sample": 0.1, "thresholds": {"a": 2}}
    assert described({"before": before, "after": after}) == [
        "drop: none -> age, fare",
        'thresholds: {"a": 1} -> {"a": 2}',
    ]
    assert described({"before": after, "after": after}) == ["nothing differs"]
    assert described({"role": "admin", "models": None, "reason": ""}) == ["role: admin"]
    assert len(described({"note": "x" * 10_000})[0]) < 200
