"""Files over HTTP: taken while they arrive, watched, fetched, cancelled, by who may."""

import gzip
import io
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import polars as pl
import pytest

from modeldesk.api import create_api
from modeldesk.desk import Desk
from modeldesk.services.acting import Scope
from modeldesk.settings import Auth, Settings
from tests.integration.api import served
from tests.support.iris import FEATURES, iris_frame

FLOWERS = iris_frame().select(FEATURES)
CSV = FLOWERS.write_csv().encode()
TEXT = {"Content-Type": "text/csv"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings with a small limit on files."""
    return Settings.load(home=tmp_path / "home", port=0, ui=False, max_job_bytes=50_000)


@pytest.mark.parametrize("path", ["models/iris/jobs", "models/iris/versions/1/jobs"])
async def test_a_file_becomes_a_job_and_its_result_a_table(
    client: httpx.AsyncClient, desk: Desk, path: str
) -> None:
    """202 says where it is watched; the result comes as what is asked for."""
    answer = await client.post(path, params={"file": "march.csv"}, content=CSV, headers=TEXT)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["model"], job["version"]) == ("queued", "iris", 1)
    assert (job["file"], job["format"], job["share"]) == ("march.csv", "csv", 0.0)
    assert answer.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
    place = f"jobs/{job['job_id']}"
    early = await client.get(f"{place}/result")
    assert early.status_code == 409
    assert "it is queued" in early.json()["error"]["message"]
    desk.file_jobs.work()
    told = (await client.get(place)).json()
    assert (told["state"], told["rows"], told["share"]) == ("done", 150, 1.0)
    assert (await client.get("jobs")).json() == {"jobs": [told]}

    plain = await client.get(f"{place}/result")
    assert plain.headers["content-type"] == "application/vnd.apache.parquet"
    table = pl.read_parquet(plain.content)
    assert table.height == 150
    asked = await client.get(f"{place}/result", headers={"Accept": "text/csv"})
    linked = await client.get(f"{place}/result", params={"format": "csv"})
    assert asked.content == linked.content
    assert asked.headers["content-disposition"].endswith('.csv"')
    found = pl.read_csv(asked.content)
    assert found["prediction_id"].equals(table["prediction_id"])
    arrow = "application/vnd.apache.arrow.stream"
    stream = await client.get(f"{place}/result", headers={"Accept": arrow})
    assert pl.read_ipc_stream(io.BytesIO(stream.content)).equals(table)

    assert (await client.delete(place)).json()["state"] == "done"
    assert (await client.get(place)).status_code == 404


async def test_a_job_that_is_under_way_is_cancelled(client: httpx.AsyncClient, desk: Desk) -> None:
    """What is deleted before it is done is cancelled, and then removed."""
    assert desk.file_jobs.list() == ()
    job = (await client.post("models/iris/jobs", content=CSV, headers=TEXT)).json()["job_id"]
    assert (await client.delete(f"jobs/{job}")).json()["state"] == "cancelled"
    assert (await client.get("jobs", params={"state": "cancelled"})).json()["jobs"]
    assert not (await client.get("jobs", params={"state": "running"})).json()["jobs"]
    assert (await client.get(f"jobs/{job}/result")).status_code == 409
    assert (await client.delete(f"jobs/{job}")).status_code == 200
    assert (await client.delete(f"jobs/{job}")).status_code == 404


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(CSV)),
        ("gzip", gzip.compress(CSV[:1000]) + gzip.compress(CSV[1000:])),
        ("deflate", zlib.compress(CSV)),
        ("deflate", zlib.compress(CSV, wbits=-zlib.MAX_WBITS)),
    ],
)
async def test_a_compressed_file_is_unpacked_while_it_arrives(
    client: httpx.AsyncClient, desk: Desk, encoding: str, packed: bytes
) -> None:
    """In however small parts it comes."""

    async def trickle() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 7):
            yield packed[start : start + 7]

    answer = await client.post(
        "models/iris/jobs", content=trickle(), headers=TEXT | {"Content-Encoding": encoding}
    )
    assert answer.status_code == 202
    assert answer.json()["bytes"] == len(CSV)
    desk.file_jobs.work()
    assert desk.file_jobs.get(answer.json()["job_id"]).rows_done == 150


@pytest.mark.usefixtures("desk")
async def test_what_is_too_large_is_refused_however_it_comes(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    """Announced, in parts or compressed: 413, and nothing is left of it."""
    large = CSV + b"1,2,3,4\n" * 10_000

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 1000):
            yield large[start : start + 1000]

    packed = TEXT | {"Content-Encoding": "gzip"}
    for content, headers in ((large, TEXT), (parts(), TEXT), (gzip.compress(large), packed)):
        answer = await client.post("models/iris/jobs", content=content, headers=headers)
        assert answer.status_code == 413, answer.text
        assert "max_job_bytes" in answer.json()["error"]["hint"]
    assert list(settings.job_files.iterdir()) == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("headers", "content", "words"),
    [
        ({"Content-Type": "text/html"}, CSV, "Content-Type"),
        ({}, CSV, "Content-Type"),
        (TEXT, b"", "holds no table"),
        (TEXT, b"a,b\n1,2\n", "does not know the columns a, b"),
        (TEXT, b"a,a\n1,2\n", "Two columns"),
        (TEXT, CSV.partition(b"\n")[0] + b"\n", "holds no rows"),
        ({"Content-Type": "application/vnd.apache.parquet"}, b"no", "cannot be read"),
        ({"Content-Type": "application/vnd.apache.arrow.stream"}, b"no", "no Arrow stream"),
        ({"Content-Type": "application/x-ndjson"}, b"no", "no JSON"),
        ({"Content-Type": "application/x-ndjson"}, b"[1]", "no JSON object"),
        (TEXT | {"Content-Encoding": "br"}, CSV, "Content-Encoding"),
        (TEXT | {"Content-Encoding": "gzip"}, CSV, "damaged"),
        (TEXT | {"Content-Encoding": "gzip"}, gzip.compress(CSV)[:-9], "damaged"),
        (TEXT | {"Content-Encoding": "gzip"}, b"", "damaged"),
    ],
)
async def test_what_can_be_told_at_once_is(
    client: httpx.AsyncClient, settings: Settings, headers: dict[str, str], content: bytes,
    words: str,
) -> None:  # fmt: skip
    """422 says what is wrong; there is no job, and no file."""
    answer = await client.post("models/iris/jobs", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert words in answer.text
    assert (await client.get("jobs")).json() == {"jobs": []}
    assert not settings.job_files.exists() or not list(settings.job_files.iterdir())


@pytest.mark.usefixtures("desk")
async def test_unknown_models_versions_and_jobs_are_not_found(client: httpx.AsyncClient) -> None:
    """404, before a body is read."""
    for path in ("models/none/jobs", "models/iris/versions/9/jobs", "models/iris/jobs?alias=x"):
        assert (await client.post(path, content=CSV, headers=TEXT)).status_code == 404, path
    for path in ("jobs/none", "jobs/none/result"):
        assert (await client.get(path)).status_code == 404, path


async def test_a_key_sees_the_jobs_of_its_models_alone(desk: Desk, settings: Settings) -> None:
    """Others are neither listed nor told, fetched or cancelled; it takes the scope predict."""
    reference = iris_frame().select("sepal_length_cm")
    desk.registry.publish(served.every_kind, name="every_kind", reference=reference)
    del desk
    closed = settings.model_copy(update={"auth": Auth.REQUIRED})
    with Desk.open(closed) as opened:
        await _only_its_own(opened, closed)


async def _only_its_own(desk: Desk, settings: Settings) -> None:
    app = create_api(desk, settings)
    keys = {
        name: {"X-API-Key": desk.keys.create(name, scopes=[scope], models=models).key}
        for name, scope, models in (
            ("iris", Scope.PREDICT, ["iris"]),
            ("other", Scope.PREDICT, ["every_kind"]),
            ("all", Scope.PREDICT, []),
            ("reader", Scope.READ, []),
        )
    }
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1/api/v1/"
    ) as client:
        sent = await client.post("models/iris/jobs", content=CSV, headers=TEXT | keys["iris"])
        assert sent.status_code == 202
        assert sent.json()["by"] == "key iris"
        place = f"jobs/{sent.json()['job_id']}"
        for name, seen in (("iris", 1), ("all", 1), ("other", 0)):
            listed = await client.get("jobs", headers=keys[name])
            assert len(listed.json()["jobs"]) == seen, name
        for name in ("other", "reader"):
            refused = [
                await client.get(place, headers=keys[name]),
                await client.get(f"{place}/result", headers=keys[name]),
                await client.delete(place, headers=keys[name]),
                await client.post("models/iris/jobs", content=CSV, headers=TEXT | keys[name]),
            ]
            assert [answer.status_code for answer in refused] == [403] * 4, name
        assert (await client.get("jobs", headers=keys["reader"])).status_code == 403
        assert (await client.delete(place, headers=keys["iris"])).status_code == 200
