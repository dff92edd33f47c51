"""A window is compared once, and again when it changes."""

import dataclasses
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.drift import Thresholds, compare
from modeldesk.schema import Granularity
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.views import WindowComparison
from modeldesk.settings import Settings
from modeldesk.store import ComparisonRecords, WindowRecords
from modeldesk.store.tables import comparisons
from tests.support.iris import iris_frame

TODAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAYS = 5


def log_days(desk: Desk, days: int = DAYS, *, shift: float = 0.0) -> None:
    """Log the flowers on each of the last days, and profile them."""
    for day in range(days):
        flowers = iris_frame().with_columns(
            pl.col("sepal_length_cm") + shift * day,
            pl.lit(TODAY - timedelta(days=day)).alias("timestamp"),
        )
        scores = {f"probability_{name}": 1.0 for name in flowers["class"].unique()}
        desk.backfill.log("iris", flowers.with_columns(**{n: pl.lit(v) for n, v in scores.items()}))
    desk.rollup.run()


def made_anew(desk: Desk, granularity: Granularity = Granularity.DAY) -> list[WindowComparison]:
    """Compare every stored window here and now."""
    version_id = desk.registry.record("iris").version_id
    reference = desk.registry.reference_of(version_id)
    return [
        WindowComparison(window=entry.window, comparison=compare(entry.profile, reference))
        for entry in WindowRecords(desk.store).profiles(version_id, granularity)
    ]


def kept(desk: Desk) -> int:
    """Count the comparisons in the database."""
    with desk.store.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(comparisons)) or 0)


def test_what_is_kept_is_what_comparing_says(desk: Desk, settings: Settings) -> None:
    """In memory, from the database and made anew, the comparisons are equal."""
    log_days(desk, shift=0.5)
    first = desk.monitoring.drift("iris").windows
    assert list(first) == made_anew(desk)
    assert kept(desk) == 0, "looking writes nothing"
    desk.monitoring.judge()
    assert kept(desk) == DAYS
    assert desk.monitoring.drift("iris").windows == first
    with Desk.open(settings, clock=FrozenClock(TODAY)) as other:
        assert other.monitoring.drift("iris").windows == first


def test_a_restated_window_is_compared_again(desk: Desk, settings: Settings) -> None:
    """Late rows change what every reader sees, also one that had seen the window before."""
    log_days(desk)
    desk.monitoring.judge()
    with Desk.open(settings, clock=FrozenClock(TODAY)) as other:
        before = other.monitoring.drift("iris").windows
        log_days(desk, 2, shift=3.0)
        for judged in (False, True):
            if judged:
                desk.monitoring.judge()
            for reader in (desk, other):
                windows = reader.monitoring.drift("iris").windows
                assert list(windows) == made_anew(desk)
                assert windows[: DAYS - 2] == before[: DAYS - 2]
                assert windows[-1].comparison.rows == 300
    assert kept(desk) == DAYS


def test_hours_are_compared_and_not_mixed_up_with_days(desk: Desk) -> None:
    """Windows of another granularity have comparisons of their own."""
    log_days(desk)
    desk.monitoring.judge()
    hours = desk.monitoring.drift("iris", granularity=Granularity.HOUR).windows
    assert list(hours) == made_anew(desk, Granularity.HOUR)
    assert hours == desk.monitoring.drift("iris", granularity=Granularity.HOUR).windows


def test_other_thresholds_are_another_comparison(desk: Desk) -> None:
    """What was said under one set of thresholds is not given as the answer under another."""
    log_days(desk)
    desk.monitoring.judge()
    version_id = desk.registry.record("iris").version_id
    found = of(desk).between(version_id, Granularity.DAY, thresholds=Thresholds(min_rows=1000))
    usual = of(desk).between(version_id, Granularity.DAY)
    assert {entry.comparison.columns[0].verdict.status for entry in found} == {"not enough data"}
    assert {entry.comparison.columns[0].verdict.status for entry in usual} != {"not enough data"}


@pytest.mark.parametrize("most", [1, 12, 10_000])
def test_memory_is_bounded(desk: Desk, most: int) -> None:
    """However few comparisons may be remembered, the answers are the same."""
    log_days(desk)
    limited = of(desk, most)
    version_id = desk.registry.record("iris").version_id
    for _ in range(2):
        assert list(limited.between(version_id, Granularity.DAY)) == made_anew(desk)


def test_damaged_comparisons_are_made_anew(desk: Desk) -> None:
    """What cannot be read, or is of another revision, is not used."""
    log_days(desk)
    desk.monitoring.judge()
    with desk.store.writing() as connection:
        first = connection.scalar(sa.select(sa.func.min(comparisons.c.profile_id)))
        is_first = comparisons.c.profile_id == first
        connection.execute(sa.update(comparisons).where(is_first).values(payload=b"\xff"))
        connection.execute(sa.update(comparisons).where(~is_first).values(revision=0))
    version_id = desk.registry.record("iris").version_id
    assert list(of(desk).between(version_id, Granularity.DAY)) == made_anew(desk)


def test_an_older_comparison_does_not_replace_a_newer_one(desk: Desk) -> None:
    """Of two processes that compare the same window, the one that saw more rows wins."""
    log_days(desk, 1)
    desk.monitoring.judge()
    version_id = desk.registry.record("iris").version_id
    records = ComparisonRecords(desk.store)
    (entry,) = WindowRecords(desk.store).profiles(version_id, Granularity.DAY)
    reference = desk.registry.reference_of(version_id)
    newer = compare(entry.profile.merge(entry.profile), reference)
    (window,) = records.windows(version_id, Granularity.DAY)
    records.keep(entry.profile_id, 9, "method", newer)
    records.keep(entry.profile_id, 8, "method", compare(entry.profile, reference))
    window = dataclasses.replace(window, revision=9)
    assert records.kept([window], "method") == {entry.profile_id: newer}


def of(desk: Desk, most: int = 10_000) -> Comparisons:
    """Return a service that remembers nothing yet."""
    return Comparisons(
        desk.registry,
        WindowRecords(desk.store),
        ComparisonRecords(desk.store),
        most_columns=most,
    )
