"""Whatever is sent, the server answers in the error shape, and never that it failed."""

import json
import random
from collections.abc import Callable
from datetime import date

import httpx
import polars as pl
import pytest

from modeldesk.desk import Desk
from tests.integration.api import served
from tests.support.iris import ROW

ROUTES = (
    ("POST", "predict"),
    ("POST", "models/kinds/predict"),
    ("PATCH", "alerts/1"),
    ("POST", "predictions/01k9z7c3f2w8e5t6r4q1m0n2bd-7/flags"),
)
REFERENCE = pl.DataFrame(
    {
        "flag": [True, False],
        "count": [1, 2],
        "size": [0.5, 1.5],
        "colour": ["red", "blue"],
        "day": [date(2026, 1, 1), date(2026, 1, 2)],
    }
)
KEYS = (
    *REFERENCE.columns,
    *("row", "rows", "timestamp", "timestamps", "row_id", "row_ids"),
    *("status", "reason", "comment", "proposed_label", "", "\x00", "\ud800", "x" * 300),
)


def leaf(random_: random.Random) -> object:
    """Return a value that JSON, or what passes for it, can say."""
    return random_.choice(
        [
            *(None, True, False, 0, -1, 1.5, 1e308, float("nan"), float("inf")),
            *(2**63, -(2**63), 2**64, 10**400, "", "red", "\x00", "\ud800", "😀" * 50),
            *("2026-01-31T12:00:00Z", "2026-01-31", "0001-01-01T00:00:00+14:00"),
            *("9999-12-31T23:59:59-14:00", "open", "other", "NaN", "1e5"),
        ]
    )


def value(random_: random.Random, depth: int = 0) -> object:
    """Return a value of random shape."""
    shape = random_.random()
    if depth > 3 or shape < 0.4:
        return leaf(random_)
    if shape < 0.6:
        return [value(random_, depth + 1) for _ in range(random_.randrange(4))]
    return {random_.choice(KEYS): value(random_, depth + 1) for _ in range(random_.randrange(6))}


def nearly_right(random_: random.Random) -> object:
    """Return a fitting body with one thing changed."""
    row: dict[str, object] = {
        "flag": True,
        "count": 3,
        "size": 0.7,
        "colour": "red",
        "day": "2026-01-31",
    }
    row[random_.choice(KEYS)] = leaf(random_)
    body: dict[str, object] = {"rows": [row], "timestamps": [None], "row_ids": ["a"]}
    if random_.random() < 0.5:
        body[random_.choice(KEYS)] = value(random_, 2)
    return random_.choice([row, {"row": row}, body])


def damaged(random_: random.Random) -> bytes:
    """Return a fitting body with some bytes replaced."""
    text = bytearray(json.dumps(nearly_right(random_)).encode())
    for _ in range(random_.randrange(1, 4)):
        text[random_.randrange(len(text))] = random_.randrange(256)
    return bytes(text)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "make",
    [
        lambda random_: json.dumps(value(random_)).encode(),
        lambda random_: json.dumps(nearly_right(random_)).encode(),
        damaged,
    ],
    ids=["any value", "nearly right", "damaged"],
)
async def test_no_body_makes_the_server_fail(
    client: httpx.AsyncClient,
    empty_desk: Desk,
    make: Callable[[random.Random], bytes],
    seed: int,
) -> None:
    """Random bodies get 2xx or 4xx, and what is refused is explained; the log stays readable."""
    empty_desk.registry.publish(served.every_kind, name="kinds", reference=REFERENCE)
    random_ = random.Random(seed)
    for _ in range(60):
        method, path = random_.choice(ROUTES)
        body = make(random_)
        answer = await client.request(method, path, content=body)
        assert answer.status_code < 500, (path, body, answer.text)
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert error["code"], body
            assert error["message"], body
    empty_desk.jobs.run()
    overview = empty_desk.overview.model("kinds")
    assert overview.predictions == overview.profiled


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_beyond_the_calendar_is_refused(
    client: httpx.AsyncClient, empty_desk: Desk, day: str
) -> None:
    """A feature that cannot be said in UTC is named like any other wrong one."""
    empty_desk.registry.publish(served.every_kind, name="kinds", reference=REFERENCE)
    row = {"flag": True, "count": 3, "size": 0.7, "colour": "red", "day": day}
    answer = await client.post("predict", json=row)
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["problems"]
    assert problem["field"] == "day"


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "path",
    [
        "models/%00",
        "models/%ED%A0%80",
        "models/" + "x" * 300,
        "models/a%2Fb",
        "models/..%2f..%2fetc",
        "alerts?model=%00",
        "alerts?status=%FF",
        "models/iris/drift?from=0001-01-01T00:00:00%2B14:00",
        "models/iris/drift?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
        "models/iris/flags?limit=0",
        "models/iris/flags?limit=" + "9" * 30,
    ],
)
async def test_no_address_makes_the_server_fail(client: httpx.AsyncClient, path: str) -> None:
    """Whatever a path or query holds, the answer is a refusal or empty."""
    answer = await client.get(path)
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["error"]["message"]


@pytest.mark.usefixtures("desk")
async def test_a_body_of_another_type_is_read_as_json(client: httpx.AsyncClient) -> None:
    """A forgotten header is no mistake: the body is what counts."""
    headers = {"Content-Type": "text/plain"}
    answer = await client.post("predict", content=json.dumps(ROW), headers=headers)
    assert answer.status_code == 200
