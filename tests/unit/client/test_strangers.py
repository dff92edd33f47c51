"""The client in front of addresses where no modeldesk server answers as one."""

from __future__ import annotations

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from modeldesk import Client
from modeldesk.errors import (
    Conflict,
    InvalidArgument,
    InvalidData,
    InvalidExpression,
    InvalidInput,
    InvalidRows,
    ModeldeskError,
    ModelFailed,
    NotFound,
    Overloaded,
    ServerUnreachable,
    StoreUnavailable,
)
from tests.support.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Stranger(BaseHTTPRequestHandler):
    """Answers every request with what the server was told to answer."""

    status = 200
    body = b""
    seconds = 0.0

    def do_GET(self) -> None:
        """Answer."""
        time.sleep(self.seconds)
        # A client that did not wait has closed the connection.
        with contextlib.suppress(ConnectionError):
            self.send_response(self.status)
            self.send_header("Content-Length", str(len(self.body)))
            self.end_headers()
            self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815  # the library's name

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def stranger(status: int, body: bytes, *, seconds: float = 0.0) -> Iterator[str]:
    """Run a server that gives one answer to everything, and yield its address."""
    handler = type("Handler", (_Stranger,), {"status": status, "body": body, "seconds": seconds})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_no_server_names_the_address_and_the_way_out() -> None:
    """Where nothing listens, the error says where that was and how to start a server."""
    url = f"http://127.0.0.1:{free_port()}"
    with Client(url) as client, pytest.raises(ServerUnreachable, match=url) as caught:
        client.health()
    assert "modeldesk serve" in caught.value.hint


def test_a_slow_server_names_the_time_allowed() -> None:
    """A server that does not answer in time is unreachable, and the timeout can be raised."""
    with (
        stranger(200, b"{}", seconds=0.5) as url,
        Client(url, timeout=0.1) as client,
        pytest.raises(ServerUnreachable, match=r"within 0\.1 seconds") as caught,
    ):
        client.health()
    assert "timeout" in caught.value.hint


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_another_program_is_no_modeldesk_server(status: int) -> None:
    """A page of some other program is not taken for an answer, whatever its status."""
    with (
        stranger(status, b"<html>It works!</html>") as url,
        Client(url) as client,
        pytest.raises(ServerUnreachable, match="not the way a modeldesk server does"),
    ):
        client.models()


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, b"not_found", NotFound),
        (409, b"conflict", Conflict),
        (503, b"overloaded", Overloaded),
        (503, b"store_unavailable", StoreUnavailable),
        (500, b"model_failed", ModelFailed),
        (422, b"invalid_argument", InvalidArgument),
        (422, b"invalid_expression", InvalidExpression),
        (422, b"invalid_request", InvalidInput),
        (413, b"too_large", InvalidInput),
        (404, b"a_code_of_tomorrow", NotFound),
        (405, b"method_not_allowed", ModeldeskError),
    ],
)
def test_errors_come_back_as_the_class_that_was_raised(
    status: int, code: bytes, expected: type[ModeldeskError]
) -> None:
    """Every error code is the error class of that name; unknown ones go by their status."""
    body = b'{"error": {"code": "%s", "message": "It broke.", "hint": "Mend it."}}' % code
    with stranger(status, body) as url, Client(url) as client, pytest.raises(expected) as caught:
        client.model("iris")
    assert type(caught.value) is expected
    assert (caught.value.message, caught.value.hint) == ("It broke.", "Mend it.")


def test_refused_rows_come_back_with_every_problem() -> None:
    """`InvalidRows` carries the problems, so that a program can act on each."""
    body = (
        b'{"error": {"code": "invalid_rows", "message": "Two.", "hint": "", "problems": ['
        b'{"row": 0, "field": "age", "problem": "missing", "expected": "a number"},'
        b'{"row": 3, "field": "age", "problem": "null", "expected": "a number"}]}}'
    )
    with (
        stranger(422, body) as url,
        Client(url) as client,
        pytest.raises(InvalidRows, match="Two") as caught,
    ):
        client.predict("iris", {"age": None})
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (0, "age"),
        (3, "age"),
    ]
    assert caught.value.rows == 2


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    """What is no web address fails when the client is made, with an example of one."""
    with pytest.raises(InvalidArgument, match="is not the address of a server") as caught:
        Client(url)
    assert "http://127.0.0.1:8080" in caught.value.hint


@pytest.fixture
def nobody() -> Iterator[Client]:
    """Offer a client of an address where nothing listens: nothing must be sent."""
    with Client(f"http://127.0.0.1:{free_port()}") as client:
        yield client


@pytest.mark.parametrize("rows", [[], (), {"age": []}.values()])
def test_no_rows_and_no_table_are_refused_before_anything_is_sent(
    nobody: Client, rows: object
) -> None:
    """An empty list and what is no table fail without a request."""
    with pytest.raises((InvalidArgument, InvalidData)):
        nobody.predict("iris", rows)


def test_one_timestamp_and_one_id_per_row(nobody: Client) -> None:
    """A list of timestamps or ids of another length than the rows is refused."""
    with pytest.raises(InvalidArgument, match="2 row_ids for 1 rows"):
        nobody.predict("iris", {"age": 31}, row_ids=["a", "b"])
    with pytest.raises(InvalidArgument, match="0 timestamps for 1 rows"):
        nobody.predict("iris", {"age": 31}, timestamps=[])


@pytest.mark.parametrize("value", [object(), "\ud800"])
def test_values_that_json_cannot_say_are_refused_by_row(nobody: Client, value: object) -> None:
    """A value that cannot be sent is refused with the number of its row."""
    with pytest.raises(InvalidArgument, match="Row 1 cannot be sent as JSON"):
        nobody.predict("iris", [{"age": 31}, {"age": value}])


def test_the_address_is_known() -> None:
    """A client tells whom it talks to, without the trailing slash."""
    with Client("http://localhost:8080/") as client:
        assert client.url == "http://localhost:8080"
