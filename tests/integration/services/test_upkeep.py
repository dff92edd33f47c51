"""What happens by itself: small chunks are merged, old rows and profiles go."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import NotFound
from modeldesk.schema import Granularity, KeepRows, LogPolicy
from modeldesk.services.check import CheckReport
from modeldesk.services.retention import Expired, Keeping, Retention
from modeldesk.settings import Settings
from modeldesk.store import Compaction, Expiry
from modeldesk.store.tables import alerts, chunks, judgements, moved_chunks, row_keys
from tests.support.watcher import Watcher
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
    register,
)


@pytest.fixture
def clock() -> FrozenClock:
    """Offer a clock that stands at `NOON`."""
    return FrozenClock(NOON)


@pytest.fixture
def worn(settings: Settings, clock: FrozenClock) -> Callable[..., Desk]:
    """Offer a function that opens a desk that keeps things for some days."""

    def opened(**days: int) -> Desk:
        kept = settings.model_copy(update={f"keep_{name}_days": day for name, day in days.items()})
        return Desk.open(kept, clock=clock)

    return opened


def checked(desk: Desk) -> CheckReport:
    """Verify a desk and require that all is well."""
    report = desk.check.run()
    assert report.findings == ()
    return report


def test_small_chunks_are_merged_by_the_background_job(
    worn: Callable[..., Desk], clock: FrozenClock
) -> None:
    """Every ten seconds what is small is merged; in between nothing is looked at."""
    with worn() as desk:
        register(desk)
        frame = flowers(NOON, 70)
        for row in range(70):
            desk.backfill.log(MODEL, frame[row])
        assert desk.jobs.run() == 70
        assert count(desk.store, chunks) == 1
        assert len(desk.reader.by_row_id(MODEL, "0304-7")) == 1
        for row in range(70):
            desk.backfill.log(MODEL, frame[row])
        desk.jobs.run()
        assert count(desk.store, chunks) == 71
        clock.advance(timedelta(seconds=10))
        desk.jobs.run()
        assert count(desk.store, chunks) == 1
        assert checked(desk).rows == 140


def test_rows_expire_and_stay_counted(worn: Callable[..., Desk]) -> None:
    """Rows older than they are kept cannot be found any more; their profiles stay."""
    with worn(rows=7) as desk:
        register(desk)
        log_days(desk, 30, 20, 0)
        assert count(desk.store, row_keys) == 450
        assert desk.retention.run() == Expired(rows=300, chunks=2)
        assert checked(desk).rows == 150
        assert sum(counts(desk, Granularity.DAY)) == 450
        assert count(desk.store, row_keys) == 150
        assert desk.reader.by_row_id(MODEL, "0304-7")
        assert desk.reader.by_row_id(MODEL, "0202-7") == ()
        assert desk.overview.model(MODEL).predictions == 450
        assert desk.retention.run() == Expired()


def test_merged_chunks_expire_with_their_parts(worn: Callable[..., Desk]) -> None:
    """What compaction wrote down about a chunk goes with it."""
    with worn(rows=7) as desk:
        register(desk)
        for row in range(64):
            desk.backfill.log(MODEL, flowers(NOON - timedelta(days=30), 64)[row])
        desk.jobs.run()
        assert count(desk.store, chunks) == count(desk.store, moved_chunks) == 0
        assert count(desk.store, row_keys) == 0
        checked(desk)


def test_rows_that_wait_to_be_profiled_never_expire(worn: Callable[..., Desk]) -> None:
    """However old, a row is counted before it goes."""
    with worn(rows=1) as desk:
        register(desk)
        desk.backfill.log(MODEL, flowers(NOON - timedelta(days=300)))
        assert desk.retention.run() == Expired()
        desk.jobs.run()
        assert count(desk.store, chunks) == 0
        assert sum(counts(desk, Granularity.DAY)) == 150


def test_hours_expire_before_days(worn: Callable[..., Desk]) -> None:
    """Of an old day the profile of the day is left."""
    with worn(hourly=7) as desk:
        register(desk)
        log_days(desk, 30, 0)
        done = desk.retention.run()
        assert (done.hourly, done.daily) == (25, 0)
        assert sum(counts(desk, Granularity.HOUR)) == 150
        assert sum(counts(desk, Granularity.DAY)) == 300
        checked(desk)


def test_days_expire_with_their_alerts(worn: Callable[..., Desk]) -> None:
    """Judgements and alerts of an expired day are gone; those of other days stay."""
    with worn(daily=7) as desk:
        register(desk)
        for before in (30, 0):
            frame = flowers(NOON - timedelta(days=before)).with_columns(sepal_width_cm=9.0)
            desk.backfill.log(MODEL, frame)
        desk.rollup.run()
        desk.monitoring.judge()
        every = desk.monitoring.alerts(MODEL)
        recent = [alert for alert in every if alert.window.start > NOON - timedelta(days=8)]
        assert len(every) > len(recent) > 0
        assert desk.retention.run().daily == 2
        assert list(desk.monitoring.alerts(MODEL)) == recent
        assert count(desk.store, alerts) == len(recent)
        assert count(desk.store, judgements) == 2
        assert sum(counts(desk, Granularity.DAY)) == 150
        checked(desk)


def test_late_rows_of_an_expired_day_are_accounted_for(worn: Callable[..., Desk]) -> None:
    """Rows expire, the day expires, late rows come, and expire: the accounts stay right."""
    with worn(rows=20, daily=7) as desk:
        register(desk)
        log_days(desk, 10, 30)
        desk.retention.run()
        checked(desk)
        log_days(desk, 10, 30, rows=40)
        checked(desk)
        assert counts(desk, Granularity.DAY) == [19, 21, 19, 21]
        desk.retention.run()
        checked(desk)
        assert counts(desk, Granularity.DAY) == []


@pytest.mark.parametrize("rows", [KeepRows.NONE, KeepRows.SAMPLE])
def test_thinned_rows_are_accounted_for(worn: Callable[..., Desk], rows: KeepRows) -> None:
    """Own keys of rows that did not stay are forgotten; check knows that they were let go."""
    with worn() as desk:
        register(desk)
        desk.registry.set_policy(MODEL, LogPolicy(rows=rows, sample=0.3))
        log_days(desk, 3, 0)
        report = checked(desk)
        assert report.rows == count(desk.store, row_keys)
        assert (report.rows == 0) is (rows is KeepRows.NONE)
        assert sum(counts(desk, Granularity.DAY)) == 300


def test_a_run_is_bounded_and_goes_on_next_time(worn: Callable[..., Desk]) -> None:
    """A run makes a limited number of short transactions, and stops when asked."""
    with worn(hourly=1) as desk:
        register(desk)
        log_days(desk, *range(3, 40), rows=48)
        assert desk.retention.run(stop=lambda: True) == Expired()
        retention = Retention(Expiry(desk.store), desk.clock, Keeping(hourly=1), steps=2)
        assert retention.run().hourly == 400
        assert retention.run().hourly == 400
        assert retention.run().hourly < 400
        assert counts(desk, Granularity.HOUR) == []


def test_older_rows_leave_chunks_that_hold_newer_ones(worn: Callable[..., Desk]) -> None:
    """With little traffic a chunk spans months: its old rows go, the others stay findable."""
    with worn(rows=7) as desk:
        register(desk)
        frame = pl.concat([flowers(NOON, 10), flowers(NOON - timedelta(days=30), 10)])
        desk.backfill.log(MODEL, frame)
        desk.rollup.run()
        ids = {key: desk.reader.by_row_id(MODEL, key)[0].prediction_id for key in frame["row_id"]}
        assert desk.retention.due() == desk.retention.run() == Expired(rows=10, chunks=1)
        assert desk.retention.due() == desk.retention.run() == Expired()
        assert checked(desk).rows == count(desk.store, row_keys) == 10
        for key in flowers(NOON, 10)["row_id"]:
            assert desk.reader.prediction(ids[key]).row_id == key
            assert [found.prediction_id for found in desk.reader.by_row_id(MODEL, key)] == [
                ids[key]
            ]
        with pytest.raises(NotFound, match="may have expired"):
            desk.reader.prediction(ids["0202-3"])
        assert desk.reader.by_row_id(MODEL, "0202-3") == ()
        assert sum(counts(desk, Granularity.DAY)) == 20


def test_older_rows_leave_merged_chunks(worn: Callable[..., Desk]) -> None:
    """Rows keep their identifiers through merging, trimming, and merging again."""
    with worn(rows=7) as desk:
        register(desk)
        old, new = flowers(NOON - timedelta(days=30), 6), flowers(NOON, 6)
        desk.backfill.log(MODEL, pl.concat([old[:2], new[:2]]))
        desk.backfill.log(MODEL, old[2:4])
        desk.backfill.log(MODEL, new[2:4])
        desk.rollup.run()
        ids = {key: desk.reader.by_row_id(MODEL, key)[0].prediction_id for key in new["row_id"][:4]}
        merge = Compaction(desk.store)
        assert merge.run(fewest=2) == 2
        assert desk.retention.run() == Expired(rows=4, chunks=1)
        desk.backfill.log(MODEL, new[4:])
        desk.rollup.run()
        assert merge.run(fewest=2) == 1
        assert checked(desk).rows == count(desk.store, row_keys) == 6
        for key, found in ids.items():
            assert desk.reader.prediction(found).row_id == key


def test_merging_what_was_merged_with_what_was_thinned(worn: Callable[..., Desk]) -> None:
    """Rows are numbered by what was committed together, not by the chunk that they are in."""
    with worn() as desk:
        register(desk)
        frame = flowers(NOON)
        merge = Compaction(desk.store)
        for some in frame[:20].iter_slices(10):
            desk.backfill.log(MODEL, some)
        desk.rollup.run()
        assert merge.run(fewest=2) == 1
        (found,) = desk.reader.by_row_id(MODEL, "0304-15")
        desk.registry.set_policy(MODEL, LogPolicy(rows=KeepRows.SAMPLE, sample=0.5))
        desk.backfill.log(MODEL, frame[20:])
        desk.rollup.run()
        assert merge.run(fewest=2) == 1
        assert desk.reader.prediction(found.prediction_id).row_id == "0304-15"


def test_trimming_gives_way_to_who_is_faster(worn: Callable[..., Desk]) -> None:
    """Of several that trim one chunk at once, one does; rows are let go of once."""
    with worn(rows=7) as desk:
        register(desk)
        desk.backfill.log(MODEL, pl.concat([flowers(NOON), flowers(NOON - timedelta(days=30))]))
        desk.rollup.run()
        together = threading.Barrier(3)

        def expire(_: int) -> int:
            together.wait()
            return Expiry(desk.store).trim(NOON - timedelta(days=7)).rows

        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(expire, range(3)))
        assert sorted(done) == [0, 0, 150]
        checked(desk)


def test_a_damaged_chunk_is_not_trimmed(worn: Callable[..., Desk]) -> None:
    """It is set aside, and nobody counts what it may hold."""
    with worn(rows=7) as desk:
        register(desk)
        desk.backfill.log(MODEL, pl.concat([flowers(NOON), flowers(NOON - timedelta(days=30))]))
        desk.rollup.run()
        flip(desk.store, chunks)
        assert desk.retention.due() == desk.retention.run() == Expired()
        assert desk.overview.model(MODEL).damaged == 300


def test_all_that_is_old_can_be_told_and_deleted_at_once(worn: Callable[..., Desk]) -> None:
    """`due` says what `finish` then deletes, in as many runs as it takes."""
    with worn(rows=20, hourly=7, daily=25) as desk:
        register(desk)
        log_days(desk, *range(3, 40), rows=48)
        due = desk.retention.due()
        assert (due.rows, due.chunks) == (48 * 19 + 23, 20)
        assert due.hourly > due.daily > 10
        watcher = Watcher()
        one_by_one = Retention(
            Expiry(desk.store), desk.clock, Keeping(rows=20, hourly=7, daily=25), steps=1
        )
        assert one_by_one.finish(watcher) == due
        every = due.chunks + due.hourly + due.daily
        assert watcher.steps == {"Deleting": (every, every)}
        assert one_by_one.due() == one_by_one.finish() == Expired()
        checked(desk)


def test_what_is_kept_for_ever_is_never_due(worn: Callable[..., Desk]) -> None:
    """Without limits nothing is old."""
    with worn(rows=0, hourly=0, daily=0) as desk:
        register(desk)
        log_days(desk, 300)
        assert desk.retention.due() == desk.retention.finish() == Expired()


def test_a_damaged_chunk_is_set_aside_not_expired(worn: Callable[..., Desk]) -> None:
    """Expiry goes on with the others, and nothing is deleted that nobody could read."""
    with worn(rows=7) as desk:
        register(desk)
        log_days(desk, 30, 20)
        flip(desk.store, chunks, oldest_chunk(desk.store))
        assert desk.retention.run().chunks == 1
        assert count(desk.store, chunks) == 1
        assert desk.overview.model(MODEL).damaged == 150


def test_two_that_expire_at_once_count_once(worn: Callable[..., Desk]) -> None:
    """Whoever comes second finds nothing to do."""
    with worn(rows=7) as desk:
        register(desk)
        log_days(desk, 30)

        together = threading.Barrier(2)

        def expire(_: int) -> int:
            together.wait()
            return Expiry(desk.store).rows(NOON).rows

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(expire, range(2)))
        assert sorted(done) == [0, 150]
        checked(desk)


def test_upkeep_stops_when_asked(worn: Callable[..., Desk]) -> None:
    """After the desk was asked to stop, a run merges nothing."""
    with worn() as desk:
        register(desk)
        frame = flowers(NOON, 70)
        for row in range(70):
            desk.backfill.log(MODEL, frame[row])
        desk.rollup.run()
        desk.jobs.close()
        desk.jobs.run()
        assert count(desk.store, chunks) == 70


def test_an_expired_row_is_said_to_be_gone(worn: Callable[..., Desk]) -> None:
    """Its identifier is answered with a hint, not with another row."""
    with worn(rows=7) as desk:
        register(desk)
        log_days(desk, 30)
        (view,) = desk.reader.by_row_id(MODEL, "0202-3")
        desk.retention.run()
        with pytest.raises(NotFound, match="may have expired"):
            desk.reader.prediction(view.prediction_id)


def test_a_chunk_whose_time_is_wrong_is_found(worn: Callable[..., Desk]) -> None:
    """A chunk that claims to be old is not deleted unseen: check says so."""
    with worn() as desk:
        register(desk)
        log_days(desk, 0)
        change(desk.store, chunks, last_time=NOON - timedelta(days=400))
        (found,) = desk.check.run(repair=True).findings
        assert found.repaired
        checked(desk)
