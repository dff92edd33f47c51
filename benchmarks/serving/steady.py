"""Requests at a steady rate, whatever is answered: what wrk, which waits for answers, cannot do."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.serving.servers import HOST

CONNECTIONS = 512
"""Opened before the first request, used in turn: what the server has open does not vary."""

_BROKEN = (OSError, EOFError, asyncio.LimitOverrunError, ValueError, IndexError)
"""What a connection that breaks, or an answer that is none, is known by."""


@dataclass(slots=True)
class Tally:
    """What became of the requests."""

    accepted_ms: list[float] = field(default_factory=list)
    """How long each took that was answered with 200."""
    refused: int = 0
    """With 503 and ``Retry-After``."""
    failed: int = 0
    """Anything else."""
    not_sent: int = 0
    """For want of a free connection of the client's."""


def request(path: str, body: bytes) -> bytes:
    """Return what is sent to post a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def offer(
    port: int,
    requests: Sequence[bytes],
    *,
    rate: float,
    seconds: float,
    tally: Tally,
    connections: int = CONNECTIONS,
) -> None:
    """Send requests, one after the other and over again, at a steady rate.

    Parameters
    ----------
    port
        Where the server is.
    requests
        As `request` makes them.
    rate
        Requests a second.
    seconds
        How long.
    tally
        Is told of each request, as it ends.
    connections
        How many are opened.
    """
    free = deque([await asyncio.open_connection(HOST, port) for _ in range(connections)])
    under_way: set[asyncio.Task[None]] = set()

    async def send(message: bytes) -> None:
        reader, writer = free.popleft()
        try:
            if writer.is_closing() or reader.at_eof():  # the server closes what rested for 5 s
                writer.close()
                reader, writer = await asyncio.open_connection(HOST, port)
            await exchange(reader, writer, message, tally)
        except _BROKEN:
            tally.failed += 1
            writer.close()
        free.append((reader, writer))

    began = time.perf_counter()
    sent = 0
    while (now := time.perf_counter() - began) < seconds:
        while sent < now * rate:
            sent += 1
            if not free:
                tally.not_sent += 1
                continue
            task = asyncio.create_task(send(requests[sent % len(requests)]))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
    await asyncio.gather(*under_way)
    for _, writer in free:
        writer.close()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes, tally: Tally
) -> None:
    """Send one request over an open connection, and tell the tally of its answer."""
    began = time.perf_counter()
    writer.write(message)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    status = int(head.split(b" ", 2)[1])
    if status == 200:
        tally.accepted_ms.append((time.perf_counter() - began) * 1e3)
    elif status == 503 and b"retry-after:" in head:
        tally.refused += 1
    else:
        tally.failed += 1
