"""Facts of many versions at once say what those of each say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.schema import Granularity
from modeldesk.settings import Settings
from modeldesk.store import ChunkLog, FleetRecords, ModelRecords, WindowRecords
from tests.support.iris import iris_frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
START = NOW - timedelta(days=30)


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Offer a desk with two models of two versions, of which some have traffic."""
    settings = Settings.load(home=tmp_path / "home", database_url=migrated_url)
    with Desk.open(settings, clock=FrozenClock(NOW)) as opened:
        for name in ("a", "b", "a"):
            opened.registry.register(name, reference=iris_frame(), prediction="class")
        for name, ago in (("a", 1), ("a", 40), ("b", 2)):
            times = pl.Series([NOW - timedelta(days=ago)] * 150, dtype=pl.Datetime("us", "UTC"))
            changed = iris_frame().with_columns(pl.col("sepal_width_cm") * 3, time=times)
            opened.backfill.log(name, changed, time="time")
        opened.jobs.run()
        opened.backfill.log("b", iris_frame().head(7))
        yield opened


def test_what_is_known_of_each_is_known_of_all(desk: Desk) -> None:
    """Versions, volumes, totals, the newest row, what waits, and open alerts."""
    fleet, windows = FleetRecords(desk.store), WindowRecords(desk.store)
    known = fleet.versions()
    assert [(one.model, one.number) for one in known] == [("a", 1), ("a", 2), ("b", 1)]
    keys = [one.version_id for one in known]
    each = {key: windows.volumes(key, Granularity.DAY) for key in keys}
    recent = fleet.volumes(keys, start=START)
    for key in keys:
        assert recent.get(key, ()) == tuple(v for v in each[key] if v.window.start >= START)
    assert fleet.totals(keys) == {
        key: sum(volume.rows for volume in found) for key, found in each.items() if found
    }
    assert fleet.latest(keys) == {key: found[-1].last_time for key, found in each.items() if found}
    log = ChunkLog(desk.store)
    waiting = fleet.waiting(keys)
    assert {key: some.rows for key, some in waiting.items()} == {keys[2]: 7}
    assert waiting[keys[2]] == log.waiting([keys[2]])
    alerts = fleet.open_alerts(keys)
    for model in ("a", "b"):
        mine = [one for key in keys for one in alerts.get(key, ()) if _model(known, key) == model]
        told = desk.monitoring.alerts(model)
        assert sorted((one.column, one.day) for one in mine) == sorted(
            (one.column, one.window.start) for one in told
        )
        assert told


def test_counters_and_damage_only_where_there_are_any(desk: Desk) -> None:
    """Of versions without any, nothing is said."""
    fleet, records = FleetRecords(desk.store), ModelRecords(desk.store)
    keys = [one.version_id for one in fleet.versions()]
    assert (fleet.refused(keys), fleet.failures(keys), fleet.damaged(keys)) == ({}, {}, {})
    records.count_refused(keys[0], 4)
    records.count_failed(keys[1], 2, sentence="It broke.", at=NOW)
    assert fleet.refused(keys) == {keys[0]: 4}
    (failed,) = fleet.failures(keys).values()
    assert (failed.version_id, failed.rows, failed.sentence, failed.at) == (
        keys[1],
        2,
        "It broke.",
        NOW,
    )
    assert fleet.refused([]) == {}


def test_the_champions_of_all_models(desk: Desk) -> None:
    """As each is found by itself."""
    found = ModelRecords(desk.store).champions()
    assert sorted(found, key=lambda one: one.model) == [
        desk.registry.record("a"),
        desk.registry.record("b"),
    ]


def _model(known: object, key: int) -> str:
    assert isinstance(known, tuple)
    return str(next(one.model for one in known if one.version_id == key))
