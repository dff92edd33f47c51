"""The Open Inference Protocol, version 2: for clients of KServe, Triton and MLServer."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

from fastapi import Request
from starlette.responses import Response

from modeldesk import __version__
from modeldesk.api.batches import Batch
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import ModelName, TheDesk, TheSettings, VersionOrAlias, model_names
from modeldesk.api.dialects.tensor_answers import (
    InferAnswer,
    LiveAnswer,
    MetadataAnswer,
    ModelReadyAnswer,
    ReadyAnswer,
    ServerAnswer,
    metadata,
)
from modeldesk.api.dialects.tensor_requests import (
    BINARY_HEADER,
    Wanted,
    answer_of,
    parts_of,
    rows_of,
    tensors_of,
    wanted_of,
)
from modeldesk.api.encoding import Json
from modeldesk.api.predicting import (
    ROUTING_KEY_PARAMETER,
    in_thread,
    predicted,
    routing_key,
    submitted,
)
from modeldesk.api.requests import parse_object
from modeldesk.api.router import Router
from modeldesk.desk import Desk
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.views import VersionView
from modeldesk.settings import Settings
from modeldesk.store import CHAMPION

router = Router(prefix="/v2", tags=["Open Inference Protocol"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The version that a path names: by number, by alias, or not at all."""

    number: int | None = None
    alias: str | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Tell numbers from aliases, which begin with a letter.

        >>> Which.read("2"), Which.read("challenger")
        (Which(number=2, alias=None), Which(number=None, alias='challenger'))
        """
        if text.isascii() and text.isdigit():
            return cls(number=int(text))
        return cls(alias=text)


@router.get("", operation_id="v2_server", summary="Name the server", response_model=ServerAnswer)
async def server() -> Json:
    """Say what serves here and which extensions of the protocol it knows."""
    found = ServerAnswer(name="modeldesk", version=__version__, extensions=("binary_tensor_data",))
    return Json(found)


@router.get(
    "/health/live", operation_id="v2_live", summary="Ask for life", response_model=LiveAnswer
)
async def live() -> Json:
    """Say that the server answers."""
    return Json(LiveAnswer(live=True))


@router.get(
    "/health/ready",
    operation_id="v2_ready",
    summary="Ask whether the server is ready",
    response_model=ReadyAnswer,
)
async def ready(request: Request, desk: TheDesk) -> Json:
    """Say that the server can read its database, which it needs to predict."""
    await model_names(request.app, desk)
    return Json(ReadyAnswer(ready=True))


@router.get(
    "/models/{name}",
    operation_id="v2_model",
    summary="Describe a model",
    response_model=MetadataAnswer,
)
def model(desk: TheDesk, name: ModelName) -> Json:
    """Describe the tensors that a model takes and gives, one for each column."""
    found = desk.registry.version(name)
    return Json(metadata(name, found, versions=desk.registry.versions(name)))


@router.get(
    "/models/{name}/versions/{version}",
    operation_id="v2_version",
    summary="Describe a version",
    response_model=MetadataAnswer,
)
def version(desk: TheDesk, name: ModelName, version: VersionOrAlias) -> Json:
    """Describe the tensors that a version of a model takes and gives."""
    found = _version(desk, name, Which.read(version))
    return Json(metadata(name, found, versions=(found,)))


@router.get(
    "/models/{name}/ready",
    operation_id="v2_model_ready",
    summary="Ask whether a model is ready",
    response_model=ModelReadyAnswer,
)
def model_ready(desk: TheDesk, name: ModelName) -> Json:
    """Say that a model is published; it is loaded when it is asked for the first time."""
    desk.registry.version(name)
    return Json(ModelReadyAnswer(name=name, ready=True))


@router.get(
    "/models/{name}/versions/{version}/ready",
    operation_id="v2_version_ready",
    summary="Ask whether a version is ready",
    response_model=ModelReadyAnswer,
)
def version_ready(desk: TheDesk, name: ModelName, version: VersionOrAlias) -> Json:
    """Say that a version of a model is published."""
    _version(desk, name, Which.read(version))
    return Json(ModelReadyAnswer(name=name, ready=True))


@router.post(
    "/models/{name}/infer",
    operation_id="v2_infer",
    summary="Predict tensors",
    response_model=InferAnswer,
    openapi_extra={"parameters": [ROUTING_KEY_PARAMETER]},
)
async def infer(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Response:
    """Predict rows that are given as tensors: one for each feature, or all in one.

    A tensor for each feature has its name and the shape `[rows]` or `[rows, 1]`; a single
    tensor of another name has the shape `[rows, features]`, in the order of the metadata.
    The outputs are tensors with a value per row.
    """
    return await _inferred(request, desk, settings, name, Which())


@router.post(
    "/models/{name}/versions/{version}/infer",
    operation_id="v2_infer_version",
    summary="Predict tensors by a version",
    response_model=InferAnswer,
)
async def infer_version(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName, version: VersionOrAlias
) -> Response:
    """Predict rows that are given as tensors by a version of the model.

    An alias such as `challenger` can stand where the version's number does.
    """
    return await _inferred(request, desk, settings, name, Which.read(version))


def _version(desk: Desk, name: str, which: Which) -> VersionView:
    return desk.registry.version(name, which.number, alias=which.alias or CHAMPION)


async def _inferred(
    request: Request, desk: Desk, settings: Settings, name: str, which: Which
) -> Response:
    body = await read_bytes(request, most=settings.max_body_bytes)
    key = routing_key(request)
    given, binary = parts_of(body, request.headers.get(BINARY_HEADER))
    wanted: list[Wanted] = []

    def submit() -> Future[PredictionBatch]:
        content = parse_object(given)
        signature = desk.predictor.signature(name, which.number, alias=which.alias)
        wanted.append(wanted_of(content, signature))
        tensors = tensors_of(
            content.get("inputs"), binary, signature=signature, most_rows=settings.max_rows
        )
        rows: list[object] = list(rows_of(tensors, signature))
        return submitted(desk, name, Batch(rows=rows), which.number, alias=which.alias, key=key)

    batch = await predicted(request, submit)
    return await in_thread(request, answer_of, batch, wanted[0])
