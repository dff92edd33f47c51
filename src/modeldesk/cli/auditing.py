"""The audit trail: who changed what."""

from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import answers, write_json


def audit(
    *,
    actor: Annotated[
        str | None,
        typer.Option(help="Only what this one did, such as 'user anna'.", show_default=False),
    ] = None,
    action: Annotated[
        str | None,
        typer.Option(
            help="Only this action, such as key.revoked, or all of a kind, such as key.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many entries at most.")] = 50,
    cursor: Annotated[
        int | None, typer.Option(help="Go on after the page before.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show who changed what and when, the latest first.

    Example: `modeldesk audit --action key`
    """
    import msgspec
    from rich.markup import escape

    from modeldesk.cli.listing import Paper
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            page = client.audit(cursor=cursor, actor=actor, action=action, limit=limit)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            page = desk.audit.page(cursor=cursor, actor=actor, action=action, limit=limit)
    if as_json:
        write_json(msgspec.json.encode(page))
        return
    if not page.entries:
        typer.echo("Nothing has been changed yet.")
        return
    table = Paper.of(answers()).table()
    for title in ("Time (UTC)", "Who", "Action", "What", "Details"):
        table.add_column(title)
    for entry in page.entries:
        details = ", ".join(
            f"{name}: {value}" for name, value in entry.details.items() if value is not None
        )
        table.add_row(
            f"{entry.time:%Y-%m-%d %H:%M:%S}",
            escape(entry.actor),
            entry.action,
            escape(entry.object),
            escape(details),
        )
    answers().print(table)
    if page.cursor is not None:
        typer.echo(f"There are older entries: add --cursor {page.cursor}.")
