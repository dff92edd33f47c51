"""Starting servers on this machine, asking them, and ending them by their process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"

_START_SECONDS = 120.0
_END_SECONDS = 15.0
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a server is started."""

    name: str
    command: Sequence[str]
    """With ``{port}`` where the port goes."""
    variables: Mapping[str, str]
    ready: str
    """Path that answers 200 once the server is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that has answered."""

    program: Program
    port: int
    process: subprocess.Popen[bytes]
    start_s: float
    """Seconds from its start to its first good answer."""

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{HOST}:{self.port}{path}"

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        kind: str = "application/json",
        *,
        seconds: float = 60.0,
    ) -> Answer:
        """Send one request and return its answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            method = "GET" if body is None else "POST"
            headers = {} if body is None else {"Content-Type": kind}
            connection.request(method, path, body, headers)
            found = connection.getresponse()
            return Answer(
                status=found.status,
                body=found.read(),
                retry_after=found.getheader("Retry-After"),
            )
        except TimeoutError:
            sys.exit(f"{self.program.name} did not answer {path} within {seconds:.0f} s.")
        finally:
            connection.close()

    def ask_json(self, path: str, body: bytes) -> object:
        """Send one body and return what the answer says.

        Raises
        ------
        SystemExit
            When the server refuses it.
        """
        answer = self.ask(path, body)
        if answer.status != http.client.OK:
            sys.exit(f"{self.program.name} answered {answer.status}: {answer.body[:500]!r}")
        return json.loads(answer.body)

    @property
    def memory_mb(self) -> float:
        """Memory that the server and its processes have in use."""
        return sum(map(_resident_mb, _family(self.process.pid)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes
    retry_after: str | None


@contextmanager
def running(program: Program, folder: Path) -> Iterator[Running]:
    """Run a server until the block ends; what it prints goes to a file in the folder.

    Raises
    ------
    SystemExit
        When it ends by itself or does not get ready in time; its last words are in the message.
    """
    port = _free_port()
    command = [part.format(port=port) for part in program.command]
    output = folder / f"{program.name.replace('/', '-')}-{port}.log"
    with output.open("wb") as stream:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(program.variables),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(program, process, port, output)
        start = time.perf_counter() - began
        yield Running(program=program, port=port, process=process, start_s=start)
    finally:
        _end(process)


def _wait(program: Program, process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _answers(port, program.ready):
            return
        time.sleep(0.02)
    last = output.read_text(encoding="utf-8", errors="replace")[-2000:]
    sys.exit(f"{program.name} did not start:\n{last}")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server and what it started, each by its own number."""
    others = [pid for pid in _family(process.pid) if pid != process.pid]
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in others:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    """Return a process and all that came from it."""
    found = [pid]
    for parent in found:
        for listed in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, listed.read_text(encoding="ascii").split())
    return found


def _resident_mb(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0.0
    return int(pages) * _PAGE_MB


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
