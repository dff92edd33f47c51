"""The Open Inference Protocol, version 2, as its clients speak it."""

import json
import struct
from typing import Any

import httpx
import numpy as np
import pytest

from modeldesk.desk import Desk
from tests.support.iris import FEATURES, iris_frame

V2 = "http://127.0.0.1:8080/v2"
LENGTH = "Inference-Header-Content-Length"
OUTPUTS = [
    "class",
    "probability_Iris-setosa",
    "probability_Iris-versicolor",
    "probability_Iris-virginica",
]


def rows(count: int) -> list[list[float]]:
    """Return flowers, as values in the order of the features."""
    return [list(row) for row in iris_frame().select(FEATURES).rows()[:count]]


def matrix(count: int = 3, **more: object) -> dict[str, Any]:
    """Return a request with all features in one tensor."""
    tensor = {"name": "input-0", "datatype": "FP64", "shape": [count, 4], "data": rows(count)}
    return {"inputs": [tensor], **more}


def columns(count: int = 3, shape: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return a request with a tensor for each feature."""
    return {
        "inputs": [
            {
                "name": feature,
                "datatype": "FP32",
                "shape": [count, *shape],
                "data": [row[place] for row in rows(count)],
            }
            for place, feature in enumerate(FEATURES)
        ]
    }


def outputs(answer: httpx.Response) -> dict[str, Any]:
    """Return an answer's tensors by name."""
    assert answer.status_code == 200, answer.text
    return {tensor["name"]: tensor for tensor in answer.json()["outputs"]}


async def test_the_server_and_its_models_are_described(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """Health, readiness and metadata, of the champion and of a version."""
    desk.registry.names()
    assert (await client.get(V2)).json()["extensions"] == ["binary_tensor_data"]
    assert (await client.get(f"{V2}/health/live")).json() == {"live": True}
    assert (await client.get(f"{V2}/health/ready")).json() == {"ready": True}
    for path in ("models/iris", "models/iris/versions/1"):
        found = (await client.get(f"{V2}/{path}")).json()
        assert (found["name"], found["versions"]) == ("iris", ["1"])
        assert [tensor["name"] for tensor in found["inputs"]] == list(FEATURES)
        assert found["inputs"][0] == {"name": FEATURES[0], "datatype": "FP64", "shape": [-1]}
        assert [tensor["name"] for tensor in found["outputs"]] == OUTPUTS
        assert found["outputs"][0]["datatype"] == "BYTES"
        assert (await client.get(f"{V2}/{path}/ready")).json() == {"name": "iris", "ready": True}


@pytest.mark.parametrize(
    "request_",
    [matrix(), columns(), columns(shape=(1,))],
    ids=["one tensor", "a tensor each", "of one column"],
)
async def test_every_way_to_give_rows_predicts_the_same(
    client: httpx.AsyncClient, desk: Desk, request_: dict[str, Any]
) -> None:
    """Flat or nested, in one tensor or in many; each row is logged."""
    answer = await client.post(f"{V2}/models/iris/infer", json=request_)
    found = outputs(answer)
    assert list(found) == OUTPUTS
    assert found["class"]["data"] == ["Iris-setosa"] * 3
    assert found["class"]["shape"] == [3]
    assert found[OUTPUTS[1]]["data"][0] > 0.9
    first = answer.headers["X-Prediction-ID"]
    assert answer.json()["parameters"] == {"prediction_id": first}
    key = first.rpartition("-")[0]
    logged = [desk.reader.prediction(f"{key}-{row}").inputs for row in range(3)]
    assert [list(inputs.values()) for inputs in logged] == [pytest.approx(row) for row in rows(3)]


async def test_a_version_is_asked_by_its_number(client: httpx.AsyncClient, desk: Desk) -> None:
    """The id is echoed, only chosen outputs come back, and the version is named."""
    desk.registry.names()
    asked = matrix(id="request-7", outputs=[{"name": "class"}])
    answer = await client.post(f"{V2}/models/iris/versions/1/infer", json=asked)
    assert list(outputs(answer)) == ["class"]
    found = answer.json()
    assert (found["id"], found["model_name"], found["model_version"]) == ("request-7", "iris", "1")


async def test_bytes_behind_the_json_are_tensors(client: httpx.AsyncClient, desk: Desk) -> None:
    """Triton's clients send and want elements in bytes; text has its length before it."""
    desk.registry.names()
    values = np.array(rows(5), dtype="<f4")
    tensor = {"name": "all", "datatype": "FP32", "shape": [5, 4]}
    asked = {
        "inputs": [tensor | {"parameters": {"binary_data_size": values.nbytes}}],
        "outputs": [
            {"name": "class", "parameters": {"binary_data": True}},
            {"name": OUTPUTS[1], "parameters": {"binary_data": True}},
            {"name": OUTPUTS[2]},
        ],
    }
    header = json.dumps(asked).encode()
    answer = await client.post(
        f"{V2}/models/iris/infer",
        content=header + values.tobytes(),
        headers={LENGTH: str(len(header)), "Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == 200, answer.text
    length = int(answer.headers[LENGTH])
    described = json.loads(answer.content[:length])["outputs"]
    behind = answer.content[length:]
    sizes = [tensor.get("parameters", {}).get("binary_data_size") for tensor in described]
    assert sizes == [5 * (4 + len("Iris-setosa")), 5 * 8, None]
    text = struct.pack("<I", 11) + b"Iris-setosa"
    assert behind[: sizes[0]] == text * 5
    assert (np.frombuffer(behind[sizes[0] :], dtype="<f8") > 0.9).all()
    assert len(described[2]["data"]) == 5


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no inputs": ({}, "inputs: missing"),
    "another type": (
        {"inputs": [{"name": "x", "datatype": "FP33", "shape": [1, 4], "data": [1, 2, 3, 4]}]},
        "x.datatype: unknown ('FP33')",
    ),
    "another width": (
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 3], "data": [1, 2, 3]}]},
        "expected [rows, 4]",
    ),
    "too few values": (
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [2, 4], "data": [1, 2, 3]}]},
        "3 values for the shape [2, 4]",
    ),
    "text for numbers": (
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 4], "data": [1, 2, 3, "4"]}]},
        "x.data: wrong type, a string",
    ),
    "an unknown output": (matrix(outputs=[{"name": "colour"}]), "expected one of class"),
    "a missing feature": ({"inputs": columns()["inputs"][:3]}, "petal_width_cm: missing"),
    "rows that differ": (
        {"inputs": [columns(3)["inputs"][0], columns(2)["inputs"][1]]},
        "2 rows, but sepal_length_cm has 3",
    ),
    "an id that no database keeps": (matrix(id="a\x00"), "id: unusable"),
    "a name given twice": (
        {"inputs": [columns()["inputs"][0]] * 2},
        "inputs[1].name: 'sepal_length_cm' more than once",
    ),
    "a shape without elements": (
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [10**12, 0], "data": []}]},
        "x.shape: wrong",
    ),
    "a number for the id": (matrix(id=7), "id: wrong type, a number"),
    "a wrong shape": (
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 4], "data": []}]},
        "x.shape: wrong",
    ),
    "bytes that are not there": (
        {
            "inputs": [
                {
                    "name": "x",
                    "datatype": "FP64",
                    "shape": [1, 4],
                    "parameters": {"binary_data_size": 32},
                }
            ]
        },
        "32, but 0 bytes are left",
    ),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_wrong_is_told_as_the_protocol_says(
    client: httpx.AsyncClient, desk: Desk, case: str
) -> None:
    """400 with one text under `error`, and nothing logged."""
    asked, words = WRONG[case]
    answer = await client.post(f"{V2}/models/iris/infer", json=asked)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert words in answer.json()["error"]
    assert desk.overview.model("iris").predictions == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "models/tulips", 404),
        ("GET", "models/iris/versions/9/ready", 404),
        ("GET", "models/iris/infer", 405),
        ("GET", "somewhere", 404),
        ("POST", "models/tulips/infer", 404),
    ],
)
async def test_what_is_not_there_is_told_in_the_same_shape(
    client: httpx.AsyncClient, desk: Desk, method: str, path: str, status: int
) -> None:
    """Also where no route answers."""
    desk.registry.names()
    body = matrix() if method == "POST" else None
    answer = await client.request(method, f"{V2}/{path}", json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


async def test_too_many_rows_are_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    """The limit on rows holds in this dialect, too."""
    desk.registry.names()
    tensor = {"name": "x", "datatype": "FP64", "shape": [501, 4], "data": [1.0] * 2004}
    answer = await client.post(f"{V2}/models/iris/infer", json={"inputs": [tensor]})
    assert answer.status_code == 413
    assert "at most 500" in answer.json()["error"]


async def test_a_wrong_length_of_the_json_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    """A header that points behind the body's end."""
    desk.registry.names()
    for wrong in ("9999", "-1", "many", "9" * 5000):
        answer = await client.post(
            f"{V2}/models/iris/infer", content=b"{}", headers={LENGTH: wrong}
        )
        assert answer.status_code == 400
        assert LENGTH in answer.json()["error"]


async def test_no_id_is_an_empty_one(client: httpx.AsyncClient, desk: Desk) -> None:
    """Some clients write null for what they leave out."""
    desk.registry.names()
    answer = await client.post(f"{V2}/models/iris/infer", json=matrix(id=None))
    assert (answer.status_code, answer.json()["id"]) == (200, "")
