"""A database of an earlier release is copied, migrated, and keeps every row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import Corrupt, StoreUnavailable
from modeldesk.schema import Routing
from modeldesk.settings import Settings
from modeldesk.store import ChunkLog, Store, dumping, loading, migrate
from modeldesk.store.migrate import current_revision, upgrade
from tests.support.first_release import AGES, AT, KEY, PEOPLE, write


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Offer settings for a database that the first release wrote."""
    url = None
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_database"))
    settings = Settings.load(home=tmp_path / "home", database_url=url)
    with Store(settings.database) as store:
        write(store)
    return settings


def revision(store: Store) -> str | None:
    """Return the schema of a database."""
    with store.reading() as connection:
        return current_revision(connection)


def test_every_row_is_there_after_the_migration(settings: Settings) -> None:
    """Models, rows, profiles, alerts, flags and counts read as they were written."""
    with Desk.open(settings, clock=FrozenClock(AT)) as desk:
        assert revision(desk.store) != "0001"
        overview = desk.overview.model(PEOPLE)
        assert (overview.predictions, overview.refused, overview.open_alerts) == (3, 7, 1)
        rows = [desk.reader.prediction(f"{KEY}-{row}") for row in range(3)]
        assert [row.inputs["age"] for row in rows] == list(AGES)
        assert {row.time for row in rows} == {AT}
        assert desk.feedback.flags(PEOPLE)[0].prediction_id == f"{KEY}-1"
        assert desk.monitoring.alerts(PEOPLE)[0].sentence == "Older than before."
        assert desk.rebuild.run(PEOPLE).days == 1
        assert desk.check.run().findings == ()
        (first,) = desk.aliases.history(PEOPLE, "champion")
        assert (first.from_version, first.to_version) == (None, 1)
        assert desk.overview.model(PEOPLE).shadow == 0
        assert desk.routes.of(PEOPLE) == Routing()
        assert desk.registry.version(PEOPLE).test is None


def test_an_embedded_database_is_copied_first(tmp_path: Path) -> None:
    """The copy has the old schema and all rows; migrating again makes no other."""
    file = tmp_path / "modeldesk.db"
    copy = tmp_path / "modeldesk.db.before-0016"
    with Store(f"sqlite:///{file}") as store:
        write(store)
        migration = migrate(store)
        assert (migration.before, migration.backup) == ("0001", copy)
        copy.rename(tmp_path / "kept.db")
        assert migrate(store).backup is None
    assert not copy.exists()
    with closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        assert kept.execute("select version_num from alembic_version").fetchone() == ("0001",)
        assert kept.execute("select rows from chunks").fetchone() == (3,)


def test_a_new_database_is_not_copied(tmp_path: Path) -> None:
    """There is nothing in it yet."""
    with Store(f"sqlite:///{tmp_path / 'modeldesk.db'}") as store:
        assert migrate(store).backup is None
    assert [file.name for file in tmp_path.iterdir() if "before" in file.name] == []


def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    """Where the copy cannot be written the database stays as it was."""
    with Store(f"sqlite:///{tmp_path / 'modeldesk.db'}") as store:
        write(store)
        (tmp_path / "modeldesk.db.before-0016").mkdir()
        with pytest.raises(StoreUnavailable, match="could not be copied"):
            migrate(store)
        assert revision(store) == "0001"
        assert list(tmp_path.glob("*.partial")) == []


def test_broken_references_stop_the_migration(tmp_path: Path) -> None:
    """A database in which rows refer to nothing is left as it was."""
    with Store(f"sqlite:///{tmp_path / 'modeldesk.db'}") as store:
        write(store)
        with store.altering() as connection:
            connection.execute(sa.text("update chunks set version_id = 99"))
        with pytest.raises(Corrupt, match="refers to one that is not there"):
            migrate(store)
        assert revision(store) == "0001"


def test_fresh_rows_of_an_older_database_are_copied_and_filed(settings: Settings) -> None:
    """Its table for them is none of today's: a backup has it, and a restore makes and fills it."""
    key = f"{KEY[:-1]}Z"
    kept = "version_id, committed_at, first_time, last_time, rows, shadow, payload"
    with Store(settings.database) as store:
        with store.altering() as connection:
            upgrade(connection, "0015")
            connection.execute(
                sa.text(
                    f"insert into fresh_chunks (key, {kept}) "  # noqa: S608 - constants
                    f"select '{key}', {kept} from chunks limit 1"
                )
            )
        with dumping(store) as dump:
            assert dump.count("fresh_chunks") == 1
            frames = [(name, frame) for name in dump.names for frame in dump.frames(name)]
        with loading(store, dump.revision, replace=True) as load:
            for name, frame in frames:
                load.add(name, frame)
        assert ChunkLog(store).holds(key)
        with store.reading() as connection:
            assert not sa.inspect(connection).has_table("fresh_chunks")
    with Desk.open(settings, clock=FrozenClock(AT)) as desk:
        desk.jobs.run()
        assert desk.overview.model(PEOPLE).predictions == 6
