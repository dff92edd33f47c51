"""How failures are told: in modeldesk's own shape, or as another dialect's clients read them.

The path decides, so that also what no route foresaw (a wrong method, a fault of the server) is
told as the client expects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """A failure as clients of the Open Inference Protocol and of KServe read it."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringErrorAnswer:
    """A failure as clients of MLflow's scoring server read it."""

    error_code: str
    message: str


def told(path: str, status: HTTPStatus, body: Mapping[str, Any]) -> tuple[HTTPStatus, object]:
    """Return the status and body of a failure as the dialect of a path tells them.

    Parameters
    ----------
    path
        What was asked for.
    status
        As modeldesk's own routes answer.
    body
        ``code``, ``message``, ``hint`` and maybe ``problems``, as modeldesk's own routes answer.
    """
    for prefix, shape in _SHAPES:
        if path == prefix or path.startswith(f"{prefix}/"):
            # These dialects know one status for everything that is wrong with a request.
            wrong = status is HTTPStatus.UNPROCESSABLE_ENTITY
            return HTTPStatus.BAD_REQUEST if wrong else status, shape(status, body)
    return status, {"error": body}


def _text(body: Mapping[str, Any]) -> str:
    return f"{body['message']} {body['hint']}".rstrip()


def _error(status: HTTPStatus, body: Mapping[str, Any]) -> object:
    del status
    return ErrorAnswer(error=_text(body))


def _scoring_error(status: HTTPStatus, body: Mapping[str, Any]) -> object:
    fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    code = _SCORING_CODES.get(status, "INTERNAL_ERROR" if fault else "BAD_REQUEST")
    return ScoringErrorAnswer(error_code=code, message=_text(body))


_SCORING_CODES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
}

_SHAPES: tuple[tuple[str, Callable[[HTTPStatus, Mapping[str, Any]], object]], ...] = (
    ("/v1", _error),
    ("/v2", _error),
    ("/invocations", _scoring_error),
    ("/ping", _scoring_error),
    ("/health", _scoring_error),
    ("/version", _scoring_error),
)
