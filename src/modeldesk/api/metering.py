"""Requests are counted and timed, and all figures told to whoever watches."""

from __future__ import annotations

import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.api.context import TheDesk
from modeldesk.api.router import Router
from modeldesk.services.measures import CONTENT_TYPE, Measures

router = Router(tags=["Health"])

BEGAN = "modeldesk.began"
"""Where a request keeps when it began, if that was before it came here."""

_OTHER = "other"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metering:
    """Counts each request under the route that answered it.

    Parameters
    ----------
    app
        What answers.
    measures
        Where requests are counted.
    """

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = scope.get(BEGAN) or time.perf_counter()
        status = 0

        async def send_noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            self._measures.request(method, _route(scope), status, time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """Return the path of the route and not that of the request: few, whatever is asked.

    A route does not know the prefix of the router that it is in; the request's path does.
    """
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return _OTHER
    if ":path}" in path or path.startswith("/api/"):
        return path
    asked = scope["path"].split("/")
    return "/".join(asked[: len(asked) - path.count("/")]) + path


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Tell the figures",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(desk: TheDesk) -> Response:
    """Tell requests, predictions, durations and queues in Prometheus' text format."""
    return Response(desk.measures.tell(), media_type=CONTENT_TYPE)
