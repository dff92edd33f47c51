"""Slices of a model: listed, added, removed, found."""

from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import answers, write_json

if TYPE_CHECKING:
    from modeldesk.services.slice_views import WorstSlices

slices = typer.Typer(
    name="slices",
    help="List, add, remove and find slices of a model's rows.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["--help", "-h"]},
)

_Model = Annotated[str, typer.Argument(help="Name of the model.", show_default=False)]
_Name = Annotated[str, typer.Argument(help="Name of the slice.", show_default=False)]


@slices.command("list")
def list_slices(
    model: _Model,
    *,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List a model's slices, and the versions that they do not fit.

    Example: `modeldesk slices list iris`
    """
    import msgspec
    from rich.markup import escape

    from modeldesk.cli.listing import Paper
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            found = client.slices.of(model)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            found = desk.slices.of(model)
    if as_json:
        write_json(msgspec.json.encode(found))
        return
    if not found:
        typer.echo(f"{model} has no slices yet. See: modeldesk slices add --help")
        return
    table = Paper.of(answers()).table()
    for title in ("Name", "Condition", "Since (UTC)", "Does not fit"):
        table.add_column(title)
    for each in found:
        skipped = "; ".join(f"version {one.version}: {one.because}" for one in each.skipped)
        table.add_row(
            escape(each.name),
            escape(each.expression),
            f"{each.created_at:%Y-%m-%d %H:%M}",
            escape(skipped),
        )
    answers().print(table)


@slices.command()
def add(
    model: _Model,
    name: _Name,
    condition: Annotated[
        str, typer.Argument(help="The condition, such as 'age > 60'.", show_default=False)
    ],
    *,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Keep a slice, instead of one of the same name; days with labels are evaluated again.

    Example: `modeldesk slices add iris "long petals" "petal_length_cm > 4"`
    """
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            kept = client.slices.define(model, name, condition)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            kept = desk.slices.define(model, name, condition)
    typer.echo(f"The slice {kept.name!r} of {kept.model} is: {kept.expression}")
    for each in kept.skipped:
        typer.echo(f"  It does not fit version {each.version}: {each.because}")


@slices.command()
def remove(
    model: _Model,
    name: _Name,
    *,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Remove a slice, with what was evaluated of it.

    Example: `modeldesk slices remove iris "long petals"`
    """
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            gone = client.slices.delete(model, name)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            gone = desk.slices.delete(model, name)
    typer.echo(f"The slice {gone.name!r} of {gone.model} is removed. It was: {gone.expression}")


@slices.command()
def find(  # noqa: PLR0913  # one option for each thing that can be told
    model: _Model,
    *,
    version: Annotated[
        int | None,
        typer.Option(help="Number of the version. Default: the champion.", show_default=False),
    ] = None,
    squared: Annotated[
        bool, typer.Option("--squared", help="Of numbers, count squares of errors, not sizes.")
    ] = False,
    min_rows: Annotated[int, typer.Option(help="A slice has at least so many rows.")] = 20,
    limit: Annotated[int, typer.Option(help="How many slices at most.")] = 10,
    rows: Annotated[
        int, typer.Option(help="How many of the newest labelled rows at most.")
    ] = 100_000,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Find the slices in which a version is worst, over its newest labelled rows.

    Example: `modeldesk slices find iris --limit 3`
    """
    import msgspec

    from modeldesk.client import Client
    from modeldesk.performance.slices import Search

    if url is not None:
        with Client(url) as client:
            found = client.slices.find(
                model, version=version, squared=squared, min_rows=min_rows, limit=limit, rows=rows
            )
    else:
        search = Search(min_rows=min_rows, most=limit)
        with open_existing(home=home, database_url=database_url) as desk:
            found = desk.slices.find(
                model, version=version, squared=squared, search=search, most_rows=rows
            )
    if as_json:
        write_json(msgspec.json.encode(found))
    else:
        _tell(found)


def _tell(found: "WorstSlices") -> None:
    if not found.slices:
        typer.echo(found.sentence)
        return
    typer.echo(
        f"Version {found.version} of {found.model}, {found.loss} of the newest "
        f"{found.rows:,} labelled rows:"
    )
    for each in found.slices:
        typer.echo(f"  {each.sentence}")
