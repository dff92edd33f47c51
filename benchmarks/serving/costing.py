"""What logging costs: the same server with its log and without, in turn."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.load import load
from benchmarks.serving.rounds import MANY, rest
from benchmarks.serving.servers import running
from benchmarks.serving.tasks import Task, rows, write_bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Requests a second, as medians of the rounds."""

    task: Task
    logged: float
    unlogged: float
    share: float
    """Of the throughput without a log: the median of what each round says."""


def cost(
    servers: Sequence[Contestant], folder: Path, task: Task, *, rounds: int, seconds: float
) -> Cost:
    """Load two servers, one with a log and one without, right after each other.

    What else the machine does changes from round to round by more than the log takes, so that
    both sides of each comparison come from one round, and either goes first as often.
    """
    asked = rows(folder, task)
    found: list[tuple[float, float]] = []
    with ExitStack() as stack:
        started = [(each, stack.enter_context(running(each.program, folder))) for each in servers]
        body = folder / "costing.txt"
        write_bodies(body, asked, servers[0].form)
        for number in range(rounds + 1):
            done: dict[str, float] = {}
            for contestant, server in started if number % 2 else started[::-1]:
                # The first round warms up and does not count.
                took = seconds if number else 1.0
                loaded = load(server.url(contestant.path), body, connections=MANY, seconds=took)
                done[contestant.family] = loaded.requests_s
                if contestant.profiles:
                    rest(server)
            if number:
                logged, unlogged = (done[each.family] for each in servers)
                found.append((logged, unlogged))
    return Cost(
        task=task,
        logged=median(logged for logged, _ in found),
        unlogged=median(unlogged for _, unlogged in found),
        share=1 - median(logged / unlogged for logged, unlogged in found),
    )
