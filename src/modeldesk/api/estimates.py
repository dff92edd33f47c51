"""Estimates: how good a model probably is while labels are not here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from modeldesk.api.batches import moment
from modeldesk.api.context import ModelName, TheDesk, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.services.estimate_report import EstimateReport

router = APIRouter(tags=["Performance"])

_From = Annotated[
    str | None,
    Query(
        alias="from",
        description="Leave out days that start earlier; ISO 8601 with a zone.",
        json_schema_extra={"format": "date-time"},
    ),
]
_To = Annotated[
    str | None,
    Query(
        alias="to",
        description="Leave out days that start then or later; ISO 8601 with a zone.",
        json_schema_extra={"format": "date-time"},
    ),
]


@router.get(
    "/models/{name}/estimates",
    operation_id="estimate_performance",
    summary="Estimate performance without labels",
    response_model=EstimateReport,
)
def estimate_performance(
    desk: TheDesk,
    name: ModelName,
    version: VersionNumber = None,
    start: _From = None,
    end: _To = None,
    level: Annotated[
        float,
        Query(description="How often what is realised shall be within the interval.", gt=0, lt=1),
    ] = 0.95,
) -> Json:
    """Estimate how good a version was on each day, and compare with the labels that are here.

    From the days' scores and inputs, by what the first labelled rows told about them. With each
    estimate stands an interval and what was realised, with all of them how right they were, and
    warnings where they should not be relied on.
    """
    report = desk.estimates.report(
        name,
        version=version,
        start=None if start is None else moment(start, "from"),
        end=None if end is None else moment(end, "to"),
        level=level,
    )
    return Json(report)
