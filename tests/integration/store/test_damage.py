"""What cannot be read is set aside, counted and visible; everything else goes on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import Corrupt
from modeldesk.schema import Granularity, LogPolicy
from modeldesk.settings import Settings
from modeldesk.store import Compaction
from modeldesk.store.payload import encode_chunk
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
)


@pytest.fixture
def desk(migrated_url: str, tmp_path: object) -> Iterator[Desk]:
    """Offer a desk with a registered model."""
    settings = Settings.load(home=tmp_path, database_url=migrated_url)
    with Desk.open(settings, clock=FrozenClock(NOON)) as opened:
        register(opened)
        yield opened


def test_roll_up_goes_on_past_a_damaged_chunk(desk: Desk) -> None:
    """The others are profiled; the damaged one is counted and can be asked for."""
    frame = flowers(NOON)
    for part in (frame[:50], frame[50:90], frame[90:]):
        desk.backfill.log(MODEL, part)
    (broken,) = desk.reader.by_row_id(MODEL, "0304-3")
    flip(desk.store, chunks, oldest_chunk(desk.store))
    with capture_logs() as logs:
        assert desk.jobs.run() == 100
        assert desk.jobs.run() == 0
    assert [line["event"] for line in logs] == ["chunk set aside"]
    overview = desk.overview.model(MODEL)
    assert (overview.predictions, overview.damaged) == (100, 50)
    with pytest.raises(Corrupt, match="checksum"):
        desk.reader.prediction(broken.prediction_id)
    assert desk.reader.page(MODEL, limit=1000).frame.height == 100


def test_a_chunk_without_times_is_set_aside(desk: Desk) -> None:
    """Rows that belong to no window are no rows of the log."""
    desk.backfill.log(MODEL, flowers(NOON))
    change(desk.store, chunks, payload=encode_chunk(flowers(NOON)))
    assert desk.jobs.run() == 0
    assert desk.overview.model(MODEL).damaged == 150


def test_compaction_goes_on_past_a_damaged_chunk(desk: Desk) -> None:
    """The sound chunks are merged, once the damaged one is set aside."""
    frame = flowers(NOON)
    for row in range(10):
        desk.backfill.log(MODEL, frame[row])
    desk.rollup.run()
    flip(desk.store, chunks, oldest_chunk(desk.store))
    assert Compaction(desk.store).run(fewest=2) == 8
    assert count(desk.store, chunks) == 2
    assert Compaction(desk.store).run(fewest=2) == 0


def test_chunks_of_other_types_are_merged_apart(desk: Desk) -> None:
    """A column that was hashed for a while does not stop compaction or roll-up."""
    frame = flowers(NOON, 12)
    for row in range(12):
        if row == 5:
            desk.registry.set_policy(MODEL, LogPolicy(hash=("sepal_width_cm",)))
        desk.backfill.log(MODEL, frame[row])
    assert desk.jobs.run() == 12
    compaction = Compaction(desk.store)
    while compaction.run(fewest=2):
        pass
    assert count(desk.store, chunks) == 2
    assert desk.check.run().findings == ()
    assert [len(desk.reader.by_row_id(MODEL, f"0304-{row}")) for row in range(12)] == [1] * 12


def test_a_damaged_profile_begins_anew(desk: Desk) -> None:
    """Roll-up goes on; the window says so until it is rebuilt, and then it has all rows."""
    log_days(desk, 0)
    flip(desk.store, profiles)
    log_days(desk, 0)
    assert counts(desk, Granularity.DAY) == [74, 76]
    assert desk.monitoring.judge() == 0
    report = desk.check.run()
    assert {found.kind.value for found in report.findings} == {"damaged profile"}
    assert desk.check.run(repair=True).clean
    assert counts(desk, Granularity.DAY) == [148, 152]
    assert desk.check.run().findings == ()
    assert desk.monitoring.judge() == 2


def test_a_damaged_window_is_left_out_and_told(desk: Desk) -> None:
    """Other windows are shown and judged; the damaged one is said to be so in the log."""
    log_days(desk, 5, 0)
    first = profiles.c.start < NOON - timedelta(days=4)
    flip(desk.store, profiles, overall_day(), first)
    with capture_logs() as logs:
        assert len(desk.monitoring.drift(MODEL).windows) == 2
        assert desk.monitoring.judge() == 2
        assert counts(desk, Granularity.DAY) == [74, 76]
    assert [line["event"] for line in logs] == ["profile set aside"] * 2
    assert desk.check.run(repair=True).clean
    assert len(desk.monitoring.drift(MODEL).windows) == 4
