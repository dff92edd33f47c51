"""Who may ask what, over HTTP: every route, every dialect, keys of every kind."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from modeldesk import Client
from modeldesk.api import create_api
from modeldesk.api.access import Door
from modeldesk.api.needs import asked
from modeldesk.desk import Desk
from modeldesk.errors import Forbidden, Unauthenticated
from modeldesk.server import running_server
from modeldesk.services.access import Access
from modeldesk.services.acting import CHANGES, SHOWS, Scope
from modeldesk.settings import Settings
from modeldesk.store import KeyRecords, SessionRecords
from tests.integration.api import served
from tests.support.iris import FEATURES, ROW, iris_frame

OPEN = ("/api/v1/health", "/ping", "/health", "/v2/health/live", "/v2/health/ready")
VALUES = [float(str(ROW[name])) for name in FEATURES]
TENSOR = {"name": "x", "datatype": "FP64", "shape": [1, 4], "data": VALUES}
PREDICTING: tuple[tuple[str, object], ...] = (
    ("/api/v1/models/iris/predict", {"row": ROW}),
    ("/api/v1/models/iris/versions/1/predict", {"row": ROW}),
    ("/v2/models/iris/infer", {"inputs": [TENSOR]}),
    ("/v2/models/iris/versions/1/infer", {"inputs": [TENSOR]}),
    ("/v1/models/iris:predict", {"instances": [VALUES]}),
    ("/invocations?model=iris", {"instances": [VALUES]}),
    ("/vertex/ask", {"instances": [VALUES]}),
    ("/api/v1/predict", ROW),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings of a server that asks who calls."""
    return Settings.load(
        home=tmp_path / "home",
        port=0,
        ui=False,
        auth="required",
        vertex_predict_route="/vertex/ask",
        vertex_health_route="/vertex/health",
    )


@pytest.fixture
def other(desk: Desk) -> Desk:
    """Offer a desk with a second model, ``every_kind``."""
    reference = iris_frame().select("sepal_length_cm")
    desk.registry.publish(served.every_kind, name="every_kind", reference=reference)
    return desk


@pytest.fixture
async def asking(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client at the server's root."""
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


def bearer(desk: Desk, *scopes: Scope, models: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the header of a new key."""
    name = "-".join((*scopes, *models)) or "none"
    key = desk.keys.create(name, scopes=list(scopes), models=models).key
    return {"Authorization": f"Bearer {key}"}


async def test_without_a_key_nothing_but_health_is_answered(
    other: Desk, asking: httpx.AsyncClient
) -> None:
    """Health says that the server lives, and names no model to strangers."""
    for path in OPEN:
        assert (await asking.get(path)).status_code == 200, path
    assert (await asking.get("/api/v1/health")).json()["models"] == []
    assert (await asking.get("/vertex/health")).json()["models"] == []
    for path in ("/openapi.json", "/docs", "/metrics", "/api/v1/models", "/v2", "/nothing"):
        answer = await asking.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer"), path
    for path, body in PREDICTING:
        assert (await asking.post(path, content=orjson.dumps(body))).status_code == 401, path
    assert other.overview.model("iris").predictions == 0


async def test_every_route_of_the_application_is_closed_to_strangers(
    desk: Desk, settings: Settings
) -> None:
    """Whatever is added later is closed as well, and needs the most where nobody says less."""
    del desk
    with Desk.open(settings) as opened:
        api = create_api(opened, settings)
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            tried = 0
            known = {path: [*methods] for path, methods in api.openapi()["paths"].items()}
            hidden = {r.path: [*(r.methods or ())] for r in api.routes if isinstance(r, APIRoute)}
            strange = {
                path: ["GET", "TRACE"] for path in ("/api/v1/x", "/v1/x", "/v2/x", "/ping/x")
            }
            for pattern, methods in (known | hidden | strange).items():
                path = pattern.replace("{name}", "iris").replace("{", "").replace("}", "")
                for method in methods:
                    answer = await client.request(method.upper(), path)
                    is_open = path in {*OPEN, "/vertex/health", "/login"}
                    assert (answer.status_code != 401) == is_open, (method, path)
                    tried += 1
    assert tried > 50
    assert asked("POST", "/api/v1/anything/new").need is CHANGES
    assert asked("GET", "/api/v1/anything/new").need is SHOWS
    assert asked("DELETE", "/api/v1/models/iris").need is CHANGES
    assert not asked("GET", "/api/v1/anything/new").sorts


@pytest.mark.parametrize(("path", "body"), PREDICTING)
async def test_a_key_to_predict_works_in_every_dialect(
    desk: Desk, asking: httpx.AsyncClient, path: str, body: object
) -> None:
    """With the scope it answers, without it says which one lacks, as the dialect's clients read."""
    sent = orjson.dumps(body)
    good = bearer(desk, Scope.PREDICT)
    assert (await asking.post(path, content=sent, headers=good)).status_code == 200
    as_key = {"X-API-Key": good["Authorization"].removeprefix("Bearer ")}
    assert (await asking.post(path, content=sent, headers=as_key)).status_code == 200
    wrong = bearer(desk, Scope.READ, Scope.INGEST, Scope.ADMIN)
    refused = await asking.post(path, content=sent, headers=wrong)
    assert refused.status_code == 403
    assert "lacks the scope predict" in refused.text
    unknown = await asking.post(path, content=sent, headers={"X-API-Key": "mdk_x_y"})
    assert unknown.status_code == 401
    error = unknown.json()
    if path.startswith(("/v1", "/v2")):
        assert isinstance(error["error"], str)
    elif path.startswith("/invocations"):
        assert error["error_code"] == "UNAUTHENTICATED"
        assert refused.json()["error_code"] == "PERMISSION_DENIED"
    else:
        assert error["error"]["code"] == "unauthenticated"
        assert refused.json()["error"]["code"] == "forbidden"
    assert desk.overview.model("iris").predictions == 2


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/api/v1/models", {Scope.READ}),
        ("GET", "/api/v1/models/iris", {Scope.READ}),
        ("GET", "/api/v1/models/iris/predictions", {Scope.READ}),
        ("GET", "/api/v1/models/iris/schema", {Scope.READ, Scope.PREDICT}),
        ("GET", "/api/v1/models/iris/versions/1/example", {Scope.READ, Scope.PREDICT}),
        ("GET", "/v2/models/iris", {Scope.READ, Scope.PREDICT}),
        ("GET", "/v2/models/iris/versions/1/ready", {Scope.READ, Scope.PREDICT}),
        ("GET", "/v1/models", {Scope.READ, Scope.PREDICT}),
        ("GET", "/openapi.json", {Scope.READ, Scope.PREDICT}),
        ("GET", "/metrics", {Scope.READ}),
        ("GET", "/api/v1/audit", {Scope.ADMIN}),
        ("PUT", "/api/v1/models/iris/policy", {Scope.ADMIN}),
        ("GET", "/api/v1/models/iris/monitor", {Scope.READ}),
        ("PUT", "/api/v1/models/iris/monitor", {Scope.ADMIN}),
        ("POST", "/api/v1/models/iris/monitor/try", {Scope.READ}),
        ("PUT", "/api/v1/models/iris/monitor/columns/a/b", {Scope.ADMIN}),
        ("PATCH", "/api/v1/alerts/1", {Scope.ADMIN}),
        ("GET", "/api/v1/models/iris/slices", {Scope.READ}),
        ("POST", "/api/v1/models/iris/slices/check", {Scope.READ}),
        ("POST", "/api/v1/models/iris/slices", {Scope.ADMIN}),
        ("DELETE", "/api/v1/models/iris/slices/old", {Scope.ADMIN}),
        ("POST", "/api/v1/models/iris/log", {Scope.INGEST}),
        ("POST", "/api/v1/predictions/01k9z7c3f2w8e5t6r4q1m0n2bd-0/flags", {Scope.INGEST}),
        ("GET", "/docs", set()),
    ],
)
async def test_each_scope_opens_its_routes_and_no_others(
    desk: Desk, asking: httpx.AsyncClient, method: str, path: str, scopes: set[Scope]
) -> None:
    """No scope contains another; pages are for people who sign in."""
    opens = set()
    for scope in Scope:
        answer = await asking.request(method, path, headers=bearer(desk, scope), content=b"{}")
        assert answer.status_code != 401
        if answer.status_code != 403:
            opens.add(scope)
        else:
            assert str(answer.json()).count("lacks the scope") or not scopes
    assert opens == scopes


async def test_a_limited_key_sees_and_asks_its_models_only(
    other: Desk, asking: httpx.AsyncClient
) -> None:
    """Lists leave the others out, their routes are refused, and so is what is about all."""
    found = other.predictor.predict("every_kind", [{"sepal_length_cm": 5.0}]).predictions[0]
    mine = other.predictor.predict("iris", [ROW]).predictions[0]
    key = bearer(other, *Scope, models=("iris",))

    async def get(path: str) -> httpx.Response:
        return await asking.get(path, headers=key)

    assert [m["name"] for m in (await get("/api/v1/models")).json()["models"]] == ["iris"]
    assert (await get("/v1/models")).json()["models"] == ["iris"]
    assert (await get("/api/v1/health")).json()["models"] == ["iris"]
    assert "every_kind" not in (await get("/openapi.json")).text
    assert (await get("/api/v1/alerts")).status_code == 200
    assert (await get(f"/api/v1/predictions/{mine.prediction_id}")).status_code == 200
    refused = [
        ("GET", "/api/v1/models/every_kind"),
        ("GET", "/api/v1/models/every_kind/schema"),
        ("GET", "/v1/models/every_kind"),
        ("GET", "/v2/models/every_kind/ready"),
        ("POST", "/v2/models/every_kind/infer"),
        ("POST", "/v1/models/every_kind:predict"),
        ("POST", "/invocations?model=every_kind"),
        ("POST", "/api/v1/models/every_kind/predict"),
        ("GET", f"/api/v1/predictions/{found.prediction_id}"),
        ("POST", f"/api/v1/predictions/{found.prediction_id}/flags"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/audit"),
    ]
    for method, path in refused:
        answer = await asking.request(method, path, headers=key, content=b'{"reason": "other"}')
        assert answer.status_code == 403, (method, path, answer.text)
    assert other.feedback.flags() == ()
    # Where the request does not name the model, its one model is meant.
    bare = await asking.post("/api/v1/predict", content=orjson.dumps(ROW), headers=key)
    assert bare.status_code == 200
    header = {"X-Amzn-SageMaker-Target-Model": "every_kind"}
    sent = orjson.dumps({"instances": [[5.0]]})
    answer = await asking.post("/invocations", content=sent, headers=key | header)
    assert answer.status_code == 403


async def test_the_document_says_how_to_get_in(desk: Desk, asking: httpx.AsyncClient) -> None:
    """Schemes, what each operation needs, and commands that read the key from the shell."""
    key = bearer(desk, Scope.READ)
    document = (await asking.get("/openapi.json", headers=key)).json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["key"]["name"] == "X-API-Key"
    predict = document["paths"]["/api/v1/models/{name}/predict"]["post"]
    assert {"bearer": []} in predict["security"]
    assert "`predict`" in predict["description"]
    assert {"401", "403"} <= set(predict["responses"])
    assert document["paths"]["/api/v1/health"]["get"]["security"] == []
    listed = document["paths"]["/api/v1/models"]["get"]["description"]
    assert '-H "X-API-Key: $MODELDESK_API_KEY"' in listed


async def test_the_salt_of_hashes_is_shown_to_administrators_only(
    desk: Desk, asking: httpx.AsyncClient
) -> None:
    """Who may only read could otherwise try values until the hash fits."""
    path = "/api/v1/models/iris/policy"
    everything = bearer(desk, Scope.READ, Scope.ADMIN)
    policy = {"hash": ["petal_width_cm"]}
    put = await asking.put(path, content=orjson.dumps(policy), headers=everything)
    assert put.json()["salt"]
    assert (await asking.get(path, headers=everything)).json()["salt"] == put.json()["salt"]
    assert (await asking.get(path, headers=bearer(desk, Scope.READ))).json()["salt"] == ""


async def test_changes_over_http_carry_the_key_and_the_request(
    desk: Desk, asking: httpx.AsyncClient
) -> None:
    """The trail names who changed what in which request, and is paged."""
    admin = bearer(desk, Scope.ADMIN)
    header = admin | {"X-Request-ID": "request-17"}
    path = "/api/v1/models/iris/policy"
    await asking.put(path, content=b'{"rows": "none"}', headers=header)
    found = (await asking.get("/api/v1/audit?limit=1", headers=admin)).json()
    (entry,) = found["entries"]
    assert (entry["actor"], entry["action"]) == ("key admin", "policy.set")
    assert entry["request_id"] == "request-17"
    assert entry["details"]["before"]["rows"] == "all"
    assert entry["details"]["after"]["rows"] == "none"
    older = (await asking.get(f"/api/v1/audit?cursor={found['cursor']}", headers=admin)).json()
    assert older["entries"][0]["action"] == "key.created"


def test_another_process_revokes_a_key_within_a_second(desk: Desk, settings: Settings) -> None:
    """The server learns it by itself; until then it does not ask the database per request."""
    key = desk.keys.create("a", scopes=[Scope.READ, Scope.PREDICT, Scope.ADMIN]).key
    with (
        running_server(desk, settings) as url,
        Client(url, key=key) as client,
        Desk.open(settings) as elsewhere,
    ):
        client.predict("iris", ROW)
        elsewhere.keys.revoke("a")
        time.sleep(1.0)
        with pytest.raises(Unauthenticated):
            client.predict("iris", ROW)


def test_the_client_takes_its_key_from_the_environment(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An argument wins over it; what is refused is raised as the server raised it."""
    reading = desk.keys.create("a", scopes=[Scope.READ, Scope.ADMIN]).key
    monkeypatch.setenv("MODELDESK_API_KEY", reading)
    with running_server(desk, settings) as url:
        with Client(url) as client:
            assert client.models()[0].name == "iris"
            assert client.audit(action="key").entries[0].object == "key a"
            with pytest.raises(Forbidden, match="lacks the scope predict"):
                client.predict("iris", ROW)
        with Client(url, key="mdk_wrong") as client, pytest.raises(Unauthenticated):
            client.models()


@pytest.fixture
def alone(settings: Settings) -> Iterator[Desk]:
    """Offer a desk without models and without a clock of its own."""
    with Desk.open(settings) as opened:
        yield opened


class Counting(SessionRecords):
    """Counts how often the database is asked."""

    reads = 0

    def revision(self) -> int:
        """Ask it."""
        self.reads += 1
        return super().revision()


async def test_keys_are_looked_up_without_the_database(alone: Desk) -> None:
    """Thousands of checks ask the database as often as half a second passes, and take no time."""
    key = alone.keys.create("a", scopes=[Scope.PREDICT]).key
    sessions = Counting(alone.store)
    access = Access(sessions, KeyRecords(alone.store), alone.clock)

    async def nothing(scope: object, receive: object, send: object) -> None:
        del scope, receive, send

    async def never() -> dict[str, object]:
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def refused(message: object) -> None:
        pytest.fail(f"refused: {message}")

    door = Door(nothing, access, required=True, routes={}, pages=False)
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/models/iris/predict",
        "query_string": b"",
        "headers": [(b"host", b"x"), (b"authorization", f"Bearer {key}".encode())],
    }
    began = time.perf_counter()
    for _ in range(5_000):
        await door(scope, never, refused)
    seconds = time.perf_counter() - began
    access.close()
    assert sessions.reads <= 2 + seconds / 0.3
    assert seconds / 5_000 < 200e-6  # 5 microseconds on an idle machine


async def test_when_the_database_is_gone_nobody_gets_in(
    alone: Desk, asking: httpx.AsyncClient
) -> None:
    """What cannot be verified is refused, with a word on when to come again."""
    del asking
    settings = alone.settings
    with Desk.open(settings) as opened:
        key = opened.keys.create("b", scopes=[Scope.READ]).key
        transport = httpx.ASGITransport(create_api(opened, settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            headers = {"X-API-Key": key}
            assert (await client.get("/api/v1/models", headers=headers)).status_code == 200
            file = opened.store.file
            assert file is not None
            opened.store.close()
            hidden = file.with_suffix(".away")
            for found in file.parent.glob("modeldesk.db*"):
                found.rename(hidden.with_name(hidden.name + found.name))
            file.mkdir()
            opened.access.forget()
            try:
                answer = await client.get("/api/v1/models", headers=headers)
            finally:
                file.rmdir()
                for found in file.parent.glob(f"{hidden.name}*"):
                    found.rename(file.with_name(found.name.removeprefix(hidden.name)))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_threads_of_the_check_end_with_the_desk(settings: Settings) -> None:
    """Nothing is left running."""
    with Desk.open(settings) as desk:
        desk.access.refresh()
        assert "modeldesk-access" in {thread.name for thread in threading.enumerate()}
    assert "modeldesk-access" not in {thread.name for thread in threading.enumerate()}
