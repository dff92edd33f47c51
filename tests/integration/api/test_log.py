"""The log over HTTP: tables in, pages out, policies and what was kept aside."""

import io
from datetime import UTC, datetime, timedelta

import httpx
import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy, OddTimes
from tests.support.iris import ROW, iris_frame
from tests.support.tables import written

NOW = datetime.now(UTC).replace(microsecond=0)
TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "json": "application/json; charset=utf-8",
}


def table(rows: int = 150) -> pl.DataFrame:
    """Return reference rows with times and keys."""
    frame = iris_frame().head(rows)
    times = [(NOW - timedelta(minutes=row)).isoformat() for row in range(rows)]
    keys = [f"order-{row}" for row in range(rows)]
    return frame.with_columns(pl.Series("timestamp", times), pl.Series("row_id", keys))


@pytest.mark.parametrize("kind", TYPES)
async def test_a_table_is_logged_in_every_format(
    desk: Desk, client: httpx.AsyncClient, kind: str
) -> None:
    """Every row is there, with its time and key."""
    sent = written(table(), TYPES[kind])
    answer = await client.post(
        "models/iris/log", content=sent, headers={"Content-Type": TYPES[kind]}
    )
    assert answer.status_code == 200
    assert (answer.json()["logged"], answer.json()["quarantined"]) == (150, 0)
    (found,) = desk.reader.by_row_id("iris", "order-9")
    assert found.time == NOW - timedelta(minutes=9)


async def test_rows_that_do_not_fit_are_shown(desk: Desk, client: httpx.AsyncClient) -> None:
    """The answer counts them by reason; the quarantine shows them."""
    wrong = table(3).with_columns(pl.Series("sepal_width_cm", ["wide", "3.1", "2.9"]))
    answer = await client.post(
        "models/iris/log", content=written(wrong, "text/csv"), headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["quarantined"] == 1
    (reason,) = answer.json()["reasons"]
    assert reason.startswith("sepal_width_cm: expected a number")
    shown = (await client.get("models/iris/quarantine")).json()
    assert shown["count"] == 1
    assert shown["rows"][0]["reason"] == reason
    assert desk.overview.model("iris").predictions == 2


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"x", "text/plain", "one of application/json"),
        (b"PAR1", "application/vnd.apache.parquet", "cannot be read as"),
        (b"nonsense", "application/vnd.apache.arrow.stream", "no Arrow stream"),
        (b"", "text/csv", "cannot be read as"),
        (b"[1]", "application/json", "a list of JSON objects"),
        (b"[{", "application/json", "JSON"),
        (b'[{"a": 1}]', "application/json", "lacks the columns sepal_length_cm"),
    ],
)
async def test_a_body_that_is_no_table_is_refused(
    client: httpx.AsyncClient, content: bytes, kind: str, said: str
) -> None:
    """With 422, in the one error shape."""
    answer = await client.post("models/iris/log", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert said in str(answer.json()["error"])


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("kind", TYPES)
async def test_too_many_rows_are_refused(client: httpx.AsyncClient, kind: str) -> None:
    """However small the bytes are; nothing is logged."""
    many = pl.DataFrame({"a": pl.zeros(1_001, dtype=pl.Int8, eager=True)})
    answer = await client.post(
        "models/iris/log", content=written(many, TYPES[kind]), headers={"Content-Type": TYPES[kind]}
    )
    assert answer.status_code == 413


async def test_pages_are_read_as_json_and_as_arrow(desk: Desk, client: httpx.AsyncClient) -> None:
    """The cursor leads from page to page; with a filter and a range of time."""
    desk.backfill.log("iris", table(30))
    first = (await client.get("models/iris/predictions?limit=20")).json()
    assert len(first["rows"]) == 20
    assert first["rows"][0].keys() >= {"prediction_id", "time", "row_id", "class"}
    rest = await client.get(
        f"models/iris/predictions?cursor={first['cursor']}",
        headers={"Accept": TYPES["arrow"]},
    )
    frame = pl.read_ipc_stream(io.BytesIO(rest.content))
    assert frame.height == 10
    assert "x-next-cursor" not in rest.headers
    since = (NOW - timedelta(minutes=3)).isoformat().replace("+00:00", "Z")
    few = (await client.get(f"models/iris/predictions?from={since}&where=row_id=x")).json()
    assert "error" in few
    few = (await client.get(f"models/iris/predictions?from={since}&version=1")).json()
    assert [row["row_id"] for row in few["rows"]] == [f"order-{n}" for n in (3, 2, 1, 0)]
    setosa = await client.get("models/iris/predictions?where=class=Iris-setosa&limit=50")
    assert len(setosa.json()["rows"]) == 30
    wrong = await client.get("models/iris/predictions?where=class")
    assert wrong.status_code == 422


async def test_predictions_are_found_by_own_key(desk: Desk, client: httpx.AsyncClient) -> None:
    """Also those that were predicted here."""
    desk.predictor.predict("iris", [ROW], row_ids=["a/b c"])
    answer = await client.get("models/iris/predictions/by-key", params={"row_id": "a/b c"})
    (found,) = answer.json()["predictions"]
    assert found["inputs"] == ROW


async def test_the_policy_is_read_and_changed(desk: Desk, client: httpx.AsyncClient) -> None:
    """Fields left out get defaults; unknown fields and wrong values are refused."""
    assert (await client.get("models/iris/policy")).json()["rows"] == "all"
    changed = await client.put(
        "models/iris/policy", json={"rows": "none", "segment_by": ["petal_width_cm"]}
    )
    assert changed.status_code == 200
    assert desk.registry.policy("iris").segment_by == ("petal_width_cm",)
    assert (await client.get("models/iris/segments")).json() == {"segments": []}
    for wrong in ({"rows": "some"}, {"sample": 7}, {"colour": 1}, {"drop": ["colour"]}):
        refused = await client.put("models/iris/policy", json=wrong)
        assert refused.status_code in {404, 422}, wrong
    assert desk.registry.policy("iris") != LogPolicy()


async def test_a_segment_is_compared_by_itself(desk: Desk, client: httpx.AsyncClient) -> None:
    """Rows of a segment against the reference; a segment that is not there is told so."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("petal_width_cm",)))
    rows = [{**ROW, "petal_width_cm": width} for width in (0.5, 0.5, 2.5)]
    desk.predictor.predict("iris", rows)
    desk.rollup.run()
    assert (await client.get("models/iris/segments")).json() == {
        "segments": ["petal_width_cm=0.5", "petal_width_cm=2.5"]
    }
    asked = {"segment": "petal_width_cm=0.5"}
    report = (await client.get("models/iris/drift", params=asked)).json()
    assert report["segment"] == "petal_width_cm=0.5"
    assert [entry["comparison"]["rows"] for entry in report["windows"]] == [2]
    whole = (await client.get("models/iris/drift")).json()
    assert [entry["comparison"]["rows"] for entry in whole["windows"]] == [3]
    wrong = await client.get("models/iris/drift", params={"segment": "colour=red"})
    assert wrong.status_code == 404
    assert "Segments: petal_width_cm=0.5" in wrong.json()["error"]["hint"]


async def test_rows_are_read_by_the_verdict_of_their_day(
    desk: Desk, client: httpx.AsyncClient
) -> None:
    """One row is too few to judge."""
    desk.predictor.predict("iris", [ROW])
    desk.rollup.run()
    for verdict, rows in (("not enough data", 1), ("changed", 0)):
        answer = await client.get("models/iris/predictions", params={"verdict": verdict})
        assert len(answer.json()["rows"]) == rows
    refused = await client.get("models/iris/predictions", params={"verdict": "odd"})
    assert refused.status_code == 422


@pytest.mark.parametrize("policy", OddTimes)
async def test_hostile_rows_beside_good_ones(
    desk: Desk, client: httpx.AsyncClient, policy: OddTimes
) -> None:
    """Nothing makes the server fail or hold the good row back; what does not fit is shown."""
    desk.registry.set_policy("iris", LogPolicy(times=policy))
    good = table(1).row(0, named=True)
    odd: list[dict[str, object]] = [
        {"timestamp": "0001-01-01T00:00:00+14:00"},
        {"timestamp": "9999-12-31T23:59:59-14:00"},
        {"timestamp": "+294247-01-10T04:00:54Z"},
        {"timestamp": "\x00"},
        {"sepal_width_cm": "wide" * 30_000},
        {"sepal_width_cm": "\x00\ufffe"},
        {"sepal_width_cm": "1e999"},
        {"class": None},
    ]
    rows = [good, *({**good, **change} for change in odd)]
    answer = await client.post("models/iris/log", json=rows)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert done["logged"] + done["quarantined"] == len(rows)
    assert done["logged"] >= 1
    shown = (await client.get("models/iris/quarantine")).json()
    assert (shown["count"], len(shown["rows"])) == (done["quarantined"],) * 2
    desk.jobs.run()
    overview = desk.overview.model("iris")
    assert overview.predictions == overview.profiled == done["logged"]
    assert len((await client.get("models/iris/predictions")).json()["rows"]) == done["logged"]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "wrong", [{"future_minutes": 10**18}, {"oldest_days": 10**9}, {"oldest_days": -1}]
)
async def test_a_policy_beyond_the_calendar_is_refused(
    client: httpx.AsyncClient, wrong: dict[str, int]
) -> None:
    """Predictions go on under the policy before."""
    refused = await client.put("models/iris/policy", json=wrong)
    assert refused.status_code == 422
    assert (await client.post("predict", json=ROW)).status_code == 200
