"""What a change of performance comes from: which columns, segments and slices."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from modeldesk.api.context import ModelName, TheDesk, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import BaseRange, When
from modeldesk.api.router import Router
from modeldesk.services.change_attribution import USUAL_ROWS
from modeldesk.services.change_views import AttributionReport

MOST_ROWS = 200_000
"""Rows of either range that one request may have read."""

router = Router(tags=["Performance"])


@router.get(
    "/models/{name}/performance/attribution",
    operation_id="performance_attribution",
    summary="Tell what a change comes from",
    response_model=AttributionReport,
)
def performance_attribution(  # noqa: PLR0913  # one parameter for each thing that can be asked
    desk: TheDesk,
    name: ModelName,
    *,
    when: When,
    base: BaseRange,
    version: VersionNumber = None,
    estimated: Annotated[
        bool,
        Query(description="Divide the change that is expected without labels."),
    ] = False,
    squared: Annotated[
        bool, Query(description="Of numbers, count squares of errors instead of sizes.")
    ] = False,
    rows: Annotated[
        int,
        Query(description="Rows of either range that are read at most.", ge=1, le=MOST_ROWS),
    ] = USUAL_ROWS,
    confidence: Annotated[
        float,
        Query(
            description="That nothing is said to be more than chance where nothing changed.",
            gt=0,
            lt=1,
        ),
    ] = 0.95,
) -> Json:
    """Divide the change of the mean loss between two ranges among columns, segments and slices.

    For each, what the shift of its mix explains (covariate) and what is due to other losses of
    rows that are alike in it (concept), with intervals. Unless told, the last week with labelled
    rows is compared with the one before, an estimated change with what was learned from. Rows
    are read for this: of each day its share of `rows`.
    """
    found = desk.performance.attribution(
        name,
        version=version,
        start=when.start,
        end=when.end,
        base_start=base.start,
        base_end=base.end,
        estimated=estimated,
        squared=squared,
        most_rows=rows,
        confidence=confidence,
    )
    return Json(found)
