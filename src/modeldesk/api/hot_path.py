"""The quick way for what is asked most: a few rows as JSON, of a model that is at hand.

It lies round the whole application, takes only requests that need no thread, no parameter and no
conversion, and answers them as the declared route would, byte for byte. Whatever else is asked
goes on to the application. So does what fails here, to be told by it as every failure is.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from modeldesk.api.access import admitted_at_once
from modeldesk.api.arrivals import Arrivals
from modeldesk.api.batches import read_batch
from modeldesk.api.encoding import encode
from modeldesk.api.guard import Hosts
from modeldesk.api.identity import identifier_of, with_identifier
from modeldesk.api.metering import BEGAN
from modeldesk.api.patience import Timed
from modeldesk.api.predicting import HEADER, ROUTING_KEY, submitted
from modeldesk.api.prediction_answers import Answers
from modeldesk.api.requests import parse_object
from modeldesk.api.tables import JSON, wanted_type
from modeldesk.desk import Desk
from modeldesk.schema import prediction_id
from modeldesk.services.acting import ANYONE, act_as
from modeldesk.services.batch import PredictionBatch
from modeldesk.settings import Settings

MOST_BYTES: Final = 16 * 1024
"""Larger bodies are decoded in a thread: they would hold up others for a millisecond."""

_DECLARED = "/api/v1/models/{name}/predict"
"""What its requests are counted under: the declared route's path."""

_FAILURE = "modeldesk.failure"
_LEFT_TO_ROUTES = {b"content-encoding", b"transfer-encoding", ROUTING_KEY.lower().encode()}
_KIND = (b"content-type", JSON.encode())
_NAMED = HEADER.lower().encode()


class _PassedOnError(Exception):
    """The application answers: the client went away, or its body took too long to arrive."""


class HotPath:
    """Answers small JSON requests for predictions at once, on the event loop.

    It takes the place of all that lies inside it: of `RequestIdentity`, `Guard`, `Door`,
    `Patience` and `Metering` it does the same, and a request that any of them would not just let
    pass is not taken. Whatever else is to check requests belongs outside of it.

    Parameters
    ----------
    app
        Answers everything else, and tells failures; made ready by `tell_failures`.
    desk
        Whose predictor is asked.
    settings
        Limits on bodies and rows; ``allowed_hosts`` is what the guard lets pass.
    arrivals
        Wakes the requests that wait.
    required
        Whether callers must be known, as for `Door`.
    """

    def __init__(
        self,
        app: ASGIApp,
        desk: Desk,
        settings: Settings,
        arrivals: Arrivals,
        *,
        required: bool,
    ) -> None:
        self._app = app
        self._desk = desk
        self._required = required
        self._most_rows = settings.max_rows
        self._seconds = settings.max_body_seconds
        self._most_bytes = min(MOST_BYTES, settings.max_body_bytes)
        self._hosts = Hosts(settings.allowed_hosts)
        self._arrivals = arrivals
        self._answers = Answers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        name = self._asked(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        scope[BEGAN] = began = time.perf_counter()
        identifier = identifier_of(scope)
        before = bind_contextvars(request_id=identifier)
        parts: list[Message] = []
        try:
            batch = await self._predicted(name, await self._body(parts, receive))
            answer = encode(self._answers.batch(batch))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the application tells
            if not isinstance(error, _PassedOnError):
                scope[_FAILURE] = error
            scope["headers"] = with_identifier(scope["headers"], identifier)
            await self._app(scope, _again(parts, receive), send)
            return
        finally:
            reset_contextvars(**before)
        headers = with_identifier(_headers(batch, answer), identifier)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})
        finally:
            seconds = time.perf_counter() - began
            self._desk.measures.request("POST", _DECLARED, HTTPStatus.OK, seconds)

    async def _body(self, parts: list[Message], receive: Receive) -> bytes:
        """Read a body into its parts, in time, and return it."""
        receive = Timed(receive, self._seconds).receive
        while not parts or parts[-1].get("more_body"):
            parts.append(await receive())
        if parts[-1]["type"] != "http.request":
            raise _PassedOnError
        return b"".join(part.get("body", b"") for part in parts)

    async def _predicted(self, name: str, body: bytes) -> PredictionBatch:
        if not self._desk.predictor.knows(name):
            raise _PassedOnError  # what was known is old by now, and reading it takes a thread
        asked = read_batch(parse_object(body), most_rows=self._most_rows)
        return await self._arrivals.waiter(submitted(self._desk, name, asked, None))

    def _asked(self, scope: Scope) -> str | None:
        """Return the model of a request that can be answered here; ``None`` for any other."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
            return None
        found = _PATH(scope["path"])
        if not found or scope["root_path"] or not self._hosts.passes(scope):
            return None
        name: str = found[1]
        if not self._is_plain(scope) or not self._desk.predictor.knows(name):
            return None
        caller = ANYONE
        if self._required:
            known = admitted_at_once(self._desk.access, scope, name)
            if known is None:
                return None
            caller = known
        act_as(caller)
        return name

    def _is_plain(self, scope: Scope) -> bool:
        """Whether a small JSON body is announced, and JSON will do for the answer."""
        length = -1
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = int(value) if value.isdigit() else -1
            elif name == b"content-type":
                if value.partition(b";")[0].strip().lower() != _KIND[1]:
                    return False
            elif name == b"accept":
                if wanted_type(value.decode("latin-1")) is not None:
                    return False
            elif name in _LEFT_TO_ROUTES:
                return False
        return 0 <= length <= self._most_bytes


def tell_failures(app: FastAPI) -> None:
    """Let an application tell the failures of requests that the hot path took."""
    app.router.routes.insert(0, _Failures())


class _Failures(BaseRoute):
    """Where a request goes that has failed already."""

    path = _DECLARED

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take what has failed."""
        return (Match.FULL, {"route": self}) if _FAILURE in scope else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Have no name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Fail where all routes do, so that it is told in the same way."""
        del receive, send
        failure: BaseException = scope[_FAILURE]
        raise failure


_PATH = re.compile(r"/api/v1/models/([^/\0]{1,200})/predict").fullmatch


def _headers(batch: PredictionBatch, answer: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (_NAMED, prediction_id(batch.chunk, batch.start).encode()),
        (b"content-length", str(len(answer)).encode()),
        _KIND,
    ]


def _again(parts: Iterable[Message], receive: Receive) -> Receive:
    """Return what gives the parts of a body once more, and then what follows."""
    waiting = deque(parts)

    async def received() -> Message:
        return waiting.popleft() if waiting else await receive()

    return received
