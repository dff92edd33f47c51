"""Groups of rows side by side: on which measures a version treats them differently."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from modeldesk.api.context import LONGEST_PART, NAME_PATTERN, ModelName, TheDesk, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.services.fairness_views import FairnessReport

router = Router(tags=["Performance"])

_MOST = 100

_Name = Annotated[str, StringConstraints(max_length=LONGEST_PART, pattern=NAME_PATTERN)]
_By = Annotated[
    _Name | None,
    Query(description="The column whose segments are the groups, such as country."),
]
_Groups = Annotated[
    list[_Name] | None,
    Query(
        alias="group",
        description="Instead of it, a segment such as country=DE, or a slice; to be repeated.",
        max_length=_MOST,
    ),
]
_Against = Annotated[
    _Name | None,
    Query(
        description="The group that the others are compared with; left out: with all others. "
        "Of more than two slices, or segments of several columns, one must be named."
    ),
]
_Of = Annotated[
    _Name | None,
    Query(description="Of which class; left out: of the positive one of two, or of all."),
]


@router.get(
    "/models/{name}/performance/fairness",
    operation_id="performance_fairness",
    summary="Compare groups of rows",
    response_model=FairnessReport,
)
def performance_fairness(  # noqa: PLR0913  # one parameter for each thing that can be asked
    desk: TheDesk,
    name: ModelName,
    *,
    when: When,
    by: _By = None,
    groups: _Groups = None,
    against: _Against = None,
    of: _Of = None,
    version: VersionNumber = None,
    measures: Annotated[
        list[str] | None,
        Query(
            alias="measure",
            description="A measure, such as recall; may be repeated. Left out: those that fit.",
            max_length=_MOST,
        ),
    ] = None,
    confidence: Annotated[
        float,
        Query(description="That no difference is called where there is none.", gt=0, lt=1),
    ] = 0.95,
) -> Json:
    """Put groups of labelled rows side by side, each with its difference from the others.

    Without `measure`: how often a class is predicted, recall, false positive rate and accuracy;
    of numbers the size of the error and its bias. What is not defined says why. 422 where groups
    are known to have rows in common.
    """
    found = desk.performance.fairness(
        name,
        by=by,
        groups=groups,
        against=against,
        of=of,
        version=version,
        start=when.start,
        end=when.end,
        measures=measures,
        confidence=confidence,
    )
    return Json(found)
