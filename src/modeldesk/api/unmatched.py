"""What is asked of the API and does not exist is answered by the API, not by the pages."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.routing import Match

_PREFIXES = ("/api", "/v1", "/v2", "/invocations", "/ping", "/health", "/version", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def answer_unmatched(app: FastAPI) -> None:
    """Answer every other path under the API's prefixes with 404, or 405 where the method is wrong.

    To be called after the routes were added and before the pages are mounted at ``/``, which
    would answer everything else in HTML.
    """
    known = tuple(app.routes)

    async def unmatched(request: Request) -> None:
        allowed = [
            method
            for method in _METHODS
            for route in known
            if route.matches({**request.scope, "method": method})[0] is Match.FULL
        ]
        if allowed:
            headers = {"Allow": ", ".join(dict.fromkeys(allowed))}
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)
        raise HTTPException(HTTPStatus.NOT_FOUND)

    for prefix in _PREFIXES:
        for path in (prefix, f"{prefix}/{{path:path}}"):
            app.add_api_route(path, unmatched, methods=list(_METHODS), include_in_schema=False)
