"""HTTP as uvicorn reads it, where requests for the hot path do not become the application's.

For each request uvicorn makes a task, an event and functions to receive and send, and writes an
answer's head and body separately. For a row that is predicted in microseconds that is most of the
work. Here such a request is a callback on arrival, and its answer is written at once.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Any

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from modeldesk.api.arrivals import Answer
from modeldesk.api.hot_path import Asked, HotPath
from modeldesk.errors import Overloaded


def hot_protocol(hot: HotPath) -> type[asyncio.Protocol]:
    """Return the protocol for ``uvicorn.Config(http=...)`` that asks a hot path first."""

    class Protocol(HotProtocol):
        def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
            super().__init__(hot, *given, **named)

    return Protocol


class HotProtocol(HttpToolsProtocol):
    """A connection whose requests are the hot path's where it takes them.

    It takes no request while another one on the connection is not answered, and none that wants
    the connection closed or changed: those are uvicorn's.
    """

    cycle: Any
    """uvicorn's, or a turn that looks like it."""

    def __init__(self, hot: HotPath, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*given, **named)
        self._hot = hot
        self._reading: _Turn | None = None
        """The request whose body is arriving."""
        self._patience: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Read what has arrived."""
        super().data_received(data)
        if self._reading is not None and self._patience is None:
            # The rest comes later, if it comes.
            self._patience = self.loop.call_later(self._hot.seconds, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what did not arrive in full, and the last request: it keeps the connection."""
        self._arrived()
        super().connection_lost(exc)
        self.cycle = None

    def on_headers_complete(self) -> None:
        """Take the request, or leave it to the application."""
        asked = self._hot.asked(self.parser.get_method(), self.url, self.scope)  # type: ignore[arg-type]
        if asked is None or not self._is_free():
            super().on_headers_complete()
        else:
            self._reading = self.cycle = _Turn(self, asked)

    def on_body(self, body: bytes) -> None:
        """Keep a part of a body."""
        if self._reading is None:
            super().on_body(body)
        else:
            self._reading.asked.body.append(body)

    def on_message_complete(self) -> None:
        """Hand a request over that has arrived."""
        turn = self._arrived()
        if turn is None:
            super().on_message_complete()
        else:
            turn.begin()

    def shutdown(self) -> None:
        """Let uvicorn wait for the answer under way as for any other."""
        super().shutdown()
        if isinstance(self.cycle, _Turn) and not self.cycle.response_complete:
            task = self.loop.create_task(self.cycle.end())
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def pass_on(self, turn: _Turn, failure: BaseException | None) -> RequestResponseCycle:
        """Return what lets the application answer instead, or tell a failure."""
        asked = turn.asked
        cycle = RequestResponseCycle(
            scope=asked.scope if failure is None else asked.failed(failure),  # type: ignore[arg-type]
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=turn.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.body += b"".join(asked.body)
        cycle.more_body = False
        cycle.message_event.set()
        if self.cycle is turn:
            self.cycle = cycle
        return cycle

    def _is_free(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and self.limit_concurrency is None
            and not self.flow.write_paused
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def _arrived(self) -> _Turn | None:
        turn, self._reading = self._reading, None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        return turn

    def _give_up(self) -> None:
        turn = self._arrived()
        if turn is not None:
            turn.fail(self._hot.late())


class _Turn:
    """A request from its head to its answer; to uvicorn it looks like a cycle of its own."""

    __slots__ = (
        "_ended",
        "_protocol",
        "asked",
        "disconnected",
        "keep_alive",
        "message_event",
        "response_complete",
    )

    def __init__(self, protocol: HotProtocol, asked: Asked) -> None:
        self.asked = asked
        self.keep_alive = True
        self.disconnected = False
        self.response_complete = False
        self.message_event = _NOBODY
        self._protocol = protocol
        self._ended: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """Queue the rows, which have arrived in full."""
        hot = self._protocol._hot  # noqa: SLF001 - one concept
        done = hot.arrivals.answer(self._answer)
        try:
            taken = copy_context().run(hot.submit, self.asked, done)
        except Overloaded as error:
            self._write(hot.refusal(self.asked, error))
            return
        except Exception as error:  # noqa: BLE001 - the application tells
            self.fail(error)
            return
        if not taken:
            self.fail(None)

    def fail(self, failure: BaseException | None) -> None:
        """Have the application tell a failure, or answer where there is none."""
        if self.response_complete:
            return
        protocol = self._protocol
        protocol._start_asgi_task(protocol.pass_on(self, failure), protocol.app)  # noqa: SLF001
        self._end()

    async def end(self) -> None:
        """Wait for the answer, for a server that stops; cancelled, the application tells that."""
        self._ended = self._protocol.loop.create_future()
        try:
            await self._ended
        except asyncio.CancelledError as error:
            if self.response_complete:
                raise
            self.response_complete = True
            await self._protocol.pass_on(self, error).run_asgi(self._protocol.app)

    def _answer(self, done: Answer) -> None:
        protocol = self._protocol
        if self.response_complete:
            return  # it was given up
        if self.disconnected or protocol.transport.is_closing():
            self._end()
            return
        try:
            answer = protocol._hot.answer(self.asked, done.result())  # noqa: SLF001
        except Exception as error:  # noqa: BLE001 - the application tells
            self.fail(error)
        else:
            self._send(self._head() + answer)

    def _write(self, answer: Response) -> None:
        status = STATUS_LINE[answer.status_code]
        lines = [b"%b: %b\r\n" % pair for pair in answer.raw_headers]
        self._send(b"".join([self._head(status), *lines, b"\r\n", answer.body]))

    def _send(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.transport.write(data)
        self._end()
        if self.keep_alive:
            protocol.on_response_complete()
        else:
            protocol.transport.close()

    def _head(self, status: bytes = STATUS_LINE[200]) -> bytes:
        others = self._protocol.server_state.default_headers
        lines = [status, *(b"%b: %b\r\n" % pair for pair in others)]
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        return b"".join(lines)

    def _end(self) -> None:
        self.response_complete = True
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


class _Nobody:
    """Waits for no message."""

    def set(self) -> None:
        """Do nothing."""


_NOBODY = _Nobody()
