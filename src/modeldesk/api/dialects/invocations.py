"""MLflow's scoring server and SageMaker's containers: one model, asked at ``/invocations``."""

from __future__ import annotations

import csv
import io
from concurrent.futures import Future
from typing import Annotated

from fastapi import Header, Query, Request
from starlette.responses import PlainTextResponse, Response

from modeldesk import __version__
from modeldesk.api.batches import Batch
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import (
    NAME_PATTERN,
    TheDesk,
    TheSettings,
    VersionAlias,
    VersionNumber,
    model_names,
)
from modeldesk.api.dialects.kserve import PredictionsAnswer, predictions_of
from modeldesk.api.dialects.rows import columns, delimited, instances, split
from modeldesk.api.predicting import (
    ROUTING_KEY_PARAMETER,
    in_thread,
    named,
    only_model,
    predicted,
    routing_key,
    submitted,
)
from modeldesk.api.requests import json_name, parse_object, refuse
from modeldesk.api.router import Router
from modeldesk.api.tables import CSV, JSON
from modeldesk.desk import Desk
from modeldesk.schema import Signature
from modeldesk.services.acting import caller
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.media_types import media_type

router = Router(tags=["MLflow and SageMaker"])

_FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_WHICH = "Add ?model=NAME; names: {names}."

_Model = Annotated[
    str | None,
    Query(
        description="Which model, on a server with several.",
        max_length=200,
        min_length=1,
        pattern=NAME_PATTERN,
    ),
]
_Target = Annotated[str | None, Header(alias="X-Amzn-SageMaker-Target-Model", max_length=200)]


@router.get("/ping", operation_id="ping", summary="Ask for life", response_class=PlainTextResponse)
async def ping(request: Request, desk: TheDesk) -> Response:
    """Say that the server can predict, with an empty line."""
    return await _alive(request, desk)


@router.get(
    "/health",
    operation_id="scoring_health",
    summary="Ask for health",
    response_class=PlainTextResponse,
)
async def health(request: Request, desk: TheDesk) -> Response:
    """Say that the server can predict, with an empty line."""
    return await _alive(request, desk)


@router.get(
    "/version",
    operation_id="version",
    summary="Ask for the version",
    response_class=PlainTextResponse,
)
async def version() -> Response:
    """Give modeldesk's version as text."""
    return PlainTextResponse(__version__)


@router.post(
    "/invocations",
    operation_id="invocations",
    summary="Predict a table",
    response_model=PredictionsAnswer,
    openapi_extra={"parameters": [ROUTING_KEY_PARAMETER]},
)
async def invocations(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    model: _Model = None,
    version: VersionNumber = None,
    alias: VersionAlias = None,
    target: _Target = None,
) -> Response:
    """Predict the rows of a table, as JSON in one of MLflow's four forms or as CSV.

    The forms are `dataframe_split`, `dataframe_records`, `instances` and `inputs`. CSV may have
    the features' names in its first line, or else has the values in the signature's order. With
    `Accept: text/csv` the answer is CSV as well. `version` or `alias` asks another version than
    the champion.
    """
    body = await read_bytes(request, most=settings.max_body_bytes)
    key = routing_key(request)
    kind = media_type(request.headers.get("content-type", JSON))

    def submit() -> Future[PredictionBatch]:
        name = model or target or only_model(desk, hint=_WHICH)
        caller().check_model(name)
        signature = desk.predictor.signature(name, version, alias=alias)
        rows = _rows(body, kind, signature, settings.max_rows)
        return submitted(desk, name, Batch(rows=rows), version, alias=alias, key=key)

    batch = await predicted(request, submit)
    wants_csv = request.headers.get("accept", "").partition(",")[0].strip().startswith(CSV)
    return await in_thread(request, _lines if wants_csv else predictions_of, batch)


async def _alive(request: Request, desk: Desk) -> Response:
    await model_names(request.app, desk)
    return PlainTextResponse("\n")


def _rows(body: bytes, kind: str, signature: Signature, most: int) -> list[object]:
    if kind == CSV:
        return delimited(body, signature, most=most)
    if kind != JSON:
        raise refuse(field="Content-Type", problem=f"unknown ({kind})", expected=f"{JSON} or {CSV}")
    content = parse_object(body)
    forms = [name for name in _FORMS if name in content]
    if len(forms) != 1:
        problem = "missing" if not forms else f"{' and '.join(forms)} at once"
        raise refuse(field="body", problem=problem, expected=f"one of {', '.join(_FORMS)}")
    if content.get("params"):
        raise refuse(field="params", problem="not known to this model", expected="none")
    (form,) = forms
    given = content[form]
    match form:
        case "dataframe_split":
            return split(given, signature, most=most)
        case "dataframe_records":
            if isinstance(given, list) and not all(isinstance(row, dict) for row in given):
                wrong = next(row for row in given if not isinstance(row, dict))
                raise refuse(field=form, problem=json_name(wrong), expected="a list of objects")
            return instances(given, signature, most=most, field=form)
        case "instances" if not isinstance(given, dict):
            return instances(given, signature, most=most)
        case _:
            return columns(given, signature, most=most, field=form)


def _lines(batch: PredictionBatch) -> Response:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for value in batch.frame[batch.signature.prediction.name].to_list():
        writer.writerow(["" if value is None else value])
    return Response(stream.getvalue(), media_type=CSV, headers=named(batch))
