"""KServe's first protocol, which is TensorFlow Serving's and Vertex AI's: lists of instances."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request

from modeldesk.api.batches import Batch
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import ModelName, TheDesk, TheSettings, model_names
from modeldesk.api.dialects.rows import columns, instances
from modeldesk.api.encoding import Json
from modeldesk.api.predicting import (
    ROUTING_KEY_PARAMETER,
    in_thread,
    named,
    only_model,
    predicted,
    routing_key,
    submitted,
)
from modeldesk.api.requests import parse_object, refuse
from modeldesk.api.router import Router
from modeldesk.desk import Desk
from modeldesk.schema import Value
from modeldesk.services.acting import caller
from modeldesk.services.batch import PredictionBatch
from modeldesk.settings import Settings

router = Router(prefix="/v1", tags=["KServe and Vertex AI"])

_WHICH = "Ask /v1/models/NAME:predict; names: {names}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNamesAnswer:
    """The names of the published models."""

    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessAnswer:
    """Whether a model can predict."""

    name: str
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsAnswer:
    """What was predicted for each instance, in order."""

    predictions: tuple[Value, ...]


@router.get(
    "/models", operation_id="v1_models", summary="Name the models", response_model=ModelNamesAnswer
)
async def models(request: Request, desk: TheDesk) -> Json:
    """Name the published models."""
    names = await model_names(request.app, desk)
    return Json(ModelNamesAnswer(models=caller().visible(names)))


@router.get(
    "/models/{name}",
    operation_id="v1_model",
    summary="Ask whether a model is ready",
    response_model=ReadinessAnswer,
)
def model(desk: TheDesk, name: ModelName) -> Json:
    """Say that a model is published; it is loaded when it is asked for the first time."""
    desk.registry.version(name)
    return Json(ReadinessAnswer(name=name, ready=True))


@router.post(
    "/models/{name}:predict",
    operation_id="v1_predict",
    summary="Predict instances",
    response_model=PredictionsAnswer,
    openapi_extra={"parameters": [ROUTING_KEY_PARAMETER]},
)
async def predict(request: Request, desk: TheDesk, settings: TheSettings, name: ModelName) -> Json:
    """Predict instances: objects of features, or lists of values in the signature's order.

    `inputs` instead of `instances` takes a list of values for each feature.
    """
    return await _predicted(request, desk, settings, name)


def serve_vertex(app: FastAPI, desk: Desk, settings: Settings) -> None:
    """Answer where Vertex AI says that it will ask: its routes for health and predictions."""

    async def health() -> Json:
        names = await model_names(app, desk)
        return Json(ModelNamesAnswer(models=caller().visible(names)))

    async def predictions(request: Request) -> Json:
        return await _predicted(request, desk, settings, None)

    if settings.vertex_health_route:
        app.add_api_route(settings.vertex_health_route, health, include_in_schema=False)
    if settings.vertex_predict_route:
        app.add_api_route(
            settings.vertex_predict_route, predictions, methods=["POST"], include_in_schema=False
        )


async def _predicted(request: Request, desk: Desk, settings: Settings, asked: str | None) -> Json:
    """Predict by the model that was asked for, else by the server's only one."""
    body = await read_bytes(request, most=settings.max_body_bytes)
    key = routing_key(request)

    def submit() -> Future[PredictionBatch]:
        name = asked or only_model(desk, hint=_WHICH)
        rows = _rows(parse_object(body), desk, name, settings.max_rows)
        return submitted(desk, name, Batch(rows=rows), None, key=key)

    return await in_thread(request, predictions_of, await predicted(request, submit))


def predictions_of(batch: PredictionBatch) -> Json:
    """Return the predicted values, without scores."""
    values = batch.frame[batch.signature.prediction.name].to_list()
    return Json(PredictionsAnswer(predictions=tuple(values)), headers=named(batch))


def _rows(content: dict[str, Any], desk: Desk, name: str, most: int) -> list[object]:
    signature = desk.predictor.signature(name)
    if "instances" in content:
        return instances(content["instances"], signature, most=most)
    if "inputs" in content:
        return columns(content["inputs"], signature, most=most)
    raise refuse(field="instances", problem="missing", expected="a list of instances")
