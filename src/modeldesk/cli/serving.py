"""Running the server, and bringing its database up to date."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, load_settings
from modeldesk.cli.screen import write_json

_UNENCRYPTED = (
    "Passwords and keys travel unencrypted unless a reverse proxy speaks TLS: put one in front "
    "and name it in trusted_proxies."
)


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Address to bind. Default: 127.0.0.1, this machine only."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port to listen on; 0 takes a free one. Default: 8080."),
    ] = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
    public: Annotated[
        bool | None,
        typer.Option(
            "--public",
            help="Let others than this machine reach the server, after they have signed in.",
            show_default=False,
        ),
    ] = None,
    ui: Annotated[
        bool | None,
        typer.Option("--ui/--no-ui", help="Show the pages, or offer the API alone."),
    ] = None,
    pages: Annotated[
        list[Path] | None,
        typer.Option(
            help="A Python file with pages of your own; may be repeated.", show_default=False
        ),
    ] = None,
) -> None:
    """Serve the published models: API, pages and monitoring on one port.

    Runs until Ctrl-C. Requests under way are answered first, and every answered prediction
    is in the log.

    Example: `modeldesk serve --port 9000`
    """
    settings = load_settings(
        host=host,
        port=port,
        home=home,
        database_url=database_url,
        public=public,
        ui=ui,
        pages=pages or None,
    )
    # Without Rich, and without its bar: a server would keep 5 MB of it for as long as it runs.
    if sys.stderr.isatty():
        typer.echo("Starting the server ...", err=True)
    # Half a million objects of libraries are made now, and stay; the server collects again.
    gc.disable()
    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.server import serve as run

    def ready(url: str) -> None:
        _announce(url)
        if settings.public and not settings.trusted_proxies:
            typer.echo(_UNENCRYPTED, err=True)

    log_to_stderr()
    try:
        run(settings, on_ready=ready)
    finally:
        gc.enable()
    typer.echo("Stopped.")


def _announce(url: str) -> None:
    typer.echo(f"modeldesk is ready at {url}")
    typer.echo(f"  pages      {url}/")
    typer.echo(f"  API        {url}/docs")
    typer.echo("Stop it with Ctrl-C.")


def migrate(
    *, as_json: AsJson = False, home: Home = None, database_url: DatabaseUrl = None
) -> None:
    """Bring the database to the schema that this version of modeldesk needs.

    Makes the database when there is none. Doing it twice does no harm. An older SQLite
    database is copied next to itself first.

    Example: `modeldesk migrate --database-url postgresql://user@host/name`
    """
    import msgspec

    from modeldesk.cli.progress import passing
    from modeldesk.store import Store
    from modeldesk.store import migrate as run

    settings = load_settings(home=home, database_url=database_url)
    with Store(settings.database) as store, passing().step("Migrating"):
        migration, place = run(store), store.place
    if as_json:
        write_json(msgspec.json.encode(migration, enc_hook=str))
    elif migration.before == migration.after:
        typer.echo(f"{place} is up to date at revision {migration.after}.")
    else:
        before = "nothing" if migration.before is None else f"revision {migration.before}"
        typer.echo(f"{place} was brought from {before} to revision {migration.after}.")
        if migration.backup is not None:
            typer.echo(f"As it was before, it is kept in {migration.backup}.")
