"""Every failure reaches an HTTP client in one shape.

::

    {"error": {"code": "not_found", "message": "...", "hint": "..."}}

``code`` is the name of the error's class (`NotFound` is ``not_found``), or of the HTTP status
where no class stands behind it. ``problems`` is there when the request's content was wrong, and
lists what is wrong where; ``start`` and ``end`` are there when a condition was wrong, and say
which of its characters are meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from modeldesk import errors
from modeldesk.api.encoding import Json, printable
from modeldesk.api.requests import (
    InvalidRequest,
    TooLarge,
    TooSlow,
    UnsupportedUpload,
    problem_in,
)
from modeldesk.api.shapes import told
from modeldesk.errors import InvalidExpression, InvalidRows, ModeldeskError, Problem
from modeldesk.schema import MOST_PROBLEMS

RETRY_SECONDS = 1
"""What an overloaded server tells clients to wait."""

_STATUS: dict[type[ModeldeskError], HTTPStatus] = {
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedUpload: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Incompatible: HTTPStatus.CONFLICT,
    errors.ModelTimedOut: HTTPStatus.GATEWAY_TIMEOUT,
    errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong, for a program (`code`) and for a person (the rest)."""

    code: str
    message: str
    hint: str
    problems: tuple[Problem, ...] = ()
    """What is wrong where; left out where it was not the request's content."""
    start: int | None = None
    """Of a wrong condition, the first character that is meant, from 0; left out otherwise."""
    end: int | None = None
    """The first character behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureAnswer:
    """The body of every answer with a status of 400 or more."""

    error: Failure


def status_of(error: ModeldeskError) -> HTTPStatus:
    """Return the status that stands for an error's class, or for the nearest above it."""
    known = (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


def code_of(error: ModeldeskError) -> str:
    """Return the name under which an error's class travels.

    >>> code_of(InvalidRows((), rows=0))
    'invalid_rows'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def failure(
    status: HTTPStatus,
    *,
    code: str,
    message: str,
    hint: str = "",
    problems: tuple[Problem, ...] | None = None,
    place: tuple[int, int] | None = None,
    headers: Mapping[str, str] | None = None,
    path: str = "",
) -> Json:
    """Return an answer that says what went wrong and what to do, in the dialect of the path."""
    if problems and len(problems) >= MOST_PROBLEMS:
        more = f"Only the first {MOST_PROBLEMS} problems are listed."
        hint = f"{hint} {more}".lstrip()
    body: dict[str, object] = {
        "code": code,
        "message": printable(message),
        "hint": printable(hint),
    }
    if problems is not None:
        body["problems"] = [_printable(problem) for problem in problems[:MOST_PROBLEMS]]
    if place is not None:
        body["start"], body["end"] = place
    shown, content = told(path, status, body)
    return Json(content, status_code=shown, headers=headers)


def failure_of(error: ModeldeskError, *, path: str = "") -> Json:
    """Return the answer for an error that was raised on purpose."""
    status = status_of(error)
    return failure(
        status,
        code=code_of(error),
        message=error.message,
        hint=error.hint,
        problems=error.problems if isinstance(error, InvalidRows | InvalidRequest) else None,
        place=(error.start, error.end) if isinstance(error, InvalidExpression) else None,
        headers=_headers(error, status),
        path=path,
    )


def _headers(error: ModeldeskError, status: HTTPStatus) -> dict[str, str] | None:
    """Return what an answer says besides its body: when to come again, or how to get in."""
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_SECONDS)}
    if isinstance(error, errors.TooManyAttempts):
        return {"Retry-After": str(error.seconds)}
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="modeldesk"'}
    if status is HTTPStatus.REQUEST_TIMEOUT:
        return {"Connection": "close"}
    return None


def handle_errors(app: FastAPI) -> None:
    """Make an application answer every expected failure in the one shape."""
    app.add_exception_handler(ModeldeskError, _on_modeldesk_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_modeldesk_error(request: Request, error: Exception) -> Json:
    assert isinstance(error, ModeldeskError)  # noqa: S101 - registered for this class
    answer = failure_of(error, path=request.url.path)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        trace = answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        _log.error(
            "request failed",
            path=request.url.path,
            error=str(error),
            exc_info=error if trace else None,
        )
    return answer


async def _on_validation_error(request: Request, error: Exception) -> Json:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    problems = tuple(problem_in(complaint) for complaint in error.errors())
    return failure_of(InvalidRequest(problems), path=request.url.path)


async def _on_http_exception(request: Request, error: Exception) -> Json:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    status = HTTPStatus(error.status_code)
    asked = f"{request.method} {request.url.path}"
    messages = {
        HTTPStatus.NOT_FOUND: f"There is no {asked}.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.url.path} does not take {request.method}.",
    }
    return failure(
        status,
        code=status.name.lower(),
        message=messages.get(status, f"{status.phrase}: {error.detail}."),
        hint="The routes are listed at /docs.",
        headers=error.headers,
        path=request.url.path,
    )


def _printable(problem: Problem) -> Problem:
    return Problem(
        row=problem.row,
        field=printable(problem.field),
        problem=printable(problem.problem),
        expected=printable(problem.expected),
    )
