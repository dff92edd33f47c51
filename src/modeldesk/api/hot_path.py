"""The quick way for what is asked most: a few rows as JSON, of a model that is at hand.

It takes only requests that need no thread, no parameter and no conversion, and answers them as
the declared route would, byte for byte. `modeldesk.api.hot_protocol` brings it such requests
before the application sees them. Whatever else is asked goes to the application. So does what
fails here, to be told by it as every failure is.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from modeldesk.api.access import admitted_at_once
from modeldesk.api.arrivals import Arrivals
from modeldesk.api.batches import read_batch
from modeldesk.api.encoding import encode
from modeldesk.api.errors import failure_of
from modeldesk.api.guard import Hosts
from modeldesk.api.identity import HEADER as IDENTIFIER
from modeldesk.api.identity import identifier_of, with_identifier
from modeldesk.api.metering import BEGAN
from modeldesk.api.patience import too_slow
from modeldesk.api.predicting import HEADER, ROUTING_KEY
from modeldesk.api.prediction_answers import Answers
from modeldesk.api.requests import parse_object, too_deep
from modeldesk.api.tables import JSON, wanted_type
from modeldesk.desk import Desk
from modeldesk.errors import Overloaded
from modeldesk.schema import prediction_id
from modeldesk.services.acting import ANYONE, Caller, act_as
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.express import Express
from modeldesk.services.job import Done
from modeldesk.settings import Settings

MOST_BYTES: Final = 16 * 1024
"""Larger bodies are decoded in a thread: they would hold up others for a millisecond."""

_DECLARED = "/api/v1/models/{name}/predict"
"""What its requests are counted under: the declared route's path."""

_FAILURE = "modeldesk.failure"
_LEFT_TO_ROUTES = {
    b"origin",
    b"content-encoding",
    b"transfer-encoding",
    b"expect",
    ROUTING_KEY.lower().encode(),
}
_PATH = re.compile(rb"/api/v1/models/([A-Za-z0-9._~-]{1,200})/predict").fullmatch


@dataclass(slots=True, kw_only=True, eq=False)
class Asked:
    """A request that the hot path has taken."""

    model: str
    caller: Caller
    identifier: str
    """The request's own, as its answer names it."""
    scope: Scope
    """As the application gets it, should it have to."""
    body: list[bytes] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def failed(self, failure: BaseException) -> Scope:
        """Return the scope under which the application tells a failure."""
        headers = with_identifier(self.scope["headers"], self.identifier)
        return {**self.scope, BEGAN: self.began, "headers": headers, _FAILURE: failure}


class HotPath:
    """Takes small JSON requests for predictions, checks and queues their rows, writes answers.

    It takes the place of the whole application: of `RequestIdentity`, `Guard`, `Door`,
    `Patience` and `Metering` it does the same, and a request that any of them would not just let
    pass is not taken.

    Parameters
    ----------
    desk
        Whose predictor is asked.
    settings
        Limits on bodies and rows; ``allowed_hosts`` is what the guard lets pass.
    arrivals
        Brings predictions back to the event loop.
    required
        Whether callers must be known, as for `Door`.
    """

    def __init__(
        self, desk: Desk, settings: Settings, arrivals: Arrivals, *, required: bool
    ) -> None:
        self.arrivals = arrivals
        self.seconds = settings.max_body_seconds
        """How long a body may take to arrive."""
        self._desk = desk
        self._required = required
        self._most_rows = settings.max_rows
        self._most_bytes = min(MOST_BYTES, settings.max_body_bytes)
        self._hosts = Hosts(settings.allowed_hosts)
        self._answers = Answers()
        self._express: tuple[asyncio.AbstractEventLoop, Express] | None = None

    def asked(self, method: bytes, url: bytes, scope: Scope) -> Asked | None:
        """Return what is asked where it can be answered here; ``None`` for anything else.

        Parameters
        ----------
        method, url
            The request's first line, as it was sent.
        scope
            With the headers; method and path are still missing.
        """
        found = _PATH(url) if method == b"POST" else None
        if found is None or scope["root_path"]:
            return None
        name = found[1].decode("ascii")
        if not (self._is_plain(scope) and self._desk.predictor.knows(name)):
            return None
        caller = admitted_at_once(self._desk.access, scope, name) if self._required else ANYONE
        if caller is None:
            return None
        path = url.decode("ascii")
        scope.update(method="POST", path=path, raw_path=url, query_string=b"")
        return Asked(model=name, caller=caller, identifier=identifier_of(scope), scope=scope)

    def submit(self, asked: Asked, done: Done) -> bool:
        """Check rows and queue them; false where the application has to look first.

        Call it in a context of the request's own.

        Parameters
        ----------
        asked
            The request.
        done
            Who is told what becomes of its rows.
        """
        predictor = self._desk.predictor
        predictor.check_room(asked.model)  # before anything is done for nothing
        act_as(asked.caller)
        bind_contextvars(request_id=asked.identifier)
        batch = read_batch(parse_object(b"".join(asked.body)), most_rows=self._most_rows)
        try:
            return predictor.submit_here(
                asked.model,
                batch.rows,
                timestamps=batch.timestamps,
                row_ids=batch.row_ids,
                done=done,
                express=self._express_here(),
            )
        except RecursionError as error:
            raise too_deep() from error

    def refusal(self, asked: Asked, error: Overloaded) -> Response:
        """Return the answer where there is too much to do; counts the request.

        The application says the same, in ten times the time, and writes a line of log for each.
        """
        seconds = time.perf_counter() - asked.began
        answer = failure_of(error, path=asked.scope["path"])
        self._desk.measures.request("POST", _DECLARED, answer.status_code, seconds)
        answer.headers[IDENTIFIER] = asked.identifier
        return answer

    def answer(self, asked: Asked, batch: PredictionBatch) -> bytes:
        """Return the rest of an answer's head, and its body; counts the request."""
        body = encode(self._answers.batch(batch))
        seconds = time.perf_counter() - asked.began
        self._desk.measures.request("POST", _DECLARED, HTTPStatus.OK, seconds)
        return _ANSWER % (
            prediction_id(batch.chunk, batch.start).encode(),
            len(body),
            asked.identifier.encode(),
            body,
        )

    def _express_here(self) -> Express:
        """Return the express of the loop that runs."""
        loop = asyncio.get_running_loop()
        if self._express is None or self._express[0] is not loop:
            self._express = loop, self._desk.predictor.express(loop)
        return self._express[1]

    def late(self) -> Exception:
        """Return what a client is told whose body did not arrive in time."""
        return too_slow(self.seconds)

    def _is_plain(self, scope: Scope) -> bool:
        """Whether a small JSON body is announced, JSON will do, and any guard would let it pass."""
        length, host = -1, None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = int(value) if value.isdigit() else -1
            elif name == b"content-type":
                if value.partition(b";")[0].strip().lower() != _JSON:
                    return False
            elif name == b"host":
                host = host or value
            elif name == b"accept":
                if value != b"*/*" and wanted_type(value.decode("latin-1")) is not None:
                    return False
            elif name in _LEFT_TO_ROUTES:
                return False
        return 0 <= length <= self._most_bytes and host is not None and self._hosts.seen(host)


_JSON = JSON.encode()
_ANSWER = (
    HEADER.lower().encode()
    + b": %b\r\ncontent-length: %d\r\ncontent-type: "
    + _JSON
    + b"\r\nx-request-id: %b\r\n\r\n%b"
)


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
