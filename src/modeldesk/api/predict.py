"""Predictions: decode, hand over to the predictor, wait for the commit, answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from fastapi import APIRouter, Request

from modeldesk.api.answers import BareAnswer, BatchAnswer, PredictionAnswer
from modeldesk.api.batches import Batch, read_batch
from modeldesk.api.context import ModelName, TheDesk, TheSettings, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.predicting import in_thread, named, only_model, predicted, submitted
from modeldesk.api.requests import parse, parse_object, read_bytes
from modeldesk.schema import prediction_id
from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, TIME

router = APIRouter(tags=["Predict"])

_WHICH = "Send the row as {{'row': ...}} to /api/v1/models/NAME/predict; names: {names}."


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
        name = only_model(desk, hint=_WHICH)
        return submitted(desk, name, Batch(rows=[parse(body)]), None)

    return await in_thread(request, _bare_answer, await predicted(request, submit))


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
        return submitted(desk, name, batch, version)

    return await in_thread(request, _batch_answer, await predicted(request, submit))


def _bare_answer(batch: PredictionBatch) -> Json:
    (found,) = batch.predictions
    column = batch.signature.prediction.name
    return Json(
        BareAnswer(
            data={column: found.outputs[column]},
            message="Success",
            prediction_id=found.prediction_id,
        ),
        headers=named(batch),
    )


def _batch_answer(batch: PredictionBatch) -> Json:
    answer = BatchAnswer(
        model=batch.model, version=batch.version, predictions=tuple(_predictions(batch))
    )
    return Json(answer, headers=named(batch))


def _predictions(batch: PredictionBatch) -> Iterator[PredictionAnswer]:
    """Yield the answer for each row, read column by column."""
    frame = batch.frame
    nothing = [None] * frame.height
    row_ids = frame[ROW_ID].to_list() if ROW_ID in frame.columns else nothing
    scores = [score.label or score.name for score in batch.signature.scores]
    likely = zip(*(frame[score.name].to_list() for score in batch.signature.scores), strict=True)
    rows = zip(
        row_ids,
        frame[TIME].to_list(),
        frame[batch.signature.prediction.name].to_list(),
        likely if scores else nothing,
        strict=True,
    )
    for position, (row_id, time, prediction, probabilities) in enumerate(rows):
        yield PredictionAnswer(
            prediction_id=prediction_id(batch.chunk, batch.start + position),
            row_id=row_id,
            time=time,
            prediction=prediction,
            probabilities=dict(zip(scores, probabilities, strict=True)) if probabilities else None,
        )
