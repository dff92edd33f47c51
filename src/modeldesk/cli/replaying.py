"""Replaying: another version predicts logged requests, or a labelled file, to be compared."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, open_existing
from modeldesk.cli.screen import talk, write_json

if TYPE_CHECKING:
    from polars import DataFrame

    from modeldesk.services.paired_views import PairedReport

_NOTES_SHOWN = 10


def replay(  # noqa: PLR0913  # one parameter per option of the command
    model: Annotated[str, typer.Argument(help="Name of the model.", show_default=False)],
    *,
    version: Annotated[
        int, typer.Option(help="The version that is tried and judged.", show_default=False)
    ],
    against: Annotated[
        int | None,
        typer.Option(
            help="The version whose logged requests and answers are taken. Default: the champion."
        ),
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", help="Leave out earlier rows; UTC.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", help="Leave out rows from then on; UTC.")
    ] = None,
    limit: Annotated[
        int, typer.Option(help="How many rows are predicted, the latest first.")
    ] = 100_000,
    file: Annotated[
        Path | None,
        typer.Option(
            help="Have both versions predict this labelled table instead of logged requests.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="The column of the file with the true outcome.", show_default=False),
    ] = None,
    slices: Annotated[
        list[str] | None,
        typer.Option(
            "--slice",
            help="Count improvements and regressions of these rows as well: a slice of the model, "
            "or a condition on inputs such as 'age > 60'; may be repeated.",
            show_default=False,
        ),
    ] = None,
    show: Annotated[
        int, typer.Option(help="How many rows are shown on which the versions disagree.")
    ] = 5,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Compare a version with another on the same rows, as if it had answered them.

    The version predicts logged requests once more. Nothing is logged, and a running server is
    not disturbed. Labelled rows tell which version is better, all rows how often they agree.

    Example: `modeldesk replay churn --version 3 --from 2026-03-01`
    """
    from modeldesk.errors import InvalidArgument
    from modeldesk.services.version_comparison import ComparisonChoices

    if (file is None) != (label is None):
        message = "--file and --label go together."
        raise InvalidArgument(message, hint="Name the labelled table and its column.")
    if file is not None and (start is not None or end is not None):
        message = "--from and --to are for logged requests."
        raise InvalidArgument(message, hint="Leave them out, or --file.")
    with open_existing(home=home, database_url=database_url) as desk:
        named = desk.slices.named(model, slices or ())
        choices = ComparisonChoices(rows=limit, shown=show, slices=named)
        compare = desk.version_comparison
        with talk().status("Predicting"):
            if file is not None and label is not None:
                table = _table(file, limit + 1)
                found = compare.on(
                    model, table, label=label, one=version, other=against, choices=choices
                )
            else:
                found = compare.replay(
                    model,
                    version,
                    against=against,
                    start=start and start.replace(tzinfo=UTC),
                    end=end and end.replace(tzinfo=UTC),
                    choices=choices,
                )
    if as_json:
        import msgspec

        write_json(msgspec.json.encode(found))
    else:
        _tell(found)


def _table(file: Path, most: int) -> "DataFrame":
    """Read the first rows of a file; what a CSV file says is read as the versions need it."""
    import polars as pl

    from modeldesk.cli.batches import read_batches
    from modeldesk.errors import InvalidData

    parts, rows = [], 0
    for batch in read_batches(file, rows=100_000):
        parts.append(batch.frame.head(most - rows))
        rows += parts[-1].height
        if rows >= most:
            break
    if not parts:
        message = f"{file} holds no rows."
        raise InvalidData(message, hint="Give a table with at least one row.")
    return pl.concat(parts, how="diagonal_relaxed")


def _tell(found: "PairedReport") -> None:
    from modeldesk.cli.paired_lines import change_lines

    typer.echo(found.verdict)
    agree = "" if found.agreement is None else f", {found.agreement:.1%} predicted alike"
    typer.echo(f"{counted(found.rows, 'row')}{agree}; {found.labelled:,} with a label.")
    if found.cut:
        typer.echo("There are more rows; --limit takes more of them.")
    if found.refused:
        left = counted(found.refused, "row")
        typer.echo(f"{left} left out, since a version does not take them or failed.")
    for line in change_lines(found):
        typer.echo(line)
    if found.disagreements:
        typer.echo("They disagree on, among others:")
    for row in found.disagreements:
        true = "" if row.label is None else f", label {row.label}"
        typer.echo(f"  {row.row}: {row.one} instead of {row.other}{true}")
    for note in found.notes[:_NOTES_SHOWN]:
        typer.echo(f"  {note.about} {note.name}: {note.one} instead of {note.other}")
    typer.echo(f"Reference data: {found.reference.sentence}")
