"""A window is compared once, and again when it changes."""

import dataclasses
import gc
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.drift import Comparison, Thresholds, Trace
from modeldesk.monitors import DriftRule
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.views import WindowComparison
from modeldesk.settings import Settings
from modeldesk.store import AlertRecords, ComparisonRecords, WindowRecords
from modeldesk.store.tables import comparisons
from tests.support.iris import iris_frame

TODAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAYS = 5
RULE = DriftRule()


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
    entries = WindowRecords(desk.store).profiles(version_id, granularity)
    past: list[Profile] = []
    found = []
    for entry in entries:
        comparison = RULE.compare(entry.profile, reference, past)
        found.append(WindowComparison(window=entry.window, comparison=comparison))
        past.append(entry.profile)
    return found


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
    strict = DriftRule(thresholds=Thresholds(min_rows=1000))
    found = of(desk).between(version_id, Granularity.DAY, strict)
    usual = of(desk).between(version_id, Granularity.DAY, RULE)
    assert {entry.comparison.columns[0].verdict.status for entry in found} == {"not enough data"}
    assert {entry.comparison.columns[0].verdict.status for entry in usual} != {"not enough data"}


def test_of_a_window_that_grows_the_last_comparison_is_remembered(desk: Desk) -> None:
    """Those before are given back: under load a day is compared anew every second."""
    log_days(desk, 2)
    desk.monitoring.judge()
    before = alive(Comparison), alive(Trace)
    for _ in range(5):
        log_days(desk, 1)
        assert desk.monitoring.judge() == 1
    assert (alive(Comparison), alive(Trace)) == before


def alive(kind: type[object]) -> int:
    """Count the objects of a kind that somebody still refers to."""
    gc.collect()
    return sum(isinstance(found, kind) for found in gc.get_objects())


@pytest.mark.parametrize("most", [1, 12, 10_000])
def test_memory_is_bounded(desk: Desk, most: int) -> None:
    """However few comparisons may be remembered, the answers are the same."""
    log_days(desk)
    limited = of(desk, most)
    version_id = desk.registry.record("iris").version_id
    for _ in range(2):
        assert list(limited.between(version_id, Granularity.DAY, RULE)) == made_anew(desk)


def test_damaged_comparisons_are_made_anew(desk: Desk) -> None:
    """What cannot be read, or is of another revision, is not used."""
    log_days(desk)
    desk.monitoring.judge()
    with desk.store.writing() as connection:
        first = connection.scalar(sa.select(sa.func.min(comparisons.c.profile_id)))
        is_first = comparisons.c.profile_id == first
        connection.execute(sa.update(comparisons).where(is_first).values(payload=b"\xff"))
        connection.execute(sa.update(comparisons).where(~is_first).values(basis="other"))
    version_id = desk.registry.record("iris").version_id
    assert list(of(desk).between(version_id, Granularity.DAY, RULE)) == made_anew(desk)


def test_an_older_comparison_does_not_replace_a_newer_one(desk: Desk) -> None:
    """Of two processes that compare the same window, the one that saw more rows wins."""
    log_days(desk, 1)
    desk.monitoring.judge()
    version_id = desk.registry.record("iris").version_id
    records = ComparisonRecords(desk.store)
    (entry,) = WindowRecords(desk.store).profiles(version_id, Granularity.DAY)
    reference = desk.registry.reference_of(version_id)
    newer = RULE.compare(entry.profile.merge(entry.profile), reference)
    (window,) = records.windows(version_id, Granularity.DAY)
    records.keep(dataclasses.replace(window, revision=9), "newer", newer)
    older = RULE.compare(entry.profile, reference)
    records.keep(dataclasses.replace(window, revision=8), "older", older)
    assert records.kept({entry.profile_id: "newer"}) == {entry.profile_id: newer}
    assert records.kept({entry.profile_id: "older"}) == {}


def test_a_window_that_is_gone_has_no_comparison(desk: Desk) -> None:
    """Retention may delete a window while it is judged; nothing is kept of it, nothing fails."""
    log_days(desk, 1)
    version_id = desk.registry.record("iris").version_id
    records = ComparisonRecords(desk.store)
    (entry,) = WindowRecords(desk.store).profiles(version_id, Granularity.DAY)
    (window,) = records.windows(version_id, Granularity.DAY)
    gone = dataclasses.replace(window, profile_id=window.profile_id + 1000)
    comparison = RULE.compare(entry.profile, desk.registry.reference_of(version_id))
    records.keep(gone, "basis", comparison)
    assert kept(desk) == 0


def test_a_restated_day_restates_the_days_that_are_judged_by_it(
    desk: Desk, settings: Settings
) -> None:
    """With 14 days and more of history, a day's verdict depends on the days before it."""
    log_days(desk, 20)
    desk.monitoring.judge()
    assert list(desk.monitoring.drift("iris").windows) == made_anew(desk)
    late = iris_frame().with_columns(
        pl.col("sepal_length_cm") + 3.0,
        pl.lit(TODAY - timedelta(days=19)).alias("timestamp"),
    )
    scores = {f"probability_{name}": 1.0 for name in late["class"].unique()}
    desk.backfill.log("iris", late.with_columns(**{n: pl.lit(v) for n, v in scores.items()}))
    desk.rollup.run()
    assert list(desk.monitoring.drift("iris").windows) == made_anew(desk)
    assert desk.monitoring.judge() == 20, "its alerts follow, and those of the 19 days after it"
    assert desk.monitoring.judge() == 0
    with Desk.open(settings, clock=FrozenClock(TODAY)) as other:
        assert list(other.monitoring.drift("iris").windows) == made_anew(desk)


def test_a_range_is_judged_as_the_whole_is(desk: Desk) -> None:
    """Where the range begins does not change what is said of a day."""
    log_days(desk, 20)
    whole = desk.monitoring.drift("iris").windows
    start = whole[-3].window.start
    limited = of(desk).between(
        desk.registry.record("iris").version_id, Granularity.DAY, RULE, start=start
    )
    assert limited == whole[-3:]


def of(desk: Desk, most: int = 10_000) -> Comparisons:
    """Return a service that remembers nothing yet."""
    return Comparisons(
        desk.registry,
        WindowRecords(desk.store),
        ComparisonRecords(desk.store),
        AlertRecords(desk.store),
        most_columns=most,
    )
