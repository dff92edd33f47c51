"""What people say about single predictions: reading them back, and flags."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from modeldesk.api.answers import FlagsAnswer
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import ModelName, PredictionId, TheDesk, TheSettings
from modeldesk.api.encoding import Json
from modeldesk.api.requests import body_of, parse_as, storable
from modeldesk.api.router import Router
from modeldesk.services.acting import caller
from modeldesk.services.feedback import REASONS
from modeldesk.services.neighbours import MOST_NEIGHBOURS, MOST_ROWS, NeighbourReport
from modeldesk.services.views import FlagView, PredictionView

router = Router(tags=["Feedback"])


def _storable(text: str) -> str:
    if not storable(text):
        message = "text without NUL characters"
        raise ValueError(message)
    return text


_Text = Annotated[str, AfterValidator(_storable)]


class FlagBody(BaseModel):
    """A person's mark on one prediction."""

    model_config = ConfigDict(extra="forbid")

    reason: _Text = Field(description=f"One of: {', '.join(REASONS)}.", max_length=100)
    comment: _Text = Field(default="", description="In your own words.", max_length=10_000)
    proposed_label: _Text | None = Field(
        default=None, description="What the prediction should have been.", max_length=1_000
    )


@router.get(
    "/predictions/{prediction_id}",
    operation_id="prediction",
    summary="Read a prediction back",
    response_model=PredictionView,
)
def prediction(desk: TheDesk, prediction_id: PredictionId) -> Json:
    """Read one logged prediction back: its inputs, its outputs, its time."""
    found = desk.reader.prediction(prediction_id)
    caller().check_model(found.model)
    return Json(found)


@router.get(
    "/predictions/{prediction_id}/neighbours",
    operation_id="prediction_neighbours",
    summary="Find similar predictions",
    response_model=NeighbourReport,
)
def prediction_neighbours(
    desk: TheDesk,
    prediction_id: PredictionId,
    limit: Annotated[int, Query(description="How many.", ge=1, le=MOST_NEIGHBOURS)] = 5,
    rows: Annotated[
        int, Query(description="How many of the newest rows are looked at.", ge=1, le=MOST_ROWS)
    ] = 10_000,
) -> Json:
    """Find the rows of the same version whose inputs are most like a prediction's.

    With what was predicted for them and, where it is known, what was true: so one sees whether a
    wrong answer stands alone. The distance is Gower's, 0 for the same inputs.
    """
    caller().check_model(desk.reader.prediction(prediction_id).model)
    return Json(desk.neighbours.of(prediction_id, limit=limit, most_rows=rows))


@router.post(
    "/predictions/{prediction_id}/flags",
    operation_id="flag_prediction",
    summary="Flag a prediction",
    status_code=HTTPStatus.CREATED,
    response_model=FlagView,
    openapi_extra=body_of(FlagBody, {"reason": REASONS[0], "comment": "Looks wrong to me."}),
)
async def flag_prediction(
    request: Request, desk: TheDesk, settings: TheSettings, prediction_id: PredictionId
) -> Json:
    """Mark one prediction as wrong or remarkable, with a reason and a comment."""
    flag = parse_as(FlagBody, await read_bytes(request, most=settings.max_body_bytes))

    def work() -> FlagView:
        if caller().models is not None:
            caller().check_model(desk.reader.prediction(prediction_id).model)
        return desk.feedback.flag(
            prediction_id,
            reason=flag.reason,
            comment=flag.comment,
            proposed_label=flag.proposed_label,
        )

    return Json(await run_in_threadpool(work), status_code=HTTPStatus.CREATED)


@router.get(
    "/models/{name}/flags",
    operation_id="list_flags",
    summary="List a model's flags",
    response_model=FlagsAnswer,
)
def list_flags(
    desk: TheDesk,
    name: ModelName,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=1000)] = 100,
) -> Json:
    """List the flags on one model's predictions, newest first."""
    return Json(FlagsAnswer(flags=desk.feedback.flags(name, limit=limit)))
