"""Labels: the true outcomes of predictions, taken in and read back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import NAME_PATTERN, ModelName, TheDesk, TheSettings, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.label_batches import read_label_batch
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.api.tables import JSON, read_table, table_body
from modeldesk.schema import Granularity
from modeldesk.services.label_reading import LONGEST_SOURCE, LabelColumns, LabelKey
from modeldesk.services.labelling import LabelChoices, Labelled, OnConflict
from modeldesk.services.maturity import MOST_LABELS, LabelDelay, LabelPage, MaturityReport
from modeldesk.services.media_types import media_type

router = Router(tags=["Labels"])


class Invalid(StrEnum):
    """What happens to labels that are wrong."""

    REFUSE = "refuse"
    """The whole request is refused, and nothing written."""
    SKIP = "skip"
    """They are left out and told."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns of a table are what."""

    key: Annotated[
        LabelKey | None,
        Query(
            description="What names the predictions of a table; left out: prediction_id where a "
            "row has one, else row_id."
        ),
    ] = None
    key_column: Annotated[
        str | None,
        Query(description="Column with these names, if called otherwise.", max_length=500),
    ] = None
    label: Annotated[
        str | None, Query(description="Column with the labels; by default label.", max_length=500)
    ] = None
    time: Annotated[
        str | None,
        Query(
            description="Column that says when outcomes were known; by default label_time where "
            "there is one, else now.",
            max_length=500,
        ),
    ] = None
    source: Annotated[
        str,
        Query(
            description="Where the labels come from that do not say so themselves.",
            max_length=LONGEST_SOURCE,
            pattern=NAME_PATTERN,
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class _Choices:
    """How strictly labels are taken."""

    conflicts: Annotated[
        OnConflict,
        Query(description="Labels of one prediction that differ: refuse all, or which counts."),
    ] = OnConflict.REFUSE
    invalid: Annotated[
        Invalid, Query(description="Labels that are wrong: refuse all, or leave them out.")
    ] = Invalid.REFUSE
    dry_run: Annotated[bool, Query(description="Say what would happen, and write nothing.")] = False


_USUAL = _Columns()
_STRICT = _Choices()

_NAMED: dict[str, Any] = {
    "prediction_id": {"type": ["string", "null"], "description": "From the prediction's answer."},
    "row_id": {"type": ["string", "integer", "null"], "description": "Or your own key."},
    "label": {"description": "The true class or number, or a list of classes."},
    "time": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "When the outcome was known; left out: now.",
    },
    "source": {"type": ["string", "null"], "description": "Where it comes from, such as crm."},
}


def _body() -> dict[str, Any]:
    one = {
        "title": "One label",
        "type": "object",
        "properties": _NAMED,
        "required": ["label"],
        "additionalProperties": False,
    }
    listed = {"type": "array", "items": one, "minItems": 1}
    many = {
        "title": "Many labels",
        "type": "object",
        "properties": {"labels": listed},
        "required": ["labels"],
        "additionalProperties": False,
    }
    columns = {
        "title": "Columns",
        "type": "object",
        "properties": {"columns": {"type": "object", "description": "A list for each field."}},
        "required": ["columns"],
        "additionalProperties": False,
    }
    return table_body({"anyOf": [one, many, columns, listed]})


@router.post(
    "/models/{name}/labels",
    operation_id="label_predictions",
    summary="Label predictions",
    response_model=Labelled,
    openapi_extra=_body(),
)
async def label_predictions(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    columns: Annotated[_Columns, Depends()] = _USUAL,
    choices: Annotated[_Choices, Depends()] = _STRICT,
) -> Json:
    """Say what the true outcomes of predictions were.

    One label, many, or columns as JSON; or a table as CSV, Parquet or an Arrow stream. Each names
    its prediction by `prediction_id`, or by your own key in `row_id`. Labels of predictions that
    are not known wait for them. A label that differs from an earlier one corrects it.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)
    content_type = request.headers.get("content-type", "")

    def work() -> Labelled:
        if media_type(content_type) == JSON:
            frame = read_label_batch(body, most_rows=settings.max_log_rows)
            wanted = LabelColumns(source=columns.source)
        else:
            frame = read_table(
                body,
                content_type,
                desk.table_readers,
                most_rows=settings.max_log_rows,
                most_columns=settings.max_columns,
                most_bytes=settings.max_body_bytes,
            )
            wanted = LabelColumns(
                key=columns.key,
                key_column=columns.key_column,
                label=columns.label,
                time=columns.time,
                source=columns.source,
            )
        return desk.labelling.label(
            name,
            frame,
            columns=wanted,
            choices=LabelChoices(
                conflicts=choices.conflicts,
                skip_invalid=choices.invalid is Invalid.SKIP,
                dry_run=choices.dry_run,
            ),
        )

    return Json(await run_in_threadpool(work))


@router.get(
    "/models/{name}/labels",
    operation_id="list_labels",
    summary="List labels",
    response_model=LabelPage,
)
def list_labels(
    desk: TheDesk,
    name: ModelName,
    cursor: Annotated[str | None, Query(description="From the page before.", max_length=60)] = None,
    limit: Annotated[int, Query(description="Labels of a page.", ge=1, le=MOST_LABELS)] = 100,
) -> Json:
    """List every label that was given to a model's predictions, those that arrived last first."""
    return Json(desk.labels.page(name, cursor=cursor, limit=limit))


@router.get(
    "/models/{name}/labels/delay",
    operation_id="label_delay",
    summary="Show how late labels are",
    response_model=LabelDelay,
)
def label_delay(desk: TheDesk, name: ModelName) -> Json:
    """Show how long after its prediction a first label's outcome was known, in seconds."""
    return Json(desk.labels.delay(name))


@router.get(
    "/models/{name}/maturity",
    operation_id="maturity",
    summary="Show how much is labelled",
    response_model=MaturityReport,
)
def maturity(
    desk: TheDesk,
    name: ModelName,
    when: When,
    version: VersionNumber = None,
    granularity: Annotated[Granularity, Query(description="Length of a window.")] = Granularity.DAY,
) -> Json:
    """Show which share of each window's predictions is labelled."""
    report = desk.labels.maturity(
        name,
        version=version,
        granularity=granularity,
        start=when.start,
        end=when.end,
    )
    return Json(report)
