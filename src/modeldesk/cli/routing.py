"""Which version answers: moving aliases, taking moves back, sharing traffic."""

from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import answers, talk, write_json

_Model = Annotated[str, typer.Argument(help="Name of the model.", show_default=False)]
_Alias = Annotated[
    str,
    typer.Argument(help="champion, challenger or a name of your own.", show_default=False),
]
_Reason = Annotated[str, typer.Option(help="Why, for the history.")]
_Canary = Annotated[
    int | None, typer.Option(help="Version that answers some of it.", show_default=False)
]
_Shadow = Annotated[
    int | None,
    typer.Option(help="Version that gets the same rows and answers nobody.", show_default=False),
]


def alias(  # noqa: PLR0913  # one parameter per option of the command
    model: _Model,
    alias: _Alias,
    version: Annotated[
        int | None, typer.Argument(help="Number of the version.", show_default=False)
    ] = None,
    *,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the alias instead; not the champion.")
    ] = False,
    expected: Annotated[
        int | None,
        typer.Option(
            help="Change nothing unless the alias still points at this version.",
            show_default=False,
        ),
    ] = None,
    reason: _Reason = "",
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Let an alias point at a version; requests go there within a second.

    The version is loaded and predicts its example first; when that fails, nothing changes.

    Example: `modeldesk alias iris champion 2 --reason "better on the March labels"`
    """
    if (version is None) is not remove:
        message = "Give the number of a version, or --remove."
        raise typer.BadParameter(message)
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=_PATIENCE) as client, talk().status("Moving"):
            if version is None:
                client.aliases.remove(model, alias, reason=reason)
            else:
                client.aliases.move(model, alias, version, expected=expected, reason=reason)
    else:
        with (
            open_existing(home=home, database_url=database_url) as desk,
            talk().status("Moving"),
        ):
            if version is None:
                desk.aliases.remove(model, alias, reason=reason)
            else:
                desk.aliases.move(model, alias, version, expected=expected, reason=reason)
    if version is None:
        typer.echo(f"{model}: {alias} is removed.")
    else:
        typer.echo(f"{model}: {alias} points at version {version}.")


def aliases(
    model: _Model,
    *,
    history: Annotated[
        str | None,
        typer.Option(help="Show where this alias pointed instead.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List a model's aliases, or where one of them pointed.

    Example: `modeldesk aliases iris --history champion`
    """
    import msgspec

    from modeldesk.cli.drawing import aliases_table, moves_table
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            found = client.aliases.of(model)
            moves = client.aliases.history(model, history) if history else ()
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            found = desk.aliases.of(model)
            moves = desk.aliases.history(model, history) if history else ()
    if as_json:
        write_json(msgspec.json.encode(moves if history else found))
    else:
        answers().print(moves_table(moves) if history else aliases_table(found))


def rollback(
    model: _Model,
    *,
    alias: Annotated[str, typer.Option(help="Which alias.")] = "champion",
    reason: _Reason = "",
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take the latest move of an alias back; again: the one before it.

    Example: `modeldesk rollback iris --reason "twice as many flags"`
    """
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=_PATIENCE) as client, talk().status("Moving"):
            move = client.aliases.rollback(model, alias, reason=reason)
    else:
        with (
            open_existing(home=home, database_url=database_url) as desk,
            talk().status("Moving"),
        ):
            move = desk.aliases.rollback(model, alias, reason=reason)
    typer.echo(f"{model}: {alias} points at version {move.to_version} again.")


def routing(  # noqa: PLR0913  # one parameter per option of the command
    model: _Model,
    *,
    canary: _Canary = None,
    percent: Annotated[
        float | None, typer.Option(help="Its share, 0 to 100.", show_default=False)
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="Input column that decides who gets it. Default: your own key of the row.",
            show_default=False,
        ),
    ] = None,
    shadow: _Shadow = None,
    no_canary: Annotated[bool, typer.Option("--no-canary", help="End the canary.")] = False,
    no_shadow: Annotated[bool, typer.Option("--no-shadow", help="End the shadow.")] = False,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show or change which versions share the champion's traffic.

    What is not named stays as it is.

    Example: `modeldesk routing iris --canary 2 --percent 10 --key customer --shadow 3`
    """
    from modeldesk.cli.sharing import Change, shared, told

    change = Change(
        canary=canary,
        percent=percent,
        key=key,
        shadow=shadow,
        no_canary=no_canary,
        no_shadow=no_shadow,
    )
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=_PATIENCE) as client:
            found = shared(change, model, client.routes)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            found = shared(change, model, desk.routes)
    if as_json:
        write_json(found.encode().encode())
    else:
        typer.echo(told(model, found))


_PATIENCE = 600.0
"""Seconds that a server may take to load a version."""
