"""What the soak benchmark rests on: a steady rate, what the system tells, and slopes."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading

import numpy as np
import pytest

from benchmarks.serving.steady import CONNECTIONS, Tally, offer, request
from benchmarks.serving.vitals import Vitals, growth, vitals
from benchmarks.soak import Sample, Soak

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
WRONG = b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 0\r\n\r\n"


class Counter:
    """A server that remembers the bodies it was sent and answers by what they say."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.connections = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection until one of them breaks it."""
        self.connections += 1
        answers = {b"ok": OK, b"full": FULL, b"wrong": WRONG}
        while not reader.at_eof():
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
            self.bodies.append(body)
            if body not in answers:
                break
            writer.write(answers[body])
        writer.close()


async def offered(*bodies: bytes, rate: float, seconds: float) -> tuple[Counter, Tally]:
    """Send bodies at a rate to a server of this test's own."""
    counter, tally = Counter(), Tally()
    async with await asyncio.start_server(counter.answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        messages = [request("/", body) for body in bodies]
        await offer(port, messages, rate=rate, seconds=seconds, tally=tally)
        await asyncio.sleep(0.05)  # for the server to see that its clients have gone
    return counter, tally


async def test_requests_come_at_the_rate_and_each_is_told() -> None:
    """All bodies are sent in turn; what is refused, wrong or broken is told apart."""
    counter, tally = await offered(b"ok", b"full", b"wrong", b"break", rate=200, seconds=1.0)
    told = (len(tally.accepted_ms), tally.refused, tally.failed)
    sent = len(counter.bodies)
    assert sum(told) == sent
    assert 150 < sent + tally.not_sent <= 201
    assert told == tuple(
        sum(body in wanted for body in counter.bodies)
        for wanted in ((b"ok",), (b"full",), (b"wrong", b"break"))
    )
    assert all(took > 0 for took in tally.accepted_ms)


async def test_a_connection_that_broke_is_replaced() -> None:
    """Those that follow on it are not lost with it."""
    counter, tally = await offered(b"break", b"ok", rate=4 * CONNECTIONS, seconds=1.0)
    broken = counter.bodies.count(b"break")
    assert broken > 0
    assert tally.failed == broken
    assert len(tally.accepted_ms) == counter.bodies.count(b"ok")
    assert counter.connections > CONNECTIONS


def test_vitals_count_what_a_process_has_open() -> None:
    """A file, a thread and memory more are a handle, a thread and megabytes more."""
    before = vitals(os.getpid())
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    with tempfile.TemporaryFile():
        thread.start()
        held = np.ones(8_000_000)
        during = vitals(os.getpid())
        ended.set()
        thread.join()
    assert during.handles == before.handles + 1
    assert during.threads == before.threads + 1
    assert during.own_mb - before.own_mb == pytest.approx(held.nbytes / 1e6, abs=15)
    assert during.memory_mb > during.own_mb


def test_growth_is_that_of_an_hour_whatever_a_few_samples_say() -> None:
    """Theil and Sen's slope: outliers among noise do not matter, and it lies in its interval."""
    at = np.arange(0, 600, 5.0)
    values = 400 + at / 60 + np.random.default_rng(3).normal(0, 0.1, len(at))
    values[10:30] += 50
    found = growth(at.tolist(), values.tolist())
    assert found.per_h == pytest.approx(60, rel=0.15)
    assert found.low_per_h < found.per_h < found.high_per_h
    assert growth(at.tolist(), [7.0] * len(at)).per_h == 0


def test_what_happens_in_the_first_half_is_not_growth() -> None:
    """A server that fills its caches and then stays as it is does not grow."""
    samples = [
        Sample(
            at_s=5.0 * number,
            vitals=Vitals(memory_mb=min(300 + number, 350), own_mb=1, handles=9, threads=number),
            answered=number,
            unprofiled=0,
            log_mb=1,
        )
        for number in range(120)
    ]
    soak = Soak(capacity_s=1, samples=samples, tally=Tally(accepted_ms=[1.0], refused=2, failed=3))
    assert soak.growth("memory_mb").per_h == 0
    assert soak.growth("threads").per_h == pytest.approx(720)
    assert (soak.requests, soak.failed) == (6, 5)
