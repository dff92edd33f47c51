"""Labels over HTTP: in every format, previewed, refused, and read back."""

import gzip
from datetime import UTC, datetime
from typing import Any

import httpx
import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import ROW
from tests.support.tables import written

SETOSA, VIRGINICA = "Iris-setosa", "Iris-virginica"
CSV, ARROW = "text/csv", "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
ARROW_FILE = "application/vnd.apache.arrow.file"


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    """Offer the identifiers of five predictions with own keys."""
    keys = [f"order-{number}" for number in range(5)]
    answer = desk.predictor.predict("iris", [ROW] * 5, row_ids=keys)
    return [found.prediction_id for found in answer.predictions]


def table(kind: str, ids: list[str]) -> bytes:
    """Return labels of some predictions in one of the formats."""
    frame = pl.DataFrame({"prediction_id": ids, "label": [SETOSA] * len(ids)})
    return written(frame, kind)


async def test_one_many_and_columns_as_json(
    desk: Desk, client: httpx.AsyncClient, ids: list[str]
) -> None:
    """Each form says the same; time and source are kept with each label."""
    one = {"prediction_id": ids[0], "label": SETOSA, "time": "2026-01-31T12:00:00+01:00"}
    bodies: list[Any] = [
        one | {"source": "crm"},
        {"labels": [{"row_id": "order-1", "label": SETOSA}]},
        [{"row_id": "order-2", "label": SETOSA}],
        {"columns": {"row_id": ["order-3", "order-4"], "label": [SETOSA, SETOSA]}},
    ]
    for body in bodies:
        answer = await client.post("models/iris/labels", json=body, params={"source": "api"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["new"] == answer.json()["matched"] == answer.json()["rows"]
    assert desk.labels.maturity("iris").windows[0].labelled == 5
    found = (await client.get(f"predictions/{ids[0]}")).json()["labels"]
    assert [(label["value"], label["source"], label["time"]) for label in found] == [
        (SETOSA, "crm", "2026-01-31T11:00:00Z")
    ]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [CSV, PARQUET, ARROW, ARROW_FILE])
async def test_tables_in_every_format(
    client: httpx.AsyncClient, ids: list[str], kind: str, *, packed: bool
) -> None:
    """Also compressed."""
    content = table(kind, ids)
    headers = {"Content-Type": kind} | ({"Content-Encoding": "gzip"} if packed else {})
    answer = await client.post(
        "models/iris/labels",
        content=gzip.compress(content) if packed else content,
        headers=headers,
    )
    assert (answer.status_code, answer.json()["new"]) == (200, 5)


async def test_other_names_of_columns(client: httpx.AsyncClient, ids: list[str]) -> None:
    """A table's columns may be called anything, and what is left over is told."""
    del ids
    text = "order,truth,known,note\norder-0,Iris-setosa,2026-01-31,x\n"
    answer = await client.post(
        "models/iris/labels",
        content=text,
        headers={"Content-Type": CSV},
        params={"key": "row_id", "key_column": "order", "label": "truth", "time": "known"},
    )
    assert (answer.json()["new"], answer.json()["ignored"]) == (1, ["note"])
    found = (await client.get("models/iris/predictions/by-key?row_id=order-0")).json()
    assert found["predictions"][0]["labels"][0]["time"] == "2026-01-31T00:00:00Z"


async def test_a_dry_run_writes_nothing(
    desk: Desk, client: httpx.AsyncClient, ids: list[str]
) -> None:
    """It says what would happen, also what would be refused."""
    labels = [{"prediction_id": ids[0], "label": SETOSA}, {"row_id": "z", "label": "cat"}]
    answer = await client.post("models/iris/labels?dry_run=true", json={"labels": labels})
    told = answer.json()
    assert (told["new"], told["invalid"], told["refused"], told["dry_run"]) == (1, 1, True, True)
    assert desk.labels.page("iris").labels == ()


async def test_what_is_wrong_is_named_and_nothing_is_written(
    desk: Desk, client: httpx.AsyncClient, ids: list[str]
) -> None:
    """422 with every problem; by choice wrong labels are left out."""
    labels = [
        {"prediction_id": ids[0], "label": SETOSA},
        {"prediction_id": ids[1], "label": "cat"},
        {"prediction_id": ids[2], "label": None},
        {"prediction_id": ids[0], "label": VIRGINICA},
        {"prediction_id": ids[3], "label": SETOSA, "time": "soon"},
    ]
    answer = await client.post("models/iris/labels", json={"labels": labels})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["hint"]) == ("invalid_rows", "No label was written.")
    assert [problem["row"] for problem in error["problems"]] == [1, 2, 3, 4]
    assert error["problems"][0]["problem"] == "unknown class 'cat'"
    assert desk.labels.page("iris").labels == ()
    answer = await client.post(
        "models/iris/labels?invalid=skip&conflicts=last", json={"labels": labels}
    )
    assert answer.status_code == 200
    counts = {name: answer.json()[name] for name in ("new", "invalid", "conflicting")}
    assert counts == {"new": 1, "invalid": 3, "conflicting": 1}
    assert [label.value for label in desk.reader.prediction(ids[0]).labels] == [VIRGINICA]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 422, "missing"),
        (b"[]", 422, "at least one label"),
        (b"7", 422, "a number"),
        (b'{"labels": [7]}', 422, "a JSON object"),
        (b'{"labels": [{"row_id": "a", "lable": "x"}]}', 422, "did you mean 'label'"),
        (b'{"row_id": "a", "label": {"b": 1}}', 422, "an object"),
        (b'{"row_id": "a", "label": NaN}', 422, "label: missing"),
        (b'{"row_id": true, "label": "Iris-setosa"}', 422, "a string or null"),
        (b'{"row_id": "a\\u0000", "label": "Iris-setosa"}', 422, "unusable"),
        (b'{"columns": {"row_id": ["a"], "label": []}}', 422, "as many values"),
        (b'{"columns": {"row_id": ["a"]}}', 422, "no column 'label'"),
        (b'{"label": "Iris-setosa"}', 422, "prediction_id or row_id"),
    ],
)
async def test_bodies_that_are_no_labels(
    desk: Desk, client: httpx.AsyncClient, body: bytes, status: int, said: str
) -> None:
    """Each is refused, and it is said why."""
    answer = await client.post(
        "models/iris/labels", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert said in error["message"] + error["hint"]
    assert desk.labels.delay("iris").waiting == 0


async def test_limits(desk: Desk, client: httpx.AsyncClient, settings: Settings) -> None:
    """Too many labels, too large a body and unknown formats are refused as everywhere."""
    del desk
    rows = settings.max_log_rows + 1
    columns = {"columns": {"row_id": [0] * rows, "label": [SETOSA] * rows}}
    assert (await client.post("models/iris/labels", json=columns)).status_code == 413
    large = b" " * (settings.max_body_bytes + 1)
    headers = {"Content-Type": CSV}
    answer = await client.post("models/iris/labels", content=large, headers=headers)
    assert answer.status_code == 413
    headers = {"Content-Type": "image/png"}
    answer = await client.post("models/iris/labels", content=b"x", headers=headers)
    assert answer.status_code == 422
    assert (await client.post("models/irs/labels", json={"label": 1})).status_code == 404


async def test_labels_delay_and_maturity_are_read_back(
    desk: Desk, client: httpx.AsyncClient, ids: list[str]
) -> None:
    """Page by page, with the share of each day and hour."""
    await client.post(
        "models/iris/labels", json={"columns": {"prediction_id": ids, "label": [SETOSA] * 5}}
    )
    await client.post("models/iris/labels", json={"row_id": "later", "label": SETOSA})
    desk.jobs.run()
    first = (await client.get("models/iris/labels?limit=3")).json()
    rest = (await client.get(f"models/iris/labels?limit=3&cursor={first['cursor']}")).json()
    found = [label["prediction_id"] for label in first["labels"] + rest["labels"]]
    assert sorted(found) == sorted(ids)
    assert rest["cursor"] is None
    delay = (await client.get("models/iris/labels/delay")).json()
    assert (delay["labels"], delay["waiting"], len(delay["quantiles"])) == (5, 1, 7)
    for length in ("day", "hour"):
        told = (await client.get(f"models/iris/maturity?granularity={length}")).json()
        assert [window["share"] for window in told["windows"]] == [1.0]
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    told = (await client.get(f"models/iris/maturity?from={now}")).json()
    assert told["windows"] == []
    assert (await client.get("models/iris/labels?cursor=x")).status_code == 422
