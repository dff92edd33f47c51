"""Predictions: decode, hand over to the predictor, wait for the commit, answer."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

import polars as pl
from fastapi import Request
from starlette.responses import Response

from modeldesk.api.answers import BareAnswer, BatchAnswer
from modeldesk.api.batches import Batch, read_batch
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import (
    KeyColumn,
    ModelName,
    TheDesk,
    TheSettings,
    TimeColumn,
    VersionAlias,
    VersionInPath,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.many_answers import many_answered
from modeldesk.api.predicting import (
    ROUTING_KEY_PARAMETER,
    in_thread,
    named,
    only_model,
    predicted,
    routing_key,
    submitted,
)
from modeldesk.api.prediction_answers import Answers
from modeldesk.api.requests import parse, parse_object
from modeldesk.api.router import Router
from modeldesk.api.tables import JSON, SENT_TYPES, TABLES, read_table, wanted_type, written_as
from modeldesk.desk import Desk
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.media_types import media_type
from modeldesk.services.result_names import result_name
from modeldesk.settings import Settings
from modeldesk.store import ROW_ID, TIME

router = Router(tags=["Predict"])

_WHICH = "Send the row as {{'row': ...}} to /api/v1/models/NAME/predict; names: {names}."


@router.post(
    "/predict",
    operation_id="predict_bare",
    summary="Predict one bare row",
    response_model=BareAnswer,
    openapi_extra={"parameters": [ROUTING_KEY_PARAMETER]},
)
async def predict_bare(request: Request, desk: TheDesk, settings: TheSettings) -> Json:
    """Predict one row, given as the bare object of its features.

    For a server with exactly one model. The prediction is in the log when the answer arrives;
    `prediction_id` names it from then on. The key in `data` is the predicted column's name.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)
    key = routing_key(request)

    def submit() -> Future[PredictionBatch]:
        name = only_model(desk, hint=_WHICH)
        return submitted(desk, name, Batch(rows=[parse(body)]), None, key=key)

    return await in_thread(request, _bare_answer, await predicted(request, submit))


@router.post(
    "/models/{name}/predict",
    operation_id="predict",
    summary="Predict one row or many",
    response_model=BatchAnswer,
    responses=TABLES,
    openapi_extra={"parameters": [ROUTING_KEY_PARAMETER]},
)
async def predict(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionNumber = None,
    alias: VersionAlias = None,
    time: TimeColumn = None,
    row_id: KeyColumn = None,
) -> Response:
    """Predict one row or many; the predictions are in the log when the answer arrives.

    One row is `{"row": {...}}`, with a `timestamp` and a `row_id` of your own if you like; many
    are `{"rows": [...]}` or `{"columns": {...}}`, with `timestamps` and `row_ids` of the same
    length. A time needs a zone; without a time, the prediction is filed under the present. If any
    row does not fit the model's signature, none is predicted or logged, and every problem is
    listed.

    Tables come as CSV, Parquet or an Arrow stream as well, by content type; then `time` and
    `row_id` name their columns. `Accept` asks for the answer as such a table; an output that is
    called `prediction_id`, `row_id` or `time` keeps its name there, and our column's begins with
    `modeldesk_`.

    `alias` asks the version that an alias points at. Where a canary shares the champion's
    traffic, the first row's key decides for the whole request, or the header `X-Routing-Key`.
    """
    return await _predicted(request, desk, settings, name, _Asked(version, time, row_id, alias))


@router.post(
    "/models/{name}/versions/{version}/predict",
    operation_id="predict_version",
    summary="Predict by a version",
    response_model=BatchAnswer,
    responses=TABLES,
)
async def predict_version(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionInPath,
    time: TimeColumn = None,
    row_id: KeyColumn = None,
) -> Response:
    """Predict one row or many by one version, whichever the champion is."""
    return await _predicted(request, desk, settings, name, _Asked(version, time, row_id))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address says about the rows."""

    version: int | None
    time: str | None
    row_id: str | None
    alias: str | None = None


async def _predicted(
    request: Request, desk: Desk, settings: Settings, name: str, asked: _Asked
) -> Response:
    body = await read_bytes(request, most=settings.max_body_bytes)
    kind = media_type(request.headers.get("content-type", JSON))
    key = routing_key(request)

    def submit() -> Future[PredictionBatch]:
        if kind in SENT_TYPES:
            frame = read_table(
                body,
                kind,
                desk.table_readers,
                most_rows=settings.max_rows,
                most_columns=settings.max_columns,
                most_bytes=settings.max_body_bytes,
            )
            return desk.predictor.submit_table(
                name,
                frame,
                version=asked.version,
                alias=asked.alias,
                key=key,
                time=asked.time,
                row_id=asked.row_id,
            )
        batch = read_batch(parse_object(body), most_rows=settings.max_rows)
        return submitted(desk, name, batch, asked.version, alias=asked.alias, key=key)

    batch = await predicted(request, submit)
    wanted = wanted_type(request.headers.get("accept", ""))
    if wanted is None:
        return await in_thread(request, _batch_answer, batch)
    return await in_thread(request, _table, batch, wanted)


def _table(batch: PredictionBatch, kind: str) -> Response:
    numbers = pl.int_range(batch.start, batch.start + batch.rows, eager=True)
    outputs = [column.name for column in batch.signature.outputs]
    frame = batch.frame
    if ROW_ID not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(ROW_ID))
    ours = [result_name(name, batch.signature) for name in ("prediction_id", "row_id", "time")]
    told = frame.select(
        pl.format("{}-{}", pl.lit(batch.chunk), numbers).alias(ours[0]),
        pl.col(ROW_ID).alias(ours[1]),
        pl.col(TIME).alias(ours[2]),
        *outputs,
    )
    return Response(written_as(told, kind), media_type=kind, headers=named(batch))


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


def _batch_answer(batch: PredictionBatch) -> Response:
    written = many_answered(batch)
    if written is not None:
        return Response(written, media_type=JSON, headers=named(batch))
    return Json(Answers().batch(batch), headers=named(batch))
