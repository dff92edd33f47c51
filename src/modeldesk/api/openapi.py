"""The OpenAPI document, with examples of the desk's own models."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from modeldesk.api.dialects.tensors import DATATYPES
from modeldesk.api.examples import Scene, commands, look_round
from modeldesk.api.failures import failure_schemas
from modeldesk.api.row_schema import row_schema
from modeldesk.api.security import SCHEMES, secure
from modeldesk.api.tables import CSV, JSON, SENT_TYPES
from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.services.calls import Dialect, call

TITLE = "modeldesk"

DESCRIPTION = """
Predictions from published models, and how the models and their data are doing.

Every answered prediction is in the log and has a `prediction_id`, by which it can be read back
and flagged; `X-Prediction-ID` names an answer's first row in every dialect, and the number behind
its dash counts up with the rows. Every failure under `/api` has the same shape:
`{"error": {"code", "message", "hint"}}`, with a list of `problems` where the request's content was
wrong. Where the server asks who calls, send an API key as `Authorization: Bearer mdk_...` or
`X-API-Key`. Every answer carries an `X-Request-ID`; send your own to find a request in the
server's log.

The commands below are made from the models of this server and work as they stand.
"""

TAGS = [
    {"name": "Predict", "description": "Ask a model; the answer is logged before it is given."},
    {"name": "Batch", "description": "Files that are predicted in the background."},
    {"name": "Models", "description": "What is published, and what it takes and answers."},
    {"name": "Routing", "description": "Which version answers: aliases, canary, shadow."},
    {"name": "Monitoring", "description": "How traffic differs from the reference, and alerts."},
    {"name": "Log", "description": "Rows logged in bulk, read back, and what is kept of them."},
    {"name": "Labels", "description": "The true outcomes of predictions, and how many are here."},
    {"name": "Performance", "description": "How good versions are, by labels, and their slices."},
    {"name": "Feedback", "description": "Single predictions, and people's flags on them."},
    {
        "name": "Open Inference Protocol",
        "description": "Version 2, for clients of KServe, Triton and MLServer.",
    },
    {
        "name": "KServe and Vertex AI",
        "description": "Version 1, which is TensorFlow Serving's as well.",
    },
    {
        "name": "MLflow and SageMaker",
        "description": "One model, asked at `/invocations`, as MLflow's scoring server is.",
    },
    {"name": "Access", "description": "Who changed what."},
    {"name": "Health", "description": "Whether the server works."},
]

_NOT_YET = {
    "predict_bare": "There is no example here: this server does not have exactly one model.",
    "change_alert": "There is no example here yet: no alert is open.",
}
_NO_FILE = "There is no example here yet: it takes a first model that is kept as a file."
_NOT_YET |= {"version_artefact": _NO_FILE, "publish_version": _NO_FILE}
_NO_CLASSES = "There is no example here: the first model does not predict classes."
_NOT_YET |= {"performance_confusion": _NO_CLASSES, "performance_curves": _NO_CLASSES}
_NOTHING_PUBLISHED = "There is no example here yet: no model is published."

_log = structlog.get_logger(__name__)


class Document:
    """Describes an application, again whenever the desk's models or alerts have changed.

    Parameters
    ----------
    app
        Whose routes are described.
    desk
        Whose models the examples use; the caller sees only those that it may ask.
    secured
        Whether callers must say who they are.
    """

    def __init__(self, app: FastAPI, desk: Desk, *, secured: bool) -> None:
        self._app = app
        self._desk = desk
        self._secured = secured
        self._lock = threading.Lock()
        self._plain: dict[str, Any] | None = None
        self._last: tuple[Scene, dict[str, Any]] | None = None

    def describe(self, url: str) -> dict[str, Any]:
        """Return the document for a server that is reached at an address.

        Where the desk cannot be read, the document comes without examples.
        """
        try:
            scene = look_round(self._desk, url, secured=self._secured)
        except ModeldeskError as error:
            _log.warning("the API's examples cannot be made", error=str(error))
            scene = Scene(url=url, secured=self._secured)
        with self._lock:
            if self._last is None or self._last[0] != scene:
                self._last = (scene, self._illustrated(scene))
            return self._last[1]

    def _illustrated(self, scene: Scene) -> dict[str, Any]:
        if self._plain is None:
            self._plain = get_openapi(
                title=self._app.title,
                version=self._app.version,
                description=DESCRIPTION,
                routes=self._app.routes,
                tags=TAGS,
            )
            self._plain["components"]["schemas"] |= failure_schemas()
        document = copy.deepcopy(self._plain)
        document["servers"] = [{"url": scene.url}]
        document["components"]["securitySchemes"] = SCHEMES
        if self._secured:
            secure(document)
        examples = commands(scene)
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        for operation in _operations(document):
            _tell_failures(operation)
            _add_command(operation, examples)
            _add_parameters(operation, scene)
            _add_body(operation, scene)
        return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _tell_failures(operation: dict[str, Any]) -> None:
    """Describe failures as JSON, also of routes that answer text, and none that never come."""
    failures = {status: told for status, told in operation["responses"].items() if status >= "4"}
    for status, answer in failures.items():
        (content,) = answer["content"].values()
        answer["content"] = {"application/json": content}
        if content["schema"].get("$ref", "").endswith("/HTTPValidationError"):
            del operation["responses"][status]  # FastAPI's own: these routes answer 400


def _add_command(operation: dict[str, Any], examples: dict[str, str]) -> None:
    name = operation["operationId"]
    command = examples.get(name)
    example = (
        _NOT_YET.get(name, _NOTHING_PUBLISHED) if command is None else f"```bash\n{command}\n```"
    )
    operation["description"] = f"{operation['description']}\n\n{example}"


def _add_parameters(operation: dict[str, Any], scene: Scene) -> None:
    values = {
        "name": scene.names[0] if scene.names else None,
        "alert_id": scene.alert,
    }
    for parameter in operation.get("parameters", []):
        value = values.get(parameter["name"]) if parameter["in"] == "path" else None
        if value is not None:
            parameter["example"] = value


_TENSOR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "datatype": {"enum": list(DATATYPES)},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "parameters": {"type": "object"},
        "data": {"description": "Elements in row-major order, flat or nested."},
    },
    "required": ["name", "datatype", "shape"],
}
_INFER = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "parameters": {"type": "object"},
        "inputs": {"type": "array", "items": _TENSOR, "minItems": 1},
        "outputs": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["inputs"],
}
_ROWS = {"type": "array", "minItems": 1}
_COLUMNS = {"description": "A list of values for each feature, or rows."}
_FORMS: dict[str, Any] = {
    "dataframe_split": {"type": "object"},
    "dataframe_records": _ROWS,
    "instances": _ROWS,
    "inputs": _COLUMNS,
}
_BODIES: dict[str, dict[str, Any]] = {
    "v2_infer": _INFER,
    "v2_infer_version": _INFER,
    "v1_predict": {
        "type": "object",
        "properties": {"instances": _ROWS, "inputs": _COLUMNS},
        "anyOf": [{"required": ["instances"]}, {"required": ["inputs"]}],
    },
    "invocations": {
        "type": "object",
        "properties": _FORMS,
        "oneOf": [{"required": [form]} for form in _FORMS],
    },
}
"""What routes of other dialects take, whatever is published."""

_DIALECTS = {
    "v2_infer": Dialect.OPEN_INFERENCE,
    "v2_infer_version": Dialect.OPEN_INFERENCE,
    "v1_predict": Dialect.KSERVE,
    "invocations": Dialect.INVOCATIONS,
}

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_OTHER_TYPES: dict[str, dict[str, Any]] = {
    "v2_infer": _BINARY,
    "v2_infer_version": _BINARY,
    "invocations": {CSV: {"schema": {"type": "string"}}},
}
"""What they take and give besides JSON."""


def _add_body(operation: dict[str, Any], scene: Scene) -> None:
    name = operation["operationId"]
    if name in _BODIES:
        dialect = _DIALECTS[name]
        asked = {model: call(model, its, dialect).body for model, its in scene.champions}
        shown = {model: {"value": body} for model, body in asked.items()}
        operation["requestBody"] = _body(_BODIES[name], shown)
        others = _OTHER_TYPES.get(name, {})
        operation["requestBody"]["content"] |= others
        operation["responses"]["200"]["content"] |= others
        return
    only = scene.champions[0][1] if len(scene.names) == 1 else None
    row = row_schema(only) if only else {"type": "object", "description": "Feature by name."}
    rows = {name: signature.example() for name, signature in scene.champions}
    if name == "predict_bare":
        bare = {name: {"value": example} for name, example in rows.items()} if only else {}
        operation["requestBody"] = _body(row, bare)
    elif name in {"predict", "predict_version"}:
        wrapped = {name: {"value": {"row": example}} for name, example in rows.items()}
        operation["requestBody"] = _body(_batch_schema(row), wrapped)
        tables = {kind: {"schema": {"type": "string"}} for kind in SENT_TYPES}
        operation["requestBody"]["content"] |= tables


def _body(schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if examples:
        content["examples"] = examples
    return {"required": True, "content": {JSON: content}}


def _batch_schema(row: dict[str, Any]) -> dict[str, Any]:
    time = {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "When the row happened, with a zone; left out: now.",
    }
    key = {"type": ["string", "null"], "description": "Your own key of the row."}
    one = {"row": row, "timestamp": time, "row_id": key}
    many = {
        "rows": {"type": "array", "items": row, "minItems": 1},
        "timestamps": {"type": "array", "items": time},
        "row_ids": {"type": "array", "items": key},
    }
    columns = {"columns": {"type": "object", "description": "A list for each feature."}}
    listed = {key: value for key, value in many.items() if key != "rows"}
    return {
        "oneOf": [
            {"title": title, "type": "object", "properties": properties, "required": required}
            | {"additionalProperties": False}
            for title, properties, required in (
                ("One row", one, ["row"]),
                ("Many rows", many, ["rows"]),
                ("Columns", columns | listed, ["columns"]),
            )
        ]
    }
