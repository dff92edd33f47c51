"""The prediction log: taking rows in, reading them back, and what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from fastapi import Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from modeldesk.api.answers import OwnKeyAnswer, QuarantineAnswer, RowsAnswer, SegmentsAnswer
from modeldesk.api.batches import moment
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import (
    KeyColumn,
    ModelName,
    TheDesk,
    TheSettings,
    TimeColumn,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.requests import parse_object, refuse
from modeldesk.api.router import Router
from modeldesk.api.tables import ARROW, JSON, read_table, table_answer, table_body
from modeldesk.drift import Status
from modeldesk.schema import LogPolicy
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.backfill import Backfilled
from modeldesk.services.reading import MOST_ROWS, Which

router = Router(tags=["Log"])

_OwnKey = Annotated[str, Query(description="The key you gave.", max_length=1000)]
_Where = Annotated[
    list[str] | None,
    Query(description="Only rows with this value, as column=value; may be repeated."),
]
_OfVerdict = Annotated[
    Status | None,
    Query(description="Only rows of days that got this verdict."),
]
_Moment = Annotated[str | None, Query(json_schema_extra={"format": "date-time"})]


@dataclass(frozen=True, slots=True)
class _Page:
    """Which part of the log is read."""

    cursor: Annotated[str | None, Query(description="From the page before.", max_length=60)] = None
    limit: Annotated[int, Query(description="Rows of a page.", ge=1, le=MOST_ROWS)] = 100


_FIRST_PAGE = _Page()


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which rows of the log are read."""

    start: Annotated[_Moment, Query(alias="from", description="Rows from this time on.")] = None
    end: Annotated[_Moment, Query(alias="to", description="Rows before this time.")] = None
    where: _Where = None
    verdict: _OfVerdict = None
    which: Annotated[
        Which, Query(alias="rows", description="Rows that were answered, those of shadows, or all.")
    ] = Which.ANSWERED
    slice_name: Annotated[
        str | None, Query(alias="slice", description="Only rows of this slice.", max_length=100)
    ] = None
    condition: Annotated[
        str | None,
        Query(description="Only rows for which this condition is true.", max_length=4_000),
    ] = None


_ALL_ROWS = _Filter()


@router.post(
    "/models/{name}/log",
    operation_id="log_rows",
    summary="Log predictions made elsewhere",
    response_model=Backfilled,
    openapi_extra=table_body({"type": "array", "items": {"type": "object"}, "minItems": 1}),
)
async def log_rows(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionNumber = None,
    time: TimeColumn = None,
    row_id: KeyColumn = None,
) -> Json:
    """Log a table of inputs and predictions that another program made.

    CSV, Parquet, an Arrow stream or a JSON list of rows, by content type. Rows that do not fit
    the signature are kept aside with the reason, and counted in the answer.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)
    content_type = request.headers.get("content-type", "")

    def work() -> Backfilled:
        frame = read_table(
            body,
            content_type,
            desk.table_readers,
            most_rows=settings.max_log_rows,
            most_columns=settings.max_columns,
            most_bytes=settings.max_body_bytes,
        )
        return desk.backfill.log(
            name, frame, version=version, time=time, row_id=row_id, source="http"
        )

    return Json(await run_in_threadpool(work))


@router.get(
    "/models/{name}/predictions",
    operation_id="list_predictions",
    summary="Read the log",
    response_model=RowsAnswer,
    responses={200: {"content": {ARROW: {"schema": {"type": "string", "format": "binary"}}}}},
)
def list_predictions(
    request: Request,
    desk: TheDesk,
    name: ModelName,
    version: VersionNumber = None,
    wanted: Annotated[_Filter, Depends()] = _ALL_ROWS,
    page: Annotated[_Page, Depends()] = _FIRST_PAGE,
) -> Response:
    """Read logged rows page by page, the latest first; as JSON, or as an Arrow stream.

    The version is a filter here; left out, rows of all versions are read. A page stays what it
    is while rows are added. `slice` and `condition` may speak of labels; what does not fit a
    version takes none of its rows.
    """
    only = desk.slices.rows(
        name, slice_name=wanted.slice_name, condition=wanted.condition, version=version
    )
    found = desk.reader.page(
        name,
        version=version,
        start=None if wanted.start is None else moment(wanted.start, "from"),
        end=None if wanted.end is None else moment(wanted.end, "to"),
        where=dict(_pair(text) for text in wanted.where or []),
        verdict=wanted.verdict,
        which=wanted.which,
        only=only,
        cursor=page.cursor,
        limit=page.limit,
    )
    return table_answer(found.frame, request.headers.get("accept", ""), cursor=found.cursor)


@router.get(
    "/models/{name}/predictions/by-key",
    operation_id="predictions_by_key",
    summary="Find predictions by your own key",
    response_model=OwnKeyAnswer,
)
def predictions_by_key(desk: TheDesk, name: ModelName, row_id: _OwnKey) -> Json:
    """Find the predictions that were logged with a key of your own, oldest first."""
    return Json(OwnKeyAnswer(predictions=desk.reader.by_row_id(name, row_id)))


@router.get(
    "/models/{name}/quarantine",
    operation_id="quarantine",
    summary="Show rows that did not fit",
    response_model=QuarantineAnswer,
)
def quarantine(
    desk: TheDesk,
    name: ModelName,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=1000)] = 100,
) -> Json:
    """Show rows that could not be logged, the latest first, with the reason of each."""
    found = desk.backfill.quarantined(name, limit=limit)
    return Json(QuarantineAnswer(count=found.count, rows=found.rows))


@router.get(
    "/models/{name}/segments",
    operation_id="segments",
    summary="List the segments",
    response_model=SegmentsAnswer,
)
def segments(desk: TheDesk, name: ModelName, version: VersionNumber = None) -> Json:
    """List the segments into which the log policy splits a version's profiles."""
    return Json(SegmentsAnswer(segments=desk.monitoring.segments(name, version=version)))


@router.get(
    "/models/{name}/policy",
    operation_id="policy",
    summary="Show the log policy",
    response_model=LogPolicy,
)
def policy(desk: TheDesk, name: ModelName) -> Json:
    """Show what is kept of a model's predictions; the salt of hashes only to administrators."""
    found = desk.registry.policy(name)
    return Json(found if caller().may(CHANGES) else replace(found, salt=""))


@router.put(
    "/models/{name}/policy",
    operation_id="set_policy",
    summary="Change the log policy",
    response_model=LogPolicy,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/LogPolicy"}}},
        }
    },
)
async def set_policy(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Change what is kept of a model's predictions from now on; fields left out get defaults."""
    given = parse_object(await read_bytes(request, most=settings.max_body_bytes))
    try:
        wanted = msgspec.convert(given, LogPolicy)
    except msgspec.ValidationError as error:
        raise refuse(field="body", problem=str(error), expected="a log policy") from error
    unknown = sorted(set(given) - set(LogPolicy.__dataclass_fields__))
    if unknown:
        known = ", ".join(LogPolicy.__dataclass_fields__)
        raise refuse(field=unknown[0], problem="unknown", expected=f"one of: {known}")
    return Json(await run_in_threadpool(desk.registry.set_policy, name, wanted))


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise refuse(field="where", problem=f"no pair ({text[:60]})", expected="column=value")
    return column, value
