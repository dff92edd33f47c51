"""Logging predictions that were made elsewhere."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, load_settings, open_existing
from modeldesk.cli.screen import write_json

if TYPE_CHECKING:
    from polars import DataFrame

    from modeldesk.desk import Desk
    from modeldesk.services.backfill import Backfilled

_ROWS = 50_000
_REASONS_SHOWN = 10
_REFERENCE_ROWS = 100_000
_OWN_NAMES = ("timestamp", "time", "row_id")

_Log: TypeAlias = "Callable[[DataFrame, str], Backfilled]"


def log(  # noqa: PLR0913  # one parameter per option of the command
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, Parquet, JSON (.json, .jsonl, .ndjson) or Arrow (.arrow, .arrows, "
            ".feather) file with the inputs and the predictions, or a folder of them.",
            show_default=False,
        ),
    ],
    *,
    model: Annotated[str, typer.Option(help="Name of the model.", show_default=False)],
    version: Annotated[
        int | None,
        typer.Option(help="Version that predicted. Default: the champion.", show_default=False),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            help="Column with the time of each row. Default: timestamp or time where there is "
            "one, else now.",
            show_default=False,
        ),
    ] = None,
    row_id: Annotated[
        str | None,
        typer.Option(
            help="Column with your own keys. Default: row_id where there is one.",
            show_default=False,
        ),
    ] = None,
    register: Annotated[
        bool,
        typer.Option(
            "--register",
            help="Register the model first where there is none of that name: for models that "
            "are served elsewhere. Needs --prediction.",
        ),
    ] = False,
    prediction: Annotated[
        str | None,
        typer.Option(help="With --register: column with the predictions.", show_default=False),
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(
            help="With --register: column with the probability of a class, as column=class; may "
            "be repeated.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="With --register: table that the traffic is compared with later, such as the "
            "training data with predictions. Default: the first 100,000 rows of FILE.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 1 when any row did not fit.")
    ] = False,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Log predictions that another program made, so that they are monitored here.

    Rows that do not fit the model are kept aside with the reason; the others are logged.

    Example: `modeldesk log scored.parquet --model churn --time scored_at`
    """
    from modeldesk.errors import InvalidArgument

    if register and (prediction is None or url is not None):
        message = "--register needs --prediction, and works on the home folder, not with --url."
        raise InvalidArgument(message, hint="Say which column holds the predictions.")
    if url is not None:
        from modeldesk.client import Client

        with Client(url, timeout=120) as client:
            total = _log_all(
                file,
                lambda frame, _: client.log(
                    model, frame, version=version, time=time, row_id=row_id
                ),
            )
    else:
        with _opened(register=register, home=home, database_url=database_url) as desk:
            if register and model not in desk.registry.names():
                frame = _reference(reference or file, leave=(*_OWN_NAMES, time, row_id))
                _register(desk, model, frame, prediction or "", score or [])
            total = _log_all(
                file,
                lambda frame, source: desk.backfill.log(
                    model, frame, version=version, time=time, row_id=row_id, source=source
                ),
            )
    _tell(total, as_json=as_json)
    if strict and total.quarantined:
        raise typer.Exit(ExitCode.FAILED)


def _opened(*, register: bool, home: Path | None, database_url: str | None) -> "Desk":
    """Open the desk; only registering may make a new one."""
    if not register:
        return open_existing(home=home, database_url=database_url)
    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.desk import Desk

    log_to_stderr()
    return Desk.open(load_settings(home=home, database_url=database_url))


def _reference(path: Path, *, leave: tuple[str | None, ...]) -> "DataFrame":
    """Return the first rows of a table, with the types that its values have."""
    import polars as pl

    from modeldesk.cli.batches import read_batches
    from modeldesk.cli.files import read_table
    from modeldesk.errors import InvalidData

    if path.suffix.lower() == ".csv":
        frame = read_table(path).head(_REFERENCE_ROWS)
    else:
        frame = next((b.frame for b in read_batches(path, rows=_REFERENCE_ROWS)), pl.DataFrame())
    if not frame.height:
        message = f"{path} holds no rows to register the model from."
        raise InvalidData(message, hint="Name another table with --reference.")
    return frame.drop([name for name in leave if name is not None], strict=False)


def _register(
    desk: "Desk", model: str, reference: "DataFrame", prediction: str, scores: list[str]
) -> None:
    from modeldesk.errors import InvalidArgument

    labels: dict[str, str] = {}
    for text in scores:
        column, equals, label = text.partition("=")
        if not equals:
            message = f"--score {text} is no pair."
            raise InvalidArgument(message, hint="Write --score probability_yes=yes.")
        labels[column] = label
    made = desk.registry.register(model, reference=reference, prediction=prediction, scores=labels)
    typer.echo(
        f"Registered {made.model} version {made.number} with {made.reference_rows} reference "
        f"rows; predicted is {prediction}.",
        err=True,
    )


def _log_all(file: Path, send: _Log) -> "Backfilled":
    """Send a file batch by batch; when one fails, or Ctrl-C ends it, those before stay."""
    from modeldesk.cli.batches import count_rows, read_batches
    from modeldesk.cli.progress import passing
    from modeldesk.errors import InvalidData, ModeldeskError

    total: Backfilled | None = None
    bars = passing()
    try:
        with bars.step("Logging", count_rows(file) if bars.seen else None) as step:
            for batch in read_batches(file, rows=_ROWS):
                total = _sum(total, send(batch.frame, batch.path.name))
                step.advance(batch.frame.height)
    except (ModeldeskError, KeyboardInterrupt):
        if total is not None:
            typer.echo(f"{counted(total.logged, 'row')} logged until then; they stay.", err=True)
        raise
    if total is None:
        message = f"{file} holds no rows."
        raise InvalidData(message, hint="Give a table with at least one row.")
    return total


def _sum(total: "Backfilled | None", more: "Backfilled") -> "Backfilled":
    from dataclasses import replace

    if total is None:
        return more
    return replace(
        more,
        logged=total.logged + more.logged,
        quarantined=total.quarantined + more.quarantined,
        reasons=dict((Counter(total.reasons) + Counter(more.reasons)).most_common()),
        ignored=tuple(sorted({*total.ignored, *more.ignored})),
    )


def _tell(total: "Backfilled", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        write_json(msgspec.json.encode(total))
        return
    typer.echo(f"Logged {counted(total.logged, 'row')} for {total.model} version {total.version}.")
    if total.ignored:
        typer.echo(f"Columns that the model does not know: {', '.join(total.ignored)}.")
    if total.quarantined:
        verb = "is" if total.quarantined == 1 else "are"
        told = f"{counted(total.quarantined, 'row')} did not fit and {verb} kept aside:"
        typer.echo(told)
        for reason, rows in list(total.reasons.items())[:_REASONS_SHOWN]:
            typer.echo(f"  {rows:>8,}  {reason}")
