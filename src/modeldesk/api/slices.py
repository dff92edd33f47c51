"""Named slices of models: kept, tried and found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from modeldesk.api.batches import moment
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import (
    LARGEST_KEY,
    NAME_PATTERN,
    ModelName,
    TheDesk,
    TheSettings,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.requests import body_of, parse_as
from modeldesk.api.router import Router
from modeldesk.performance.slices import Search
from modeldesk.services.slice_views import CheckedExpression, SliceView, WorstSlices

router = Router(prefix="/models/{name}/slices", tags=["Performance"])

_LONGEST = 20_000
"""Characters of a condition, as the language says; said here for the document."""

_Moment = Annotated[str | None, Query(json_schema_extra={"format": "date-time"})]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SliceBody(_Body):
    """A slice to be kept."""

    name: str = Field(description="What people call it.", max_length=100)
    expression: str = Field(description="The condition.", max_length=_LONGEST)


class ExpressionBody(_Body):
    """A condition to be tried."""

    expression: str = Field(description="The condition, maybe unfinished.", max_length=_LONGEST)
    version: int | None = Field(
        default=None,
        ge=1,
        le=LARGEST_KEY,
        description="Whose rows are tried; left out: the champion.",
    )
    cursor: int | None = Field(
        default=None,
        ge=0,
        le=_LONGEST,
        description="Characters before the cursor, to be told what may come there.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesAnswer:
    """Slices of a model in the order of their names."""

    slices: tuple[SliceView, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """Where slices are looked for, and what counts as one."""

    start: Annotated[_Moment, Query(alias="from", description="Rows from this time on.")] = None
    end: Annotated[_Moment, Query(alias="to", description="Rows before this time.")] = None
    squared: Annotated[
        bool, Query(description="Of numbers, count squares of errors instead of sizes.")
    ] = False
    min_rows: Annotated[
        int, Query(description="A slice has at least so many rows.", ge=5, le=1_000_000)
    ] = 20
    limit: Annotated[int, Query(description="Slices at most.", ge=1, le=50)] = 10
    rows: Annotated[int, Query(description="Newest labelled rows at most.", ge=1, le=1_000_000)] = (
        100_000
    )


_ANYTHING = _Search()


@router.get("", operation_id="list_slices", summary="List the slices", response_model=SlicesAnswer)
def list_slices(desk: TheDesk, name: ModelName) -> Json:
    """List a model's slices, each with the versions that it does not fit and why."""
    return Json(SlicesAnswer(slices=desk.slices.of(name)))


@router.post(
    "",
    operation_id="define_slice",
    summary="Define a slice",
    response_model=SliceView,
    openapi_extra=body_of(SliceBody, {"name": "old", "expression": "age > 60"}),
)
async def define_slice(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Keep a named condition on a model's rows, instead of one of the same name.

    Labelled days are then evaluated again in the background, and performance can be asked for
    the slice. A wrong condition is refused; `start` and `end` of the error are the place.
    """
    body = parse_as(SliceBody, await read_bytes(request, most=settings.max_body_bytes))
    return Json(await run_in_threadpool(desk.slices.define, name, body.name, body.expression))


@router.post(
    "/check",
    operation_id="check_slice",
    summary="Try a condition",
    response_model=CheckedExpression,
    openapi_extra=body_of(ExpressionBody, {"expression": "age > 60 and ", "cursor": 13}),
)
async def check_slice(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Say how a condition is always written and how many of the newest rows it takes.

    Or what is wrong with it and where, in `error`; the status is 200 all the same. With
    `cursor`, also what may come there. Nothing is kept.
    """
    body = parse_as(ExpressionBody, await read_bytes(request, most=settings.max_body_bytes))

    def work() -> CheckedExpression:
        return desk.slices.check(name, body.expression, version=body.version, cursor=body.cursor)

    return Json(await run_in_threadpool(work))


@router.get(
    "/find",
    operation_id="find_slices",
    summary="Find the worst slices",
    response_model=WorstSlices,
)
def find_slices(
    desk: TheDesk,
    name: ModelName,
    version: VersionNumber = None,
    wanted: Annotated[_Search, Depends()] = _ANYTHING,
) -> Json:
    """Look for the slices in which a version is worst, over its newest labelled rows."""
    found = desk.slices.find(
        name,
        version=version,
        start=None if wanted.start is None else moment(wanted.start, "from"),
        end=None if wanted.end is None else moment(wanted.end, "to"),
        squared=wanted.squared,
        search=Search(min_rows=wanted.min_rows, most=wanted.limit),
        most_rows=wanted.rows,
    )
    return Json(found)


@router.delete(
    "/{slice}",
    operation_id="delete_slice",
    summary="Delete a slice",
    response_model=SliceView,
)
def delete_slice(
    desk: TheDesk,
    name: ModelName,
    slice_name: Annotated[
        str,
        Path(alias="slice", description="Name of a slice.", max_length=100, pattern=NAME_PATTERN),
    ],
) -> Json:
    """Delete a slice with what was evaluated of it; the answer is what it was."""
    return Json(desk.slices.delete(name, slice_name))
