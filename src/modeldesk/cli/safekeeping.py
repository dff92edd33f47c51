"""Copies: backups of everything, and the log as Parquet files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.options import (
    AsJson,
    DatabaseUrl,
    Home,
    OnlyModel,
    OnlyVersion,
    existing_settings,
    load_settings,
    open_existing,
)
from modeldesk.cli.screen import write_json

if TYPE_CHECKING:
    from modeldesk.services.archive import Manifest

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def backup(
    file: Annotated[
        Path, typer.Argument(help="The file to write, such as desk.zip.", show_default=False)
    ],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file where it is there already.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Copy everything into one file, also while the server runs: database and models.

    The file holds what was committed when the copy began. It is read once more and verified,
    and can be restored on SQLite and on PostgreSQL.

    Example: `modeldesk backup desk.zip`
    """
    from modeldesk.cli.progress import passing
    from modeldesk.clock import SystemClock
    from modeldesk.models import ArtefactStore
    from modeldesk.services.backup import Backup
    from modeldesk.store import Store

    settings = existing_settings(home=home, database_url=database_url)
    artefacts = ArtefactStore(settings.artefacts)
    with Store(settings.database) as store:
        backup = Backup(store, artefacts, SystemClock())
        made = backup.write(file, force=force, progress=passing())
    if as_json:
        write_json(_document(file, made))
        return
    typer.echo(f"Wrote {file}, {file.stat().st_size / 1e6:,.1f} MB: {_content(made)}.")


def restore(
    file: Annotated[
        Path, typer.Argument(help="A file that modeldesk backup wrote.", show_default=False)
    ],
    *,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace the models, rows and profiles that are there now."),
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Bring back everything from a backup: all of it, or nothing.

    The file is verified first. A backup made on SQLite can be restored on PostgreSQL, and the
    other way round. Stop the server before you replace what is there.

    Example: `modeldesk restore desk.zip --home /var/lib/modeldesk`
    """
    from modeldesk.cli.progress import passing
    from modeldesk.models import ArtefactStore
    from modeldesk.services.restore import Restore
    from modeldesk.store import Store

    settings = load_settings(home=home, database_url=database_url)
    artefacts = ArtefactStore(settings.artefacts)
    with Store(settings.database) as store:
        made = Restore(store, artefacts).run(file, force=force, progress=passing())
        place = store.place
    if as_json:
        write_json(_document(file, made))
        return
    moment = f"{made.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Restored {file} of {moment} into {place}: {_content(made)}.")


def export(  # noqa: PLR0913  # one parameter per option of the command
    folder: Annotated[
        str,
        typer.Argument(
            help="Folder to write into, or a URL such as s3://bucket/predictions.",
            show_default=False,
        ),
    ],
    *,
    model: OnlyModel = None,
    version: OnlyVersion = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=_DAYS, help="Only rows from this time on, UTC.", show_default=False
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=_DAYS, help="Only rows before this time, UTC.", show_default=False
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace days that are there already.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write logged rows as Parquet files, one folder per model, version and day.

    Any tool that reads Parquet finds inputs, outputs, times and identifiers there.

    Example: `modeldesk export predictions --model iris --from 2026-03-01`
    """
    import msgspec

    from modeldesk.cli.progress import passing

    with open_existing(home=home, database_url=database_url) as desk:
        done = desk.export.run(
            folder,
            name=model,
            version=version,
            start=start and start.replace(tzinfo=UTC),
            end=end and end.replace(tzinfo=UTC),
            overwrite=overwrite,
            progress=passing(),
        )
    if as_json:
        write_json(msgspec.json.encode(done))
    else:
        rows, files = counted(done.rows, "row"), counted(done.files, "file")
        typer.echo(f"Wrote {rows} in {files}, {counted(done.days, 'day')}: {folder}")
    if done.unreadable:
        rows = counted(done.unreadable, "row")
        typer.echo(f"Left out {rows} that cannot be read: see modeldesk check.", err=True)


def _content(made: "Manifest") -> str:
    versions, rows = made.rows("versions"), made.rows("chunks")
    return f"{counted(versions, 'model version')}, {counted(rows, 'chunk')} of predictions"


def _document(file: Path, made: "Manifest") -> bytes:
    import msgspec

    document = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "format": made.format,
        "program": made.program,
        "schema": made.schema,
        "created_at": made.created_at,
        "tables": {entry.name: entry.rows for entry in made.tables},
        "artefacts": [entry.place for entry in made.artefacts],
    }
    return msgspec.json.encode(document)
