"""How good versions are, as far as labels tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Depends, Query

from modeldesk.api.answers import SegmentsAnswer
from modeldesk.api.batches import moment
from modeldesk.api.context import (
    LARGEST_KEY,
    NAME_PATTERN,
    ModelName,
    TheDesk,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.services.performance_views import (
    ComparedVersions,
    ConfusionView,
    CurvesView,
    PerformanceReport,
)

router = APIRouter(tags=["Performance"])

_LONGEST_NAME = 600
_MOST_MEASURES = 100
_DAY: dict[str, Any] = {"format": "date-time"}


class _Rows(TypedDict):
    segment: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class _Which:
    """Which of a version's labelled rows are meant."""

    segment: Annotated[
        str,
        Query(
            description="Only the rows of this segment, such as country=DE; left out: all.",
            max_length=_LONGEST_NAME,
            pattern=NAME_PATTERN,
        ),
    ] = ""
    start: Annotated[
        str | None,
        Query(
            alias="from",
            description="Leave out days that start earlier; ISO 8601 with a zone.",
            json_schema_extra=_DAY,
        ),
    ] = None
    end: Annotated[
        str | None,
        Query(
            alias="to",
            description="Leave out days that start then or later; ISO 8601 with a zone.",
            json_schema_extra=_DAY,
        ),
    ] = None

    @property
    def rows(self) -> _Rows:
        """The same for the services; `InvalidRequest` where a time is none."""
        return _Rows(
            segment=self.segment,
            start=None if self.start is None else moment(self.start, "from"),
            end=None if self.end is None else moment(self.end, "to"),
        )


_ALL = _Which()

_Measures = Annotated[
    list[str] | None,
    Query(
        alias="measure",
        description="A measure, such as f1_macro; may be repeated. Left out: all that apply.",
        max_length=_MOST_MEASURES,
    ),
]
_Confidence = Annotated[
    float,
    Query(description="How often an interval should hold the true value.", gt=0, lt=1),
]


@router.get(
    "/models/{name}/performance",
    operation_id="performance",
    summary="Show how good a version is",
    response_model=PerformanceReport,
)
def performance(
    desk: TheDesk,
    name: ModelName,
    version: VersionNumber = None,
    which: Annotated[_Which, Depends()] = _ALL,
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Show how good a version is over a range, and on each of its days, as far as labels tell.

    Every figure has an interval, or says why there is none. Without `measure`, days have a few
    that fit the task. Labels count from a few seconds after they arrived.
    """
    report = desk.performance.report(
        name, version=version, measures=measures, confidence=confidence, **which.rows
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
    version: VersionNumber = None,
    which: Annotated[_Which, Depends()] = _ALL,
) -> Json:
    """Show how often each class was predicted for each; 409 where no classes are predicted."""
    return Json(desk.performance.confusion(name, version=version, **which.rows))


@router.get(
    "/models/{name}/performance/curves",
    operation_id="performance_curves",
    summary="Show curves over thresholds",
    response_model=CurvesView,
)
def performance_curves(
    desk: TheDesk,
    name: ModelName,
    version: VersionNumber = None,
    which: Annotated[_Which, Depends()] = _ALL,
    of: Annotated[
        str | None,
        Query(
            description="The class; left out: the positive one of two.",
            max_length=_LONGEST_NAME,
            pattern=NAME_PATTERN,
        ),
    ] = None,
) -> Json:
    """Show ROC, precision over recall, and calibration; 409 where no classes are predicted."""
    return Json(desk.performance.curves(name, version=version, of=of, **which.rows))


@router.get(
    "/models/{name}/performance/versions",
    operation_id="compare_performance",
    summary="Compare two versions",
    response_model=ComparedVersions,
)
def compare_performance(
    desk: TheDesk,
    name: ModelName,
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
    which: Annotated[_Which, Depends()] = _ALL,
    measures: _Measures = None,
    confidence: _Confidence = 0.95,
) -> Json:
    """Compare two versions, each on its own labelled rows.

    `confidence` holds for all differences together. Rows that both predicted, one of them as a
    shadow, are not independent: of such rows this comparison misses differences.
    """
    told = desk.performance.compare(
        name, one, other, measures=measures, confidence=confidence, **which.rows
    )
    return Json(told)
