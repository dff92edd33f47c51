"""What the demo sends: real rows, three days, thirty outliers, all decided by the seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from modeldesk.demo.scenario import (
    DRIFTED,
    FEATURES,
    OUTLIERS,
    TARGET,
    Traffic,
    iris,
    traffic,
    train,
)

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def flowers() -> pl.DataFrame:
    """Offer the data set."""
    return iris()


@pytest.fixture(scope="module", params=[0, 7])
def sent(request: pytest.FixtureRequest, flowers: pl.DataFrame) -> Traffic:
    """Offer the traffic of some seeds."""
    return traffic(flowers, now=NOW, seed=request.param)


def rows_of(sent: Traffic, day: int) -> pl.DataFrame:
    """Return what is sent on one day, in an order that does not depend on the seed."""
    window = sent.days[day]
    rows = [r.row for r in sent.requests if window.start <= r.time < window.end]
    return pl.DataFrame(rows).sort(FEATURES)


def test_the_data_are_the_150_flowers(flowers: pl.DataFrame) -> None:
    """Four named features and three named classes of 50 flowers each."""
    assert flowers.columns == [*FEATURES, TARGET]
    assert dict(flowers[TARGET].value_counts().iter_rows()) == {
        "Iris-setosa": 50,
        "Iris-versicolor": 50,
        "Iris-virginica": 50,
    }


def test_the_model_has_learnt_something(flowers: pl.DataFrame) -> None:
    """The classifier names most flowers rightly and gives a probability per class."""
    model = train(flowers, seed=7)
    right = model.predict(flowers.select(FEATURES)) == flowers[TARGET].to_numpy()
    assert right.mean() > 0.9
    assert model.predict_proba(flowers.select(FEATURES)).shape == (150, 3)


def test_the_days_are_the_three_before_today(sent: Traffic) -> None:
    """The traffic fills the three days before today, in UTC and in the order of time."""
    midnight = datetime(2026, 3, 14, tzinfo=UTC)
    assert [day.start for day in sent.days] == [midnight - timedelta(days=n) for n in (3, 2, 1)]
    times = [request.time for request in sent.requests]
    assert times == sorted(times)
    assert len(times) == 450


def test_the_good_days_are_the_data_themselves(sent: Traffic, flowers: pl.DataFrame) -> None:
    """On the first and the third day every flower is asked for once, unchanged."""
    expected = flowers.select(FEATURES).sort(FEATURES)
    assert rows_of(sent, 0).equals(expected)
    assert rows_of(sent, 2).equals(expected)


def test_the_bad_day_differs_in_thirty_values_of_one_feature(
    sent: Traffic, flowers: pl.DataFrame
) -> None:
    """On the second day 30 rows have an outlier in one feature; all else is as it was."""
    others = [name for name in FEATURES if name != DRIFTED]
    bad = rows_of(sent, 1)
    assert bad.select(others).sort(others).equals(flowers.select(others).sort(others))
    assert bad.filter(pl.col(DRIFTED) > flowers[DRIFTED].max()).height == OUTLIERS
    assert sent.drifted_day == sent.days[1]


def test_species_become_known_later(sent: Traffic, flowers: pl.DataFrame) -> None:
    """Each row has the class that it has in the data; of the last day some are still to come."""
    truths = [request.truth for request in sent.requests]
    assert dict(pl.Series(truths).value_counts().iter_rows()) == dict.fromkeys(
        flowers[TARGET].unique(), 150
    )
    known = [request for request in sent.requests if request.known is not None]
    assert sent.labelled == len(known) < 450
    assert all(request.time <= request.known <= NOW for request in known if request.known)
    unknown = {request.time.date() for request in sent.requests if request.known is None}
    assert sent.days[2].start.date() in unknown


def test_the_seed_decides(flowers: pl.DataFrame) -> None:
    """The same seed sends the same requests, another seed sends others."""
    again = [traffic(flowers, now=NOW, seed=seed).requests for seed in (7, 7, 8)]
    assert again[0] == again[1]
    assert again[0] != again[2]
