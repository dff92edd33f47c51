"""A modeldesk server in a process of its own, as its users run it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from signal import SIGTERM, Signals
from typing import TYPE_CHECKING

import httpx

from tests.support.processes import end, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SERVE = (sys.executable, "-m", "modeldesk", "serve")


class ServerDidNotStartError(Exception):
    """The server ended, or did not answer in time; the message carries what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server that has answered its health check."""

    url: str
    home: Path
    output_file: Path
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        """What the server has printed so far, errors included."""
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, signal: Signals = SIGTERM) -> int:
        """End the server, killing it after 10 seconds, and return its exit code."""
        return end(self.process, signal=signal)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self.process.kill()
        self.process.wait()


def wait_until_healthy(server: RunningServer, *, seconds: float) -> None:
    """Return when the server answers its health check with 200.

    Raises
    ------
    ServerDidNotStartError
        The process ended, or `seconds` are over.
    """
    deadline = time.monotonic() + seconds
    with httpx.Client(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline:
            if (code := server.process.poll()) is not None:
                message = f"the server ended with exit code {code}:\n{server.output}"
                raise ServerDidNotStartError(message)
            with contextlib.suppress(httpx.TransportError):
                if client.get(f"{server.url}/api/v1/health").status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
    message = f"the server did not answer within {seconds} s:\n{server.output}"
    raise ServerDidNotStartError(message)


@contextlib.contextmanager
def running_server(
    home: Path,
    *,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] = SERVE,
    port: int | None = None,
    seconds: float = 60.0,
) -> Iterator[RunningServer]:
    """Run a server on `home` until the block ends.

    Parameters
    ----------
    home
        The folder that holds the desk; what the server prints goes to `server.log` in it.
    arguments
        More command-line arguments.
    environment
        Variables on top of this process's own.
    command
        The program and its first arguments.
    port
        The port to listen on; a free one if not given.
    seconds
        How long to wait for the first healthy answer.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port() if port is None else port
    output_file = home / "server.log"
    with output_file.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--home", str(home), "--port", str(port), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
        )
    server = RunningServer(
        url=f"http://127.0.0.1:{port}", home=home, output_file=output_file, process=process
    )
    try:
        wait_until_healthy(server, seconds=seconds)
        yield server
    finally:
        server.stop()
