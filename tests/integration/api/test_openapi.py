"""The OpenAPI document and its pages: true, complete, offline, and with commands that work."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.server import running_server
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import FEATURES, iris_frame, iris_model

BASH = re.compile(r"```bash\n(.*?)\n```", re.DOTALL)
WITHOUT_MODELS = {
    "health",
    "list_models",
    "list_alerts",
    "list_jobs",
    "audit",
    "v2_server",
    "v2_live",
    "v2_ready",
    "v1_models",
    "ping",
    "scoring_health",
    "version",
    "metrics",
}
TEXTS = {"ping", "scoring_health", "version", "metrics", "version_artefact", "job_result"}
FAILURES = {"FailureAnswer", "ErrorAnswer", "ScoringErrorAnswer"}


@pytest.fixture
def drifted(desk: Desk) -> Desk:
    """Offer a desk with an open alert, and a second version with a test set."""
    frame = iris_frame()
    desk.registry.publish(iris_model(), name="iris", reference=frame, target="class", test=frame)
    rows = [row | {"sepal_width_cm": 9.0} for row in frame.select(FEATURES).to_dicts()]
    now = datetime.now(UTC)
    times = [now - timedelta(days=1)] * len(rows)
    desk.predictor.predict("iris", rows, timestamps=times)
    desk.jobs.run()
    return desk


async def described(client: httpx.AsyncClient) -> dict[str, Any]:
    """Return the document."""
    answer = await client.get("http://127.0.0.1:8080/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert isinstance(document, dict)
    return document


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every operation."""
    for path in document["paths"].values():
        yield from path.values()


def shown(document: dict[str, Any]) -> dict[str, str]:
    """Return the commands by operation."""
    found = {}
    for operation in operations(document):
        commands = BASH.findall(operation["description"])
        if commands:
            (found[operation["operationId"]],) = commands
    return found


def references(node: object) -> Iterator[str]:
    """Return every reference in a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.usefixtures("drifted")
async def test_every_route_is_described_for_people(client: httpx.AsyncClient) -> None:
    """Each has a summary, a sentence, a tag that is explained, a typed answer, failures."""
    document = await described(client)
    explained = {tag["name"] for tag in document["tags"]}
    for operation in operations(document):
        assert operation["summary"]
        assert len(operation["description"].split("\n")[0]) > 20
        assert set(operation["tags"]) <= explained
        success = next(told for status, told in operation["responses"].items() if status < "3")
        assert all(content["schema"] for content in success["content"].values())
        failure = operation["responses"]["500"]["content"]["application/json"]["schema"]
        assert failure["$ref"].rpartition("/")[2] in FAILURES
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.usefixtures("drifted")
async def test_every_reference_leads_somewhere(client: httpx.AsyncClient) -> None:
    """No schema names another that the document does not have."""
    document = await described(client)
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


@pytest.mark.usefixtures("drifted")
async def test_every_route_has_an_example_of_a_served_model(client: httpx.AsyncClient) -> None:
    """With one model and one alert there is nothing that cannot be shown."""
    document = await described(client)
    assert set(shown(document)) == {found["operationId"] for found in operations(document)}
    bodies = {
        found["operationId"]: found["requestBody"]["content"]["application/json"]
        for found in operations(document)
        if "application/json" in found.get("requestBody", {}).get("content", {})
    }
    example = (await client.get("models/iris/example")).json()
    assert bodies["predict_bare"]["examples"] == {"iris": {"value": example}}
    assert bodies["predict"]["examples"] == {"iris": {"value": {"row": example}}}
    assert set(bodies["predict_bare"]["schema"]["properties"]) == set(FEATURES)


@pytest.mark.usefixtures("drifted")
async def test_bodies_of_other_dialects_have_examples_that_are_accepted(
    client: httpx.AsyncClient,
) -> None:
    """What the page fills in can be sent as it stands; a body without rows does not fit."""
    document = await described(client)
    shown_ = {
        found["operationId"]: (path, found["requestBody"]["content"]["application/json"])
        for path, methods in document["paths"].items()
        for found in methods.values()
        if found["operationId"] in {"v2_infer", "v2_infer_version", "v1_predict", "invocations"}
    }
    assert len(shown_) == 4
    for path, content in shown_.values():
        address = path.format(name="iris", version=1)
        example = content["examples"]["iris"]["value"]
        accepts = jsonschema_rs.validator_for(content["schema"]).is_valid
        answer = await client.post(f"http://127.0.0.1:8080{address}", json=example)
        assert answer.status_code == 200
        assert accepts(example)
        refused = await client.post(f"http://127.0.0.1:8080{address}", json={})
        assert refused.status_code == 400
        assert not accepts({})
    schema = document["paths"]["/api/v1/models/{name}/log"]["post"]["requestBody"]
    assert schema["content"]["application/json"]["schema"]["minItems"] == 1
    assert (await client.post("models/iris/log", json=[])).status_code == 422


async def test_without_a_model_the_examples_say_why_there_are_none(
    client: httpx.AsyncClient,
) -> None:
    """What cannot be tried has no command that fails."""
    document = await described(client)
    assert set(shown(document)) == WITHOUT_MODELS
    predict = document["paths"]["/api/v1/models/{name}/predict"]["post"]
    assert "no model is published" in predict["description"]
    assert "examples" not in predict["requestBody"]["content"]["application/json"]


async def test_the_document_changes_with_the_models(
    client: httpx.AsyncClient, empty_desk: Desk
) -> None:
    """A model that is published while the server runs appears; unchanged, nothing is redone."""
    assert "tulips" not in str(await described(client))
    for name in ("tulips", "violets"):
        empty_desk.registry.publish(
            served.moody, name=name, reference=pl.DataFrame({"mood": [0.0, 1.0]})
        )
    document = await described(client)
    predict = document["paths"]["/api/v1/models/{name}/predict"]["post"]
    assert set(predict["requestBody"]["content"]["application/json"]["examples"]) == {
        "tulips",
        "violets",
    }
    bare = document["paths"]["/api/v1/predict"]["post"]
    assert "does not have exactly one model" in bare["description"]
    assert document == await described(client)


@pytest.mark.usefixtures("desk")
async def test_the_commands_name_the_address_that_was_asked(client: httpx.AsyncClient) -> None:
    """Whoever reads the document on another name or port gets commands for that."""
    answer = await client.get("http://localhost:9000/openapi.json")
    commands = shown(answer.json())
    assert "http://localhost:9000/api/v1/health" in commands["health"]
    assert answer.json()["servers"] == [{"url": "http://localhost:9000"}]


async def test_a_desk_that_cannot_be_read_still_has_its_document(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    """The page that explains the API does not need the database."""
    with desk.store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE models RENAME TO elsewhere")
    assert set(shown(await described(client))) == WITHOUT_MODELS


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("path", ["docs", "apidocs"])
async def test_the_pages_need_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    """Script and style come from this server; no address of another stands on the page."""
    page = await client.get(f"http://127.0.0.1:8080/{path}")
    assert page.status_code == 200
    assert "//" not in re.sub(r"<!--.*?-->|// .*", "", page.text)
    assets = re.findall(r'(?:src|href)="(/[^"]*)"', page.text)
    assert len(assets) == 2
    for asset in assets:
        found = await client.get(f"http://127.0.0.1:8080{asset}")
        assert found.status_code == 200
        assert len(found.content) > 100_000


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_command_works_as_pasted(drifted: Desk, settings: Settings, tmp_path: Path) -> None:
    """Each runs in a shell against the server that showed it, and gets a status of 200 or 201."""
    (tmp_path / ".curlrc").write_text("fail-with-body\nnoproxy = *\n")
    drifted.file_jobs.start()
    with running_server(drifted, settings) as url:
        commands = shown(httpx.get(f"{url}/openapi.json", trust_env=False).json())
        assert len(commands) > 10
        for operation, command in commands.items():
            done = subprocess.run(
                ["/bin/bash", "-euo", "pipefail", "-c", command],
                env=os.environ | {"CURL_HOME": str(tmp_path)},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert done.returncode == 0, (operation, command, done.stdout, done.stderr)
            assert done.stdout.startswith("{") or operation in TEXTS, operation
    assert len(drifted.feedback.flags("iris")) == 1


async def test_other_content_types_are_listed(client: httpx.AsyncClient, desk: Desk) -> None:
    """Whoever reads the document learns of CSV and of bytes."""
    desk.registry.names()
    for operation in operations(await described(client)):
        kind = {"invocations": "text/csv", "v2_infer": "application/octet-stream"}.get(
            operation["operationId"]
        )
        if kind:
            for described_ in (operation["requestBody"], operation["responses"]["200"]):
                assert {"application/json", kind} == set(described_["content"])
