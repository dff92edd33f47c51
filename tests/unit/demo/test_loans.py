"""The demo's second model: what is asked of it, and what becomes known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk.demo import loans
from modeldesk.performance.slices import Slice

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def days() -> tuple[loans.Day, ...]:
    """Offer two weeks."""
    return loans.days(now=NOW, seed=7)


def young(rows: pl.DataFrame) -> pl.Series:
    """Tell who is young and rents."""
    return Slice.of("young renters", loans.SLICES["young renters"]).mask(rows)


def test_two_weeks_end_yesterday(days: tuple[loans.Day, ...]) -> None:
    """Each application has a time of its day, and the seed decides them all."""
    midnight = datetime(2026, 3, 14, tzinfo=UTC)
    assert [day.window.start for day in days] == [
        midnight - timedelta(days=back) for back in range(loans.DAYS, 0, -1)
    ]
    for day in days:
        assert all(day.window.start <= time < day.window.end for time in day.times)
        assert list(day.times) == sorted(day.times)
        assert day.rows.height == len(day.times) == len(day.truths) == len(day.known)
        assert loans.TARGET not in day.rows.columns
    again, other = (loans.days(now=NOW, seed=seed) for seed in (7, 8))
    assert again[3].rows.equals(days[3].rows)
    assert again[3].known == days[3].known
    assert other[3].truths != days[3].truths


def test_outcomes_come_days_later(days: tuple[loans.Day, ...]) -> None:
    """Enough are known of the first days to learn from, and hardly any of yesterday's."""
    known = [sum(moment is not None for moment in day.known) for day in days]
    assert sum(known[: loans.LEARNED_DAYS]) >= 1_000
    assert known[-1] < len(days[-1].known) / 10
    for day in days:
        told = zip(day.times, day.known, strict=True)
        assert all(moment is None or time < moment <= NOW for time, moment in told)


def test_more_young_people_ask_in_the_last_days(days: tuple[loans.Day, ...]) -> None:
    """That is what the estimates follow."""
    shares = [int(young(day.rows).sum()) / day.rows.height for day in days]
    assert max(shares[: -loans.CHANGED_DAYS]) + 0.15 < min(shares[-loans.CHANGED_DAYS :])


def test_the_model_is_good_but_not_where_people_are_young_and_rent() -> None:
    """It adds up, and misses what only holds together."""
    random = np.random.default_rng(1)
    model = loans.train(loans.applications(2_000, random))
    rows = loans.applications(6_000, random)
    right = pl.Series(model.predict(rows.drop(loans.TARGET)) == rows[loans.TARGET].to_numpy())
    inside = young(rows)
    assert right.filter(~inside).mean() > 0.83  # type: ignore[operator]
    assert right.filter(inside).mean() < 0.7  # type: ignore[operator]
