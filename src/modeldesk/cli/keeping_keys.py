"""API keys: made, listed, revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, load_settings, open_existing
from modeldesk.cli.screen import answers, talk, write_json

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from modeldesk.services.acting import Scope
    from modeldesk.services.keys import KeyView

keys = typer.Typer(
    name="keys",
    help="Make, list and revoke API keys.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["--help", "-h"]},
)

_Name = Annotated[str, typer.Argument(help="Name of the key.", show_default=False)]


@keys.command()
def create(
    name: _Name,
    *,
    scope: Annotated[
        str,
        typer.Option(
            help="What the key is good for, with commas between: predict (ask models), ingest "
            "(log rows, label and flag predictions), read (see everything), admin (change "
            "everything).",
            show_default=False,
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this model; may be repeated. Default: all models.", show_default=False
        ),
    ] = None,
    expires: Annotated[
        int | None,
        typer.Option(help="Days after which it expires. Default: never.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make an API key and show it, this once; only its hash is kept.

    Example: `modeldesk keys create nightly --scope ingest,read --model iris --expires 90`
    """
    import msgspec

    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.desk import Desk

    scopes = _scopes(scope)
    log_to_stderr()
    with Desk.open(load_settings(home=home, database_url=database_url)) as desk:
        made = desk.keys.create(name, scopes=scopes, models=model or (), days=expires)
    if as_json:
        write_json(msgspec.json.encode(made))
        return
    typer.echo(made.key)
    talk().print(
        f"This is the only time that the key {name!r} is shown. Send it as "
        f"'Authorization: Bearer ...' or 'X-API-Key', or set MODELDESK_API_KEY.",
        markup=False,
        highlight=False,
    )


@keys.command("list")
def list_keys(
    *, as_json: AsJson = False, home: Home = None, database_url: DatabaseUrl = None
) -> None:
    """List the API keys: what each is good for, and when it was used last.

    Example: `modeldesk keys list`
    """
    import msgspec

    with open_existing(home=home, database_url=database_url) as desk:
        found, now = desk.keys.list(), desk.clock.now()
    if as_json:
        write_json(msgspec.json.encode(found))
    elif found:
        answers().print(_table(found, now))
    else:
        typer.echo("There is no API key yet. See: modeldesk keys create --help")


@keys.command()
def revoke(name: _Name, *, home: Home = None, database_url: DatabaseUrl = None) -> None:
    """Let an API key be good for nothing; running servers refuse it within a second.

    Example: `modeldesk keys revoke nightly`
    """
    with open_existing(home=home, database_url=database_url) as desk:
        desk.keys.revoke(name)
    typer.echo(f"The key {name!r} is revoked.")


def _scopes(text: str) -> "list[Scope]":
    from modeldesk.errors import InvalidArgument
    from modeldesk.services.acting import Scope

    found = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in found if word not in set(Scope)]
    if unknown:
        message = f"There is no scope {unknown[0]!r}."
        raise InvalidArgument(message, hint=f"Choose of: {', '.join(Scope)}.")
    return [Scope(word) for word in found]


def _table(found: "tuple[KeyView, ...]", now: "datetime") -> "Table":
    from rich.markup import escape

    from modeldesk.cli.listing import Paper

    table = Paper.of(answers()).table()
    for title in ("Name", "Begins with", "Scopes", "Models", "Last used", "State"):
        table.add_column(title)
    for key in found:
        models = "all" if key.models is None else ", ".join(key.models)
        table.add_row(
            escape(key.name),
            key.prefix,
            ",".join(key.scopes),
            escape(models),
            _moment(key.last_used_at) or "never",
            _state(key, now),
        )
    return table


def _state(key: "KeyView", now: "datetime") -> str:
    if key.revoked_at is not None:
        return f"revoked {_moment(key.revoked_at)}"
    if key.expires_at is None:
        return "good"
    return f"{'good until' if key.good_at(now) else 'expired'} {_moment(key.expires_at)}"


def _moment(time: "datetime | None") -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M}"
