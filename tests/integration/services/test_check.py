"""Check finds what is wrong, repairs what can be repaired, and says what cannot."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.schema import Granularity, KeepRows, LogPolicy
from modeldesk.services.check import Checked, CheckReport
from modeldesk.settings import Settings
from modeldesk.store import Compaction, FindingKind, Repair
from modeldesk.store.tables import (
    aliases,
    chunks,
    models,
    moved_chunks,
    profiles,
    row_keys,
    versions,
)
from tests.support.functions import double
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
    overall_day,
    register,
)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """Offer a desk with a registered model, three profiled chunks and one that waits."""
    with Desk.open(settings, clock=FrozenClock(NOON)) as opened:
        register(opened)
        log_days(opened, 5, 3, 0)
        opened.backfill.log(MODEL, flowers(NOON))
        yield opened


def repaired(desk: Desk, kind: FindingKind) -> Checked:
    """Find exactly one thing wrong, repair it, and find nothing any more."""
    (found,) = desk.check.run().findings
    assert (found.kind, found.repaired, found.outcome) == (kind, False, "")
    report = desk.check.run(repair=True)
    assert report.clean
    assert desk.check.run().findings == ()
    return report.findings[0]


def unrepaired(desk: Desk, kind: FindingKind) -> Checked:
    """Find exactly one thing wrong that cannot be repaired."""
    (found,) = desk.check.run(repair=True).findings
    assert (found.kind, found.repaired) == (kind, False)
    return found


def test_a_sound_desk_is_clean(desk: Desk) -> None:
    """Everything is looked at and counted."""
    watcher = Watcher()
    report = desk.check.run(progress=watcher)
    assert report == CheckReport(
        chunks=4,
        rows=600,
        waiting=150,
        profiles=count(desk.store, profiles),
        versions=1,
        findings=(),
    )
    assert report.clean
    looked = 4 + report.profiles
    assert watcher.steps == {"Checking": (looked, looked), "Checking models": (1, 1)}


def test_a_sound_desk_is_clean_after_compaction(desk: Desk) -> None:
    """Merged chunks, thinned ones, and both together add up."""
    desk.registry.set_policy(MODEL, LogPolicy(rows=KeepRows.SAMPLE, sample=0.2))
    desk.jobs.run()
    Compaction(desk.store).run(fewest=2)
    assert count(desk.store, moved_chunks) == 4
    assert desk.check.run().findings == ()


def test_a_damaged_chunk_is_set_aside_and_comes_back(desk: Desk) -> None:
    """Its rows stay counted; when its bytes are right again it is used again."""
    flip(desk.store, chunks, oldest_chunk(desk.store))
    found = unrepaired(desk, FindingKind.DAMAGED_CHUNK)
    assert "150 rows: The chunk's checksum does not match" in found.problem
    assert "only in a backup" in found.outcome
    assert desk.overview.model(MODEL).damaged == 150
    assert desk.rebuild.run(MODEL).days == 4
    flip(desk.store, chunks, oldest_chunk(desk.store))
    assert repaired(desk, FindingKind.READABLE_AGAIN).outcome == "in use again"
    assert desk.overview.model(MODEL).damaged == 0
    assert desk.rebuild.run(MODEL).days == 6


@pytest.mark.parametrize("values", [{"rows": 3}, {"first_time": NOON}, {"last_time": NOON}])
def test_facts_about_a_chunk_are_corrected(desk: Desk, values: dict[str, object]) -> None:
    """Count and times follow from the rows."""
    change(desk.store, chunks, oldest_chunk(desk.store), **values)
    repaired(desk, FindingKind.WRONG_FACTS)


def test_lost_own_keys_are_indexed_again(desk: Desk) -> None:
    """Rows are found by their keys again, also in merged chunks."""
    Compaction(desk.store).run(fewest=2)
    with desk.store.writing() as connection:
        connection.execute(sa.delete(row_keys).where(row_keys.c.id % 3 == 0))
    report = desk.check.run(repair=True)
    assert {found.kind for found in report.findings} == {FindingKind.LOST_KEYS}
    assert report.clean
    assert desk.check.run().findings == ()
    assert count(desk.store, row_keys) == 600
    assert len(desk.reader.by_row_id(MODEL, "0304-7")) == 2


def test_stray_own_keys_are_deleted(desk: Desk) -> None:
    """Keys that lead nowhere go."""
    with desk.store.writing() as connection:
        connection.execute(sa.insert(row_keys).values(model_id=1, hash=7, chunk_key="0" * 26))
    repaired(desk, FindingKind.STRAY_KEYS)
    assert count(desk.store, row_keys) == 600


@pytest.mark.parametrize("values", [{"start": 7}, {"rows": 7}])
def test_parts_that_do_not_add_up_are_told(desk: Desk, values: dict[str, int]) -> None:
    """Which rows belong to which identifier cannot be guessed."""
    Compaction(desk.store).run(fewest=2)
    first = moved_chunks.c.key == sa.select(sa.func.min(moved_chunks.c.key)).scalar_subquery()
    change(desk.store, moved_chunks, first, **values)
    assert "add up" in unrepaired(desk, FindingKind.WRONG_PARTS).problem


def test_a_chunk_under_another_key_is_told(desk: Desk) -> None:
    """First and last key are those of the parts."""
    change(desk.store, chunks, oldest_chunk(desk.store), first_key="0" * 26)
    assert "first or last key" in unrepaired(desk, FindingKind.WRONG_PARTS).problem


def test_a_profile_that_cannot_be_read_is_rebuilt(desk: Desk) -> None:
    """Where its rows are all there, it is as it was before."""
    before = counts(desk, Granularity.DAY)
    flip(desk.store, profiles, overall_day())
    report = desk.check.run(repair=True)
    assert len(report.findings) == 6
    assert {found.outcome for found in report.findings} == {
        "rebuilt from 74 rows",
        "rebuilt from 76 rows",
    }
    assert desk.check.run().findings == ()
    assert counts(desk, Granularity.DAY) == before


def test_a_profile_whose_rows_are_gone_is_not_rebuilt(desk: Desk) -> None:
    """What was thinned out cannot be counted again: the finding stays."""
    desk.registry.set_policy(MODEL, LogPolicy(rows=KeepRows.NONE))
    desk.jobs.run()
    flip(desk.store, profiles, overall_day(), profiles.c.start == NOON.replace(hour=0))
    found = unrepaired(desk, FindingKind.DAMAGED_PROFILE)
    assert found.where == "profile of flowers version 1, day 2026-03-04 00:00"
    assert found.outcome == "not rebuilt: 76 of its rows were thinned out or have expired"


def test_rows_counted_twice_are_noticed_and_put_right(desk: Desk) -> None:
    """A profile that counts more or fewer rows than were logged is rebuilt."""
    with desk.store.writing() as connection:
        connection.execute(sa.delete(profiles).where(overall_day("hour")))
    assert desk.check.run().findings == ()
    change(desk.store, chunks, oldest_chunk(desk.store), profiled=False)
    desk.rollup.run()
    report = desk.check.run(repair=True)
    assert [found.problem for found in report.findings] == [
        "the profile counts 148 rows, the log says 74",
        "the profile counts 152 rows, the log says 76",
    ]
    assert not report.clean
    assert "the log has 74 of the 148 rows" in report.findings[0].outcome


def test_rows_not_counted_are_noticed_and_counted(desk: Desk) -> None:
    """A chunk that is marked as profiled and is in no profile gets into one."""
    desk.backfill.log(MODEL, flowers(NOON))
    change(desk.store, chunks, chunks.c.profiled.is_(False), profiled=True)
    report = desk.check.run(repair=True)
    assert report.clean
    assert {found.kind for found in report.findings} == {FindingKind.WRONG_COUNT}
    assert desk.check.run().findings == ()
    assert sum(counts(desk, Granularity.DAY)) == 750


def test_hours_that_count_more_than_their_day_are_noticed(desk: Desk) -> None:
    """The hours of a day are part of it."""
    with desk.store.writing() as connection:
        connection.execute(
            sa.update(profiles)
            .where(overall_day("hour"), profiles.c.start == NOON.replace(hour=9))
            .values(rows=500)
        )
    kinds = [found.kind for found in desk.check.run(repair=True).findings]
    assert kinds == [FindingKind.DAMAGED_PROFILE, FindingKind.WRONG_COUNT]
    assert desk.check.run().findings == ()


def test_a_model_without_champion_gets_one(desk: Desk) -> None:
    """The newest version answers again."""
    with desk.store.writing() as connection:
        connection.execute(sa.delete(aliases))
    assert repaired(desk, FindingKind.ALIAS).where == "model flowers"
    assert desk.registry.version(MODEL).aliases == ("champion",)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (versions, {"signature": b"{}"}),
        (versions, {"reference_profile": b"MDPF"}),
        (versions, {"reference_rows": 7}),
        (models, {"policy": "?"}),
    ],
)
def test_a_version_that_cannot_be_read_is_told(
    desk: Desk, table: sa.Table, values: dict[str, object]
) -> None:
    """Signature, reference and policy are read; nobody can guess them."""
    change(desk.store, table, **values)
    assert "publish the model again" in unrepaired(desk, FindingKind.VERSION).outcome


def test_a_changed_model_file_is_told(desk: Desk) -> None:
    """The artefact's hash is compared with the one that was published."""
    desk.registry.publish(double, name="doubles", reference={"a": [1.0, 2.0]})
    assert desk.check.run().findings == ()
    for file in (desk.settings.home / "artefacts" / "doubles").rglob("*.*"):
        file.write_text("{}")
    found = unrepaired(desk, FindingKind.ARTEFACT)
    assert (found.where, "publish" in found.outcome) == ("doubles version 1", True)


def test_a_chunk_that_goes_meanwhile_is_not_repaired(desk: Desk) -> None:
    """Repairing what is not there any more, or is damaged since, changes nothing."""
    repair = Repair(desk.store)
    assert not repair.correct(999)
    assert not repair.index(999)
    flip(desk.store, chunks)
    assert not repair.correct(1)


def test_a_damaged_database_file_is_told(settings: Settings) -> None:
    """References that lead nowhere are found by the database itself, on SQLite."""
    if settings.database_url is None or not settings.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL does not let references break")
    with Desk.open(settings, clock=FrozenClock(NOON)) as desk:
        register(desk)
        with desk.store.altering() as connection:
            connection.execute(sa.update(aliases).values(version_id=99))
        (found,) = desk.check.run(repair=True).findings
        assert found.kind is FindingKind.DATABASE
        assert "modeldesk restore" in found.outcome
