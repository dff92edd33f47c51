"""A backup holds everything, is made while others write, and comes back whole or not at all."""

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import (
    Conflict,
    Corrupt,
    InvalidArgument,
    ModeldeskError,
    SchemaMismatch,
    StoreUnavailable,
)
from modeldesk.models import ArtefactStore
from modeldesk.services.backup import Backup
from modeldesk.services.restore import Restore
from modeldesk.settings import Settings
from modeldesk.store import Compaction, Store
from modeldesk.store.tables import chunks, metadata
from tests.support.first_release import write
from tests.support.functions import double
from tests.support.postgres import PostgresServer, throwaway_database
from tests.support.watcher import Watcher
from tests.support.wear import MODEL, NOON, count, flowers, log_days, register


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """Offer a desk with a served and a registered model, rows, profiles, flags and alerts."""
    with Desk.open(settings, clock=FrozenClock(NOON)) as opened:
        register(opened)
        opened.registry.publish(double, name="doubles", reference={"a": [1.0, 2.0]})
        opened.registry.publish(
            double,
            name="doubles",
            reference={"a": [1.0, 2.0]},
            test={"a": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 5.0]},
            test_label="y",
        )
        log_days(opened, 3, 0)
        Compaction(opened.store).run(fewest=2)
        opened.backfill.log(MODEL, flowers(NOON).with_columns(sepal_width_cm=9.0))
        opened.jobs.run()
        (answer,) = opened.predictor.predict("doubles", [{"a": 4.0}]).predictions
        opened.feedback.flag(answer.prediction_id, reason="wrong")
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Settings:
    """Offer settings for an empty desk on SQLite."""
    return Settings.load(home=tmp_path / "restored")


@pytest.fixture
def remote(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Settings]:
    """Offer settings for an empty desk on PostgreSQL."""
    with throwaway_database(postgres_server) as url:
        yield Settings.load(home=tmp_path / "remote", database_url=url)


def restore(path: Path, target: Settings, *, force: bool = False) -> None:
    """Restore a backup into a desk."""
    with Store(target.database) as store:
        Restore(store, ArtefactStore(target.artefacts)).run(path, force=force)


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    with store.reading() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
            if table.name != "comparisons"
        }


def test_everything_comes_back(desk: Desk, target: Settings, tmp_path: Path) -> None:
    """Every row of every table is the same, the model predicts, and check is clean."""
    made = desk.backup.write(tmp_path / "desk.zip")
    assert made.created_at == NOON
    assert made.rows("chunks") == count(desk.store, chunks)
    restore(tmp_path / "desk.zip", target)
    with Desk.open(target, clock=desk.clock) as restored:
        assert content(restored.store) == content(desk.store)
        assert restored.check.run().findings == ()
        (answer,) = restored.predictor.predict("doubles", [{"a": 4.0}]).predictions
        assert answer.outputs == {"prediction": 8.0}
        assert len(restored.reader.by_row_id(MODEL, "0304-3")) == 2
        assert restored.feedback.flags("doubles")[0].reason == "wrong"
        tested = restored.version_figures.test("doubles", version=2)
        assert tested == desk.version_figures.test("doubles", version=2)
        assert (tested.labelled, tested.against) == (3, 1)


def test_a_backup_may_move_to_postgres_and_back(
    desk: Desk, remote: Settings, tmp_path: Path
) -> None:
    """New rows get new keys there, and the way back is the same."""
    desk.backup.write(tmp_path / "desk.zip")
    restore(tmp_path / "desk.zip", remote)
    with Desk.open(remote, clock=desk.clock) as restored:
        assert content(restored.store) == content(desk.store)
        log_days(restored, 0)
        restored.registry.publish(double, name="doubles", reference={"a": [1.0, 2.0]})
        restored.jobs.run()
        assert restored.check.run().findings == ()
        restored.backup.write(tmp_path / "back.zip")
        restore(tmp_path / "back.zip", desk.settings, force=True)
        assert content(restored.store) == content(desk.store)
    assert desk.check.run().findings == ()


def test_a_backup_is_the_desk_at_one_moment(desk: Desk, target: Settings, tmp_path: Path) -> None:
    """While rows arrive, are profiled and merged, a backup adds up."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            desk.backfill.log(MODEL, flowers(NOON, 5))
            desk.rollup.run()
            Compaction(desk.store).run(fewest=3)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            desk.backup.write(tmp_path / f"{number}.zip")
    finally:
        stop.set()
        worker.join()
    for number in range(3):
        restore(tmp_path / f"{number}.zip", target, force=True)
        with Desk.open(target, clock=desk.clock) as restored:
            assert restored.check.run().findings == ()


def test_an_occupied_desk_is_replaced_only_when_forced(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    """Without `force` nothing changes; with it, what was there is gone."""
    path = tmp_path / "desk.zip"
    desk.backup.write(path)
    log_days(desk, 1)
    before = content(desk.store)
    with pytest.raises(Conflict, match=r"models in .* already"):
        restore(path, settings)
    assert content(desk.store) == before
    restore(path, settings, force=True)
    assert len(content(desk.store)["chunks"]) == len(before["chunks"]) - 1
    assert desk.check.run().findings == ()


def test_a_desk_without_models_counts_as_empty(
    desk: Desk, target: Settings, tmp_path: Path
) -> None:
    """A server that was just started for the first time may be restored into."""
    Desk.open(target).close()
    desk.backup.write(tmp_path / "desk.zip")
    restore(tmp_path / "desk.zip", target)
    with Desk.open(target) as restored:
        assert restored.registry.names() == ("doubles", MODEL)


def test_a_file_that_is_there_is_not_overwritten(desk: Desk, tmp_path: Path) -> None:
    """Unless it is forced; a failed backup leaves no file."""
    path = tmp_path / "desk.zip"
    path.write_text("precious")
    with pytest.raises(Conflict, match="already"):
        desk.backup.write(path)
    assert path.read_text() == "precious"
    desk.backup.write(path, force=True)
    for file in (desk.settings.home / "artefacts" / "doubles").rglob("*.*"):
        file.write_text("{}")
    with pytest.raises(Corrupt, match="not those that were published"):
        desk.backup.write(tmp_path / "other.zip")
    assert [file.name for file in tmp_path.glob("*.zip*")] == ["desk.zip"]


def test_a_place_that_cannot_be_written_is_told(desk: Desk) -> None:
    """The error names the file."""
    with pytest.raises(StoreUnavailable, match=r"/proc/desk\.zip"):
        desk.backup.write(Path("/proc/desk.zip"))


def test_a_database_without_a_desk_is_not_backed_up(empty_store: Store, tmp_path: Path) -> None:
    """An empty database is no desk; it is not turned into one."""
    backup = Backup(empty_store, ArtefactStore(str(tmp_path / "artefacts")), FrozenClock(NOON))
    with pytest.raises(Corrupt, match="no model desk"):
        backup.write(tmp_path / "none.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Copy a backup with some of its files changed or left out."""
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return changed


def manifest(**changes: object) -> Callable[[str, bytes], bytes]:
    """Return a change of the manifest's fields."""

    def changed(name: str, data: bytes) -> bytes:
        if name != "manifest.json":
            return data
        return json.dumps(json.loads(data) | changes).encode()

    return changed


def elsewhere(name: str, data: bytes) -> bytes:
    """Let a model's files lie outside the folder of models."""
    return data.replace(b'"doubles/', b'"../doubles/') if name == "manifest.json" else data


def more_rows(name: str, data: bytes) -> bytes:
    """Claim that a table has more rows than it has."""
    if name != "manifest.json":
        return data
    document = json.loads(data)
    document["tables"][0]["rows"] += 1
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda name, data: data[:-9] if "chunks" in name else data, Corrupt, "is damaged"),
        (lambda name, data: None if "profiles" in name else data, Corrupt, "is damaged"),
        (lambda name, data: None if "manifest" in name else data, Corrupt, "manifest.json"),
        (lambda name, data: b"{}" if "manifest" in name else data, Corrupt, "cannot be read"),
        (manifest(format=2), Corrupt, "has format 2; this program reads 1"),
        (manifest(schema="9999"), SchemaMismatch, "does not know the schema '9999'"),
        (manifest(tables=[{"name": "x", "rows": 1, "parts": []}]), Corrupt, "no table 'x'"),
        (more_rows, Corrupt, "rows, not"),
        (elsewhere, Corrupt, "as the place of a model"),
    ],
)
def test_a_wrong_backup_changes_nothing(
    desk: Desk,
    target: Settings,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    error: type[ModeldeskError],
    message: str,
) -> None:
    """What is damaged or foreign is refused before anything is there."""
    desk.backup.write(tmp_path / "desk.zip")
    with pytest.raises(error, match=message):
        restore(rewritten(tmp_path / "desk.zip", change), target)
    with Desk.open(target) as untouched:
        assert untouched.registry.names() == ()
    assert list((target.home / "artefacts").rglob("*.*")) == []


def test_a_file_that_is_no_backup_is_refused(target: Settings, tmp_path: Path) -> None:
    """Missing, cut short or something else: one sentence, and nothing is made."""
    with pytest.raises(InvalidArgument, match="no file"):
        restore(tmp_path / "desk.zip", target)
    (tmp_path / "desk.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(Corrupt, match="no backup"):
        restore(tmp_path / "desk.zip", target)
    assert not (target.home / "modeldesk.db").exists()


def test_a_backup_of_an_older_schema_is_migrated(tmp_path: Path, target: Settings) -> None:
    """Rows of the first release come back under the present schema."""
    older = tmp_path / "older.db"
    with Store(f"sqlite:///{older}") as store:
        write(store)
        backup = Backup(store, ArtefactStore(str(tmp_path / "none")), FrozenClock(NOON))
        made = backup.write(tmp_path / "older.zip")
    assert made.schema == "0001"
    restore(tmp_path / "older.zip", target)
    with Desk.open(target) as desk:
        assert desk.registry.names() == ("people",)
        assert desk.check.run().rows == 3


def test_a_newer_desk_is_neither_copied_nor_replaced(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    """It may have tables that this program would leave out or leave behind."""
    desk.backup.write(tmp_path / "desk.zip")
    with desk.store.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer than this program's"):
        desk.backup.write(tmp_path / "newer.zip")
    with pytest.raises(SchemaMismatch, match="newer than this program's"):
        restore(tmp_path / "desk.zip", settings, force=True)
    assert not (tmp_path / "newer.zip").exists()
    assert desk.registry.names() == ("doubles", MODEL)


def test_progress_is_told(desk: Desk, target: Settings, tmp_path: Path) -> None:
    """Each step ends with all that it announced."""
    watcher = Watcher()
    made = desk.backup.write(tmp_path / "desk.zip", progress=watcher)
    rows, files = sum(entry.rows for entry in made.tables), len(made.members)
    assert watcher.steps == {"Copying": (rows, rows), "Verifying": (files, files)}
    watcher = Watcher()
    with Store(target.database) as store:
        service = Restore(store, ArtefactStore(target.artefacts))
        service.run(tmp_path / "desk.zip", progress=watcher)
    assert watcher.steps == {"Verifying": (files, files), "Restoring": (rows, rows)}


def test_values_are_portable(desk: Desk, tmp_path: Path) -> None:
    """Tables are plain Parquet: times as microseconds since 1970, payloads as bytes."""
    desk.backup.write(tmp_path / "desk.zip")
    with zipfile.ZipFile(tmp_path / "desk.zip") as archive:
        frame = pl.read_parquet(archive.read("tables/chunks/00000.parquet"))
    assert frame.schema["payload"] == pl.Binary
    last = frame["last_time"].max()
    assert isinstance(last, int)
    assert datetime.fromtimestamp(last / 1e6, UTC) == NOON
