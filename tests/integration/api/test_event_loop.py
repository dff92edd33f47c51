"""One slow request does not hold up the others."""

import asyncio
import sqlite3
import time
from contextlib import closing

import httpx
import polars as pl

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import ROW

SLOW = 2.0
QUICK = 1.5
"""A machine may stand still for a second; whoever waits for the slow one waits longer."""


async def longest_health(client: httpx.AsyncClient, beside: asyncio.Task[httpx.Response]) -> float:
    """Ask for the health until the other request is done; return the longest wait."""
    longest = 0.0
    while not beside.done():
        start = time.perf_counter()
        assert (await client.get("health")).status_code == 200
        longest = max(longest, time.perf_counter() - start)
        await asyncio.sleep(0.02)
    return longest


async def test_a_slow_write_delays_nobody_else(
    client: httpx.AsyncClient, desk: Desk, settings: Settings
) -> None:
    """While a flag waits for a locked database, the health route answers at once."""
    await client.get("health")
    batch = await asyncio.to_thread(desk.predictor.predict, "iris", [ROW])
    path = f"predictions/{batch.predictions[0].prediction_id}/flags"
    with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.perf_counter()
        flagging = asyncio.create_task(client.post(path, json={"reason": "other"}))
        asyncio.get_running_loop().call_later(SLOW, other.execute, "COMMIT")
        longest = await longest_health(client, flagging)
    assert (await flagging).status_code == 201
    assert time.perf_counter() - start > SLOW, "the flag had to wait"
    assert longest < QUICK


async def test_a_slow_model_delays_nobody_else(client: httpx.AsyncClient, empty_desk: Desk) -> None:
    """While a model takes its time, the health route answers at once."""
    empty_desk.registry.publish(
        served.patient, name="patient", reference=pl.DataFrame({"seconds": [0.0, 0.1]})
    )
    await client.get("health")
    predicting = asyncio.create_task(client.post("predict", json={"seconds": SLOW}))
    assert await longest_health(client, predicting) < QUICK
    assert (await predicting).status_code == 200


async def test_many_slow_reports_leave_threads_for_predictions(
    client: httpx.AsyncClient, desk: Desk, settings: Settings
) -> None:
    """Sixty writes that wait for a lock, more than there are threads, do not block a refusal."""
    batch = await asyncio.to_thread(desk.predictor.predict, "iris", [ROW])
    path = f"predictions/{batch.predictions[0].prediction_id}/flags"
    with closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        flagging = [
            asyncio.create_task(client.post(path, json={"reason": "other"})) for _ in range(60)
        ]
        await asyncio.sleep(0.3)
        start = time.perf_counter()
        refused = await client.post("models/iris/predict", json={"row": {}})
        waited = time.perf_counter() - start
        other.execute("COMMIT")
    assert refused.status_code == 422
    assert waited < QUICK
    assert {answer.status_code for answer in await asyncio.gather(*flagging)} == {201}


async def test_a_request_that_is_given_up_takes_no_rows_back(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """Accepted rows are predicted and logged although nobody waits, and so are those after."""
    empty_desk.registry.publish(
        served.patient, name="patient", reference=pl.DataFrame({"seconds": [0.0, 0.1]})
    )
    await client.post("predict", json={"seconds": 0.0})
    given_up = asyncio.create_task(client.post("predict", json={"seconds": 0.3}))
    await asyncio.sleep(0.1)
    given_up.cancel()
    assert (await client.post("predict", json={"seconds": 0.0})).status_code == 200
    assert empty_desk.overview.model("patient").predictions == 3
