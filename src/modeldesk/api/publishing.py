"""Publishing over HTTP: files of formats that hold no code, and their references."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import polars as pl
from anyio import to_thread
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from modeldesk.api.context import ModelName, TheDesk, TheSettings, VersionInPath
from modeldesk.api.encoding import Json
from modeldesk.api.errors import code_of, failure
from modeldesk.api.failures import failure_answer
from modeldesk.api.forms import FORM, form_of, suffix_of, text_of
from modeldesk.api.requests import InvalidRequest, UnsupportedUpload, json_name, parse, refuse
from modeldesk.api.router import Router
from modeldesk.api.tables import CSV, PARQUET, read_table
from modeldesk.desk import Desk
from modeldesk.errors import (
    Conflict,
    Corrupt,
    ModelFailed,
    NotFound,
    UnsafeArtefact,
    UnsupportedModel,
)
from modeldesk.models import SAFE_SUFFIXES, frames_named, read_safe_model
from modeldesk.services.about import About
from modeldesk.services.candidates import LabelledTable
from modeldesk.services.publishing import FileRows
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.trial import try_out
from modeldesk.services.views import VersionView
from modeldesk.settings import Settings

router = Router(prefix="/models", tags=["Models"])

BINARY = "application/octet-stream"
_TABLES = {".csv": CSV, ".parquet": PARQUET}
_TEXTS = ("target", "test_label", "description", "frames")
_NOTES = ("tags", "metrics", "parameters", "example")
_FIELDS = ("model", "reference", "test", *_TEXTS, *_NOTES)
_WRONG = (UnsafeArtefact, UnsupportedModel, Corrupt, ModelFailed)
"""What is wrong with the model that was sent, and not with the server."""


def _form() -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    texts = {name: {"type": "string"} for name in _TEXTS}
    notes = {name: {"type": "string", "description": "A JSON object."} for name in _NOTES}
    properties = {
        "model": file | {"description": f"One of {', '.join(SAFE_SUFFIXES)}."},
        "reference": file | {"description": "CSV or Parquet; CSV also as a plain field."},
        "test": file | {"description": "Labelled rows to test it on; like the reference."},
    }
    schema = {
        "type": "object",
        "properties": properties | texts | notes,
        "required": ["model", "reference"],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


@router.post(
    "/{name}/versions",
    operation_id="publish_version",
    summary="Publish a version",
    status_code=HTTPStatus.CREATED,
    response_model=VersionView,
    responses={415: failure_answer("The model's format is not taken over HTTP.")},
    openapi_extra=_form(),
)
async def publish_version(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Publish a model's file as a new version; a new name makes a new model.

    The form's `model` is a file of a format that holds no code, by its name's ending: `.skops`
    (scikit-learn), `.onnx`, `.ubj` or `.json` (XGBoost), `.txt` (LightGBM), `.cbm` (CatBoost).
    `reference` is a CSV or Parquet file with the rows that traffic is compared with, and
    `target` its column with the true outcome. `tags`, `metrics`, `parameters` and `example` are
    JSON objects. `frames` (`pandas`, `polars`, `numpy`) says what the model was trained on.
    `test` is a table like the reference, of labelled rows that the model was not trained on, and
    `test_label` its column with the true outcome, by default the target: how good the version is
    there, and how it compares with the champion, is kept with it. Either all of it is published
    or nothing.
    """
    most = settings.max_model_bytes
    async with form_of(request, fields=_FIELDS, files=3, most=most) as form:
        upload = await _read(form)
    try:
        version = await to_thread.run_sync(_publish, desk, settings, name, upload)
    except _WRONG as error:
        return failure(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code=code_of(error),
            message=error.message,
            hint=error.hint,
        )
    return Json(version, status_code=HTTPStatus.CREATED)


@router.get(
    "/{name}/versions/{version}/artefact",
    operation_id="version_artefact",
    summary="Download a version's model",
    response_class=Response,
    responses={200: {"content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}},
)
def version_artefact(desk: TheDesk, name: ModelName, version: VersionInPath) -> Response:
    """Give the file that a version's model is kept in, for it to be published elsewhere.

    Functions, pickles and models that are served elsewhere have none.
    """
    record = desk.registry.record(name, version)
    try:
        found = desk.registry.download(record)
    except UnsupportedModel as error:
        raise Conflict(error.message, hint=error.hint) from error
    named = f'attachment; filename="{found.name}"'
    return Response(found.content, media_type=BINARY, headers={"Content-Disposition": named})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table as it came."""

    content: bytes
    kind: str
    """Its content type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    """A form's content, read but for the model and the tables."""

    suffix: str
    model: bytes
    reference: _Table
    test: _Table | None
    target: str | None
    test_label: str | None
    frames: str | None
    about: About


async def _read(form: FormData) -> _Upload:
    model = form.get("model")
    reference, test = await _table(form, "reference"), await _table(form, "test")
    if not isinstance(model, UploadFile):
        expected = f"a file, one of {', '.join(SAFE_SUFFIXES)}"
        raise refuse(field="model", problem="missing", expected=expected)
    if reference is None:
        raise refuse(field="reference", problem="missing", expected="a CSV or Parquet file")
    suffix = suffix_of(model)
    if suffix not in SAFE_SUFFIXES:
        message = f"A model in a {suffix or 'nameless'} file is not taken over HTTP."
        hint = (
            f"Formats that hold no code are: {', '.join(SAFE_SUFFIXES)}. Publish others with "
            "modeldesk publish on the server's own machine."
        )
        raise UnsupportedUpload(message, hint=hint)
    notes: dict[str, Any] = {name: _object(form, name) for name in _NOTES}
    notes = {name: value for name, value in notes.items() if value is not None}
    if "parameters" in notes:
        notes["parameters"] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in notes["parameters"].items()
        }
    return _Upload(
        suffix=suffix,
        model=await model.read(),
        reference=reference,
        test=test,
        target=text_of(form, "target"),
        test_label=text_of(form, "test_label"),
        frames=text_of(form, "frames"),
        about=About(description=text_of(form, "description") or "", **notes),
    )


def _publish(desk: Desk, settings: Settings, name: str, upload: _Upload) -> VersionView:
    reference = _rows(upload.reference, desk.table_readers, settings)
    test = None if upload.test is None else _rows(upload.test, desk.table_readers, settings)
    # Before the trial, which takes seconds.
    LabelledTable.told(test, label=upload.test_label, target=upload.target)
    frames = None if upload.frames is None else frames_named(upload.frames)
    with tempfile.TemporaryDirectory(prefix="modeldesk-upload-") as folder:
        path = Path(folder) / f"model{upload.suffix}"
        path.write_bytes(upload.model)
        try_out(path, reference=reference, target=upload.target, frames=frames, test=test)
        try:
            thing = read_safe_model(path)
        except NotFound as error:
            raise UnsupportedUpload(error.message, hint=error.hint) from error
    return desk.registry.publish(
        thing,
        name=name,
        reference=FileRows(frame=reference),
        target=upload.target,
        about=upload.about,
        frames=frames,
        test=test,
        test_label=upload.test_label,
    )


def _rows(table: _Table, readers: TableReaders, settings: Settings) -> pl.DataFrame:
    return read_table(
        table.content,
        table.kind,
        readers,
        most_rows=settings.max_log_rows,
        most_columns=settings.max_columns,
        most_bytes=settings.max_model_bytes,
        typed=True,
    )


async def _table(form: FormData, name: str) -> _Table | None:
    """Return the table of a field, which is a file or plain CSV; ``None`` where it is absent."""
    given = form.get(name)
    if given is None:
        return None
    if isinstance(given, str):
        return _Table(content=given.encode(), kind=CSV)
    kind = _TABLES.get(suffix_of(given))
    if kind is None:
        message = f"The field {name} is neither a .csv nor a .parquet file."
        raise UnsupportedUpload(message, hint="Name the file by what it is.")
    return _Table(content=await given.read(), kind=kind)


def _object(form: FormData, name: str) -> Mapping[str, Any] | None:
    text = text_of(form, name)
    if text is None:
        return None
    try:
        found = parse(text.encode("utf-8", "surrogatepass"))
    except InvalidRequest as error:
        raise refuse(field=name, problem="no JSON", expected="a JSON object") from error
    if not isinstance(found, dict):
        problem = f"wrong type, {json_name(found)}"
        raise refuse(field=name, problem=problem, expected="a JSON object")
    return found
