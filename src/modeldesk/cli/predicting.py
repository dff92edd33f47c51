"""Asking a published model."""

import math
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.file_options import FileOptions
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import answers, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.client import Predictions
    from modeldesk.client.records import Scalar
    from modeldesk.schema import Value
    from modeldesk.services.batch import PredictionBatch

_ROWS_SHOWN = 100


def predict(  # noqa: PLR0913  # one parameter per option of the command
    first: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Name of the model; with --model the INPUT instead.",
            show_default=False,
        ),
    ],
    second: Annotated[
        str | None,
        typer.Argument(
            metavar="INPUT",
            help="A row as JSON text, a .json file with a row or a list of rows, a .csv or "
            ".parquet file, or - for JSON from the standard input. With --output a file of any "
            "size, also .jsonl, .ndjson, .arrow, .arrows or .feather.",
            show_default=False,
        ),
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(help="Name of the model, instead of the first argument.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Write the predictions to this .parquet, .csv or .arrows file: for files of any "
            "size, which are predicted piece by piece.",
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(help="Version that answers. Default: the champion.", show_default=False),
    ] = None,
    alias: Annotated[
        str | None,
        typer.Option(
            help="Alias of the version that answers, such as challenger.", show_default=False
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            help="With --output: column with the time of each row. Default: timestamp or time "
            "where there is one, else now.",
            show_default=False,
        ),
    ] = None,
    row_id: Annotated[
        str | None,
        typer.Option(
            help="With --output: column with your own keys. Default: row_id where there is one.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Predict rows with a published model. Every prediction is logged.

    Example: `modeldesk predict iris '{"sepal_length_cm": 5.1, "sepal_width_cm": 3.5,
    "petal_length_cm": 1.4, "petal_width_cm": 0.2}'`

    For large files: `modeldesk predict flowers.csv --model iris --output predicted.parquet`
    """
    import msgspec

    from modeldesk.cli.drawing import predictions_table
    from modeldesk.cli.predicting_files import predict_file
    from modeldesk.client import Client

    name, given = _named(first, second, model)
    if output is not None:
        _check_local(url)
        with open_existing(home=home, database_url=database_url) as desk:
            told = FileOptions(version=version, alias=alias, time=time, row_id=row_id)
            predict_file(desk, name, Path(given), output, told, as_json=as_json)
        return
    rows = read_rows(given)
    if url is not None:
        with Client(url) as client:
            answer = client.predict(name, rows, version=version, alias=alias)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            answer = _answer(desk.predictor.predict(name, rows, version=version, alias=alias))
    if as_json:
        write_json(msgspec.json.encode(answer))
        return
    answers().print(predictions_table(answer, most=_ROWS_SHOWN))
    if len(answer) > _ROWS_SHOWN:
        typer.echo(f"... and {len(answer) - _ROWS_SHOWN} more rows; --json gives all of them.")


def _named(first: str, second: str | None, model: str | None) -> tuple[str, str]:
    """Return the model's name and the input, in whichever way both were given."""
    from modeldesk.errors import InvalidArgument

    if model is not None and second is None:
        return model, first
    if model is None and second is not None:
        return first, second
    message = "It takes one model and one input."
    hint = "Write modeldesk predict MODEL INPUT, or modeldesk predict INPUT --model MODEL."
    raise InvalidArgument(message, hint=hint)


def _check_local(url: str | None) -> None:
    """Refuse to ask a server for what is done here."""
    from modeldesk.errors import InvalidArgument

    if url is not None:
        message = "--output predicts on the home folder, not with --url."
        hint = "Send the file to the server: curl --data-binary @FILE URL/api/v1/models/NAME/jobs."
        raise InvalidArgument(message, hint=hint)


def read_rows(text: str) -> "Sequence[object]":
    """Return the rows that an argument gives: JSON text, a file's name, or ``-``.

    Raises
    ------
    InvalidData
        When it is none of these, or holds no row.
    """
    import msgspec

    from modeldesk.cli.files import SUFFIXES, read_table
    from modeldesk.errors import InvalidData

    if Path(text).suffix.lower() in SUFFIXES:
        return read_table(Path(text)).to_dicts()
    source, document = _document(text)
    try:
        found = msgspec.json.decode(document)
    except msgspec.MsgspecError as error:
        message = f"{source} is not JSON: {error}."
        hint = (
            "Write a row like '{\"age\": 31}' in single quotes, or name a .json, .csv or "
            ".parquet file."
        )
        raise InvalidData(message, hint=hint) from error
    rows = found if isinstance(found, list) else [found]
    if not rows:
        message = f"{source} holds no row."
        raise InvalidData(message, hint="Give one object per row.")
    return rows


def _document(text: str) -> tuple[str, bytes]:
    """Return where JSON comes from, in words, and the JSON itself."""
    from modeldesk.errors import InvalidData

    if text == "-":
        return "The standard input", sys.stdin.buffer.read()
    if not text.lower().endswith(".json"):
        return f"The input {text[:40]!r}", text.encode()
    try:
        return f"The file {text}", Path(text).read_bytes()
    except OSError as error:
        message = f"The file {text} cannot be read: {error.strerror}."
        raise InvalidData(message, hint="Check the spelling and the folder.") from error


def _answer(batch: "PredictionBatch") -> "Predictions":
    """Say what a desk answered the way a server's client does."""
    from modeldesk.client import Prediction, Predictions

    predicted, scores = batch.signature.prediction.name, batch.signature.scores
    answered = tuple(
        Prediction(
            prediction_id=view.prediction_id,
            row_id=view.row_id,
            time=view.time,
            prediction=_scalar(view.outputs[predicted]),
            probabilities={
                score.label or score.name: _share(view.outputs[score.name]) for score in scores
            }
            or None,
        )
        for view in batch.predictions
    )
    return Predictions(model=batch.model, version=batch.version, predictions=answered)


def _scalar(value: "Value") -> "Scalar":
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date) else value


def _share(value: "Value") -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None
