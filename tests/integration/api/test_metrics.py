"""Figures for Prometheus: what was asked, predicted, refused, and what waits."""

import shutil
import subprocess

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from modeldesk.desk import Desk
from tests.support.iris import ROW

ROOT = "http://127.0.0.1:8080"
IRIS = {"model": "iris", "version": "1"}


async def figures(client: httpx.AsyncClient) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Return all samples by name."""
    answer = await client.get(f"{ROOT}/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


async def test_predictions_and_refusals_are_counted(client: httpx.AsyncClient, desk: Desk) -> None:
    """By model and version, with how many were predicted at once and how long it took."""
    await client.post("models/iris/predict", json={"rows": [ROW] * 5})
    await client.post("models/iris/predict", json={"row": {}})
    found = await figures(client)
    assert found["modeldesk_predictions_total"] == [(IRIS, 5.0)]
    assert found["modeldesk_refused_rows_total"] == [(IRIS, 1.0)]
    assert found["modeldesk_failed_predictions_total"] == [(IRIS, 0.0)]
    assert found["modeldesk_batch_rows_sum"] == [(IRIS, 5.0)]
    assert found["modeldesk_model_seconds_count"] == [(IRIS, 1.0)]
    assert found["modeldesk_commit_seconds_count"] == [(IRIS, 1.0)]
    assert found["modeldesk_queued_rows"] == [(IRIS, 0.0)]
    assert found["modeldesk_unprofiled_rows"] == [(IRIS, 5.0)]
    assert found["modeldesk_database_up"] == [({}, 1.0)]
    desk.rollup.run()
    assert (await figures(client))["modeldesk_unprofiled_rows"] == [(IRIS, 0.0)]


async def test_requests_are_counted_by_route(client: httpx.AsyncClient, desk: Desk) -> None:
    """Whatever paths are asked for, there are as many series as routes."""
    desk.registry.names()
    for path in ("models/iris", "models/tulips", "models/violets"):
        await client.get(path)
    for name in range(20):
        await client.get(f"{ROOT}/page-{name}")
    route = "/api/v1/models/{name}"
    found = {
        tuple(labels.values()): value
        for labels, value in (await figures(client))["modeldesk_http_requests_total"]
    }
    assert found["GET", route, "200"] == 1.0
    assert found["GET", route, "404"] == 2.0
    assert found["GET", "other", "404"] == 20.0
    assert len(found) == 3


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_finds_nothing(desk: Desk) -> None:
    """The names and units are those that Prometheus recommends."""
    desk.predictor.predict("iris", [ROW])
    done = subprocess.run(
        ["/usr/bin/env", "promtool", "check", "metrics"],
        input=desk.measures.tell().decode(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
