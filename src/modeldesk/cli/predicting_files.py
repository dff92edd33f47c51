"""Predicting files of any size, piece by piece, on the desk itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
import typer

from modeldesk.cli.batches import count_rows
from modeldesk.cli.counting import counted
from modeldesk.cli.file_options import FileOptions
from modeldesk.cli.progress import passing
from modeldesk.cli.screen import write_json
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidData
from modeldesk.services.file_jobs import Draft
from modeldesk.services.job_files import ResultFormat, check_format, result_bytes
from modeldesk.services.job_view import JobView
from modeldesk.services.row_files import ARROW_START, RowFormat, arrow_format
from modeldesk.store import FileJob

_INPUTS = {
    ".csv": RowFormat.CSV,
    ".parquet": RowFormat.PARQUET,
    ".jsonl": RowFormat.NDJSON,
    ".ndjson": RowFormat.NDJSON,
}
_ARROWS = (".arrow", ".arrows", ".feather")
_OUTPUTS = {
    ".parquet": ResultFormat.PARQUET,
    ".csv": ResultFormat.CSV,
    ".arrows": ResultFormat.ARROW,
}
_PROBLEMS_SHOWN = 10


def predict_file(
    desk: Desk, model: str, source: Path, output: Path, options: FileOptions, *, as_json: bool
) -> None:
    """Predict a file, show how far that is on standard error, and write the predictions.

    Ctrl-C ends it between two slices: the rows before that stay in the log, nothing is written.

    Parameters
    ----------
    desk
        Where the model is.
    model
        Its name.
    source
        The file to predict.
    output
        Where the predictions go; what is there is replaced when all of them are made.
    options
        What else was said about the file.
    as_json
        Whether to answer with the job as JSON instead of sentences.

    Raises
    ------
    ModeldeskError
        When the file cannot be predicted, or the output not be written.
    """
    wanted = _OUTPUTS.get(output.suffix.lower())
    if wanted is None or not output.absolute().parent.is_dir():
        message = f"The predictions cannot be written to {output}."
        known = ", ".join(_OUTPUTS)
        raise InvalidArgument(message, hint=f"Name one of {known} in a folder that exists.")
    draft = desk.file_jobs.draft(
        model,
        _format_of(source),
        version=options.version,
        alias=options.alias,
        time=options.time,
        row_id=options.row_id,
        file=source.name,
    )
    found, path = _run(desk, draft, source)
    try:
        check_format(path, wanted)
        _write(path, output, wanted)
    finally:
        desk.file_jobs.forget(found.job_id)
    _tell(found, output, as_json=as_json)


def _run(desk: Desk, draft: Draft, source: Path) -> tuple[JobView, Path]:
    read = logged = 0
    bars = passing()
    try:
        # The file stays where it is: the job is led to it.
        draft.path.symlink_to(source.absolute())
        with bars.step("Predicting", count_rows(source) if bars.seen else None) as step:

            def advanced(job: FileJob) -> None:
                nonlocal read, logged
                step.advance(job.rows_done - read)
                read, logged = job.rows_done, job.rows_done - job.refused

            return desk.file_jobs.run(draft, advanced=advanced)
    except BaseException as error:
        desk.file_jobs.discard(draft)
        if logged and isinstance(error, KeyboardInterrupt):
            typer.echo(f"{counted(logged, 'row')} predicted until then; they stay.", err=True)
        raise


def _format_of(source: Path) -> RowFormat:
    if not source.is_file():
        message = f"There is no file {source}."
        raise InvalidData(message, hint="Check the spelling and the folder you are in.")
    suffix = source.suffix.lower()
    if suffix in _ARROWS:
        with source.open("rb") as file:
            return arrow_format(file.read(len(ARROW_START)))
    found = _INPUTS.get(suffix)
    if found is None:
        message = f"{source} is no table that can be predicted piece by piece."
        known = ", ".join((*_INPUTS, *_ARROWS))
        raise InvalidData(message, hint=f"Its name must end in one of {known}.")
    return found


def _write(path: Path, output: Path, kind: ResultFormat) -> None:
    """Write the output; it appears under its name when it is whole."""
    partial = output.with_name(f"{output.name}.partial")
    try:
        with partial.open("wb") as file:
            for part in result_bytes(path, kind):
                file.write(part)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        message = f"The predictions cannot be written to {output}: {error.strerror}."
        raise InvalidArgument(message, hint="Name another place, or make room.") from error


def _tell(found: JobView, output: Path, *, as_json: bool) -> None:
    if as_json:
        write_json(msgspec.json.encode(found))
        return
    predicted = found.rows_done - found.refused
    typer.echo(
        f"Predicted {counted(predicted, 'row')} by {found.model} version {found.version}: {output}."
    )
    if found.refused:
        typer.echo(f"{counted(found.refused, 'row')} refused, without outputs in {output}:")
        for problem in found.problems[:_PROBLEMS_SHOWN]:
            typer.echo(f"  {problem}")
