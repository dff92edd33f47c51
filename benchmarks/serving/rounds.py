"""Rounds of load over servers that all run, so that what disturbs one disturbs all."""

from __future__ import annotations

import json
import operator
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.load import Load, load
from benchmarks.serving.servers import Running, running
from benchmarks.serving.tasks import Task, rows, write_bodies

MANY = 32
"""Connections of the loaded rounds."""

_CHECKED = 50
"""Rows whose answers are compared."""
_ROLLED_UP_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long is measured."""

    rounds: int
    seconds: float
    """Of each load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a server did: medians of its rounds."""

    family: str
    name: str
    many: Load
    single: Load


def scores(
    contestants: Sequence[Contestant], folder: Path, task: Task, length: Length
) -> list[Score]:
    """Start all servers, check that their answers are equal, and load them in turn.

    Raises
    ------
    SystemExit
        When a server does not start, refuses rows, or answers something else than the first.
    """
    asked = rows(folder, task)
    with ExitStack() as stack:
        servers = [(c, stack.enter_context(running(c.program, folder))) for c in contestants]
        _check(servers, asked)
        bodies: dict[str, Path] = {}
        for contestant, _ in servers:
            bodies[contestant.program.name] = path = folder / f"{len(bodies)}.txt"
            write_bodies(path, asked, contestant.form)
        found: dict[str, list[tuple[Load, Load]]] = {name: [] for name in bodies}
        for number, seconds, contestant, server in turns(servers, length):
            name = contestant.program.name
            url, sent = server.url(contestant.path), bodies[name]
            many = load(url, sent, connections=MANY, seconds=seconds)
            single = load(url, sent, connections=1, seconds=max(1, seconds // 2))
            if number:
                found[name].append((many, single))
    return [
        Score(
            family=contestant.family,
            name=contestant.program.name,
            many=_median(contestant, [many for many, _ in found[contestant.program.name]]),
            single=_median(contestant, [single for _, single in found[contestant.program.name]]),
        )
        for contestant, _ in servers
    ]


def turns(
    servers: Sequence[tuple[Contestant, Running]], length: Length
) -> Iterator[tuple[int, float, Contestant, Running]]:
    """Yield the round, how long to load, and whom; those that profile rest after their turn.

    Round 0 warms up and does not count. Each server goes first as often as last.
    """
    for number in range(length.rounds + 1):
        for contestant, server in servers if number % 2 else servers[::-1]:
            yield number, length.seconds if number else 1, contestant, server
            if contestant.profiles:
                _rest(server)


def _check(servers: list[tuple[Contestant, Running]], asked: list[dict[str, float]]) -> None:
    expected: list[int] | None = None
    for contestant, server in servers:
        answers = [
            contestant.read(
                server.ask_json(contestant.path, json.dumps(contestant.form(row)).encode())
            )
            for row in asked[:_CHECKED]
        ]
        expected = expected or answers
        alike = sum(map(operator.eq, answers, expected))
        if alike < contestant.alike * len(expected):
            told = f"{contestant.program.name} answers {alike} of {len(expected)} as the others do."
            sys.exit(told)


def _rest(server: Running) -> None:
    """Wait until a server has profiled what it logged, so that it does not disturb the next."""
    deadline = time.monotonic() + _ROLLED_UP_SECONDS
    while time.monotonic() < deadline:
        answer = server.ask("/metrics")
        waiting = re.findall(
            rb"^modeldesk_unprofiled_rows\{[^}]*\} (\S+)", answer.body, re.MULTILINE
        )
        if not any(map(float, waiting)):
            return
        time.sleep(0.2)


def _median(contestant: Contestant, loads: list[Load]) -> Load:
    def of(figure: Callable[[Load], float]) -> float:
        return median(map(figure, loads))

    refused = sum(each.refused for each in loads)
    if refused and contestant.profiles:
        sys.exit(f"{contestant.program.name} refused {refused} requests where it should none.")
    return Load(
        requests_s=of(lambda each: each.requests_s),
        p50_ms=of(lambda each: each.p50_ms),
        p99_ms=of(lambda each: each.p99_ms),
        refused=refused,
    )
