"""Copies: backups of everything, and the log as Parquet files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.options import DatabaseUrl, Home, existing_settings, load_settings, open_existing
from modeldesk.cli.screen import talk

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
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Copy everything into one file, also while the server runs: database and models.

    The file holds what was committed when the copy began. It is read once more and verified,
    and can be restored on SQLite and on PostgreSQL.

    Example: `modeldesk backup desk.zip`
    """
    from modeldesk.clock import SystemClock
    from modeldesk.models import ArtefactStore
    from modeldesk.services.backup import Backup
    from modeldesk.store import Store

    settings = existing_settings(home=home, database_url=database_url)
    artefacts = ArtefactStore(settings.artefacts)
    with Store(settings.database) as store, talk().status("Copying"):
        made = Backup(store, artefacts, SystemClock()).write(file, force=force)
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
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Bring back everything from a backup: all of it, or nothing.

    The file is verified first. A backup made on SQLite can be restored on PostgreSQL, and the
    other way round. Stop the server before you replace what is there.

    Example: `modeldesk restore desk.zip --home /var/lib/modeldesk`
    """
    from modeldesk.models import ArtefactStore
    from modeldesk.services.restore import Restore
    from modeldesk.store import Store

    settings = load_settings(home=home, database_url=database_url)
    artefacts = ArtefactStore(settings.artefacts)
    with Store(settings.database) as store, talk().status("Restoring"):
        made = Restore(store, artefacts).run(file, force=force)
        place = store.place
    moment = f"{made.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Restored {file} of {moment} into {place}: {_content(made)}.")


def export(
    folder: Annotated[
        str,
        typer.Argument(
            help="Folder to write into, or a URL such as s3://bucket/predictions.",
            show_default=False,
        ),
    ],
    *,
    model: Annotated[
        str | None, typer.Option(help="Only this model. Default: all.", show_default=False)
    ] = None,
    version: Annotated[
        int | None, typer.Option(help="Only this version. Default: all.", show_default=False)
    ] = None,
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
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write logged rows as Parquet files, one folder per model, version and day.

    Any tool that reads Parquet finds inputs, outputs, times and identifiers there.

    Example: `modeldesk export predictions --model iris --from 2026-03-01`
    """
    with (
        open_existing(home=home, database_url=database_url) as desk,
        talk().status("Exporting"),
    ):
        done = desk.export.run(
            folder,
            name=model,
            version=version,
            start=start and start.replace(tzinfo=UTC),
            end=end and end.replace(tzinfo=UTC),
            overwrite=overwrite,
        )
    typer.echo(f"Wrote {done.rows:,} rows in {done.files:,} files, {done.days:,} days: {folder}")
    if done.unreadable:
        typer.echo(f"{done.unreadable:,} rows cannot be read: see modeldesk check.", err=True)


def _content(made: "Manifest") -> str:
    versions, rows = made.rows("versions"), made.rows("chunks")
    return f"{_counted(versions, 'model version')}, {_counted(rows, 'chunk')} of predictions"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
