"""Predictions: decode, hand over to the predictor, wait for the commit, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request

from modeldesk.api.answers import BareAnswer, BatchAnswer, PredictionAnswer
from modeldesk.api.batches import Batch, read_batch
from modeldesk.api.context import ModelName, TheDesk, TheSettings, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.requests import parse, parse_object, read_bytes, too_deep
from modeldesk.desk import Desk
from modeldesk.errors import Conflict, NotFound
from modeldesk.services.batch import PredictionBatch

router = APIRouter(tags=["Predict"])

Result = TypeVar("Result")


@router.post(
    "/predict",
    operation_id="predict_bare",
    summary="Predict one bare row",
    response_model=BareAnswer,
)
async def predict_bare(request: Request, desk: TheDesk, settings: TheSettings) -> Json:
    """Predict one row, given as the bare object of its features.

    For a server with exactly one model. The prediction is in the log when the answer arrives;
    `prediction_id` names it from then on. The key in `data` is the predicted column's name.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)

    def submit() -> Future[PredictionBatch]:
        return _submit(desk, _only_model(desk), Batch(rows=[parse(body)]), None)

    return await _in_thread(request, _bare_answer, await _predicted(request, submit))


@router.post(
    "/models/{name}/predict",
    operation_id="predict",
    summary="Predict one row or many",
    response_model=BatchAnswer,
)
async def predict(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionNumber = None,
) -> Json:
    """Predict one row or many; the predictions are in the log when the answer arrives.

    One row is `{"row": {...}}`, with a `timestamp` and a `row_id` of your own if you like; many
    are `{"rows": [...]}`, with `timestamps` and `row_ids` of the same length. A time needs a
    zone; without a time, the prediction is filed under the present. If any row does not fit the
    model's signature, none is predicted or logged, and every problem is listed.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)

    def submit() -> Future[PredictionBatch]:
        batch = read_batch(parse_object(body), most_rows=settings.max_rows)
        return _submit(desk, name, batch, version)

    return await _in_thread(request, _batch_answer, await _predicted(request, submit))


async def _predicted(
    request: Request, submit: Callable[[], Future[PredictionBatch]]
) -> PredictionBatch:
    """Read, check and queue the rows in a thread, then wait for the commit without one."""
    future = await _in_thread(request, submit)
    # Shielded: the rows are accepted, and a request that is given up must not take them back
    # from the predictor in the middle of a batch.
    return await asyncio.shield(asyncio.wrap_future(future))


async def _in_thread(request: Request, work: Callable[..., Result], *given: object) -> Result:
    limiter = request.app.state.predicting
    assert isinstance(limiter, CapacityLimiter)  # noqa: S101 - set by `provide`
    return await to_thread.run_sync(work, *given, limiter=limiter)


def _submit(desk: Desk, name: str, batch: Batch, version: int | None) -> Future[PredictionBatch]:
    try:
        return desk.predictor.submit(
            name,
            batch.rows,
            version=version,
            timestamps=batch.timestamps,
            row_ids=batch.row_ids,
        )
    except RecursionError as error:
        # Showing a wrong value that is nested a thousand deep.
        raise too_deep() from error


def _only_model(desk: Desk) -> str:
    names = desk.registry.names()
    if len(names) == 1:
        return names[0]
    if not names:
        message = "No model is published yet."
        raise NotFound(message, hint="Publish one: see modeldesk publish --help.")
    message = f"This server has {len(names)} models, so the request must say which."
    routes = ", ".join(f"/api/v1/models/{name}/predict" for name in names[:5])
    raise Conflict(message, hint=f"Send the row as {{'row': ...}} to one of: {routes}.")


def _bare_answer(batch: PredictionBatch) -> Json:
    (found,) = batch.predictions
    column = batch.signature.prediction.name
    return Json(
        BareAnswer(
            data={column: found.outputs[column]},
            message="Success",
            prediction_id=found.prediction_id,
        )
    )


def _batch_answer(batch: PredictionBatch) -> Json:
    column = batch.signature.prediction.name
    scores = [(score.label or score.name, score.name) for score in batch.signature.scores]
    return Json(
        BatchAnswer(
            model=batch.model,
            version=batch.version,
            predictions=tuple(
                PredictionAnswer(
                    prediction_id=found.prediction_id,
                    row_id=found.row_id,
                    time=found.time,
                    prediction=found.outputs[column],
                    probabilities={label: found.outputs[name] for label, name in scores} or None,
                )
                for found in batch.predictions
            ),
        )
    )
