"""Models, monitoring and feedback over a real desk with a day of drifted traffic."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import TypeAdapter

from modeldesk import __version__
from modeldesk.api.answers import (
    AlertsAnswer,
    FlagsAnswer,
    HealthAnswer,
    ModelsAnswer,
    VersionsAnswer,
)
from modeldesk.desk import Desk
from modeldesk.schema import Signature
from modeldesk.services.views import (
    AlertView,
    DriftReport,
    FlagView,
    ModelOverview,
    PredictionView,
)
from tests.support.iris import FEATURES, ROW, iris_frame

DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def prediction_id(desk: Desk) -> str:
    """Offer a prediction of a day whose sepal widths are far off, judged already."""
    rows = iris_frame().select(FEATURES).to_dicts()
    for position, row in enumerate(rows[:60]):
        row["sepal_width_cm"] = 9.0 + position / 10
    times = [DAY + timedelta(minutes=minute) for minute in range(150)]
    batch = desk.predictor.predict("iris", rows, timestamps=times)
    desk.jobs.run()
    return batch.predictions[0].prediction_id


@pytest.mark.usefixtures("prediction_id")
@pytest.mark.parametrize(
    ("path", "record"),
    [
        ("health", HealthAnswer),
        ("models", ModelsAnswer),
        ("models/iris", ModelOverview),
        ("models/iris/versions", VersionsAnswer),
        ("models/iris/schema", Signature),
        ("models/iris/schema?version=1", Signature),
        ("models/iris/drift", DriftReport),
        ("models/iris/drift?granularity=hour", DriftReport),
        ("alerts", AlertsAnswer),
        ("alerts?model=iris&status=open", AlertsAnswer),
        ("models/iris/alerts", AlertsAnswer),
        ("models/iris/flags", FlagsAnswer),
    ],
)
async def test_an_answer_is_the_services_record_field_by_field(
    client: httpx.AsyncClient, path: str, record: type
) -> None:
    """What is sent has the declared fields, no more and no fewer, with the declared types."""
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == [field.name for field in fields(record)]
    TypeAdapter(record).validate_json(answer.content)


@pytest.mark.usefixtures("desk")
async def test_health_names_version_and_models(client: httpx.AsyncClient) -> None:
    """A glance says which program answers, and for what."""
    assert (await client.get("health")).json() == {
        "status": "ok",
        "version": __version__,
        "models": ["iris"],
    }


@pytest.mark.usefixtures("desk")
async def test_the_example_row_is_a_row_that_the_model_takes(client: httpx.AsyncClient) -> None:
    """The example can be sent back as it came."""
    example = await client.get("models/iris/example")
    assert tuple(example.json()) == FEATURES
    assert (await client.post("predict", content=example.content)).status_code == 200


@pytest.mark.usefixtures("prediction_id")
async def test_drift_names_the_column_that_changed(client: httpx.AsyncClient) -> None:
    """A window per day, a comparison per column, a verdict in words."""
    report = (await client.get("models/iris/drift")).json()
    (window,) = report["windows"]
    assert window["window"] == {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
    verdicts = {
        column["name"]: column["verdict"]["status"] for column in window["comparison"]["columns"]
    }
    assert verdicts["sepal_width_cm"] == "changed"
    assert verdicts["petal_width_cm"] == "stable"


@pytest.mark.usefixtures("prediction_id")
@pytest.mark.parametrize(
    ("query", "windows"),
    [
        ("granularity=hour", 3),
        ("granularity=hour&from=2026-03-01T01:00:00Z", 2),
        ("granularity=hour&to=2026-03-01T02:00:00%2B01:00", 1),
        ("granularity=hour&from=2026-03-02T00:00:00Z", 0),
    ],
)
async def test_drift_is_narrowed_by_time(
    client: httpx.AsyncClient, query: str, windows: int
) -> None:
    """The start is included, the end is not; any zone will do."""
    report = (await client.get(f"models/iris/drift?{query}")).json()
    assert len(report["windows"]) == windows


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2026-03-01T00:00:00", "to"),
        ("granularity=week", "granularity"),
        ("version=-1", "version"),
    ],
)
async def test_a_wrong_query_is_refused_by_name(
    client: httpx.AsyncClient, query: str, field: str
) -> None:
    """The parameter is named as the caller wrote it."""
    answer = await client.get(f"models/iris/drift?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["field"] == field


@pytest.mark.usefixtures("prediction_id")
async def test_an_alert_is_acknowledged(client: httpx.AsyncClient) -> None:
    """Its new status comes back, and filters see it."""
    (alert,) = [
        found
        for found in (await client.get("models/iris/alerts?status=open")).json()["alerts"]
        if found["column"] == "sepal_width_cm"
    ]
    changed = await client.patch(f"alerts/{alert['alert_id']}", json={"status": "acknowledged"})
    assert changed.status_code == 200
    assert changed.json()["status"] == "acknowledged"
    TypeAdapter(AlertView).validate_json(changed.content)
    found = (await client.get("alerts?status=acknowledged")).json()["alerts"]
    assert [one["alert_id"] for one in found] == [alert["alert_id"]]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("alerts/99", {"status": "resolved"}, 404),
        ("alerts/99", {"status": "forgotten"}, 422),
        ("alerts/99", {}, 422),
        ("alerts/0", {"status": "resolved"}, 422),
        ("alerts/first", {"status": "resolved"}, 422),
        ("alerts/99999999999999999999", {"status": "resolved"}, 422),
    ],
)
async def test_an_alert_that_is_not_there_cannot_be_changed(
    client: httpx.AsyncClient, path: str, body: dict[str, str], status: int
) -> None:
    """Unknown numbers are not found; what is no number or status is refused."""
    answer = await client.patch(path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_a_prediction_is_flagged_and_found_again(
    client: httpx.AsyncClient, prediction_id: str
) -> None:
    """The flag comes back with its number, and stands in the model's list."""
    body = {
        "reason": "wrong prediction",
        "comment": "Seen in the field: ❀",
        "proposed_label": "Iris-setosa",
    }
    answer = await client.post(f"predictions/{prediction_id}/flags", json=body)
    assert answer.status_code == 201
    flag = TypeAdapter(FlagView).validate_json(answer.content)
    assert (flag.prediction_id, flag.comment) == (prediction_id, body["comment"])
    listed = (await client.get("models/iris/flags?limit=1")).json()["flags"]
    assert listed == [answer.json()]


async def test_a_prediction_is_read_back(client: httpx.AsyncClient, prediction_id: str) -> None:
    """Inputs, outputs, time and version are those of the log."""
    answer = await client.get(f"predictions/{prediction_id}")
    found = TypeAdapter(PredictionView).validate_json(answer.content)
    assert found.time == DAY
    assert found.inputs["sepal_width_cm"] == 9.0
    assert found.outputs["class"] == "Iris-setosa"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": 5}, "reason"),
        ({"reason": "other", "coment": "x"}, "coment"),
        ({"reason": "other", "comment": "\x00"}, "comment"),
        ({"reason": "other", "comment": "x" * 10_001}, "comment"),
        ({"reason": "other", "proposed_label": ["Iris-setosa"]}, "proposed_label"),
    ],
)
async def test_a_wrong_flag_is_refused_by_field(
    client: httpx.AsyncClient, prediction_id: str, body: dict[str, object], field: str
) -> None:
    """What the database could not keep is refused before it gets there."""
    answer = await client.post(f"predictions/{prediction_id}/flags", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["field"] == field
    assert (await client.get("models/iris/flags")).json()["flags"] == []


async def test_a_label_that_the_model_does_not_know_is_refused(
    client: httpx.AsyncClient, prediction_id: str
) -> None:
    """The known classes are named."""
    body = {"reason": "other", "proposed_label": "Iris-rosea"}
    answer = await client.post(f"predictions/{prediction_id}/flags", json=body)
    assert answer.status_code == 422
    assert "Iris-setosa" in answer.json()["error"]["hint"]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("identifier", ["x", "01k9z7c3f2w8e5t6r4q1m0n2bd-7", "%00", "a" * 61])
async def test_an_unknown_prediction_is_not_found(
    client: httpx.AsyncClient, identifier: str
) -> None:
    """Neither reading nor flagging makes up a prediction."""
    read = await client.get(f"predictions/{identifier}")
    flagged = await client.post(f"predictions/{identifier}/flags", json={"reason": "other"})
    expected = 422 if len(identifier) > 60 else 404
    assert read.status_code == flagged.status_code == expected


@pytest.mark.usefixtures("desk")
async def test_what_is_not_there_is_answered_in_the_shape(client: httpx.AsyncClient) -> None:
    """A wrong path is 404, a wrong method 405 with the right ones named."""
    missing = await client.get("modells")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "not_found"
    wrong = await client.put("alerts/1", json=ROW)
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "PATCH"
    assert wrong.json()["error"]["code"] == "method_not_allowed"
