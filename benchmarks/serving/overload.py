"""More than a server can do: four times as many rows as it predicts, whatever it answers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from benchmarks.serving.contestants import modeldesk_program
from benchmarks.serving.servers import HOST, Running, running
from benchmarks.serving.steady import Tally, exchange, offer, request
from benchmarks.serving.tasks import Task, rows

TIMES = 4
REQUEST_ROWS = 100
QUEUE_SECONDS = 0.5
"""How long the rows take that may wait."""

_AT_EASE = 8
"""Connections that find out what the server can do."""
_QUICK_MS = 4.0
"""Recovered is who answers within so many times what it takes unloaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overloaded:
    """What happened."""

    capacity_rows_s: float
    offered_rows_s: float
    accepted: int
    refused: int
    """With 503 and ``Retry-After``."""
    failed: int
    """Anything else."""
    not_sent: int
    """For want of a free connection of the client's."""
    p99_ms: float
    """Of accepted requests."""
    start_mb: float
    half_mb: float
    end_mb: float
    recovery_s: float


def overload(folder: Path, task: Task, *, seconds: float) -> Overloaded:
    """Find out what a server can do, and ask four times that of another."""
    some = rows(folder, task)[:REQUEST_ROWS]
    body = orjson.dumps({"rows": some})
    path = f"/api/v1/models/{task}/predict"
    with running(modeldesk_program("modeldesk", folder, task), folder) as server:
        assert server.ask(path, body).status == 200
        capacity = asyncio.run(_capacity(server.port, request(path, body), min(seconds, 5)))
    program = modeldesk_program("modeldesk", folder, task, max_waiting_seconds=str(QUEUE_SECONDS))
    with running(program, folder) as server:
        unloaded = min(_once(server, path, body) for _ in range(20))
        start = server.memory_mb
        tally, half = asyncio.run(_offered(server, request(path, body), TIMES * capacity, seconds))
        began = time.perf_counter()
        while _once(server, path, body) > _QUICK_MS * unloaded:
            assert time.perf_counter() - began < 60, "the server does not recover"
        recovery = time.perf_counter() - began
        end = server.memory_mb
    return Overloaded(
        capacity_rows_s=capacity * REQUEST_ROWS,
        offered_rows_s=TIMES * capacity * REQUEST_ROWS,
        accepted=len(tally.accepted_ms),
        refused=tally.refused,
        failed=tally.failed,
        not_sent=tally.not_sent,
        p99_ms=float(np.percentile(tally.accepted_ms, 99)) if tally.accepted_ms else float("nan"),
        start_mb=start,
        half_mb=half,
        end_mb=end,
        recovery_s=recovery,
    )


def _once(server: Running, path: str, body: bytes) -> float:
    began = time.perf_counter()
    answer = server.ask(path, body)
    return time.perf_counter() - began if answer.status == 200 else float("inf")


async def _capacity(port: int, message: bytes, seconds: float) -> float:
    """Return the requests a second that are answered to some connections that wait."""
    tally = Tally()
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        while time.perf_counter() < end:
            await exchange(reader, writer, message, tally)
        writer.close()

    await asyncio.gather(*(client() for _ in range(_AT_EASE)))
    assert not tally.refused + tally.failed, "requests were refused at ease"
    return len(tally.accepted_ms) / seconds


async def _offered(
    server: Running, message: bytes, rate: float, seconds: float
) -> tuple[Tally, float]:
    """Send at a steady rate; return what became of it, and the memory in the middle."""
    tally = Tally()

    async def half() -> float:
        await asyncio.sleep(seconds / 2)
        return server.memory_mb

    sending = offer(server.port, [message], rate=rate, seconds=seconds, tally=tally)
    _, half_mb = await asyncio.gather(sending, half())
    return tally, half_mb
