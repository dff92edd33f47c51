"""The latest week of labels against the weeks before: which days, what counts, and chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from modeldesk.performance import Classification, State
from modeldesk.services.performance_change import performance_change

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: int, *, right: int, rows: int = 100) -> tuple[datetime, State]:
    """Return a day of which so many rows were predicted right."""
    predicted = ["yes"] * right + ["no"] * (rows - right)
    return FIRST + timedelta(days=number), Classification.of(["yes"] * rows, predicted)


def test_the_latest_week_is_compared_with_what_was_before() -> None:
    """Figures are those of scikit-learn; the fall is one."""
    found = performance_change([day(n, right=90 if n < 20 else 70) for n in range(27)])
    assert found is not None
    assert (found.recent.start, found.recent.end) == (
        FIRST + timedelta(days=20),
        FIRST + timedelta(days=27),
    )
    assert found.before is not None
    assert (found.before.start, found.before.end) == (FIRST, FIRST + timedelta(days=20))
    assert (found.labelled, found.labelled_before) == (700, 2000)
    predicted = (["yes"] * 70 + ["no"] * 30) * 7
    assert found.figure.value == pytest.approx(accuracy_score(["yes"] * 700, predicted))
    assert "accuracy" in [each.measure for each in found.worse]
    assert found.main is not None
    assert found.main.gap.value == pytest.approx(-0.2)
    assert found.words == "2026-03-21 to 2026-03-27 against 2026-03-01 to 2026-03-20"


def test_of_less_than_two_weeks_the_later_half_is_compared() -> None:
    """Four days make two and two; one day has nothing before it."""
    found = performance_change([day(n, right=90) for n in range(4)])
    assert found is not None
    assert found.before is not None
    assert found.recent.start == found.before.end == FIRST + timedelta(days=2)
    alone = performance_change([day(0, right=90)])
    assert alone is not None
    assert (alone.before, alone.differences, alone.compared) == (None, (), False)
    assert alone.words == "of 2026-03-01"
    assert performance_change([]) is None
    assert performance_change([day(0, right=0, rows=0)]) is None


def test_days_without_labels_between_are_no_days_to_compare() -> None:
    """Before the week there may be a gap."""
    found = performance_change([day(0, right=90), day(20, right=90), day(21, right=90)])
    assert found is not None
    assert found.before is not None
    assert (found.labelled, found.labelled_before) == (200, 100)
    assert found.before.end == FIRST + timedelta(days=1)


def test_chance_alone_is_seldom_called_a_fall() -> None:
    """Where nothing changed, at most one model in a hundred is said to have become worse."""
    chance = np.random.default_rng(11)
    fell = 0
    for _ in range(400):
        some = [day(n, right=int(chance.binomial(60, 0.85)), rows=60) for n in range(28)]
        found = performance_change(some)
        fell += found is not None and bool(found.worse)
    assert fell <= 8
