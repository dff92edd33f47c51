"""Tables that a page looks at beside a model: sent, held for a while, never logged."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from modeldesk.api.context import NAME_PATTERN, ModelName, TheDesk, TheSettings
from modeldesk.api.encoding import Json
from modeldesk.api.requests import refuse
from modeldesk.api.tables import ARROW, CSV, PARQUET
from modeldesk.api.uploads import store_body
from modeldesk.services.other_tables import HeldTable
from modeldesk.services.table_reading import TableFormat

router = APIRouter(tags=["Log"])

_FORMATS = {
    CSV: TableFormat.CSV,
    PARQUET: TableFormat.PARQUET,
    ARROW: TableFormat.ARROW_STREAM,
    "application/vnd.apache.arrow.file": TableFormat.ARROW_FILE,
    "application/x-ndjson": TableFormat.NDJSON,
    "application/jsonl": TableFormat.NDJSON,
    "application/json": TableFormat.JSON,
}

FileName = Annotated[
    str,
    Query(description="What to call the table.", max_length=200, pattern=NAME_PATTERN),
]


def _body() -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": dict.fromkeys(_FORMATS, binary)}}


@router.post(
    "/models/{name}/tables",
    operation_id="hold_table",
    summary="Hold a table to look at",
    status_code=HTTPStatus.CREATED,
    response_model=HeldTable,
    openapi_extra=_body(),
)
async def hold_table(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName, file: FileName = ""
) -> Json:
    """Take a table for the model's data page: it is held in memory for a while, and never logged.

    CSV, Parquet, an Arrow stream or file, JSON or NDJSON, by content type. The answer's token
    is what the page asks for it by.
    """
    kind = _kind(request)
    with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
        path = Path(folder) / "table"
        await store_body(request, path, most=settings.max_body_bytes)
        held = await run_in_threadpool(
            desk.other_tables.from_file, name, path, kind, name=file or "a file"
        )
    return Json(held, status_code=HTTPStatus.CREATED)


def _kind(request: Request) -> TableFormat:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = _FORMATS.get(given)
    if found is None:
        expected = f"one of {', '.join(_FORMATS)}"
        problem = f"unknown ({given or 'none'})"
        raise refuse(field="Content-Type", problem=problem, expected=expected)
    return found
