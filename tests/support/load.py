"""Clients that predict row after row, and note what the server answered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Self

import httpx

from tests.support.iris import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

REST_SECONDS = 0.02
"""How long a client waits after anything but an answer."""


class Load:
    """Threads that send one row after the other until told.

    Parameters
    ----------
    urls
        The servers; the clients are spread over them.
    clients
        How many threads.
    label
        Begins each row's key, so that no two loads share one.
    keyed
        Whether the server is told these keys.
    """

    def __init__(
        self, urls: Sequence[str], *, clients: int = 8, label: str = "row", keyed: bool = True
    ) -> None:
        self.answered: dict[str, str] = {}
        """Key of each row that was answered with 200, and its prediction's identifier."""
        self.sent = 0
        self.refused: Counter[str] = Counter()
        """Proper refusals with 503 and Retry-After, by their code."""
        self.unanswered = 0
        """Requests whose connection broke."""
        self.improper: list[str] = []
        """Answers that are neither 200 nor such a refusal."""
        self.slowest = 0.0
        """Seconds that the slowest answer or refusal took."""
        self._label = label
        self._keyed = keyed
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(urls[number % len(urls)], number))
            for number in range(clients)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, reached: Callable[[Load], bool], *, seconds: float = 30.0) -> None:
        """Go on until something is true of this load; fail when it takes too long."""
        deadline = time.monotonic() + seconds
        while not reached(self):
            assert time.monotonic() < deadline, f"not reached in {seconds} s: {self}"
            time.sleep(0.01)

    def wait_for_answers(self, more: int, *, seconds: float = 30.0) -> None:
        """Go on until so many more rows are answered; fail when it takes too long."""
        enough = len(self.answered) + more
        self.wait(lambda load: len(load.answered) >= enough, seconds=seconds)

    def __str__(self) -> str:
        refused = ", ".join(f"{count} x {code}" for code, count in self.refused.items())
        return (
            f"{self.sent} sent, {len(self.answered)} answered, refused: {refused or 'none'}, "
            f"{self.unanswered} unanswered, {len(self.improper)} improper, "
            f"slowest {self.slowest:.2f} s"
        )

    def _send(self, url: str, client: int) -> None:
        number = 0
        with httpx.Client(base_url=url, trust_env=False, timeout=60.0) as connection:
            while not self._stop.is_set():
                number += 1
                self._predict(connection, f"{self._label}-{client}-{number}")

    def _predict(self, connection: httpx.Client, key: str) -> None:
        started = time.monotonic()
        with self._lock:
            self.sent += 1
        try:
            body = {"row": ROW, "row_id": key} if self._keyed else {"row": ROW}
            answer = connection.post("/api/v1/models/iris/predict", json=body)
        except httpx.TransportError:
            with self._lock:
                self.unanswered += 1
            self._stop.wait(REST_SECONDS)
            return
        took = time.monotonic() - started
        with self._lock:
            self.slowest = max(self.slowest, took)
            if answer.status_code == httpx.codes.OK:
                self.answered[key] = answer.json()["predictions"][0]["prediction_id"]
                return
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and (
                "Retry-After" in answer.headers
            ):
                self.refused[answer.json()["error"]["code"]] += 1
            else:
                self.improper.append(f"{answer.status_code} {answer.text[:300]}")
        self._stop.wait(REST_SECONDS)
