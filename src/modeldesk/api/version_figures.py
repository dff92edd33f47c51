"""How good versions are on their test sets, and one after the other."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from modeldesk.api.context import NAME_PATTERN, ModelName, TheDesk, VersionInPath
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.services.version_figure_views import VersionLine, VersionTestReport
from modeldesk.services.version_figures import MOST_VERSIONS, USUAL_VERSIONS

router = Router(tags=["Models"])

_Measures = Annotated[
    list[str] | None,
    Query(
        alias="measure",
        description="A measure, such as f1_macro; may be repeated. Left out: those that fit.",
        max_length=100,
    ),
]
_Confidence = Annotated[
    float,
    Query(description="How often an interval should hold the true value.", gt=0, lt=1),
]


@router.get(
    "/models/{name}/versions/performance",
    operation_id="version_line",
    summary="Show how good each version is",
    response_model=VersionLine,
)
def version_line(  # one parameter for each thing that can be asked
    desk: TheDesk,
    name: ModelName,
    when: When,
    slice_name: Annotated[
        str,
        Query(
            alias="slice",
            description="Only the rows of this slice; left out: all.",
            max_length=100,
            pattern=NAME_PATTERN,
        ),
    ] = "",
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
    limit: Annotated[
        int, Query(description="How many of the newest versions.", ge=1, le=MOST_VERSIONS)
    ] = USUAL_VERSIONS,
) -> Json:
    """Show each version on the test set that it was published with, and on live labels.

    Every figure has an interval, or says why there is none. Each version is compared with the
    last one before it that has figures; `from` and `to` are about live labels.
    """
    found = desk.version_figures.line(
        name,
        slice=slice_name,
        start=when.start,
        end=when.end,
        measures=measures,
        confidence=confidence,
        limit=limit,
    )
    return Json(found)


@router.get(
    "/models/{name}/versions/{version}/test",
    operation_id="version_test",
    summary="Show how good a version is on its test set",
    response_model=VersionTestReport,
)
def version_test(
    desk: TheDesk,
    name: ModelName,
    version: VersionInPath,
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Show a version on the test set that it was published with: overall, by class, by slice.

    And how it compared with the champion then, on the same rows. 404 where it had no test set.
    """
    found = desk.version_figures.test(
        name, version=version, measures=measures, confidence=confidence
    )
    return Json(found)
