"""A reverse proxy that serves a server below a path, as those in front of several programs do."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_END = b"\r\n\r\n"
_MOST = 65_536


@contextlib.contextmanager
def below_a_path(url: str, path: str) -> Iterator[str]:
    """Yield the address of a proxy that takes a path away and names it in X-Forwarded-Prefix.

    Parameters
    ----------
    url
        Address of the server behind it.
    path
        What its addresses begin with, such as ``/desk``.
    """
    port = urlsplit(url).port
    assert port is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, port, path), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        # Wakes up the thread that waits for a connection.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int, path: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, port, path), daemon=True).start()


def _serve(client: socket.socket, port: int, path: str) -> None:
    """Pass one request on, and all bytes of the connection from then on."""
    with client, contextlib.suppress(OSError):
        received = b""
        while _HEAD_END not in received:
            part = client.recv(_MOST)
            if not part:
                return
            received += part
        head, rest = received.split(_HEAD_END, 1)
        with socket.create_connection(("127.0.0.1", port)) as server:
            server.sendall(_rewritten(head, path) + _HEAD_END + rest)
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _rewritten(head: bytes, path: str) -> bytes:
    request, *headers = head.decode("latin-1").split("\r\n")
    method, target, version = request.split(" ")
    inner = target.removeprefix(path) or "/"
    upgrades = any(line.lower().startswith("upgrade:") for line in headers)
    if not upgrades:
        # One request for each connection: the next one has a path to be taken away, too.
        headers = [line for line in headers if not line.lower().startswith("connection:")]
        headers.append("Connection: close")
    lines = [f"{method} {inner} {version}", *headers, f"X-Forwarded-Prefix: {path}"]
    return "\r\n".join(lines).encode("latin-1")


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(_MOST):
            sink.sendall(part)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
