"""Telling whether a version treats groups differently."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl
from modeldesk.cli.performance_source import ask
from modeldesk.cli.screen import answers, write_json

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def fairness(  # noqa: PLR0913  # one parameter per option of the command
    model: Annotated[str, typer.Argument(help="Name of the model.", show_default=False)],
    *,
    by: Annotated[
        str | None,
        typer.Option(
            help="The column whose segments are the groups, such as country.", show_default=False
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="Instead of --by, a segment such as country=DE, or a slice; to be repeated.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="The group that the others are compared with. Default: all others together.",
            show_default=False,
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help="A measure, such as recall; may be repeated. Default: those that fit.",
            show_default=False,
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            help="Of which class. Default: the positive one of two, or all.", show_default=False
        ),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(help="Number of the version. Default: the champion.", show_default=False),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=_DAYS,
            help="Only days that begin then or later, UTC.",
            show_default=False,
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=_DAYS, help="Only days that begin before, UTC.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Put groups of labelled rows side by side, and say where they differ by more than chance.

    Example: `modeldesk fairness loans --by country --measure recall`
    """
    import msgspec

    from modeldesk.cli.fairness_view import fairness_view

    first, last = (None if day is None else day.replace(tzinfo=UTC) for day in (start, end))
    report = ask(
        lambda source: source.fairness(
            model,
            by=by,
            groups=group,
            against=against,
            of=of,
            version=version,
            start=first,
            end=last,
            measures=measure,
        ),
        url=url,
        home=home,
        database_url=database_url,
    )
    if as_json:
        write_json(msgspec.json.encode(report))
    else:
        console = answers()
        console.print(fairness_view(report, console=console))
