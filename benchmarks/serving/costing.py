"""What logging costs: the same server with its log and without, in turn."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from statistics import median

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.load import load
from benchmarks.serving.rounds import MANY, Length, turns
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
    logged: Contestant, unlogged: Contestant, folder: Path, task: Task, length: Length
) -> Cost:
    """Load a server with a log and one without, right after each other.

    What else the machine does changes from round to round by more than the log takes, so that
    both sides of each comparison come from one round, and either goes first as often.
    """
    found: dict[str, list[float]] = {logged.family: [], unlogged.family: []}
    with ExitStack() as stack:
        servers = [
            (each, stack.enter_context(running(each.program, folder)))
            for each in (logged, unlogged)
        ]
        body = folder / "costing.txt"
        write_bodies(body, rows(folder, task), logged.form)
        for number, seconds, contestant, server in turns(servers, length):
            did = load(server.url(contestant.path), body, connections=MANY, seconds=seconds)
            if number:
                found[contestant.family].append(did.requests_s)
    with_log, without = found.values()
    return Cost(
        task=task,
        logged=median(with_log),
        unlogged=median(without),
        share=1 - median(map(truediv, with_log, without)),
    )
