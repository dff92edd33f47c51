"""Users of the pages: made, listed, changed, removed."""

import sys
from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, load_settings, open_existing
from modeldesk.cli.screen import answers, write_json

users = typer.Typer(
    name="users",
    help="Add, list, change and remove users of the pages.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["--help", "-h"]},
)

_Name = Annotated[str, typer.Argument(help="Name of the user.", show_default=False)]
_Role = Annotated[
    str,
    typer.Option(
        help="viewer (sees everything, tries models), editor (also flags predictions, "
        "acknowledges alerts, changes monitors) or admin (everything).",
        show_default=False,
    ),
]
_FromInput = Annotated[
    bool,
    typer.Option(
        "--password-stdin", help="Read the password from the standard input instead of asking."
    ),
]


@users.command()
def add(
    name: _Name,
    *,
    role: _Role,
    password_stdin: _FromInput = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Add a user; the password is asked for twice, and only its Argon2 hash is kept.

    Once there is a user, the server asks everybody to sign in, from its next start on.

    Example: `modeldesk users add anna --role editor`
    """
    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.desk import Desk
    from modeldesk.services.acting import UserRole

    wanted = UserRole(_known_role(role))
    password = _password(from_input=password_stdin)
    log_to_stderr()
    with Desk.open(load_settings(home=home, database_url=database_url)) as desk:
        first = not desk.accounts.list()
        added = desk.accounts.add(name, role=wanted, password=password)
    typer.echo(f"Added the user {added.name!r} with the role {added.role}.")
    if first:
        typer.echo("From its next start on, the server asks everybody to sign in.")


@users.command("list")
def list_users(
    *, as_json: AsJson = False, home: Home = None, database_url: DatabaseUrl = None
) -> None:
    """List the users with their roles, and when each signed in last.

    Example: `modeldesk users list`
    """
    import msgspec
    from rich.markup import escape

    from modeldesk.cli.listing import Paper

    with open_existing(home=home, database_url=database_url) as desk:
        found = desk.accounts.list()
    if as_json:
        write_json(msgspec.json.encode(found))
        return
    if not found:
        typer.echo("There is no user yet. See: modeldesk users add --help")
        return
    table = Paper.of(answers()).table()
    for title in ("Name", "Role", "Signs in", "Last signed in"):
        table.add_column(title)
    for user in found:
        at = user.signed_in_at
        last = "never" if at is None else f"{at:%Y-%m-%d %H:%M}"
        table.add_row(escape(user.name), user.role, escape(user.issuer or "here"), last)
    answers().print(table)


@users.command()
def role(
    name: _Name,
    role: Annotated[
        str, typer.Argument(help="The new role: viewer, editor or admin.", show_default=False)
    ],
    *,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a user another role; it holds within a second.

    Example: `modeldesk users role anna admin`
    """
    from modeldesk.services.acting import UserRole

    wanted = UserRole(_known_role(role))
    with open_existing(home=home, database_url=database_url) as desk:
        changed = desk.accounts.set_role(name, wanted)
    typer.echo(f"The user {changed.name!r} has the role {changed.role}.")


@users.command()
def password(
    name: _Name,
    *,
    password_stdin: _FromInput = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a user another password; all sessions of the user end.

    Example: `modeldesk users password anna`
    """
    new = _password(from_input=password_stdin)
    with open_existing(home=home, database_url=database_url) as desk:
        desk.accounts.set_password(name, new)
    typer.echo(f"The user {name!r} has a new password, and has to sign in again.")


@users.command()
def remove(name: _Name, *, home: Home = None, database_url: DatabaseUrl = None) -> None:
    """Remove a user; all sessions of the user end.

    Example: `modeldesk users remove anna`
    """
    with open_existing(home=home, database_url=database_url) as desk:
        desk.accounts.remove(name)
        left = desk.accounts.list()
    typer.echo(f"Removed the user {name!r}.")
    if not left:
        typer.echo("No user is left: from its next start on, a local server asks nobody.")


def _known_role(text: str) -> str:
    from modeldesk.errors import InvalidArgument
    from modeldesk.services.acting import UserRole

    if text not in set(UserRole):
        message = f"There is no role {text!r}."
        raise InvalidArgument(message, hint=f"Choose of: {', '.join(UserRole)}.")
    return text


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
