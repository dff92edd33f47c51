"""Running the server for real: its port, its guard, and how it stops."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import polars as pl
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument
from modeldesk.server import running_server, serve
from modeldesk.settings import Settings
from tests.integration.api import served
from tests.support.iris import ROW, iris_frame, iris_model
from tests.support.patience import at_most, until

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
STOP_SECONDS = 5.0
PROGRAM = """
import sys
from modeldesk.server import serve
from modeldesk.settings import Settings
serve(
    Settings.load(home=sys.argv[1], port=0, ui="ui" in sys.argv, jobs="jobs" in sys.argv),
    on_ready=lambda url: print(url, flush=True),
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server in a process of its own."""

    url: str
    process: subprocess.Popen[str]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to stop, and return after how many seconds it has ended, cleanly."""
        start = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(timeout=20) == 0
        return time.monotonic() - start


@contextmanager
def started(home: Path, *parts: str) -> Iterator[Program]:
    """Run a server, with the named parts beside the API, in a process of its own."""
    arguments = [sys.executable, "-c", PROGRAM, str(home), *parts]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Program(url=process.stdout.readline().strip(), process=process)
        finally:
            process.kill()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Offer a home with the models ``iris`` and ``patient``."""
    folder = tmp_path / "home"
    with Desk.open(Settings.load(home=folder)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        reference = pl.DataFrame({"seconds": [0.0, 0.1]})
        desk.registry.publish(served.patient, name="patient", reference=reference)
    return folder


def predict(url: str, name: str = "iris", row: object = ROW) -> httpx.Response:
    """Send one row."""
    address = f"{url}/api/v1/models/{name}/predict"
    return httpx.post(address, json={"row": row}, trust_env=False, timeout=30)


def test_a_server_in_a_thread_answers_until_the_block_ends(desk: Desk, settings: Settings) -> None:
    """The address has the port that was free; afterwards nobody listens there."""
    with running_server(desk, settings) as url:
        assert predict(url).status_code == 200
        port = int(url.rpartition(":")[2])
        assert url == f"http://127.0.0.1:{port}"
    with pytest.raises(httpx.ConnectError):
        predict(url)
    assert desk.overview.model("iris").predictions == 1, "the desk stays open"


def test_ipv6_is_written_in_brackets(desk: Desk, settings: Settings) -> None:
    """The address can be used as it is given."""
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with running_server(desk, settings.model_copy(update={"host": "::1"})) as url:
        assert url.startswith("http://[::1]:")
        assert predict(url).status_code == 200


def test_the_guard_stands_before_the_api(desk: Desk, settings: Settings) -> None:
    """A foreign host and a foreign origin are refused; the answer names its request."""
    with running_server(desk, settings) as url:
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            answer = httpx.get(f"{url}/api/v1/health", headers=headers, trust_env=False)
            assert answer.status_code == 403
            assert answer.headers["x-request-id"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])  # noqa: S104
def test_an_address_that_others_reach_is_not_bound(
    desk: Desk, settings: Settings, host: str
) -> None:
    """Unless it is public the server is for its own machine only, and says what to do instead."""
    open_settings = settings.model_copy(update={"host": host})
    with pytest.raises(InvalidArgument, match=r"only with --public|not an address") as caught:
        serve(open_settings)
    assert caught.value.hint
    with (
        pytest.raises(InvalidArgument, match=r"only with --public|not an address"),
        running_server(desk, open_settings),
    ):
        pass


def test_a_busy_port_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    """The message says what to do, and not even the home folder was made."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings.load(home=tmp_path / "home", port=port)
        with pytest.raises(InvalidArgument) as caught:
            serve(settings)
    assert caught.value.message == f"Port {port} on 127.0.0.1 is in use by another program."
    assert caught.value.hint == "Choose another with --port, or stop it."
    assert not (tmp_path / "home").exists()


def test_two_servers_cannot_share_a_port(desk: Desk, settings: Settings) -> None:
    """The second is told so while the first goes on."""
    with running_server(desk, settings) as url:
        port = int(url.rpartition(":")[2])
        again = settings.model_copy(update={"port": port, "host": "localhost"})
        with pytest.raises(InvalidArgument, match="in use"), running_server(desk, again):
            pass
        assert predict(url).status_code == 200


def test_a_signal_ends_serving_with_the_desk_closed(home: Path) -> None:
    """The function returns, handlers are as before, and a second server finds the log whole."""
    before = signal.getsignal(signal.SIGTERM)
    answers = []

    def use_and_stop(url: str) -> None:
        answers.append(predict(url))
        os.kill(os.getpid(), signal.SIGTERM)

    serve(Settings.load(home=home, port=0, ui=False), on_ready=use_and_stop)
    assert answers[0].status_code == 200
    assert signal.getsignal(signal.SIGTERM) is before
    assert not [t for t in threading.enumerate() if t.name.startswith("modeldesk-")]
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.overview.model("iris").predictions == 1


def test_nobody_needs_to_be_told_that_it_is_ready(home: Path) -> None:
    """Whoever knows the port can do without the callback."""
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    serve(Settings.load(home=home, port=0, ui=False, jobs=False))


def profiled(home: Path, *, jobs: bool) -> tuple[int, int]:
    """Predict a row on a server; return how many rows there are and how many are profiled."""
    settings = Settings.load(home=home, port=0, ui=False, jobs=jobs, job_seconds=0.1)

    def use(url: str) -> None:
        predict(url)
        with Desk.open(settings) as desk:

            def done() -> bool:
                overview = desk.overview.model("iris")
                return overview.profiled == overview.predictions

            if jobs:
                until(done)
            else:
                time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    serve(settings, on_ready=use)
    with Desk.open(settings) as desk:
        overview = desk.overview.model("iris")
    return overview.predictions, overview.profiled


def test_the_jobs_run_where_they_are_wanted(home: Path) -> None:
    """Without jobs, traffic waits; with them it is profiled while the server runs, the old too."""
    assert profiled(home, jobs=False) == (1, 0)
    assert profiled(home, jobs=True) == (2, 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_stops_at_once_with_status_0(home: Path, number: signal.Signals) -> None:
    """Also with a client that keeps its connection open."""
    with started(home, "jobs") as program, httpx.Client(trust_env=False) as client:
        assert client.get(f"{program.url}/api/v1/health").status_code == 200
        assert program.stop(number) < at_most(STOP_SECONDS)


def test_a_request_under_way_is_answered_before_the_end(home: Path) -> None:
    """Its answer arrives although the server was told to stop, and is in the log."""
    with started(home) as program:
        assert predict(program.url, "patient", {"seconds": 0.0}).status_code == 200
        answers: list[httpx.Response] = []
        asking = threading.Thread(
            target=lambda: answers.append(predict(program.url, "patient", {"seconds": 1.0}))
        )
        asking.start()
        time.sleep(0.4)
        seconds = program.stop()
        asking.join()
    assert seconds < at_most(STOP_SECONDS)
    assert answers[0].status_code == 200
    identifier = answers[0].json()["predictions"][0]["prediction_id"]
    with Desk.open(Settings.load(home=home)) as desk:
        assert desk.reader.prediction(identifier).inputs["seconds"] == 1.0


def test_a_request_that_takes_too_long_is_given_up(home: Path) -> None:
    """The client is told that the server stops; the model's sleep keeps nobody waiting."""
    with started(home) as program:
        assert predict(program.url, "patient", {"seconds": 0.0}).status_code == 200
        answers: list[httpx.Response] = []
        asking = threading.Thread(
            target=lambda: answers.append(predict(program.url, "patient", {"seconds": 30.0}))
        )
        asking.start()
        time.sleep(0.4)
        seconds = program.stop()
        asking.join()
    assert seconds < at_most(STOP_SECONDS)
    assert answers[0].status_code == 503
    assert answers[0].json()["error"]["code"] == "stopping"


def test_a_request_stuck_in_the_database_keeps_nobody_waiting(home: Path) -> None:
    """Another program that holds the database's lock does not hold the server's end."""
    with (
        started(home, "jobs") as program,
        closing(sqlite3.connect(home / "modeldesk.db", isolation_level=None)) as other,
    ):
        identifier = predict(program.url).json()["predictions"][0]["prediction_id"]
        address = f"{program.url}/api/v1/predictions/{identifier}/flags"
        other.execute("BEGIN IMMEDIATE")

        def flag() -> None:
            with suppress(httpx.TransportError):
                httpx.post(address, json={"reason": "other"}, trust_env=False, timeout=30)

        flagging = threading.Thread(target=flag)
        flagging.start()
        time.sleep(0.4)
        seconds = program.stop()
        flagging.join()
    assert seconds < at_most(STOP_SECONDS)


def test_a_stuck_request_is_given_up_with_a_word_in_the_log(desk: Desk, settings: Settings) -> None:
    """A server in a thread ends in time as well, and the log says what it did not wait for."""
    identifier = desk.predictor.predict("iris", [ROW]).predictions[0].prediction_id
    with (
        capture_logs() as logs,
        closing(sqlite3.connect(settings.home / "modeldesk.db", isolation_level=None)) as other,
    ):
        with running_server(desk, settings) as url:
            other.execute("BEGIN IMMEDIATE")
            address = f"{url}/api/v1/predictions/{identifier}/flags"
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(address, json={"reason": "other"}, trust_env=False, timeout=0.5)
            start = time.monotonic()
        seconds = time.monotonic() - start
        other.execute("COMMIT")
    assert seconds < at_most(STOP_SECONDS)
    words = {"request given up: the server stops", "the HTTP server did not end in time"}
    assert words & {line["event"] for line in logs}


def test_half_a_request_keeps_nobody_waiting(home: Path) -> None:
    """A client that announces a body and never sends it is cut off."""
    with started(home) as program:
        host, port = program.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(
                f"POST /api/v1/predict HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Content-Length: 100\r\n\r\n{".encode()
            )
            time.sleep(0.3)
            assert program.stop() < at_most(STOP_SECONDS)


def test_a_client_that_leaves_in_the_middle_harms_nobody(desk: Desk, settings: Settings) -> None:
    """The next request is answered; half a body is no row."""
    with running_server(desk, settings) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as leaving:
            leaving.sendall(
                f"POST /api/v1/models/iris/predict HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Content-Length: 100\r\n\r\n{".encode()
            )
            time.sleep(0.1)
        assert predict(url).status_code == 200
    assert desk.overview.model("iris").predictions == 1


def test_a_body_in_chunks_is_counted_as_it_arrives(desk: Desk, settings: Settings) -> None:
    """Without a length announced, the limit holds all the same, over a real connection."""

    def chunks() -> Iterator[bytes]:
        for _ in range(400):
            yield b" " * 1_000

    with running_server(desk, settings) as url:
        answer = httpx.post(f"{url}/api/v1/predict", content=chunks(), trust_env=False)
    assert answer.status_code == 413


def test_pages_and_api_share_the_port_and_the_guard(home: Path) -> None:
    """The API's unknown paths and methods stay JSON; a socket from a foreign page is refused."""
    with started(home, "ui", "jobs") as program:
        page = httpx.get(program.url, trust_env=False, timeout=30)
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        assert page.headers["x-request-id"]
        missing = httpx.get(f"{program.url}/api/v1/nothing", trust_env=False)
        assert missing.json()["error"]["code"] == "not_found"
        wrong = httpx.get(f"{program.url}/api/v1/predict", trust_env=False)
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
        for method in ("TRACE", "PROPFIND"):
            for path, status in (("/api/v1/health", 405), ("/ping", 405), ("/v2/nothing", 404)):
                strange = httpx.request(method, f"{program.url}{path}", trust_env=False)
                assert strange.status_code == status
                assert {"error", "error_code"} & set(strange.json())
        address = program.url.replace("http", "ws") + SOCKET
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, origin=Origin("http://evil.example")),
        ):
            pass
        assert refused.value.response.status_code == 403
        error = json.loads(refused.value.response.body)["error"]
        assert error["code"] == "forbidden_origin"
        polling = httpx.get(
            f"{program.url}/_nicegui_ws/socket.io/?EIO=4&transport=polling",
            headers={"Origin": "http://evil.example"},
            trust_env=False,
        )
        assert polling.status_code == 403


def test_an_open_socket_keeps_nobody_waiting(home: Path) -> None:
    """A page that is open in a browser does not hold the server."""
    with started(home, "ui", "jobs") as program:
        address = program.url.replace("http", "ws") + SOCKET
        with connect(address, origin=Origin(program.url)) as page:
            assert page.recv(timeout=10)
            assert program.stop() < at_most(STOP_SECONDS)


def test_without_pages_no_page_framework_is_loaded(home: Path) -> None:
    """An API-only server is lighter by all that the pages need."""
    code = (
        "import sys; from modeldesk.server import create_app; from modeldesk.desk import Desk;"
        "from modeldesk.settings import Settings; s = Settings.load(home=sys.argv[1], ui=False);"
        "d = Desk.open(s); create_app(d, s); d.close(); sys.exit('nicegui' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(home)], check=False).returncode == 0
