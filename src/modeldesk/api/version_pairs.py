"""Versions compared in pairs, on requests that one answered and the other shadowed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from modeldesk.api.context import LARGEST_KEY, NAME_PATTERN, ModelName, TheDesk
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.router import Router
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.version_comparison import ComparisonChoices

MOST_ROWS = 100_000
"""Rows that one request may have compared."""

router = Router(tags=["Models"])

_One = Annotated[
    int | None,
    Query(description="The version that is judged; left out: the champion.", ge=1, le=LARGEST_KEY),
]
_Other = Annotated[
    int | None,
    Query(
        description="The version that it is compared with; left out: the champion.",
        ge=1,
        le=LARGEST_KEY,
    ),
]
_Limit = Annotated[
    int, Query(description="Rows that are compared, the latest first.", ge=1, le=MOST_ROWS)
]
_Shown = Annotated[
    int, Query(description="Rows that are shown on which they disagree.", ge=0, le=200)
]
_Slices = Annotated[
    list[Annotated[str, Field(max_length=4_000, pattern=NAME_PATTERN)]] | None,
    Query(
        alias="slice",
        description="A slice of the model, or a condition on inputs such as `age > 60`, whose "
        "improvements and regressions are counted; may be repeated.",
        max_length=50,
    ),
]


@router.get(
    "/models/{name}/versions/compare",
    operation_id="compare_version_pairs",
    summary="Compare two versions on the same requests",
    response_model=PairedReport,
)
def compare_version_pairs(
    desk: TheDesk,
    name: ModelName,
    when: When,
    one: _One = None,
    other: _Other = None,
    limit: _Limit = 10_000,
    show: _Shown = 20,
    slices: _Slices = None,
) -> Json:
    """Compare two versions on requests that one of them answered and the other shadowed.

    Labelled rows tell which is better, in pairs: rows that only one got right, McNemar's test,
    and the signed difference of each measure with its interval. All rows tell how often they
    agree, and on which rows they do not.
    """
    champion = desk.registry.record(name).number
    found = desk.version_comparison.shadow(
        name,
        champion if one is None else one,
        champion if other is None else other,
        start=when.start,
        end=when.end,
        choices=ComparisonChoices(
            rows=limit, shown=show, slices=desk.slices.named(name, slices or ())
        ),
    )
    return Json(found)
