"""The one shape in which every failure reaches a client."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from structlog.testing import capture_logs

from modeldesk import errors
from modeldesk.api.boundary import Boundary
from modeldesk.api.errors import handle_errors
from modeldesk.api.identity import RequestIdentity
from modeldesk.api.requests import TooLarge, refuse
from modeldesk.errors import InvalidRows, ModeldeskError, Problem
from modeldesk.schema import MOST_PROBLEMS

SECRET = "a line of the program"  # noqa: S105 - stands for what a client must not see


class Raiser:
    """A route's stand-in that raises what the test gives it."""

    def __init__(self) -> None:
        self.error: BaseException = RuntimeError(SECRET)

    async def __call__(self) -> None:
        """Raise the error."""
        raise self.error


@pytest.fixture
def raiser() -> Raiser:
    """Offer the route that raises."""
    return Raiser()


@pytest.fixture
async def client(raiser: Raiser) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client of an application with that route."""
    app = FastAPI()
    app.add_api_route("/", raiser.__call__, methods=["GET"])

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    handle_errors(app)
    app.add_middleware(Boundary)
    app.add_middleware(RequestIdentity)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.InvalidInput("m"), 422, "invalid_input"),
        (errors.InvalidArgument("m"), 422, "invalid_argument"),
        (errors.InvalidData("m"), 422, "invalid_data"),
        (errors.NotFound("m"), 404, "not_found"),
        (errors.Conflict("m"), 409, "conflict"),
        (errors.Incompatible("m"), 409, "incompatible"),
        (errors.Corrupt("m"), 500, "corrupt"),
        (errors.UnsafeArtefact("m"), 500, "unsafe_artefact"),
        (errors.UnsupportedModel("m"), 500, "unsupported_model"),
        (errors.ModelFailed("m"), 500, "model_failed"),
        (errors.SchemaMismatch("m"), 500, "schema_mismatch"),
        (ModeldeskError("m"), 500, "modeldesk_error"),
        (errors.Overloaded("m"), 503, "overloaded"),
        (errors.StoreUnavailable("m"), 503, "store_unavailable"),
        (TooLarge("m"), 413, "too_large"),
    ],
)
async def test_each_class_has_its_status_and_code(
    client: httpx.AsyncClient, raiser: Raiser, error: ModeldeskError, status: int, code: str
) -> None:
    """The body has code, message and hint, and no problems where there are none to list."""
    error.hint = "Do this."
    raiser.error = error
    with capture_logs() as logs:
        answer = await client.get("/")
    assert answer.status_code == status
    assert answer.json() == {"error": {"code": code, "message": "m", "hint": "Do this."}}
    assert (answer.headers.get("retry-after") == "1") is (status == 503)
    assert bool(logs) is (status >= 500), "what is the server's fault is logged"


async def test_refused_rows_are_listed_one_by_one(
    client: httpx.AsyncClient, raiser: Raiser
) -> None:
    """A program can point at each wrong value."""
    problem = Problem(row=3, field="age", problem="missing", expected="a number")
    raiser.error = InvalidRows((problem,), rows=1)
    error = (await client.get("/")).json()["error"]
    assert error["code"] == "invalid_rows"
    assert error["problems"] == [
        {"row": 3, "field": "age", "problem": "missing", "expected": "a number"}
    ]


async def test_a_very_long_list_of_problems_is_cut_and_says_so(
    client: httpx.AsyncClient, raiser: Raiser
) -> None:
    """A wrong batch is not answered with more than it weighed."""
    problem = Problem(row=0, field="age", problem="missing", expected="a number")
    raiser.error = InvalidRows((problem,) * (MOST_PROBLEMS + 1), rows=1)
    error = (await client.get("/")).json()["error"]
    assert len(error["problems"]) == MOST_PROBLEMS
    assert error["hint"].endswith("Only the first 1000 problems are listed.")


async def test_text_that_is_no_unicode_is_sent_all_the_same(
    client: httpx.AsyncClient, raiser: Raiser
) -> None:
    """Half a surrogate pair in a field's name is quoted, not answered with a failure."""
    raiser.error = refuse(field="a\ud800", problem="unknown", expected="b")
    error = (await client.get("/")).json()["error"]
    assert error["problems"][0]["field"] == "a\\ud800"


async def test_a_wrong_query_parameter_is_named(client: httpx.AsyncClient) -> None:
    """What the framework refuses has the same shape."""
    error = (await client.get("/number?n=x")).json()["error"]
    assert error["code"] == "invalid_request"
    assert error["problems"] == [
        {
            "row": 0,
            "field": "n",
            "problem": "wrong value ('x')",
            "expected": "a valid integer, unable to parse string as an integer",
        }
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nothing", 404, "not_found"), ("PUT", "/number", 405, "method_not_allowed")],
)
async def test_a_route_that_is_not_there_says_so(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    """The path and the method are named, and where the routes are listed."""
    answer = await client.request(method, path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert method in error["message"]
    assert path in error["message"]


async def test_other_statuses_of_the_framework_keep_the_shape(
    client: httpx.AsyncClient, raiser: Raiser
) -> None:
    """Whatever raises an HTTP exception, the body is ours."""
    raiser.error = HTTPException(400, "no good")
    answer = await client.get("/")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"


async def test_the_unforeseen_is_logged_under_a_number_and_hidden(
    client: httpx.AsyncClient, raiser: Raiser
) -> None:
    """A client gets a number that finds the trace in the log, and no word of the trace."""
    raiser.error = RuntimeError(SECRET)
    with capture_logs() as logs:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    (line,) = logs
    assert line["error_id"] in answer.json()["error"]["message"]
    assert line["exc_info"] is raiser.error


async def test_every_answer_names_its_request(client: httpx.AsyncClient, raiser: Raiser) -> None:
    """An identifier of the client's is echoed where it is sane; else a new one is made."""
    raiser.error = RuntimeError(SECRET)
    given = await client.get("/number?n=1", headers={"X-Request-ID": "order-7.a"})
    assert given.headers["x-request-id"] == "order-7.a"
    for insane in (b"", b"a b", b"x" * 129, b"\xe4"):
        made = await client.get("/", headers={b"X-Request-ID": insane})
        assert len(made.headers["x-request-id"]) == 32
