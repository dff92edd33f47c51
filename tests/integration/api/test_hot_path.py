"""The hot path answers as the declared route does, and leaves to it what it cannot answer."""

import asyncio
import json
import socket
import sqlite3
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import polars as pl
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from modeldesk.api import HotPath, hot_protocol
from modeldesk.api.arrivals import Arrivals
from modeldesk.desk import Desk
from modeldesk.server import create_app
from modeldesk.services.acting import Scope
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import ROW, iris_frame, iris_model

HOT = "/api/v1/models/iris/predict"
DECLARED = f"{HOT}?version=1"
"""Asked with a parameter: the declared route answers."""
OUTSIDE = "http://127.0.0.1:8080"


@asynccontextmanager
async def listening(app: ASGIApp, hot: HotPath) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an application behind a hot path, and yield a client of both."""
    protocol = hot_protocol(hot)
    config = uvicorn.Config(app, http=protocol, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    if isinstance(app, FastAPI):
        app.state.server = server
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        host, port = listener.getsockname()
        async with httpx.AsyncClient(
            base_url=f"http://{host}:{port}", trust_env=False, timeout=30
        ) as opened:
            yield opened
        server.should_exit = True
        await serving


def teapot(desk: Desk, settings: Settings, *, required: bool) -> tuple[ASGIApp, HotPath]:
    """Return a hot path, and 418 as all there is behind it."""
    nothing = PlainTextResponse("not here", status_code=418)
    return nothing, HotPath(desk, settings, Arrivals(), required=required)


@pytest.fixture
async def both(desk: Desk, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client of the whole application, which knows host and model already."""
    app = create_app(desk, settings.model_copy(update={"ui": False}))
    async with listening(app, app.state.hot_path) as opened:
        for _ in range(2):
            assert (await opened.post(HOT, json={"row": ROW})).status_code == 200
        yield opened


@pytest.fixture
async def only_hot(desk: Desk, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client of a hot path with nothing behind it but 418."""
    async with listening(*teapot(desk, settings, required=False)) as opened:
        await opened.post(HOT, json={"row": ROW})  # the host is known from now on
        yield opened


def remember(desk: Desk) -> None:
    """Let the desk know its model, which it does for a second from when rows were accepted."""
    desk.predictor.submit("iris", [ROW])


async def taken(client: httpx.AsyncClient, desk: Desk, body: object) -> httpx.Response:
    """Return the hot path's answer, also where this machine takes a second to ask."""
    for _ in range(20):
        remember(desk)
        answer = await client.post(HOT, json=body)
        if answer.status_code != 418:
            break
    return answer


async def test_it_answers_what_is_asked_most(only_hot: httpx.AsyncClient, desk: Desk) -> None:
    """One row, rows and columns as JSON are answered without the application."""
    for body in (
        {"row": ROW, "row_id": "mine", "timestamp": "2026-01-31T12:00:00Z"},
        {"rows": [ROW] * 50},
        {"columns": {name: [value] * 3 for name, value in ROW.items()}},
    ):
        answer = await taken(only_hot, desk, body)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (DECLARED, {}),
        ("/api/v1/models/iris/versions/1/predict", {}),
        ("/api/v1/models/nobody/predict", {}),
        ("/api/v1/predict", {}),
        (HOT, {"Content-Type": "text/csv"}),
        (HOT, {"Content-Encoding": "gzip"}),
        (HOT, {"Accept": "text/csv"}),
        (HOT, {"Host": "elsewhere.example"}),
        (HOT, {"Origin": OUTSIDE}),
        (HOT, {"Connection": "close"}),
        (HOT, {"Expect": "100-continue"}),
    ],
)
async def test_it_leaves_everything_else(
    only_hot: httpx.AsyncClient, desk: Desk, path: str, headers: dict[str, str]
) -> None:
    """Whatever needs a thread, a parameter, a conversion or a closer look goes on."""
    body = json.dumps({"row": ROW})
    asked = {"Content-Type": "application/json"} | headers
    remember(desk)
    assert (await only_hot.post(path, content=body, headers=asked)).status_code == 418
    assert (await only_hot.get(HOT)).status_code == 418
    assert (await only_hot.post(HOT, content=body + " " * 20_000)).status_code == 418


async def test_what_it_does_not_know_goes_on(only_hot: httpx.AsyncClient, desk: Desk) -> None:
    """A model that would have to be looked up in the database is left to the application."""
    assert (await taken(only_hot, desk, {"row": ROW})).status_code == 200
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    assert (await only_hot.post(HOT, json={"row": ROW})).status_code == 418


async def test_a_body_may_come_in_parts(both: httpx.AsyncClient) -> None:
    """A body is read to its end, however small its parts are."""

    async def parts() -> AsyncIterator[bytes]:
        for letter in json.dumps({"row": ROW}):
            yield letter.encode()

    length = str(len(json.dumps({"row": ROW})))
    answer = await both.post(HOT, content=parts(), headers={"Content-Length": length})
    assert answer.status_code == 200, answer.text


async def test_both_answer_alike(both: httpx.AsyncClient) -> None:
    """But for identifiers and times the answers are equal, with the same headers."""
    body = {"rows": [ROW, ROW], "row_ids": ["a", None], "timestamps": ["2026-01-31T12:00Z"] * 2}
    hot, declared = [await both.post(path, json=body) for path in (HOT, DECLARED)]
    for answer in (hot, declared):
        first = answer.json()["predictions"][0]["prediction_id"]
        assert answer.headers["X-Prediction-ID"] == first
    assert hot.headers.keys() == declared.headers.keys()
    assert hot.headers["content-type"] == declared.headers["content-type"]
    assert _without_ids(hot) == _without_ids(declared)


def _without_ids(answer: httpx.Response) -> dict[str, object]:
    found: dict[str, object] = answer.json()
    predictions = found["predictions"]
    assert isinstance(predictions, list)
    for prediction in predictions:
        prediction.pop("prediction_id")
    return found


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"row": {}}', b'{"rows": []}', json.dumps({"row": {"x": 1}}).encode()],
)
async def test_failures_are_told_alike(both: httpx.AsyncClient, content: bytes) -> None:
    """What is wrong with a request is told as the declared route tells it."""
    headers = {"Content-Type": "application/json", "X-Request-ID": "mine"}
    hot, declared = [
        await both.post(path, content=content, headers=headers) for path in (HOT, DECLARED)
    ]
    assert hot.status_code == declared.status_code == 422
    assert hot.json() == declared.json()
    assert hot.headers["X-Request-ID"] == declared.headers["X-Request-ID"] == "mine"


async def test_requests_are_counted_once_under_the_declared_route(
    both: httpx.AsyncClient, desk: Desk
) -> None:
    """Both ways count under one route, failures too, and a refused row is refused once."""
    for body in ({"row": ROW}, {"row": ROW | {"petal_width_cm": "wide"}}):
        await both.post(HOT, json=body)
    told = desk.measures.tell().decode()
    requests = 'modeldesk_http_requests_total{method="POST",route="/api/v1/models/{name}/predict"'
    assert f'{requests},status="200"}} 3.0' in told
    assert f'{requests},status="422"}} 1.0' in told
    assert 'modeldesk_refused_rows_total{model="iris",version="1"} 1.0' in told


async def test_identifiers(both: httpx.AsyncClient) -> None:
    """An answer carries the client's identifier where that is sane, and else a new one."""
    for given, kept in (("order-7", True), ("a b", False)):
        answer = await both.post(HOT, json={"row": ROW}, headers={"X-Request-ID": given})
        assert (answer.headers["X-Request-ID"] == given) is kept


async def test_a_failing_model_is_told_and_logged(both: httpx.AsyncClient, desk: Desk) -> None:
    """A model that raises is a proper 500 also on the hot path, and the server goes on."""
    desk.registry.publish(
        served.patient, name="patient", reference=pl.DataFrame({"seconds": [0.0, 0.1]})
    )
    path = "/api/v1/models/patient/predict"
    assert (await both.post(path, json={"row": {"seconds": 0.0}})).status_code == 200
    answer = await both.post(path, json={"row": {"seconds": -1.0}})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "model_failed"
    assert (await both.post(path, json={"row": {"seconds": 0.0}})).status_code == 200


async def test_too_much_to_do_is_told_at_once(settings: Settings) -> None:
    """With the same words as elsewhere, when to come again, and under the request's name."""
    path = "/api/v1/models/patient/predict"
    body = {"row": {"seconds": 0.0}}
    busy = settings.model_copy(update={"ui": False, "max_waiting_rows": 2})
    with Desk.open(busy) as desk:
        seen = pl.DataFrame({"seconds": [0.0, 0.1]})
        desk.registry.publish(served.patient, name="patient", reference=seen)
        app = create_app(desk, busy)
        async with listening(app, app.state.hot_path) as client:
            for _ in range(2):
                assert (await client.post(path, json=body)).status_code == 200
            slow = [{"seconds": 3.0}]
            waiting = [desk.predictor.submit("patient", slow) for _ in range(2)]
            headers = {"X-Request-ID": "mine"}
            answers = [
                await client.post(asked, json=body, headers=headers)
                for asked in (path, f"{path}?version=1")
            ]
            for answer in answers:
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
                assert answer.headers["X-Request-ID"] == "mine"
            assert answers[0].json() == answers[1].json()
            assert answers[0].json()["error"]["code"] == "overloaded"
            assert [future.result(30).rows for future in waiting] == [1, 1]
        told = desk.measures.tell().decode()
    assert 'route="/api/v1/models/{name}/predict",status="503"} 2.0' in told


async def test_a_locked_database_delays_nobody_else(
    both: httpx.AsyncClient, settings: Settings
) -> None:
    """While a prediction waits for its commit, the event loop answers others at once."""
    assert (await both.get("/api/v1/health")).status_code == 200
    place = settings.home / "modeldesk.db"
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        predicting = asyncio.create_task(both.post(HOT, json={"row": ROW}))
        longest, start = 0.0, time.perf_counter()
        while time.perf_counter() - start < 1.5:  # longer than what is known of a model is fresh
            began = time.perf_counter()
            assert (await both.get("/api/v1/health")).status_code == 200
            longest = max(longest, time.perf_counter() - began)
            await asyncio.sleep(0.02)
        assert not predicting.done()
        other.execute("COMMIT")
    assert (await predicting).status_code == 200
    assert longest < 3  # whoever waits for the database waits for 5 seconds


async def test_who_goes_away_takes_nothing_back(both: httpx.AsyncClient, desk: Desk) -> None:
    """A request that is given up while it waits is logged all the same."""
    before = desk.reader.page("iris", limit=100).frame.height
    giving_up = asyncio.create_task(both.post(HOT, json={"row": ROW}))
    await asyncio.sleep(0.2)
    assert (await both.post(HOT, json={"row": ROW})).status_code == 200
    giving_up.cancel()
    await asyncio.gather(giving_up, return_exceptions=True)
    assert (await both.post(HOT, json={"row": ROW})).status_code == 200
    for _ in range(100):
        if desk.reader.page("iris", limit=100).frame.height >= before + 3:
            break
        await asyncio.sleep(0.1)
    assert desk.reader.page("iris", limit=100).frame.height == before + 3


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[tuple[Desk, httpx.AsyncClient]]:
    """Offer a desk that asks who calls, and a client of a hot path with nothing behind it."""
    settings = Settings.load(home=tmp_path / "guarded", port=0, ui=False, auth="required")
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        async with listening(*teapot(desk, settings, required=True)) as opened:
            await opened.post(HOT, json={"row": ROW})  # the host is known from now on
            yield desk, opened


async def asked_with(desk: Desk, client: httpx.AsyncClient, headers: dict[str, str]) -> int:
    """Return the status where host, model and keys are at hand."""
    await asyncio.to_thread(desk.access.refresh)
    await asyncio.to_thread(remember, desk)
    return (await client.post(HOT, json={"row": ROW}, headers=headers)).status_code


async def test_a_key_for_predictions_is_let_in(guarded: tuple[Desk, httpx.AsyncClient]) -> None:
    """For as long as it is good, and for its models."""
    desk, client = guarded
    for key in (
        desk.keys.create("all", scopes=[Scope.PREDICT], models=()),
        desk.keys.create("one", scopes=[Scope.PREDICT, Scope.READ], models=("iris",)),
    ):
        for headers in ({"Authorization": f"Bearer {key.key}"}, {"X-API-Key": key.key}):
            for _ in range(20):  # this machine may take a second to ask
                status = await asked_with(desk, client, headers)
                if status != 418:
                    break
            assert status == 200


async def test_whoever_is_not_known_to_be_let_in_goes_on(
    guarded: tuple[Desk, httpx.AsyncClient],
) -> None:
    """Nobody, other scopes, other models, revoked keys, cookies, what was read a while ago."""
    desk, client = guarded
    desk.registry.publish(iris_model(), name="wine", reference=iris_frame(), target="class")
    read = desk.keys.create("read", scopes=[Scope.READ, Scope.ADMIN, Scope.INGEST], models=())
    other = desk.keys.create("other", scopes=[Scope.PREDICT], models=("wine",))
    gone = desk.keys.create("gone", scopes=[Scope.PREDICT], models=())
    desk.keys.revoke("gone")
    for headers in (
        {},
        {"Authorization": "Bearer mdk_nonsense"},
        {"X-API-Key": read.key},
        {"X-API-Key": other.key},
        {"X-API-Key": gone.key},
        {"Cookie": f"modeldesk_session={other.key}"},
    ):
        for _ in range(3):
            assert await asked_with(desk, client, headers) == 418
    good = desk.keys.create("good", scopes=[Scope.PREDICT], models=())
    await asyncio.to_thread(remember, desk)
    desk.access.forget()  # at last: it is read again every 0.4 seconds
    answer = await client.post(HOT, json={"row": ROW}, headers={"X-API-Key": good.key})
    assert answer.status_code == 418


async def test_refusals_are_the_applications(tmp_path: Path) -> None:
    """The whole application answers strangers and keys for other things as any route does."""
    settings = Settings.load(home=tmp_path / "asking", port=0, ui=False, auth="required")
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        app = create_app(desk, settings)
        good = desk.keys.create("good", scopes=[Scope.PREDICT], models=())
        read = desk.keys.create("read", scopes=[Scope.READ], models=())
        async with listening(app, app.state.hot_path) as client:
            for _ in range(5):
                for headers, status in (
                    ({"X-API-Key": good.key}, 200),
                    ({}, 401),
                    ({"X-API-Key": read.key}, 403),
                    ({"X-API-Key": "mdk_none"}, 401),
                ):
                    answer = await client.post(HOT, json={"row": ROW}, headers=headers)
                    assert answer.status_code == status, answer.text
        assert desk.rollup.run() == 5


async def test_a_routing_key_goes_on(only_hot: httpx.AsyncClient, desk: Desk) -> None:
    """Who is to be answered by the same version again is left to the route that knows how."""
    remember(desk)
    answer = await only_hot.post(HOT, json={"row": ROW}, headers={"X-Routing-Key": "anna"})
    assert answer.status_code == 418


async def head_only(
    client: httpx.AsyncClient, *, length: int = 100
) -> tuple[StreamReader, StreamWriter]:
    """Open a connection that announces a body and does not send it."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(
        f"POST {HOT} HTTP/1.1\r\nHost: 127.0.0.1:{client.base_url.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return reader, writer


async def test_a_body_that_never_comes_is_told_in_time(desk: Desk, settings: Settings) -> None:
    """What holds a connection open without sending is cut off, as everywhere."""
    app = create_app(desk, settings.model_copy(update={"ui": False, "max_body_seconds": 0.2}))
    async with listening(app, app.state.hot_path) as client:
        for _ in range(3):
            await client.post(HOT, json={"row": ROW})
            reader, writer = await head_only(client)
            async with asyncio.timeout(30):
                assert b" 408 " in await reader.readline()
            writer.close()


async def test_a_model_may_be_forgotten_while_a_body_arrives(both: httpx.AsyncClient) -> None:
    """Then the application reads the body that came meanwhile, and answers."""
    body = json.dumps({"row": ROW}).encode()
    reader, writer = await head_only(both, length=len(body))
    await asyncio.sleep(1.3)  # what is known of a model is a second old at most
    writer.write(body)
    async with asyncio.timeout(30):
        assert b" 200 " in await reader.readline()
    writer.close()


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(
    both: httpx.AsyncClient, desk: Desk
) -> None:
    """Half a request is no row, and the next one is answered."""
    before = desk.reader.page("iris", limit=100).frame.height
    _, writer = await head_only(both)
    await asyncio.sleep(0.1)
    writer.close()
    assert (await both.post(HOT, json={"row": ROW})).status_code == 200
    assert desk.reader.page("iris", limit=100).frame.height == before + 1


async def test_requests_sent_ahead_are_answered_in_their_order(both: httpx.AsyncClient) -> None:
    """A connection's requests are answered one after another, whichever way each goes."""
    reader, writer = await asyncio.open_connection(both.base_url.host, both.base_url.port)
    host = f"Host: 127.0.0.1:{both.base_url.port}\r\nContent-Type: application/json\r\n"
    good = json.dumps({"row": ROW})
    for number in range(30):
        body = "{}" if number % 3 == 1 else good
        path = HOT if number % 5 else DECLARED
        name = f"X-Request-ID: r{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(f"POST {path} HTTP/1.1\r\n{host}{name}{body}".encode())
    answered: list[tuple[str, int]] = []
    async with asyncio.timeout(60):
        while len(answered) < 30:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            await reader.readexactly(length)
            name = head.split("x-request-id: ")[1].split("\r\n")[0]
            answered.append((name, int(head.split(" ")[1])))
    writer.close()
    assert answered == [(f"r{number}", 422 if number % 3 == 1 else 200) for number in range(30)]


@pytest.mark.parametrize(("seconds", "status"), [(0.5, 200), (4.0, 503)])
async def test_a_server_that_stops_answers_what_it_took(
    desk: Desk, settings: Settings, seconds: float, status: int
) -> None:
    """A row on its way is answered, or told that the server waits no longer."""
    app = create_app(desk, settings.model_copy(update={"ui": False}))
    seen = pl.DataFrame({"seconds": [0.0, 0.1]})
    desk.registry.publish(served.patient, name="patient", reference=seen)
    path = "/api/v1/models/patient/predict"
    async with listening(app, app.state.hot_path) as client:
        for _ in range(2):
            await client.post(path, json={"row": {"seconds": 0.0}})
        slow = asyncio.create_task(client.post(path, json={"row": {"seconds": seconds}}))
        await asyncio.sleep(0.2)
        app.state.server.should_exit = True
        answer = await slow
    assert answer.status_code == status
    assert answer.headers["Connection"] == "close"
