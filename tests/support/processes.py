"""Starting and ending the processes of a test, each by its own id."""

from __future__ import annotations

import socket
import subprocess
from signal import SIGTERM, Signals


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def end(
    process: subprocess.Popen[bytes], *, signal: Signals = SIGTERM, patience: float = 10.0
) -> int:
    """Ask the process to stop, kill it after `patience` seconds; return its exit code."""
    if process.poll() is None:
        process.send_signal(signal)
    try:
        return process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
