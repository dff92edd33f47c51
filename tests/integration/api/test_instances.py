"""KServe's first protocol, Vertex AI's routes, MLflow's scoring and SageMaker's invocations."""

from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from modeldesk.api import create_api
from modeldesk.api.dialects.rows import columns, delimited
from modeldesk.desk import Desk
from modeldesk.schema import Column, Kind, Signature
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import FEATURES, ROW, iris_frame

ROOT = "http://127.0.0.1:8080"
FLOWERS = iris_frame().select(FEATURES)[[0, 60, 120]]
SPECIES = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
RECORDS = FLOWERS.to_dicts()
LISTS = [list(row) for row in FLOWERS.rows()]
BY_COLUMN = FLOWERS.to_dict(as_series=False)
CSV = {"Content-Type": "text/csv"}


@pytest.mark.parametrize(
    "body",
    [
        {"instances": RECORDS},
        {"instances": LISTS},
        {"inputs": BY_COLUMN},
        {"inputs": {name: [[value] for value in values] for name, values in BY_COLUMN.items()}},
        {"inputs": LISTS},
    ],
    ids=["records", "lists", "columns", "columns of one", "rows as inputs"],
)
async def test_instances_are_predicted(
    client: httpx.AsyncClient, desk: Desk, body: dict[str, Any]
) -> None:
    """The first protocol takes records, lists and columns."""
    answer = await client.post(f"{ROOT}/v1/models/iris:predict", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"predictions": SPECIES}
    found = desk.reader.prediction(answer.headers["X-Prediction-ID"])
    assert found.inputs == RECORDS[0]


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_split": {"columns": list(FEATURES), "index": [0, 1, 2], "data": LISTS}},
        {"dataframe_split": {"data": LISTS}},
        {"dataframe_records": RECORDS},
        {"instances": RECORDS},
        {"instances": LISTS, "params": {}},
        {"instances": BY_COLUMN},
        {"inputs": BY_COLUMN},
    ],
)
async def test_invocations_take_all_forms(
    client: httpx.AsyncClient, desk: Desk, body: dict[str, Any]
) -> None:
    """MLflow's four forms, with one model on the server."""
    desk.registry.names()
    answer = await client.post(f"{ROOT}/invocations", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"predictions": SPECIES}
    assert answer.headers["X-Prediction-ID"]


@pytest.mark.parametrize("names", [True, False])
async def test_invocations_take_and_give_csv(
    client: httpx.AsyncClient, desk: Desk, *, names: bool
) -> None:
    """With the features' names in the first line, as MLflow, or without, as SageMaker."""
    desk.registry.names()
    text = FLOWERS.write_csv(include_header=names)
    answer = await client.post(
        f"{ROOT}/invocations", content=text, headers=CSV | {"Accept": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.text == "\n".join(SPECIES) + "\n"
    assert answer.headers["Content-Type"].startswith("text/csv")


async def test_the_model_is_named_where_there_are_several(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """By a parameter, or by the header that SageMaker sends; else the answer says how."""
    reference = pl.DataFrame({"mood": [0.0, 1.0, 0.5] * 20})
    desk.registry.publish(served.moody, name="mood", reference=reference)
    body = {"instances": LISTS}
    unclear = await client.post(f"{ROOT}/invocations", json=body)
    assert unclear.status_code == 409
    assert unclear.json()["error_code"] == "BAD_REQUEST"
    assert "?model=NAME; names: iris, mood" in unclear.json()["message"]
    by_parameter = await client.post(f"{ROOT}/invocations?model=iris&version=1", json=body)
    assert by_parameter.json() == {"predictions": SPECIES}
    header = {"X-Amzn-SageMaker-Target-Model": "mood"}
    by_header = await client.post(f"{ROOT}/invocations", json={"instances": [1]}, headers=header)
    assert by_header.json() == {"predictions": [1.0]}
    lines = await client.post(f"{ROOT}/invocations", content="0.5\n1\n", headers=header | CSV)
    assert lines.json() == {"predictions": [1.0, 1.0]}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("invocations", {}, "expected one of dataframe_split"),
    ("invocations", {"instances": LISTS, "inputs": LISTS}, "instances and inputs at once"),
    ("invocations", {"instances": LISTS, "params": {"k": 1}}, "params: not known"),
    ("invocations", {"instances": [[1, 2]]}, "2 values; expected 4 values: sepal_length_cm"),
    ("invocations", {"instances": []}, "instances: empty"),
    ("invocations", {"dataframe_records": LISTS}, "a list; expected a list of objects"),
    ("invocations", {"dataframe_records": "x"}, "dataframe_records: wrong type, a string"),
    ("invocations", {"dataframe_split": LISTS}, "dataframe_split: wrong type"),
    ("invocations", {"dataframe_split": {"columns": "x", "data": []}}, "no list of names"),
    (
        "invocations",
        {"dataframe_split": {"columns": list(FEATURES), "data": []}},
        "missing or empty",
    ),
    ("invocations", {"dataframe_split": {"columns": list(FEATURES), "data": [[1]]}}, "1 values"),
    (
        "invocations",
        {"dataframe_split": {"columns": ["x", "y", "x"], "data": [[1, 2, 3]]}},
        "dataframe_split.columns: 'x' more than once",
    ),
    ("invocations", {"inputs": {"sepal_length_cm": [1, 2], "x": [1]}}, "x has 1"),
    ("invocations", {"inputs": {"sepal_length_cm": [1, 2], "x": 1}}, "inputs.x: no list"),
    ("v1/models/iris:predict", {}, "instances: missing"),
    ("v1/models/iris:predict", {"instances": [ROW | {"colour": "red"}]}, "colour: unknown"),
    ("v1/models/iris:predict", {"instances": [{}]}, "sepal_length_cm: missing"),
]


@pytest.mark.parametrize(("path", "body", "words"), WRONG)
async def test_what_is_wrong_is_told_as_the_clients_read_it(
    client: httpx.AsyncClient, desk: Desk, path: str, body: dict[str, Any], words: str
) -> None:
    """400 with the field and what was expected; nothing is logged."""
    answer = await client.post(f"{ROOT}/{path}", json=body)
    assert answer.status_code == 400
    found = answer.json()
    assert set(found) == ({"error"} if path.startswith("v1") else {"error_code", "message"})
    assert words in found.get("error", found.get("message"))
    assert desk.overview.model("iris").predictions == 0


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "text/csv", "body: empty"),
        (b"\xff\xfe", "text/csv", "no CSV"),
        (b"1,2,3\n", "text/csv", "3 values; expected 4 values"),
        (",".join((*FEATURES, FEATURES[0])).encode(), "text/csv", "'sepal_length_cm' more than"),
        (",".join(FEATURES).encode(), "text/csv", "only names"),
        (b"1,2,x,4\n", "text/csv", "petal_length_cm: wrong type"),
        (b"<a/>", "application/xml", "Content-Type: unknown (application/xml)"),
        (b"{", "application/json", "no valid JSON"),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(
    client: httpx.AsyncClient, desk: Desk, body: bytes, kind: str, words: str
) -> None:
    """By content type."""
    desk.registry.names()
    answer = await client.post(f"{ROOT}/invocations", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert words in answer.json()["message"]


async def test_too_many_rows_are_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    """The limit on rows holds in these dialects, too."""
    desk.registry.names()
    long = {name: [1.0] * 501 for name in FEATURES}
    bodies: list[dict[str, Any]] = [
        {"instances": LISTS * 200},
        {"inputs": long},
        {"dataframe_split": {"columns": list(FEATURES), "data": LISTS * 200}},
        {"dataframe_records": RECORDS * 200},
    ]
    for body in bodies:
        for path in ("invocations", "v1/models/iris:predict"):
            answer = await client.post(f"{ROOT}/{path}", json=body)
            assert answer.status_code == (400 if "v1" in path and "data" in str(body) else 413)
    for line in ("", ",".join(FEATURES) + "\n"):
        answer = await client.post(
            f"{ROOT}/invocations", content=line + "1,2,3,4\n" * 501, headers=CSV
        )
        assert answer.status_code == 413
        assert "at most 500" in answer.json()["message"]


async def test_health_is_asked_in_every_dialect(client: httpx.AsyncClient, desk: Desk) -> None:
    """And what is not there is told in the dialect's shape."""
    desk.registry.names()
    for path in ("ping", "health"):
        answer = await client.get(f"{ROOT}/{path}")
        assert (answer.status_code, answer.text) == (200, "\n")
    assert (await client.get(f"{ROOT}/version")).text[0].isdecimal()
    assert (await client.get(f"{ROOT}/v1/models")).json() == {"models": ["iris"]}
    assert (await client.get(f"{ROOT}/v1/models/iris")).json() == {"name": "iris", "ready": True}
    missing = await client.get(f"{ROOT}/v1/models/tulips")
    assert missing.status_code == 404
    assert "tulips" in missing.json()["error"]
    wrong = await client.get(f"{ROOT}/invocations")
    assert (wrong.status_code, wrong.json()["error_code"]) == (405, "BAD_REQUEST")


async def test_vertex_asks_where_it_said(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The variables that Vertex AI sets are settings."""
    monkeypatch.setenv("AIP_HTTP_PORT", "9123")
    monkeypatch.setenv("AIP_HEALTH_ROUTE", "/alive")
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "/v1/endpoints/7:predict")
    monkeypatch.chdir(tmp_path)
    given = Settings.load(home=settings.home)
    assert given.port == 9123
    assert Settings.load(home=settings.home, port=9000).port == 9000
    transport = httpx.ASGITransport(create_api(desk, given))
    async with httpx.AsyncClient(transport=transport, base_url=ROOT) as client:
        assert (await client.get("/alive")).status_code == 200
        answer = await client.post("/v1/endpoints/7:predict", json={"instances": LISTS})
        assert answer.json() == {"predictions": SPECIES}


async def test_a_model_is_named_without_nul(client: httpx.AsyncClient, desk: Desk) -> None:
    """No database could look it up."""
    desk.registry.names()
    answer = await client.post(f"{ROOT}/invocations?model=a%00", json={"instances": LISTS})
    assert answer.status_code == 400


def test_vectors_of_one_stay_vectors_and_whole_identifiers_are_numbers() -> None:
    """Only columns of single values come in lists of one."""
    signature = Signature(
        inputs=(
            Column(name="place", kind=Kind.VECTOR, dimension=1),
            Column(name="id", kind=Kind.IDENTIFIER, whole=True),
            Column(name="name", kind=Kind.IDENTIFIER),
        )
    )
    given = {"place": [[1.0], [2.0]], "id": [[1], [2]]}
    assert columns(given, signature, most=2) == [
        {"place": [1.0], "id": 1},
        {"place": [2.0], "id": 2},
    ]
    assert delimited(b"id,name\n17,017\n", signature, most=1) == [{"id": 17, "name": "017"}]
