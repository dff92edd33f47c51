"""Tables that a page looks at beside a model: sent, held for a while, never logged."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool

from modeldesk.api.context import NAME_PATTERN, ModelName, TheDesk, TheSettings
from modeldesk.api.encoding import Json
from modeldesk.api.file_bodies import JSON_LINES, NDJSON, file_body, format_of
from modeldesk.api.router import Router
from modeldesk.api.tables import ARROW, ARROW_FILE, CSV, JSON, PARQUET
from modeldesk.api.uploads import store_body
from modeldesk.services.other_tables import HeldTable
from modeldesk.services.table_reading import TableFormat

router = Router(tags=["Log"])

_FORMATS = {
    CSV: TableFormat.CSV,
    PARQUET: TableFormat.PARQUET,
    ARROW: TableFormat.ARROW_STREAM,
    ARROW_FILE: TableFormat.ARROW_FILE,
    NDJSON: TableFormat.NDJSON,
    JSON_LINES: TableFormat.NDJSON,
    JSON: TableFormat.JSON,
}

FileName = Annotated[
    str,
    Query(description="What to call the table.", max_length=200, pattern=NAME_PATTERN),
]


@router.post(
    "/models/{name}/tables",
    operation_id="hold_table",
    summary="Hold a table to look at",
    status_code=HTTPStatus.CREATED,
    response_model=HeldTable,
    openapi_extra=file_body(_FORMATS),
)
async def hold_table(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName, file: FileName = ""
) -> Json:
    """Take a table for the model's data page: it is held in memory for a while, and never logged.

    CSV, Parquet, an Arrow stream or file, JSON or NDJSON, by content type. The answer's token
    is what the page asks for it by.
    """
    kind = format_of(request, _FORMATS)
    with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
        path = Path(folder) / "table"
        await store_body(request, path, most=settings.max_body_bytes)
        held = await run_in_threadpool(
            desk.other_tables.from_file, name, path, kind, name=file or "a file"
        )
    return Json(held, status_code=HTTPStatus.CREATED)
