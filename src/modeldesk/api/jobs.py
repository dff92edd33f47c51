"""Files to predict: sent, watched, fetched, cancelled."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response, StreamingResponse

from modeldesk.api.answers import JobsAnswer
from modeldesk.api.context import (
    NAME_PATTERN,
    KeyColumn,
    ModelName,
    TheDesk,
    TheSettings,
    TimeColumn,
    VersionAlias,
    VersionInPath,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.file_bodies import JSON_LINES, NDJSON, file_body, format_of
from modeldesk.api.router import Router
from modeldesk.api.tables import ARROW, ARROW_FILE, CSV, PARQUET, TABLES, wanted_type
from modeldesk.api.uploads import store_body
from modeldesk.desk import Desk
from modeldesk.services.file_jobs import MOST_JOBS, Draft
from modeldesk.services.job_files import ResultFormat, check_format, result_bytes
from modeldesk.services.job_view import JobView
from modeldesk.services.row_files import RowFormat
from modeldesk.settings import Settings
from modeldesk.store import JobState

router = Router(tags=["Batch"])

_FORMATS = {
    CSV: RowFormat.CSV,
    PARQUET: RowFormat.PARQUET,
    ARROW: RowFormat.ARROW_STREAM,
    ARROW_FILE: RowFormat.ARROW_FILE,
    NDJSON: RowFormat.NDJSON,
    JSON_LINES: RowFormat.NDJSON,
}
_RESULTS = {PARQUET: ResultFormat.PARQUET, CSV: ResultFormat.CSV, ARROW: ResultFormat.ARROW}
_TYPES = {kind: media for media, kind in _RESULTS.items()}
_SUFFIXES = {
    ResultFormat.PARQUET: "parquet",
    ResultFormat.CSV: "csv",
    ResultFormat.ARROW: "arrows",
}

JobId = Annotated[str, Path(description="From the answer to the file.", max_length=60)]
FileName = Annotated[
    str,
    Query(description="What to call the file.", max_length=200, pattern=NAME_PATTERN),
]


@router.post(
    "/models/{name}/jobs",
    operation_id="create_job",
    summary="Predict a file",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobView,
    openapi_extra=file_body(_FORMATS),
)
async def create_job(  # noqa: PLR0913, PLR0917  # one parameter for each that a request may have
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionNumber = None,
    alias: VersionAlias = None,
    time: TimeColumn = None,
    row_id: KeyColumn = None,
    file: FileName = "",
) -> Json:
    """Take a file of rows, and predict it in the background; `Location` says where it is watched.

    CSV, Parquet, an Arrow stream or file, or NDJSON, by content type. One version predicts all of
    it: the champion as it is now, or the one that is named. What is wrong with the columns is
    told at once. Rows that do not fit are refused one by one, and told with the job.
    """
    kind = format_of(request, _FORMATS)

    def draft() -> Draft:
        return desk.file_jobs.draft(
            name, kind, version=version, alias=alias, time=time, row_id=row_id, file=file
        )

    return await _taken(request, desk, settings, await run_in_threadpool(draft))


@router.post(
    "/models/{name}/versions/{version}/jobs",
    operation_id="create_version_job",
    summary="Predict a file by a version",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobView,
    openapi_extra=file_body(_FORMATS),
)
async def create_version_job(  # likewise
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionInPath,
    time: TimeColumn = None,
    row_id: KeyColumn = None,
    file: FileName = "",
) -> Json:
    """Take a file of rows, and predict it by one version, whichever the champion is."""
    kind = format_of(request, _FORMATS)

    def draft() -> Draft:
        return desk.file_jobs.draft(
            name, kind, version=version, time=time, row_id=row_id, file=file
        )

    return await _taken(request, desk, settings, await run_in_threadpool(draft))


@router.get("/jobs", operation_id="list_jobs", summary="List the jobs", response_model=JobsAnswer)
def list_jobs(
    desk: TheDesk,
    model: Annotated[
        str | None,
        Query(description="Only of this model.", max_length=200, pattern=NAME_PATTERN),
    ] = None,
    state: Annotated[JobState | None, Query(description="Only in this state.")] = None,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=MOST_JOBS)] = 100,
) -> Json:
    """List the files that are or were predicted, the latest first."""
    return Json(JobsAnswer(jobs=desk.file_jobs.list(model=model, state=state, limit=limit)))


@router.get("/jobs/{job_id}", operation_id="job", summary="Watch a job", response_model=JobView)
def job(desk: TheDesk, job_id: JobId) -> Json:
    """Say how far a file is: its state, its rows, how fast it goes, and what is wrong."""
    return Json(desk.file_jobs.get(job_id))


@router.get(
    "/jobs/{job_id}/result",
    operation_id="job_result",
    summary="Fetch the predictions",
    response_class=Response,
    responses=TABLES,
)
def job_result(
    request: Request,
    desk: TheDesk,
    job_id: JobId,
    kind: Annotated[
        ResultFormat | None,
        Query(alias="format", description="Instead of `Accept`, such as in a link."),
    ] = None,
) -> Response:
    """Fetch the predictions of a file, in its order: Parquet, or what `Accept` asks for.

    Each row has its `prediction_id`, its own key, its time, the outputs and, where it was
    refused, the `problem` and no output.
    """
    wanted = kind or _RESULTS.get(wanted_type(request.headers.get("accept", "")) or PARQUET)
    assert wanted is not None  # noqa: S101 - every type of table is in there
    path = desk.file_jobs.result(job_id)
    name = f"{desk.file_jobs.get(job_id).model}-{job_id}.{_SUFFIXES[wanted]}"
    if wanted is ResultFormat.PARQUET:
        return FileResponse(path, media_type=PARQUET, filename=name)
    check_format(path, wanted)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(result_bytes(path, wanted), media_type=_TYPES[wanted], headers=headers)


@router.delete(
    "/jobs/{job_id}",
    operation_id="delete_job",
    summary="Cancel or remove a job",
    response_model=JobView,
)
def delete_job(desk: TheDesk, job_id: JobId) -> Json:
    """Cancel a job, or remove one that is over with its result; predictions stay in the log."""
    return Json(desk.file_jobs.cancel(job_id))


async def _taken(request: Request, desk: Desk, settings: Settings, draft: Draft) -> Json:
    try:
        await store_body(request, draft.path, most=settings.max_job_bytes)
    except BaseException:
        # Also when the client goes away, or the server stops: nothing half sent stays.
        desk.file_jobs.discard(draft)
        raise
    found = await run_in_threadpool(desk.file_jobs.submit, draft)
    root = request.scope.get("root_path", "").rstrip("/")
    return Json(
        found,
        status_code=HTTPStatus.ACCEPTED,
        headers={"Location": f"{root}/api/v1/jobs/{found.job_id}"},
    )
