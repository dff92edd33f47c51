"""The predict routes over a real model and a real log."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import polars as pl
import pytest

from modeldesk.desk import Desk
from tests.integration.api import served
from tests.support.iris import CLASSES, FEATURES, ROW, iris_frame, iris_model

JSON = {"Content-Type": "application/json"}


async def test_a_bare_row_gets_a_bare_answer(client: httpx.AsyncClient, desk: Desk) -> None:
    """The answer is keyed by the target's name, and the prediction is in the log."""
    answer = await client.post("predict", json=ROW)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"data", "message", "prediction_id"}
    assert body["data"] == {"class": "Iris-virginica"}
    assert body["message"] == "Success"
    logged = desk.reader.prediction(body["prediction_id"])
    assert dict(logged.inputs) == ROW
    assert logged.outputs["class"] == "Iris-virginica"


async def test_one_row_gets_its_probabilities(client: httpx.AsyncClient, desk: Desk) -> None:
    """The classes are named as in the data, and their probabilities add up."""
    body = {"row": ROW, "timestamp": "2026-03-01T13:00:00+01:00", "row_id": "flower-1"}
    answer = (await client.post("models/iris/predict", json=body)).json()
    assert (answer["model"], answer["version"]) == ("iris", 1)
    (found,) = answer["predictions"]
    assert found["row_id"] == "flower-1"
    assert found["time"] == "2026-03-01T12:00:00Z"
    assert found["prediction"] == "Iris-virginica"
    assert tuple(found["probabilities"]) == CLASSES
    assert math.isclose(sum(found["probabilities"].values()), 1.0)
    logged = desk.reader.prediction(found["prediction_id"])
    assert logged.time == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert logged.row_id == "flower-1"


async def test_many_rows_are_answered_in_their_order(client: httpx.AsyncClient, desk: Desk) -> None:
    """Each row has an identifier of its own, and the model's answer to it."""
    frame = iris_frame()
    body = {"rows": frame.select(FEATURES).to_dicts()}
    answer = (await client.post("models/iris/predict?version=1", json=body)).json()
    expected = iris_model().predict(frame.select(FEATURES))
    assert [found["prediction"] for found in answer["predictions"]] == list(expected)
    assert len({found["prediction_id"] for found in answer["predictions"]}) == 150
    assert desk.overview.model("iris").predictions == 150


async def test_a_model_without_classes_has_no_probabilities(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """A number is answered as a number, and probabilities are null."""
    reference = pl.DataFrame({"mood": [0.0, 1.0]})
    empty_desk.registry.publish(served.moody, name="moody", reference=reference)
    answer = (await client.post("models/moody/predict", json={"row": {"mood": 1}})).json()
    assert answer["predictions"][0]["prediction"] == 1.0
    assert answer["predictions"][0]["probabilities"] is None
    assert (await client.post("predict", json={"mood": 1})).json()["data"] == {"prediction": 1.0}


async def settled(desk: Desk, refused: int) -> None:
    """Wait until refusals are counted, which comes after the answers."""
    for _ in range(500):
        if desk.overview.model("iris").refused == refused:
            return
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        ({"petal_width_cm": None}, "petal_width_cm", "null"),
        ({"petal_width_cm": "wide"}, "petal_width_cm", "wrong type, a string ('wide')"),
        ({"petal_width_cm": True}, "petal_width_cm", "wrong type, a boolean (True)"),
        ({"petal_width_cm": math.nan}, "petal_width_cm", "not a number (NaN)"),
        ({"petal_width_cm": math.inf}, "petal_width_cm", "infinite"),
        ({"petal_widht_cm": 1.0}, "petal_widht_cm", "unknown, did you mean 'petal_width_cm'?"),
    ],
)
async def test_a_wrong_feature_is_named_and_nothing_is_logged(
    client: httpx.AsyncClient, desk: Desk, row: dict[str, object], field: str, problem: str
) -> None:
    """Both routes say which feature, what was wrong, what was expected; refusals are counted."""
    for path, body in (
        ("predict", ROW | row),
        ("models/iris/predict", {"rows": [ROW, ROW | row]}),
    ):
        answer = await client.post(path, content=json.dumps(body), headers=JSON)
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert error["code"] == "invalid_rows"
        (found,) = error["problems"]
        assert (found["field"], found["problem"]) == (field, problem)
        assert found["row"] == (0 if path == "predict" else 1)
        assert found["expected"]
    await client.post("predict", json=ROW)
    await settled(desk, refused=2)
    overview = desk.overview.model("iris")
    assert (overview.predictions, overview.refused) == (1, 2)


@pytest.mark.parametrize("path", ["predict", "models/iris/predict"])
@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "missing"),
        (b'{"row": ', "no valid JSON at line 1, column 9"),
        (b"[" * 5_000, "nested too deeply"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    client: httpx.AsyncClient, desk: Desk, path: str, body: bytes, complaint: str
) -> None:
    """The position is named, and nothing is counted as a row."""
    answer = await client.post(path, content=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert complaint in error["message"]
    assert error["problems"][0]["field"] == "body"
    assert desk.overview.model("iris").refused == 0


@pytest.mark.usefixtures("desk")
async def test_a_value_that_is_nested_deeply_is_refused(client: httpx.AsyncClient) -> None:
    """What the parser just so accepts does not break whoever shows it."""
    deep = b"[" * 1_000 + b"]" * 1_000
    answer = await client.post("predict", content=b'{"sepal_length_cm": ' + deep + b"}")
    assert answer.status_code == 422


@pytest.mark.usefixtures("desk")
async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """With a length announced or in chunks, and whether or not it would have been JSON."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1_000

    for content in (b" " * 300_000, chunks()):
        answer = await client.post("models/iris/predict", content=content)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"


async def test_too_many_rows_are_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    """The limit is named; nothing is logged."""
    answer = await client.post("models/iris/predict", json={"rows": [1] * 501})
    assert answer.status_code == 413
    assert "at most 500" in answer.json()["error"]["message"]
    assert desk.overview.model("iris").predictions == 0


@pytest.mark.parametrize("path", ["models/irsi/predict", "models/irsi", "models/irsi/example"])
@pytest.mark.usefixtures("desk")
async def test_an_unknown_model_is_not_found_but_suggested(
    client: httpx.AsyncClient, path: str
) -> None:
    """A slip of the finger costs no look at the list."""
    method = "POST" if path.endswith("predict") else "GET"
    answer = await client.request(method, path, json={"row": ROW})
    assert answer.status_code == 404
    assert answer.json()["error"]["hint"] == "Did you mean 'iris'?"


@pytest.mark.usefixtures("desk")
async def test_an_unknown_version_is_not_found(client: httpx.AsyncClient) -> None:
    """The known versions are named; a number that cannot be one is refused."""
    answer = await client.post("models/iris/predict?version=2", json={"row": ROW})
    assert answer.status_code == 404
    assert answer.json()["error"]["hint"] == "Known versions: 1."
    for number in ("0", "x", "99999999999999999999"):
        answer = await client.post(f"models/iris/predict?version={number}", json={"row": ROW})
        assert answer.status_code == 422
        assert answer.json()["error"]["problems"][0]["field"] == "version"


async def test_the_bare_route_wants_exactly_one_model(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """Without a model there is nothing to ask; with two, the other route is named."""
    assert (await client.post("predict", json=ROW)).status_code == 404
    for name in ("one", "two"):
        empty_desk.registry.publish(
            served.moody, name=name, reference=pl.DataFrame({"mood": [0.0, 1.0]})
        )
    answer = await client.post("predict", json={"mood": 1})
    assert answer.status_code == 409
    assert "models/NAME/predict; names: one, two." in answer.json()["error"]["hint"]


async def test_a_model_that_fails_is_the_servers_fault_without_a_trace(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """The client learns what the model said, and no line of its code."""
    reference = pl.DataFrame({"mood": [0.0, 1.0]})
    empty_desk.registry.publish(served.moody, name="moody", reference=reference)
    answer = await client.post("predict", json={"mood": -1.0})
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "model_failed"
    assert "not today" in error["message"]
    assert "File" not in answer.text


async def test_when_too_much_waits_the_client_is_told_when_to_come_back(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """A stopping predictor takes no more rows."""
    desk.predictor.close()
    answer = await client.post("models/iris/predict", json={"row": ROW})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["error"]["code"] == "overloaded"
