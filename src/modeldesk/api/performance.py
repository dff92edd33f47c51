"""How good versions are, as far as labels tell."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypedDict

from fastapi import Depends, Query

from modeldesk.api.answers import SegmentsAnswer
from modeldesk.api.context import (
    LARGEST_KEY,
    LONGEST_PART,
    NAME_PATTERN,
    ModelName,
    TheDesk,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.performance import Costs
from modeldesk.services.performance_parts import PartsTable
from modeldesk.services.performance_views import (
    ComparedVersions,
    ConfusionView,
    CurvesView,
    ErrorsView,
    PerformanceReport,
)

router = Router(tags=["Performance"])

_MOST_MEASURES = 100
_USUAL_COSTS = Costs()


class _Rows(TypedDict):
    """Which of a version's labelled rows are meant."""

    segment: str
    slice: str
    start: datetime | None
    end: datetime | None


def _asked_rows(
    when: When,
    segment: Annotated[
        str,
        Query(
            description="Only the rows of this segment, such as country=DE; left out: all.",
            max_length=LONGEST_PART,
            pattern=NAME_PATTERN,
        ),
    ] = "",
    slice_name: Annotated[
        str,
        Query(
            alias="slice",
            description="Only the rows of this slice, instead of a segment.",
            max_length=LONGEST_PART,
            pattern=NAME_PATTERN,
        ),
    ] = "",
) -> _Rows:
    return _Rows(segment=segment, slice=slice_name, start=when.start, end=when.end)


_Which = Annotated[_Rows, Depends(_asked_rows)]

_Measures = Annotated[
    list[str] | None,
    Query(
        alias="measure",
        description="A measure, such as f1_macro; may be repeated. Left out: all that apply.",
        max_length=_MOST_MEASURES,
    ),
]
_Cost = Annotated[
    float,
    Query(
        description="What such a row costs, in any unit; a gain is negative.", allow_inf_nan=False
    ),
]
_Confidence = Annotated[
    float,
    Query(description="How often an interval should hold the true value.", gt=0, lt=1),
]


def _asked_costs(
    true_positive: _Cost = 0.0,
    false_positive: _Cost = 1.0,
    false_negative: _Cost = 1.0,
    true_negative: _Cost = 0.0,
) -> Costs:
    return Costs(
        true_positive=true_positive,
        false_positive=false_positive,
        false_negative=false_negative,
        true_negative=true_negative,
    )


@router.get(
    "/models/{name}/performance",
    operation_id="performance",
    summary="Show how good a version is",
    response_model=PerformanceReport,
)
def performance(
    desk: TheDesk,
    name: ModelName,
    which: _Which,
    version: VersionNumber = None,
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Show how good a version is over a range, and on each of its days, as far as labels tell.

    Every figure has an interval, or says why there is none. Without `measure`, days have a few
    that fit the task. Labels count from a few seconds after they arrived.
    """
    report = desk.performance.report(
        name, version=version, measures=measures, confidence=confidence, **which
    )
    return Json(report)


@router.get(
    "/models/{name}/performance/segments",
    operation_id="performance_segments",
    summary="List the segments with labelled rows",
    response_model=SegmentsAnswer,
)
def performance_segments(desk: TheDesk, name: ModelName, version: VersionNumber = None) -> Json:
    """List the segments of which a version has labelled rows."""
    return Json(SegmentsAnswer(segments=desk.performance.segments(name, version=version)))


@router.get(
    "/models/{name}/performance/confusion",
    operation_id="performance_confusion",
    summary="Show which classes are taken for which",
    response_model=ConfusionView,
)
def performance_confusion(
    desk: TheDesk,
    name: ModelName,
    which: _Which,
    version: VersionNumber = None,
) -> Json:
    """Show how often each class was predicted for each; 409 where no classes are predicted."""
    return Json(desk.performance.confusion(name, version=version, **which))


@router.get(
    "/models/{name}/performance/curves",
    operation_id="performance_curves",
    summary="Show curves over thresholds",
    response_model=CurvesView,
)
def performance_curves(
    desk: TheDesk,
    name: ModelName,
    which: _Which,
    version: VersionNumber = None,
    of: Annotated[
        str | None,
        Query(
            description="The class; left out: the positive one of two.",
            max_length=LONGEST_PART,
            pattern=NAME_PATTERN,
        ),
    ] = None,
    costs: Annotated[Costs, Depends(_asked_costs)] = _USUAL_COSTS,
) -> Json:
    """Show ROC, precision over recall, calibration, and what each threshold would give and cost.

    Without costs each mistake counts one. 409 where no classes are predicted.
    """
    return Json(desk.performance.curves(name, version=version, of=of, costs=costs, **which))


@router.get(
    "/models/{name}/performance/errors",
    operation_id="performance_errors",
    summary="Show how large the errors are",
    response_model=ErrorsView,
)
def performance_errors(
    desk: TheDesk,
    name: ModelName,
    which: _Which,
    version: VersionNumber = None,
) -> Json:
    """Show how the errors of numbers are distributed; 409 where no numbers are predicted."""
    return Json(desk.performance.errors(name, version=version, **which))


@router.get(
    "/models/{name}/performance/parts",
    operation_id="performance_parts",
    summary="Show each segment and slice beside all rows",
    response_model=PartsTable,
)
def performance_parts(
    desk: TheDesk,
    name: ModelName,
    when: When,
    version: VersionNumber = None,
    measures: _Measures = None,
    daily: Annotated[
        list[str] | None,
        Query(
            description="A measure that is told of each day of each part; may be repeated.",
            max_length=_MOST_MEASURES,
        ),
    ] = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Show how good a version is in each segment and slice, and which lie outside all rows.

    Without `measure`, a few that fit the task.
    """
    found = desk.performance.parts_table(
        name,
        version=version,
        start=when.start,
        end=when.end,
        measures=measures,
        daily=daily or (),
        confidence=confidence,
    )
    return Json(found)


@router.get(
    "/models/{name}/performance/versions",
    operation_id="compare_performance",
    summary="Compare two versions",
    response_model=ComparedVersions,
)
def compare_performance(
    desk: TheDesk,
    name: ModelName,
    which: _Which,
    one: Annotated[
        int | None,
        Query(
            description="The version that is judged; left out: the champion.",
            ge=1,
            le=LARGEST_KEY,
        ),
    ] = None,
    other: Annotated[
        int | None,
        Query(
            description="The version that it is compared with; left out: the champion.",
            ge=1,
            le=LARGEST_KEY,
        ),
    ] = None,
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Compare two versions, each on its own labelled rows.

    `confidence` holds for all differences together. Rows that both predicted, one of them as a
    shadow, are not independent: of such rows this comparison misses differences.
    """
    told = desk.performance.compare(
        name, one, other, measures=measures, confidence=confidence, **which
    )
    return Json(told)
