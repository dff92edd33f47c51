"""Bars of what two rules say of each day."""

from __future__ import annotations

import json

from modeldesk.charts.palette import DARK, LIGHT
from modeldesk.charts.rule_trial import rule_trial
from modeldesk.services.watching import RuleTrial, TriedDay
from tests.unit.charts.conftest import day

NAME = "<b>{b}</b>" * 20


def tried(offset: int, now: tuple[str, ...], then: tuple[str, ...]) -> TriedDay:
    """Return what two rules say of a day."""
    return TriedDay(window=day(offset), now=now, then=then)


def test_each_day_has_a_bar_of_each_rule() -> None:
    """As high as alerts there would be; a day without a verdict leaves a gap."""
    trial = RuleTrial(days=(tried(0, ("a", "b"), ("a",)), tried(2, (), ("c",))))
    options = rule_trial(trial, LIGHT)
    assert options["xAxis"]["data"] == ["1 Mar", "2 Mar", "3 Mar"]
    now, then = options["series"]
    assert [point["value"] for point in now["data"]] == [2, None, 0]
    assert [point["value"] for point in then["data"]] == [1, None, 1]
    assert then["data"][2]["name"].splitlines() == [
        "Tue 2026-03-03, rule that is tried",
        "1 column changed:",
        "c",
    ]
    assert now["data"][2]["name"].endswith("0 columns changed")
    assert rule_trial(trial, LIGHT, same=True)["series"] == [now]


def test_long_names_and_many_columns_are_bounded() -> None:
    """What a tooltip says stays short, and the options are JSON."""
    names = tuple(f"{NAME}{number}" for number in range(5000))
    options = rule_trial(RuleTrial(days=(tried(0, names, ()),)), DARK)
    words = options["series"][0]["data"][0]["name"]
    assert len(words) < 400
    assert words.endswith("and 4995 more")
    assert json.loads(json.dumps(options)) == options


def test_no_day_is_an_empty_chart() -> None:
    """It can be drawn all the same."""
    assert rule_trial(RuleTrial(days=()), LIGHT)["xAxis"]["data"] == []


def test_a_trial_counts_days_and_alerts() -> None:
    """Days by whether there is any alert, alerts by columns."""
    trial = RuleTrial(days=(tried(0, ("a", "b"), ("a",)), tried(1, (), ("c",)), tried(2, (), ())))
    assert (trial.changed_now, trial.changed_then) == (1, 2)
    assert (trial.alerts_now, trial.alerts_then) == (2, 2)
