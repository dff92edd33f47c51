"""Slices over HTTP: kept, tried, found, and their rows read back."""

from datetime import UTC, datetime

import httpx
import numpy as np
import polars as pl
import pytest

from modeldesk.desk import Desk
from tests.support.iris import FEATURES, iris_frame

SETOSA, VIRGINICA = "Iris-setosa", "Iris-virginica"
LONG = {"name": "long", "expression": "petal_length_cm > 4"}


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    """Offer the identifiers of the Iris, predicted now; of the first 100 all are "setosa"."""
    rows = iris_frame().select(FEATURES).to_dicts()
    answer = desk.predictor.predict("iris", rows, timestamps=[datetime.now(UTC)] * len(rows))
    found = [each.prediction_id for each in answer.predictions]
    desk.labelling.label("iris", {"prediction_id": found[:100], "label": [SETOSA] * 100})
    return found


async def test_a_slice_is_defined_listed_replaced_and_deleted(
    desk: Desk, client: httpx.AsyncClient
) -> None:
    """The condition comes back as it is always written."""
    desk.registry.names()
    made = await client.post(
        "models/iris/slices", json={"name": "long", "expression": "(petal_length_cm>4.0)"}
    )
    assert made.status_code == 200, made.text
    assert (made.json()["expression"], made.json()["skipped"]) == (LONG["expression"], [])
    assert (await client.get("models/iris/slices")).json() == {"slices": [made.json()]}
    other = {"name": "long", "expression": "petal_length_cm > 5"}
    replaced = await client.post("models/iris/slices", json=other)
    assert replaced.json()["expression"] == other["expression"]
    gone = await client.delete("models/iris/slices/long")
    assert (gone.status_code, gone.json()) == (200, replaced.json())
    again = await client.delete("models/iris/slices/long")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "not_found")
    assert (await client.get("models/iris/slices")).json() == {"slices": []}


@pytest.mark.usefixtures("desk")
async def test_names_with_strange_signs_can_be_deleted(client: httpx.AsyncClient) -> None:
    """What can be kept can be addressed."""
    for name in ("täglich & 100 %?", "#1", "check", "find", "a.b"):
        assert (
            await client.post("models/iris/slices", json=LONG | {"name": name})
        ).status_code == 200
        quoted = "".join(f"%{byte:02X}" for byte in name.encode())
        gone = await client.delete(f"models/iris/slices/{quoted}")
        assert (gone.status_code, gone.json()["name"]) == (200, name)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", ["", " x", "a=b", "a/b", ".", "..", "a\0b", "a\nb"])
async def test_unusable_names_are_refused(client: httpx.AsyncClient, name: str) -> None:
    """Nothing is kept."""
    answer = await client.post("models/iris/slices", json=LONG | {"name": name})
    assert answer.status_code == 422
    assert (await client.get("models/iris/slices")).json() == {"slices": []}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("expression", "place", "hint"),
    [
        ("petal_lenght_cm > 4", [0, 15], "Did you mean petal_length_cm?"),
        ("petal_length_cm = 4", [16, 17], "Write == to compare."),
        ("petal_length_cm > 'x'", [18, 21], "Write numbers without quotes."),
        ('prediction == "a\0"', [16, 17], "Leave it out."),
    ],
)
async def test_a_wrong_condition_is_refused_with_its_place(
    client: httpx.AsyncClient, expression: str, place: list[int], hint: str
) -> None:
    """The body says which characters are meant, and what to write instead."""
    answer = await client.post("models/iris/slices", json={"name": "x", "expression": expression})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_expression")
    assert ([error["start"], error["end"]], error["hint"]) == (place, hint)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, LONG | {"more": 1}, LONG | {"expression": 5}, LONG | {"name": None}]
)
async def test_other_bodies_are_refused_by_field(
    client: httpx.AsyncClient, body: dict[str, object]
) -> None:
    """With the list of problems, as everywhere."""
    answer = await client.post("models/iris/slices", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"]


@pytest.mark.usefixtures("ids")
async def test_a_condition_is_tried(client: httpx.AsyncClient) -> None:
    """Right or wrong, the status is 200, and nothing is kept."""
    right = await client.post(
        "models/iris/slices/check", json={"expression": "(label is not null)"}
    )
    assert right.status_code == 200, right.text
    told = right.json()
    assert (told["expression"], told["error"]) == ("label is not null", None)
    assert (told["rows"], told["matching"], told["completions"]) == (150, 100, None)
    wrong = await client.post(
        "models/iris/slices/check", json={"expression": "petal_length_cm > 4 and pet", "cursor": 27}
    )
    told = wrong.json()
    assert (wrong.status_code, told["expression"], told["rows"]) == (200, None, 0)
    assert (told["error"]["start"], told["error"]["end"]) == (24, 27)
    texts = [item["text"] for item in told["completions"]["items"]]
    assert texts == ["petal_length_cm", "petal_width_cm"]
    assert (told["completions"]["start"], told["completions"]["end"]) == (24, 27)
    assert (await client.get("models/iris/slices")).json() == {"slices": []}


async def test_the_rows_of_a_slice_are_read_page_by_page(
    client: httpx.AsyncClient, ids: list[str]
) -> None:
    """By its name, by a condition, and by both; bad ones are refused."""
    assert (await client.post("models/iris/slices", json=LONG)).status_code == 200
    path, found, cursor = "models/iris/predictions", list[str](), None
    while True:
        query = {"slice": "long", "limit": "30"} | ({} if cursor is None else {"cursor": cursor})
        page = (await client.get(path, params=query)).json()
        found += [row["prediction_id"] for row in page["rows"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    inside = np.flatnonzero(iris_frame()["petal_length_cm"] > 4)
    assert sorted(found) == sorted(ids[place] for place in inside)
    query = {"slice": "long", "condition": f'label == "{SETOSA}" and prediction != "{SETOSA}"'}
    cell = (await client.get(path, params=query | {"limit": "1000"})).json()["rows"]
    assert {row["prediction_id"] for row in cell} <= set(found)
    assert {row["prediction_id"] for row in cell} <= set(ids[:100])
    assert cell
    wrong = await client.get(path, params={"condition": "petal > 4"})
    error = wrong.json()["error"]
    assert (wrong.status_code, error["start"], error["end"]) == (422, 0, 5)
    assert error["hint"]
    unknown = await client.get(path, params={"slice": "short"})
    assert (unknown.status_code, unknown.json()["error"]["hint"]) == (404, "Known slices: long.")


async def test_the_worst_slice_is_found(desk: Desk, client: httpx.AsyncClient) -> None:
    """It can be kept as it stands in the answer."""
    rng = np.random.default_rng(7)
    frame = iris_frame().sample(1000, with_replacement=True, seed=1)
    wide = (frame["sepal_width_cm"] >= 3.2).to_numpy()
    right = frame["class"].to_numpy()
    wrong = rng.random(1000) < np.where(wide, 0.6, 0.05)
    column = desk.registry.record("iris").signature.prediction.name
    keys = [f"{number}" for number in range(1000)]
    desk.backfill.log(
        "iris",
        frame.drop("class").with_columns(pl.Series(column, right), pl.Series("row_id", keys)),
    )
    other = np.where(right == SETOSA, VIRGINICA, SETOSA)
    desk.labelling.label("iris", {"row_id": keys, "label": np.where(wrong, other, right)})
    found = await client.get("models/iris/slices/find", params={"limit": 3, "min_rows": 30})
    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["loss"], told["rows"], told["most_rows"]) == ("error", 1000, 100_000)
    (worst, *others) = told["slices"]
    assert len(others) < 3
    assert "sepal_width_cm" in worst["expression"]
    assert worst["sentence"] in told["sentence"]
    kept = {"name": "worst", "expression": worst["expression"]}
    assert (await client.post("models/iris/slices", json=kept)).json()["expression"] == worst[
        "expression"
    ]
    none = await client.get("models/iris/slices/find", params={"to": "2020-01-01T00:00:00Z"})
    assert (none.json()["rows"], none.json()["slices"]) == (0, [])
    assert (await client.get("models/iris/slices/find", params={"min_rows": 1})).status_code == 422
