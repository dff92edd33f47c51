"""`check`, `rebuild-profiles`, `vacuum`, `backup`, `restore` and `export` on a home folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk import Desk
from modeldesk.schema import KeepRows, LogPolicy
from modeldesk.settings import Settings
from modeldesk.store import Store
from modeldesk.store.tables import chunks, profiles
from tests.support.first_release import write
from tests.support.wear import change, count, flip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typer.testing import Result

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def desk(tmp_path: Path, iris: pl.DataFrame) -> Path:
    """Offer a home folder with a registered model and one profiled chunk of 150 rows."""
    home = tmp_path / "desk"
    times = [TODAY - timedelta(minutes=row) for row in range(150)]
    with Desk.open(Settings.load(home=home)) as opened:
        opened.registry.register("flowers", reference=iris, prediction="class")
        opened.backfill.log("flowers", iris.with_columns(pl.Series("timestamp", times)))
        opened.rollup.run()
    return home


@pytest.fixture
def store(desk: Path) -> Iterator[Store]:
    """Offer the database of that home folder."""
    with Store(f"sqlite:///{desk / 'modeldesk.db'}") as opened:
        yield opened


def test_a_sound_desk(run: Callable[..., Result], desk: Path) -> None:
    """`check` says what it looked at, and ends with 0."""
    found = run("check", "--home", desk)
    assert found.exit_code == 0, found.stderr
    assert "Looked at 150 rows in 1 chunk, 6 profiles and 1 model version:" in found.stdout
    assert "all is well" in found.stdout
    told = json.loads(run("check", "--home", desk, "--json").stdout)
    assert (told["clean"], told["rows"], told["findings"]) == (True, 150, [])


def test_what_is_wrong_is_shown_and_repaired(
    run: Callable[..., Result], desk: Path, store: Store
) -> None:
    """`check` ends with 1; `--repair` puts it right and ends with 0."""
    change(store, chunks, rows=7)
    found = run("check", "--home", desk)
    assert found.exit_code == 1
    assert "wrong facts" in found.stdout
    assert "1 found. Repair what can be repaired with --repair." in found.stdout
    told = json.loads(run("check", "--home", desk, "--json").stdout)
    assert (told["clean"], told["findings"][0]["kind"]) == (False, "wrong facts")
    mended = run("check", "--home", desk, "--repair")
    assert mended.exit_code == 0
    assert "1 found, all repaired." in mended.stdout


def test_what_cannot_be_repaired_is_said(
    run: Callable[..., Result], desk: Path, store: Store
) -> None:
    """A damaged chunk ends with 1, with what is left to do."""
    flip(store, chunks)
    found = run("check", "--home", desk, "--repair")
    assert found.exit_code == 1
    assert "1 found, 1 not repaired." in found.stdout
    assert "only in a backup" in found.stdout


def test_rows_that_wait_are_mentioned(run: Callable[..., Result], desk: Path, store: Store) -> None:
    """They are in the log and in no profile yet."""
    with store.writing() as connection:
        connection.execute(profiles.delete())
    change(store, chunks, profiled=False)
    assert "150 rows (150 not profiled yet)" in run("check", "--home", desk).stdout
    told = run("rebuild-profiles", "--home", desk).stdout
    assert "Not among them: 150 rows in no profile yet." in told


def test_profiles_are_rebuilt(run: Callable[..., Result], desk: Path, store: Store) -> None:
    """All of them, or those of a range; what was lost is there again."""
    with store.writing() as connection:
        connection.execute(profiles.delete())
    found = run("rebuild-profiles", "--home", desk, "--model", "flowers")
    assert found.exit_code == 0, found.stderr
    assert found.stdout == "Rebuilt 2 days from 150 rows.\n"
    assert count(store, profiles) == 6
    some = run("rebuild-profiles", "--home", desk, "--from", f"{TODAY:%Y-%m-%d}")
    assert some.stdout == "Rebuilt 1 day from 1 row.\n"
    some = run("rebuild-profiles", "--home", desk, "--to", f"{TODAY:%Y-%m-%d}")
    assert some.stdout == "Rebuilt 1 day from 149 rows.\n"


def test_days_that_cannot_be_rebuilt_are_named(
    run: Callable[..., Result], desk: Path, iris: pl.DataFrame
) -> None:
    """With the reason, up to a number of lines that a person reads."""
    with Desk.open(Settings.load(home=desk)) as opened:
        opened.registry.set_policy("flowers", LogPolicy(rows=KeepRows.NONE))
        times = [TODAY - timedelta(days=row % 30) for row in range(150)]
        opened.backfill.log("flowers", iris.with_columns(pl.Series("timestamp", times)))
        opened.rollup.run()
    shown = run("rebuild-profiles", "--home", desk).stdout
    assert "30 days stay as they were:" in shown
    assert "of flowers version 1: 5 of its rows were thinned out or have expired" in shown
    assert "and 10 more" in shown


def test_what_is_old_expires(run: Callable[..., Result], desk: Path) -> None:
    """`expire` follows the options; what would go is said before, and what went after."""
    one_day = ["expire", "--home", desk, "--keep-rows-days", "1"]
    with Desk.open(Settings.load(home=desk)) as opened:
        opened.backfill.log("flowers", old_rows(opened))
        opened.rollup.run()
    assert run("expire", "--home", desk).stdout.startswith("Deleted 0 rows, 0 profiles of hours")
    told = run(*one_day, "--dry-run")
    assert told.exit_code == 0, told.stderr
    assert told.stdout == "Would delete 150 rows, 0 profiles of hours and 0 of days.\n"
    assert run(*one_day).stdout == "Deleted 150 rows, 0 profiles of hours and 0 of days.\n"
    assert "150 rows in 1 chunk" in run("check", "--home", desk).stdout
    rest = run("expire", "--home", desk, "--keep-daily-days", "1", "--json")
    gone = {"rows": 0, "chunks": 0, "hourly": 1, "daily": 1, "labels": 0}
    assert json.loads(rest.stdout) == gone
    wrong = run("expire", "--home", desk, "--keep-rows-days", "-1")
    assert wrong.exit_code == 2
    assert "--keep-rows-days" in wrong.stderr


def old_rows(desk: Desk) -> pl.DataFrame:
    """Return 150 rows of one hour, ten days ago."""
    rows = desk.reader.page("flowers", limit=150).frame.drop("time", "row_id", "prediction_id")
    time = TODAY - timedelta(days=10)
    return rows.with_columns(pl.lit(time).alias("timestamp"))


def test_vacuum_says_what_it_brought(run: Callable[..., Result], desk: Path) -> None:
    """Before and after, in megabytes."""
    found = run("vacuum", "--home", desk)
    assert found.exit_code == 0, found.stderr
    assert "MB before, " in found.stdout


def test_a_backup_is_restored_elsewhere(
    run: Callable[..., Result], desk: Path, tmp_path: Path
) -> None:
    """What was written, and what came back, is said; the copy is clean."""
    file = tmp_path / "desk.zip"
    made = run("backup", file, "--home", desk)
    assert made.exit_code == 0, made.stderr
    assert "1 model version, 1 chunk of predictions." in made.stdout
    assert run("backup", file, "--home", desk).exit_code == 1
    assert run("backup", file, "--home", desk, "--force").exit_code == 0
    other = tmp_path / "other"
    found = run("restore", file, "--home", other)
    assert found.exit_code == 0, found.stderr
    assert f"{datetime.now(UTC):%Y-%m-%d}" in found.stdout
    assert run("check", "--home", other).exit_code == 0
    refused = run("restore", file, "--home", other)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert run("restore", file, "--home", other, "--force").exit_code == 0


def test_rows_are_exported(
    run: Callable[..., Result], desk: Path, store: Store, tmp_path: Path
) -> None:
    """All of them, or those of a range; damaged ones are mentioned."""
    folder = tmp_path / "out"
    found = run("export", folder, "--home", desk, "--model", "flowers", "--version", "1")
    assert found.exit_code == 0, found.stderr
    assert "Wrote 150 rows in 2 files, 2 days" in found.stdout
    assert run("export", folder, "--home", desk).exit_code == 1
    some = run("export", folder, "--home", desk, "--overwrite", "--from", f"{TODAY:%Y-%m-%d}")
    assert "Wrote 1 row in 1 file, 1 day" in some.stdout
    flip(store, chunks)
    run("check", "--home", desk, "--repair")
    none = run("export", tmp_path / "none", "--home", desk, "--to", f"{TODAY:%Y-%m-%d}")
    assert "Wrote 0 rows" in none.stdout
    assert "Left out 150 rows that cannot be read" in none.stderr


LOOKING = [
    ["check"],
    ["rebuild-profiles"],
    ["expire"],
    ["vacuum"],
    ["backup", "x.zip"],
    ["export", "x"],
    ["models"],
]


@pytest.mark.parametrize("command", LOOKING)
def test_no_desk_is_made_by_looking(
    run: Callable[..., Result], tmp_path: Path, command: list[str]
) -> None:
    """In a place without a desk these commands say so, and leave nothing behind."""
    missing = f"sqlite:///{tmp_path / 'missing.db'}"
    for place in (
        ["--home", tmp_path / "nowhere"],
        ["--home", tmp_path],
        ["--database-url", missing],
    ):
        found = run(*command, *place)
        assert found.exit_code == 2
        assert "There is no model desk in" in found.stderr
        assert str(place[0]) in found.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", LOOKING)
def test_an_empty_database_stays_empty(
    run: Callable[..., Result], postgres_database: str, command: list[str]
) -> None:
    """Also one of PostgreSQL is not turned into a desk by looking."""
    found = run(*command, "--database-url", postgres_database)
    assert found.exit_code == 2
    assert "There is no model desk in the database postgresql" in found.stderr
    with Store(postgres_database) as store, store.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []


@pytest.mark.parametrize(
    "command", [["check"], ["backup", "new.zip"], ["restore", "old.zip", "--force"], ["migrate"]]
)
def test_a_newer_desk_is_refused(
    run: Callable[..., Result],
    desk: Path,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    """One sentence says why, the status is 3, and nothing is written or left out."""
    monkeypatch.chdir(desk)
    run("backup", "old.zip", "--home", desk)
    with store.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    found = run(*command, "--home", desk)
    assert found.exit_code == 3
    assert "has schema '9999', which is newer than this program's" in found.stderr
    assert not (desk / "new.zip").exists()


def test_everything_works_on_postgres(
    run: Callable[..., Result], desk: Path, tmp_path: Path, postgres_database: str
) -> None:
    """A desk moves there by backup and restore, and is looked after by the same commands."""
    file = tmp_path / "desk.zip"
    there = ["--database-url", postgres_database, "--home", tmp_path / "there"]
    run("backup", file, "--home", desk)
    for command, words in (
        (["restore", file], "1 chunk of predictions"),
        (["check"], "all is well"),
        (["export", tmp_path / "rows"], "Wrote 150 rows"),
        (["rebuild-profiles"], "Rebuilt 2 days from 150 rows"),
        (["expire", "--keep-rows-days", "1"], "Deleted 0 rows"),
        (["vacuum"], "MB before"),
        (["backup", tmp_path / "again.zip"], "1 chunk of predictions"),
        (["migrate"], "is up to date"),
    ):
        found = run(*command, *there)
        assert found.exit_code == 0, found.stderr
        assert words in found.stdout


def test_answers_can_be_json(run: Callable[..., Result], desk: Path, tmp_path: Path) -> None:
    """One document on the standard output, whatever the command."""
    file = tmp_path / "desk.zip"

    def told(*command: object, home: Path = desk) -> dict[str, Any]:
        found = run(*command, "--home", home, "--json")
        assert found.exit_code == 0, found.stderr
        assert found.stderr == ""
        document: dict[str, Any] = json.loads(found.stdout)
        return document

    made = told("backup", file)
    assert (made["file"], made["bytes"]) == (str(file), file.stat().st_size)
    assert made["tables"]["chunks"] == 1
    assert told("restore", file, home=tmp_path / "other") == made
    assert told("export", tmp_path / "rows")["rows"] == 150
    assert told("rebuild-profiles") == {"days": 2, "rows": 150, "left": [], "waiting": 0}
    assert told("vacuum")["after"] > 0
    assert told("migrate")["backup"] is None


def test_a_bar_shows_how_far_it_is(
    run: Callable[..., Result], desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal long commands draw bars on standard error; elsewhere they keep quiet."""
    commands: dict[str, list[object]] = {
        "Checking": ["check"],
        "Copying": ["backup", tmp_path / "desk.zip"],
        "Rebuilding": ["rebuild-profiles"],
        "Exporting": ["export", tmp_path / "rows"],
        "Deleting": ["expire", "--keep-rows-days", "1"],
        "Vacuuming": ["vacuum"],
        "Migrating": ["migrate"],
    }
    for title, command in commands.items():
        assert title not in run(*command, "--home", desk).stderr
    monkeypatch.setenv("FORCE_COLOR", "1")
    for title, command in commands.items():
        options = {"Copying": ["--force"], "Exporting": ["--overwrite"]}.get(title, [])
        assert title in run(*command, *options, "--home", desk).stderr


def test_migrate_says_where_the_copy_is(run: Callable[..., Result], tmp_path: Path) -> None:
    """An older database is copied next to itself before it is migrated."""
    with Store(f"sqlite:///{tmp_path / 'modeldesk.db'}") as store:
        write(store)
    found = run("migrate", "--home", tmp_path)
    assert "from revision 0001 to revision" in found.stdout
    assert "modeldesk.db.before-0016" in found.stdout
