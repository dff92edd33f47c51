"""Estimates: how good a model probably is while labels are not here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from modeldesk.api.context import ModelName, TheDesk, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.services.estimate_report import EstimateReport

router = Router(tags=["Performance"])


@router.get(
    "/models/{name}/estimates",
    operation_id="estimate_performance",
    summary="Estimate performance without labels",
    response_model=EstimateReport,
)
def estimate_performance(
    desk: TheDesk,
    name: ModelName,
    when: When,
    version: VersionNumber = None,
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
        start=when.start,
        end=when.end,
        level=level,
    )
    return Json(report)
