"""What is too slow or too wide is answered, and costs the server nothing."""

import socket
import time
from pathlib import Path

import httpx
import orjson
import pytest

from modeldesk.desk import Desk
from modeldesk.server import running_server
from modeldesk.settings import Settings
from tests.support.iris import ROW
from tests.support.patience import at_most


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings with little patience and narrow tables."""
    return Settings.load(
        home=tmp_path / "home", port=0, ui=False, max_body_seconds=0.5, max_columns=50
    )


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/models/iris/predict", '{"error":{"code":"too_slow"'),
        ("/v2/models/iris/infer", '{"error":"The request'),
        ("/invocations", '{"error_code":"BAD_REQUEST"'),
    ],
)
def test_a_body_that_does_not_arrive_in_time_is_given_up(
    desk: Desk, settings: Settings, path: str, shape: str
) -> None:
    """408 in the dialect's shape, and the connection ends; drop by drop does not help."""
    with running_server(desk, settings) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as slow:
            began = time.monotonic()
            slow.sendall(
                f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode()
            )
            for _ in range(3):
                slow.sendall(b"{")
                time.sleep(0.1)
            answer = b""
            while part := slow.recv(65_536):
                answer += part
            seconds = time.monotonic() - began
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert " 408 " in head.splitlines()[0]
    assert "connection: close" in head.lower()
    assert body.startswith(shape)
    assert seconds < at_most(3)
    assert desk.overview.model("iris").predictions == 0


def test_a_slow_model_is_not_a_slow_body(desk: Desk, settings: Settings) -> None:
    """Only the body's arrival is timed, and a body in time is answered however long it takes."""
    with running_server(desk, settings) as url:
        for _ in range(3):
            answer = httpx.post(f"{url}/api/v1/predict", content=orjson.dumps(ROW), trust_env=False)
            assert answer.status_code == 200


@pytest.mark.parametrize("wide", [200, 300_000])
async def test_a_table_with_too_many_columns_is_refused_before_it_is_read(
    desk: Desk, client: httpx.AsyncClient, wide: int
) -> None:
    """CSV and JSON alike; in less time than reading the names would take."""
    names = [f"c{number}" for number in range(wide)]
    csv = f"{','.join(names)}\n{','.join('1' * wide)}\n".encode()
    rows = orjson.dumps([dict.fromkeys(names, 1)])
    began = time.monotonic()
    for path in ("models/iris/predict", "models/iris/log"):
        answer = await client.post(path, content=csv, headers={"Content-Type": "text/csv"})
        assert answer.status_code == 413, path
        assert "more than 50 columns" in answer.json()["error"]["message"]
    answer = await client.post(
        "models/iris/log", content=rows, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert time.monotonic() - began < at_most(5)
    assert desk.overview.model("iris").predictions == 0


async def test_a_row_with_too_many_features_is_refused_by_the_signature(
    desk: Desk, client: httpx.AsyncClient
) -> None:
    """However many there are, only the first problems are listed, soon."""
    sent = orjson.dumps({"row": ROW | {f"c{number}": 1 for number in range(300_000)}})
    began = time.monotonic()
    answer = await client.post("models/iris/predict", content=sent)
    assert answer.status_code == 422
    assert len(answer.content) < 300_000
    assert time.monotonic() - began < at_most(5)
    assert desk.overview.model("iris").predictions == 0
