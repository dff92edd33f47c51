"""The boundary of a request: what nobody foresaw is logged here and hidden from the client."""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.api.errors import RETRY_SECONDS, failure

_log = structlog.get_logger(__name__)


class Boundary:
    """Answers an unforeseen exception with an error number, and logs the trace under it.

    Parameters
    ----------
    app
        What answers; its exceptions end here, except those of WebSockets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        answer: Response | None = None
        try:
            await self._app(scope, receive, send_noticed)
        except ClientDisconnect:
            # Nobody is left to answer; what was accepted before is being worked on.
            _log.debug("client went away", path=scope["path"])
        except asyncio.CancelledError:
            # The server stops and has waited long enough for this request.
            _log.warning("request given up: the server stops", path=scope["path"])
            answer = _stopping(scope)
        except Exception as error:  # noqa: BLE001 - the boundary of a request
            answer = _unforeseen(error, scope)
        if answer is not None and not started:
            await answer(scope, receive, send)


def _unforeseen(error: Exception, scope: Scope) -> Response:
    number = secrets.token_hex(6)
    _log.error(
        "request failed unexpectedly",
        error_id=number,
        method=scope["method"],
        path=scope["path"],
        exc_info=error,
    )
    return failure(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal_error",
        message=f"Something went wrong in the server (error {number}).",
        hint=f"The server's log says what, under error_id {number}.",
        path=scope["path"],
    )


def _stopping(scope: Scope) -> Response:
    return failure(
        HTTPStatus.SERVICE_UNAVAILABLE,
        code="stopping",
        message="The server is stopping and did not wait for this request to end.",
        hint="Try again in a few seconds; rows of this request may have been logged.",
        headers={"Retry-After": str(RETRY_SECONDS)},
        path=scope["path"],
    )
