"""What is asked of the API and does not exist is answered by the API, not by the pages."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

_PREFIXES = ("/api", "/v1", "/v2", "/invocations", "/ping", "/health", "/version", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _Unmatched:
    """Refuses what no route answers.

    An ASGI application rather than a function, which would be asked with methods that it names
    only: TRACE, and methods of other protocols, would go on to the pages.
    """

    def __init__(self, known: Sequence[BaseRoute]) -> None:
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse one request."""
        del receive, send
        allowed = [
            method
            for method in _METHODS
            for route in self._known
            if route.matches({**scope, "method": method})[0] is Match.FULL
        ]
        if allowed:
            headers = {"Allow": ", ".join(dict.fromkeys(allowed))}
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)
        raise HTTPException(HTTPStatus.NOT_FOUND)


def answer_unmatched(app: FastAPI) -> None:
    """Answer every other path under the API's prefixes with 404, or 405 where the method is wrong.

    To be called after the routes were added and before the pages are mounted at ``/``, which
    would answer everything else in HTML.
    """
    unmatched = _Unmatched(tuple(app.routes))
    for prefix in _PREFIXES:
        for path in (prefix, f"{prefix}/{{path:path}}"):
            app.router.routes.append(Route(path, unmatched, include_in_schema=False))
