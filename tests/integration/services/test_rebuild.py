"""Profiles made anew from the rows: the same where all rows are there, else left alone."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import Corrupt
from modeldesk.schema import Granularity, KeepRows, LogPolicy
from modeldesk.services.rebuild import Rebuild
from modeldesk.settings import Settings
from modeldesk.store import DayRecords, WindowRecords
from modeldesk.store.tables import chunks, profiles
from tests.support.wear import (
    MODEL,
    NOON,
    change,
    count,
    counts,
    flip,
    flowers,
    log_days,
    oldest_chunk,
    overall_day,
    register,
    window_profiles,
)


@pytest.fixture
def clock() -> FrozenClock:
    """Offer a clock that stands at `NOON`."""
    return FrozenClock(NOON)


@pytest.fixture
def desk(settings: Settings, clock: FrozenClock) -> Iterator[Desk]:
    """Offer a desk with a registered model."""
    kept = settings.model_copy(update={"keep_rows_days": 20})
    with Desk.open(kept, clock=clock) as opened:
        register(opened)
        yield opened


def told(desk: Desk) -> list[float]:
    """Return counts and moments of each column of each profile."""
    return [
        figure
        for granularity in Granularity
        for profile in window_profiles(desk, granularity)
        for column in profile.columns
        for figure in (
            column.rows,
            column.missing,
            *((column.moments.mean, column.moments.std) if column.moments else ()),
        )
    ]


def test_rebuilding_changes_nothing_that_is_right(desk: Desk) -> None:
    """Counts and moments of every hour and day are as they were; their revisions grow."""
    log_days(desk, 3, 2, 0)
    before, last = told(desk), revisions(desk)
    done = desk.rebuild.run(MODEL)
    assert (done.days, done.rows, done.left) == (5, 450, ())
    assert told(desk) == pytest.approx(before, nan_ok=True)
    assert revisions(desk) == [revision + 1 for revision in last]
    assert desk.check.run().findings == ()


def revisions(desk: Desk) -> list[int]:
    """Return how often each day's profile changed."""
    version_id = desk.registry.record(MODEL).version_id
    found = WindowRecords(desk.store).profiles(version_id, Granularity.DAY)
    return [entry.revision for entry in found]


def test_rebuilt_windows_are_judged_again(desk: Desk) -> None:
    """Alerts follow what the rebuilt profiles say."""
    desk.backfill.log(MODEL, flowers(NOON).with_columns(sepal_width_cm=9.0))
    desk.jobs.run()
    before = {(alert.window, alert.column) for alert in desk.monitoring.alerts(MODEL)}
    desk.rebuild.run(MODEL)
    assert desk.monitoring.judge() == 2
    assert {(alert.window, alert.column) for alert in desk.monitoring.alerts(MODEL)} == before


def test_only_a_range_is_rebuilt(desk: Desk) -> None:
    """Days that reach into the range, of the version asked for."""
    log_days(desk, 5, 3, 0)
    day = NOON - timedelta(days=3)
    assert desk.rebuild.run(MODEL, version=1, start=day, end=day + timedelta(minutes=1)).days == 1
    assert desk.rebuild.run(start=day).days == 3
    assert desk.rebuild.run(stop=lambda: True).days == 0
    assert desk.rebuild.run(start=NOON + timedelta(days=5)).days == 0


def test_a_version_without_rows_has_nothing_to_rebuild(desk: Desk) -> None:
    """Nothing is done, and nothing is complained about."""
    assert desk.rebuild.run() == desk.rebuild.run(MODEL)
    assert desk.rebuild.run().days == 0


@pytest.mark.parametrize("rows", [KeepRows.NONE, KeepRows.SAMPLE])
def test_days_that_lost_rows_on_purpose_are_left(desk: Desk, rows: KeepRows) -> None:
    """Thinned days keep their profiles, and the reason is said."""
    desk.registry.set_policy(MODEL, LogPolicy(rows=rows, sample=0.5))
    log_days(desk, 0)
    before = counts(desk, Granularity.DAY)
    done = desk.rebuild.run(MODEL)
    assert done.days == 0
    assert ["thinned out or have expired" in left.reason for left in done.left] == [True, True]
    assert counts(desk, Granularity.DAY) == before


def test_expired_days_are_left(desk: Desk) -> None:
    """What is no longer in the log cannot be counted again; the other days are rebuilt."""
    log_days(desk, 40, 0)
    desk.retention.run()
    done = desk.rebuild.run(MODEL)
    assert (done.days, len(done.left)) == (2, 2)
    assert sum(counts(desk, Granularity.DAY)) == 300


def test_a_lost_or_wrong_profile_comes_back(desk: Desk) -> None:
    """Deleted, damaged and wrongly counted profiles are as before."""
    log_days(desk, 3, 0)
    before = told(desk)
    flip(desk.store, profiles, overall_day("hour"))
    change(desk.store, profiles, overall_day(), rows=1)
    with desk.store.writing() as connection:
        connection.execute(profiles.delete().where(overall_day("hour"), profiles.c.rows > 6))
    assert desk.rebuild.run(MODEL).left == ()
    assert told(desk) == pytest.approx(before, nan_ok=True)


def test_rows_missing_from_the_log_are_noticed(desk: Desk) -> None:
    """Where a chunk is gone that nobody let go, the profile stays and the gap is named."""
    log_days(desk, 3, 3)
    with desk.store.writing() as connection:
        connection.execute(chunks.delete().where(oldest_chunk(desk.store)))
    done = desk.rebuild.run(MODEL)
    assert done.days == 0
    assert [left.reason for left in done.left] == [
        "the log has 74 of the 148 rows that were counted",
        "the log has 76 of the 152 rows that were counted",
    ]


def test_a_chunk_that_cannot_be_read_stops_its_days(desk: Desk) -> None:
    """Before it is set aside it is an error that says what to do; after that, days are left."""
    log_days(desk, 3, 0)
    flip(desk.store, chunks, oldest_chunk(desk.store))
    with pytest.raises(Corrupt, match="modeldesk check --repair"):
        desk.rebuild.run(MODEL)
    desk.check.run(repair=True)
    done = desk.rebuild.run(MODEL)
    assert done.days == 2
    assert ["cannot be read" in left.reason for left in done.left] == [True, True]


def test_rows_that_are_profiled_meanwhile_are_counted(desk: Desk) -> None:
    """A roll-up between reading and writing makes the day be read again, not lost."""
    log_days(desk, 0)

    class Slow(DayRecords):
        """Lets rows arrive just before a day is replaced."""

        late = 1

        def replace(self, *arguments: object, **more: object) -> bool:
            if self.late:
                self.late -= 1
                log_days(desk, 0)
            return super().replace(*arguments, **more)  # type: ignore[arg-type]

    records = Slow(desk.store)
    assert Rebuild(desk.registry, records).run(MODEL).days == 2
    assert sum(counts(desk, Granularity.DAY)) == 300
    records.late = 6
    left = Rebuild(desk.registry, records).run(MODEL).left
    assert [entry.reason for entry in left] == ["rows were profiled meanwhile, again and again"] * 2
    assert desk.check.run().findings == ()


def test_segments_follow_the_present_policy(desk: Desk) -> None:
    """Days before the policy get its segments, and lose those that it has no more."""
    log_days(desk, 0)
    desk.registry.set_policy(MODEL, LogPolicy(segment_by=("class",)))
    desk.rebuild.run(MODEL)
    assert sum(counts(desk, Granularity.DAY, "class=Iris-setosa")) == 50
    desk.registry.set_policy(MODEL, LogPolicy())
    desk.rebuild.run(MODEL)
    assert counts(desk, Granularity.DAY, "class=Iris-setosa") == []
    assert desk.check.run().findings == ()


def test_hidden_columns_follow_the_present_policy(desk: Desk) -> None:
    """What is hashed now is in no profile; what was hashed then cannot come back."""
    hidden = LogPolicy(hash=("sepal_width_cm",))
    log_days(desk, 3)
    desk.registry.set_policy(MODEL, hidden)
    log_days(desk, 0)
    for policy, first, last in ((hidden, False, False), (LogPolicy(), True, False)):
        desk.registry.set_policy(MODEL, policy)
        assert desk.rebuild.run(MODEL).left == ()
        named = [
            {column.name for column in profile.columns}
            for profile in window_profiles(desk, Granularity.DAY)
        ]
        assert ("sepal_width_cm" in named[0], "sepal_width_cm" in named[-1]) == (first, last)


def test_many_days_are_rebuilt_in_groups(desk: Desk) -> None:
    """A chunk over weeks counts each row once."""
    times = pl.Series([NOON - timedelta(days=row) for row in range(20)])
    frame = flowers(NOON, 20).with_columns(timestamp=times)
    desk.backfill.log(MODEL, frame)
    desk.rollup.run()
    assert desk.rebuild.run(MODEL).days == 20
    assert counts(desk, Granularity.DAY) == [1] * 20
    assert count(desk.store, profiles) == 40
