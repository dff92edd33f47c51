"""Telling what a change of performance comes from."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl
from modeldesk.cli.performance_source import ask
from modeldesk.cli.screen import answers, write_json

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def attribution(  # noqa: PLR0913  # one parameter per option of the command
    model: Annotated[str, typer.Argument(help="Name of the model.", show_default=False)],
    *,
    version: Annotated[
        int | None,
        typer.Option(help="Number of the version. Default: the champion.", show_default=False),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=_DAYS,
            help="Rows from then on, UTC. Default: the last week.",
            show_default=False,
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", formats=_DAYS, help="Rows before that, UTC.", show_default=False),
    ] = None,
    base_start: Annotated[
        datetime | None,
        typer.Option(
            "--base-from",
            formats=_DAYS,
            help="Compare with rows from then on, UTC. Default: as long a time before.",
            show_default=False,
        ),
    ] = None,
    base_end: Annotated[
        datetime | None,
        typer.Option(
            "--base-to",
            formats=_DAYS,
            help="Compare with rows before that, UTC.",
            show_default=False,
        ),
    ] = None,
    estimated: Annotated[
        bool,
        typer.Option("--estimated", help="Divide the change that is expected without labels."),
    ] = False,
    squared: Annotated[
        bool, typer.Option("--squared", help="Of numbers, count squares of errors, not sizes.")
    ] = False,
    bins: Annotated[bool, typer.Option("--bins", help="Show the bins of each column.")] = False,
    rows: Annotated[
        int, typer.Option(help="How many rows of either time are read at most.")
    ] = 50_000,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say which columns, segments and slices a change of performance comes from.

    Example: `modeldesk attribution loans --from 2026-03-08 --to 2026-03-15`
    """
    import msgspec

    from modeldesk.cli.attribution_view import attribution_view

    first, last, base_first, base_last = (
        None if day is None else day.replace(tzinfo=UTC)
        for day in (start, end, base_start, base_end)
    )
    report = ask(
        lambda source: source.attribution(
            model,
            version=version,
            start=first,
            end=last,
            base_start=base_first,
            base_end=base_last,
            estimated=estimated,
            squared=squared,
            most_rows=rows,
        ),
        url=url,
        home=home,
        database_url=database_url,
    )
    if as_json:
        write_json(msgspec.json.encode(report))
    else:
        console = answers()
        console.print(attribution_view(report, bins=bins, console=console))
