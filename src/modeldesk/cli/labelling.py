"""Labelling predictions: their true outcomes, from files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import write_json

if TYPE_CHECKING:
    from polars import DataFrame

    from modeldesk.services.labelling import LabelChoices, Labelled

_ROWS = 1_000_000
"""Rows that are compared with each other, and then written."""
_SENT_ROWS = 250_000
"""Rows of one request."""
_PROBLEMS_SHOWN = 10

_Label: TypeAlias = "Callable[[DataFrame, LabelChoices], Labelled]"


def label(  # noqa: PLR0913  # one parameter per option of the command
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, Parquet, JSON (.json, .jsonl, .ndjson) or Arrow (.arrow, .arrows, "
            ".feather) file with labels, or a folder of them.",
            show_default=False,
        ),
    ],
    *,
    model: Annotated[str, typer.Option(help="Name of the model.", show_default=False)],
    key: Annotated[
        Literal["prediction_id", "row_id"] | None,
        typer.Option(
            help="What names the predictions. Default: prediction_id where a row has one, else "
            "row_id.",
            show_default=False,
        ),
    ] = None,
    key_column: Annotated[
        str | None,
        typer.Option(help="Column with these names. Default: called like --key."),
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column with the labels. Default: label.")
    ] = None,
    time_column: Annotated[
        str | None,
        typer.Option(
            help="Column that says when outcomes were known. Default: label_time where there is "
            "one, else now."
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help="Where the labels come from, such as crm.", show_default=False)
    ] = "",
    on_conflict: Annotated[
        Literal["refuse", "first", "last"],
        typer.Option(
            help="What to do where labels of one prediction differ: refuse the file, or take the "
            "first or the last."
        ),
    ] = "refuse",
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid",
            help="Leave wrong rows out and tell them.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")
    ] = False,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say what the true outcomes of predictions were.

    Labels of predictions that are not known wait for them. A label that differs from an earlier
    one corrects it; the same file once more changes nothing.

    Example: `modeldesk label outcomes.csv --model churn --source crm --dry-run`
    """
    from modeldesk.services.label_reading import LabelColumns, LabelKey
    from modeldesk.services.labelling import LabelChoices, OnConflict

    columns = LabelColumns(
        key=None if key is None else LabelKey(key),
        key_column=key_column,
        label=label_column,
        time=time_column,
        source=source,
    )
    choices = LabelChoices(
        conflicts=OnConflict(on_conflict), skip_invalid=skip_invalid, dry_run=dry_run
    )
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=600) as client:
            total = _all(
                file,
                _SENT_ROWS,
                choices,
                lambda frame, chosen: client.label(model, frame, columns=columns, choices=chosen),
            )
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            total = _all(
                file,
                _ROWS,
                choices,
                lambda frame, chosen: desk.labelling.label(
                    model, frame, columns=columns, choices=chosen
                ),
            )
    _tell(total, as_json=as_json)
    if total.refused:
        raise typer.Exit(ExitCode.FAILED)


def _all(file: Path, rows: int, choices: "LabelChoices", send: _Label) -> "Labelled":
    """Send a file part by part; one of several parts is looked through before any is written."""
    from dataclasses import replace

    from modeldesk.cli.batches import count_rows, read_batches
    from modeldesk.cli.progress import passing
    from modeldesk.errors import InvalidData, InvalidRows
    from modeldesk.services.labelling import OnConflict

    bars = passing()
    height = count_rows(file)
    strict = not choices.skip_invalid or choices.conflicts is OnConflict.REFUSE
    preview = replace(choices, dry_run=True)
    if strict and not choices.dry_run and (height is None or height > rows):
        first = 0
        with bars.step("Checking", height) as step:
            for batch in read_batches(file, rows=rows):
                found = send(batch.frame, preview)
                if found.refused:
                    problems = tuple(replace(p, row=p.row + first) for p in found.problems)
                    error = InvalidRows(problems, rows=found.invalid + found.conflicting)
                    error.hint = "No label was written."
                    raise error
                first += batch.frame.height
                step.advance(batch.frame.height)
    total: Labelled | None = None
    with bars.step("Labelling", height) as step:
        for batch in read_batches(file, rows=rows):
            total = _sum(total, send(batch.frame, choices))
            step.advance(batch.frame.height)
    if total is None:
        message = f"{file} holds no rows."
        raise InvalidData(message, hint="Give a table with at least one row.")
    return total


def _sum(total: "Labelled | None", more: "Labelled") -> "Labelled":
    """Return both together; rows are counted on from the first."""
    from dataclasses import replace

    if total is None:
        return more
    moved = tuple(replace(problem, row=problem.row + total.rows) for problem in more.problems)
    return replace(
        more,
        rows=total.rows + more.rows,
        matched=total.matched + more.matched,
        waiting=total.waiting + more.waiting,
        duplicates=total.duplicates + more.duplicates,
        conflicting=total.conflicting + more.conflicting,
        invalid=total.invalid + more.invalid,
        new=total.new + more.new,
        corrected=total.corrected + more.corrected,
        unchanged=total.unchanged + more.unchanged,
        refused=total.refused or more.refused,
        problems=(total.problems + moved)[:100],
        ignored=tuple(sorted({*total.ignored, *more.ignored})),
    )


def _tell(total: "Labelled", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        write_json(msgspec.json.encode(total))
        return
    verb, other = ("Would label", "correct") if total.dry_run else ("Labelled", "corrected")
    typer.echo(
        f"{verb} {counted(total.new, 'prediction')} of {total.model} and {other} "
        f"{total.corrected:,}; {total.unchanged:,} had the same label already."
    )
    others = (
        (total.waiting, "of predictions that are not known; such labels wait"),
        (total.duplicates, "said twice"),
        (total.conflicting, "in contradiction to another row"),
        (total.invalid, "wrong"),
    )
    for rows, what in others:
        if rows:
            typer.echo(f"  {rows:>10,}  {what}")
    for problem in total.problems[:_PROBLEMS_SHOWN]:
        typer.echo(f"    {problem}")
    if total.ignored:
        typer.echo(f"Columns that say nothing about labels: {', '.join(total.ignored)}.")
    if total.refused:
        typer.echo("Without --dry-run the file would be refused as it is.")
