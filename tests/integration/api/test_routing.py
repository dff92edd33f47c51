"""Aliases, canary and shadow over HTTP, and what clients are told of models that hang."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from modeldesk.api import create_api
from modeldesk.desk import Desk
from modeldesk.schema import Canary, Routing
from modeldesk.settings import Settings
from tests.support import versions
from tests.support.iris import ROW, iris_frame, iris_model

TENSORS = {
    "inputs": [
        {"name": name, "datatype": "FP64", "shape": [1], "data": [value]}
        for name, value in ROW.items()
    ]
}
ROOT = "http://127.0.0.1:8080"
BY_CHAMPION = [
    ("/api/v1/predict", ROW),
    ("/v2/models/iris/infer", TENSORS),
    ("/v1/models/iris:predict", {"instances": [ROW]}),
    ("/vertex/predict", {"instances": [ROW]}),
    ("/invocations", {"instances": [ROW]}),
]
"""Where every dialect asks for the champion, and what it sends."""


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Offer a desk whose model ``iris`` has three versions, the first the champion."""
    for _ in range(2):
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return desk


@pytest.mark.usefixtures("three")
async def test_a_whole_number_may_be_written_with_a_point(client: httpx.AsyncClient) -> None:
    """2.0 is an integer to JSON Schema, and to the routes that it describes; 2.5 is none."""
    body = {"version": 2.0, "expected": 1.0}
    moved = await client.put("/models/iris/aliases/champion", json=body)
    assert (moved.status_code, moved.json()["to_version"]) == (200, 2)
    shared = {"canary": {"version": 3.0, "percent": 5}, "shadow": {"version": 1.0}}
    routed = await client.put("/models/iris/routing", json=shared)
    assert (routed.status_code, routed.json()["canary"]["version"]) == (200, 3)
    for wrong in (2.5, True, "2", 1e300):
        refused = await client.put("/models/iris/aliases/champion", json={"version": wrong})
        assert refused.status_code == 422


async def test_the_document_says_what_an_alias_may_be_called(
    client: httpx.AsyncClient, three: Desk
) -> None:
    """What its pattern lets through is looked for, what it does not is refused by field."""
    document = (await client.get("http://127.0.0.1:8080/openapi.json")).json()
    route = document["paths"]["/api/v1/models/{name}/rollback"]["post"]
    schema = route["requestBody"]["content"]["application/json"]["schema"]
    pattern = schema["properties"]["alias"]["pattern"]
    for alias, status in (("a" * 100, 404), ("a" * 101, 422), ("1a", 422), ("a\n", 422)):
        answer = await client.post("/models/iris/rollback", json={"alias": alias})
        assert answer.status_code == status, answer.text
        assert (re.fullmatch(pattern, alias) is not None) == (status != 422)
    assert len(three.aliases.of("iris")) == 1


@pytest.mark.usefixtures("three")
async def test_an_alias_is_moved_shown_and_taken_back(client: httpx.AsyncClient) -> None:
    """The next request is answered by the version it points at, by alias and by default."""
    moved = await client.put(
        "/models/iris/aliases/challenger", json={"version": 3, "reason": "newer"}
    )
    assert moved.status_code == 200
    assert moved.json() | {"at": "", "move_id": 0} == {
        "move_id": 0,
        "alias": "challenger",
        "at": "",
        "from_version": None,
        "to_version": 3,
        "reason": "newer",
        "by": "anyone",
        "undoes": None,
    }
    asked = await client.post("/models/iris/predict?alias=challenger", json={"row": ROW})
    assert asked.json()["version"] == 3
    await client.put("/models/iris/aliases/champion", json={"version": 2, "expected": 1})
    assert (await client.post("/models/iris/predict", json={"row": ROW})).json()["version"] == 2
    found = (await client.get("/models/iris/aliases")).json()["aliases"]
    assert [(entry["alias"], entry["version"]) for entry in found] == [
        ("challenger", 3),
        ("champion", 2),
    ]
    back = await client.post("/models/iris/rollback", json={"reason": "worse"})
    assert (back.json()["from_version"], back.json()["to_version"]) == (2, 1)
    assert (await client.post("/models/iris/rollback")).status_code == 409
    moves = (await client.get("/models/iris/aliases/champion/history?limit=2")).json()["moves"]
    assert [(move["to_version"], move["reason"]) for move in moves] == [(1, "worse"), (2, "")]
    gone = await client.delete("/models/iris/aliases/challenger?reason=done")
    assert gone.json()["to_version"] is None
    assert (await client.delete("/models/iris/aliases/challenger")).status_code == 404
    assert (await client.delete("/models/iris/aliases/champion")).status_code == 409


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("alias", "body", "status"),
    [
        ("champion", {"version": 2, "expected": 3}, 409),
        ("champion", {"version": 9}, 404),
        ("champion", {"version": "2"}, 422),
        ("champion", {}, 422),
        ("champion", {"version": 2, "why": "x"}, 422),
        ("champion", {"version": 2, "reason": "\0"}, 422),
        ("7", {"version": 2}, 422),
    ],
)
async def test_a_wrong_move_changes_nothing(
    client: httpx.AsyncClient, alias: str, body: dict[str, object], status: int
) -> None:
    """It is answered with its own status, and the history stays."""
    answer = await client.put(f"/models/iris/aliases/{alias}", json=body)
    assert answer.status_code == status
    moves = (await client.get("/models/iris/aliases/champion/history")).json()["moves"]
    assert len(moves) == 1


@pytest.mark.usefixtures("three")
async def test_unknown_aliases_and_two_ways_at_once_are_refused(client: httpx.AsyncClient) -> None:
    """The answer names the aliases that there are."""
    unknown = await client.post("/models/iris/predict?alias=nobody", json={"row": ROW})
    assert unknown.status_code == 404
    assert "champion" in unknown.json()["error"]["hint"]
    both = await client.post("/models/iris/predict?alias=champion&version=1", json={"row": ROW})
    assert both.status_code == 422


async def test_traffic_is_shared(client: httpx.AsyncClient, three: Desk) -> None:
    """A canary by the header, sticky; a shadow beside the champion, read by itself."""
    wanted = {"canary": {"version": 2, "percent": 50, "key": None}, "shadow": {"version": 3}}
    answer = await client.put("/models/iris/routing", json=wanted)
    assert answer.json() == wanted
    assert (await client.get("/models/iris/routing")).json() == wanted
    seen: dict[str, set[int]] = {}
    for key in [f"customer {number}" for number in range(20)] * 2:
        asked = await client.post(
            "/models/iris/predict", json={"row": ROW}, headers={"X-Routing-Key": key}
        )
        seen.setdefault(key, set()).add(asked.json()["version"])
    assert {len(found) for found in seen.values()} == {1}
    assert set.union(*seen.values()) == {1, 2}
    three.close()  # what the shadow was given is predicted or dropped now
    served = three.measures.tell().decode()
    assert 'modeldesk_predictions_total{model="iris",version="2"}' in served


async def answering(client: httpx.AsyncClient, answer: httpx.Response) -> int:
    """Return the version that gave an answer, as the log knows it."""
    assert answer.status_code == 200, answer.text
    found = await client.get(f"/predictions/{answer.headers['X-Prediction-ID']}")
    return int(found.json()["version"])


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("path", "body"), BY_CHAMPION, ids=[path for path, _ in BY_CHAMPION])
async def test_every_dialect_is_told_who_asks(
    settings: Settings, three: Desk, path: str, body: dict[str, object]
) -> None:
    """`X-Routing-Key` decides between champion and canary as it does for the others."""
    canary = Canary(version=2, percent=50, key=None)
    three.routes.set("iris", Routing(canary=canary))
    changed = settings.model_copy(update={"vertex_predict_route": "/vertex/predict"})
    transport = httpx.ASGITransport(create_api(three, changed))
    keys = [f"customer {number}" for number in range(8)]
    async with httpx.AsyncClient(transport=transport, base_url=f"{ROOT}/api/v1") as client:
        found = [
            await answering(
                client,
                await client.post(f"{ROOT}{path}", json=body, headers={"X-Routing-Key": key}),
            )
            for key in keys
        ]
    assert found == [2 if canary.takes("iris", key) else 1 for key in keys]
    assert set(found) == {1, 2}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/models/iris/versions/{}/infer", TENSORS),
        ("/invocations?alias={}", {"instances": [ROW]}),
    ],
)
async def test_other_dialects_ask_by_alias(
    client: httpx.AsyncClient, path: str, body: dict[str, object]
) -> None:
    """Where they name a version they can name what points at one; unknown names are told."""
    await client.put("/models/iris/aliases/challenger", json={"version": 3})
    asked = await client.post(f"{ROOT}{path.format('challenger')}", json=body)
    assert await answering(client, asked) == 3
    unknown = await client.post(f"{ROOT}{path.format('nobody')}", json=body)
    assert unknown.status_code == 404
    assert "Known aliases: challenger, champion." in unknown.text


@pytest.mark.usefixtures("three")
async def test_an_alias_is_described_by_the_open_inference_protocol(
    client: httpx.AsyncClient,
) -> None:
    """Metadata tell the number that it points at; it is as ready as that version."""
    await client.put("/models/iris/aliases/challenger", json={"version": 3})
    path = f"{ROOT}/v2/models/iris/versions"
    assert (await client.get(f"{path}/challenger")).json()["versions"] == ["3"]
    assert (await client.get(f"{path}/challenger/ready")).json()["ready"] is True
    for unknown in ("nobody", "0", "4", "9" * 100):
        assert (await client.get(f"{path}/{unknown}/ready")).status_code == 404


@pytest.mark.usefixtures("three")
async def test_invocations_take_a_version_or_an_alias(client: httpx.AsyncClient) -> None:
    """Not both: one of them would not be what answers."""
    path = f"{ROOT}/invocations?version=2&alias=champion"
    both = await client.post(path, json={"instances": [ROW]})
    assert both.status_code == 400
    assert "Give one of them" in both.text


@pytest.mark.usefixtures("three")
async def test_shadow_rows_are_read_by_themselves(client: httpx.AsyncClient) -> None:
    """`rows=shadow` reads them, each with the answered one's identifier; else they are not."""
    await client.put("/models/iris/routing", json={"shadow": {"version": 3}})
    asked = await client.post("/models/iris/predict", json={"row": ROW})
    identifier = asked.json()["predictions"][0]["prediction_id"]
    rows: list[dict[str, object]] = []
    for _ in range(200):
        rows = (await client.get("/models/iris/predictions?rows=shadow")).json()["rows"]
        if rows:
            break
    assert [(row["version"], row["shadow_of"]) for row in rows] == [(3, identifier)]
    answered = (await client.get("/models/iris/predictions")).json()["rows"]
    assert [(row["version"], row["shadow_of"]) for row in answered] == [(1, None)]
    shadow = await client.get(f"/predictions/{rows[0]['prediction_id']}")
    assert shadow.json()["shadow_of"] == identifier


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"canary": {"version": 2, "percent": 101}}, "percent"),
        ({"canary": {"version": 2}}, "percent"),
        ({"canary": {"version": 2, "percent": 5, "share": 1}}, "share"),
        ({"mirror": {"version": 2}}, "mirror"),
        ({"shadow": 3}, "shadow"),
    ],
)
async def test_a_wrong_routing_is_refused_by_field(
    client: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    """Nothing changes."""
    answer = await client.put("/models/iris/routing", json=body)
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["error"]["problems"]] == [field]
    assert (await client.get("/models/iris/routing")).json() == {"canary": None, "shadow": None}


async def test_what_is_served_is_shown(client: httpx.AsyncClient, three: Desk) -> None:
    """Each version with its state in this process."""
    three.predictor.predict("iris", [ROW])
    found = (await client.get("/models/iris/serving")).json()
    assert found["champion"] == 1
    states = [(entry["version"], entry["state"]) for entry in found["versions"]]
    assert states == [(1, "loaded"), (2, "not loaded"), (3, "not loaded")]
    assert found["versions"][0]["bytes"] > 1000


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/api/v1/models/model/predict", {"row": {"a": 11.0}}, "error"),
        (
            "/v2/models/model/infer",
            {"inputs": [{"name": "a", "datatype": "FP64", "shape": [1], "data": [11.0]}]},
            "error",
        ),
        ("/v1/models/model:predict", {"instances": [{"a": 11.0}]}, "error"),
        ("/invocations", {"dataframe_records": [{"a": 11.0}]}, "message"),
    ],
)
async def test_a_model_that_hangs_is_told_in_every_dialect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, body: object, where: str
) -> None:
    """With 504, in the shape of the dialect, and the next request is answered."""
    order = tmp_path / "order"
    monkeypatch.setenv("MODELDESK_TEST_ORDER", str(order))
    settings = Settings.load(home=tmp_path / "home", model_timeout_seconds=0.2)
    with Desk.open(settings) as desk:
        reference = {"a": [1.0, 2.0, 3.0]}
        desk.registry.publish(versions.hangs_above_ten, name="model", reference=reference)
        api: FastAPI = create_api(desk, settings)
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            late = await client.post(path, json=body)
            assert late.status_code == 504
            assert "did not answer within 0.2 seconds" in str(late.json()[where])
            again = await client.post("/api/v1/predict", json={"a": 1.0})
            assert again.json()["data"] == {"prediction": 6.0}
        order.write_text("go")
